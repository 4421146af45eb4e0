/**
 * Layout proof: the digital part of a small macro through an open flow, from Verilog to GDS: `npm run layout`.
 * With a file name, a picture of the layout is written to it, by klayout.
 *
 * Qflow: Yosys, graywolf (placement), qrouter, Magic (DRC, extraction), Netgen (LVS), with the 0.18 um cells of
 * OSU. These cells come as abstracts, so it proves that the netlist places and routes, that the routing keeps the
 * design rules, and that the extracted wiring is the netlist's. It is no tape-out GDS.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { orThrow } from '../../generators/common/problems.js';
import type { MacroPlan } from '../../generators/macro/plan/plan.js';
import { packageFiles } from '../../generators/package/package.js';
import { arrayPorts } from '../../generators/package/rtl/ports.js';
import { writePackage } from '../../generators/package/write.js';
import { growingReferences, levelsFrom, planOf } from '../fixtures/configurations.js';

const RENDER = fileURLToPath(new URL('./layout-picture.py', import.meta.url));
const TECHNOLOGY = 'osu018';
const RC = `/usr/share/qflow/tech/${TECHNOLOGY}/${TECHNOLOGY}.magicrc`;
const LEF = `/usr/share/qflow/tech/${TECHNOLOGY}/${TECHNOLOGY}_stdcells.lef`;

const plan = planOf({
  name: '8 x 4, 2-bit codes',
  config: {
    name: 'leaf',
    array: { rows: 8, columns: 4 },
    input: { bits: 2 },
    adc: { bits: 2, reference: { columns: 4, rows: 3 } },
    output: { bits: 4 },
  },
  levels: [levelsFrom('even', growingReferences(2, 1, 4))],
});

/** Yosys commands that leave the digital part alone: the pins of the analog macro become ports of the top level. */
function digitalPart({ name, shape }: MacroPlan, sources: string, output: string): string {
  const nets = (direction: 'input' | 'output') =>
    arrayPorts(shape)
      .filter((port) => port.direction === direction && port.net !== 'clk_i')
      .map((port) => `w:${port.net}`)
      .join(' ');
  return [
    `read_verilog ${sources}`,
    `hierarchy -check -top ${name}`,
    'proc',
    'flatten',
    `expose -input ${nets('output')}`,
    `expose ${nets('input')}`,
    `delete t:${name}_array`,
    'opt_clean -purge',
    `write_verilog -noattr ${output}`,
  ].join('; ');
}

let passed = 0;
let failed = 0;
function check(what: string, right: boolean, detail: string): void {
  if (right) passed++;
  else failed++;
  process.stdout.write(`${right ? 'ok    ' : 'FAILED'} ${what}: ${detail}\n`);
}

async function magic(folder: string, commands: readonly string[]): Promise<string> {
  const input = `${[`lef read ${LEF}`, ...commands, 'quit -noprompt'].join('\n')}\n`;
  const { all } = await execa('magic', ['-dnull', '-noconsole', '-rcfile', RC], {
    cwd: folder,
    input,
    all: true,
    reject: false,
  });
  return all;
}

/** Shares of the rows that cells fill. The placement is a matter of luck: with some the router leaves a rule broken. */
const DENSITIES = [0.95, 0.7, 1] as const;

/** The flow up to LVS, at the first density whose layout keeps the rules; at the last where none does. */
async function laidOut(name: string, sources: string) {
  for (const density of DENSITIES) {
    const folder = path.join(root, `density_${density}`);
    for (const part of ['source', 'synthesis', 'layout'])
      await mkdir(path.join(folder, part), { recursive: true });
    await writeFile(path.join(folder, 'project_vars.sh'), `set initial_density = ${density}\n`);
    await execa('yosys', ['-q', '-p', digitalPart(plan, sources, path.join(folder, 'source', `${name}.v`))]);
    const qflow = async (...stages: readonly string[]) => {
      const options = { cwd: folder, stdin: 'ignore', all: true, reject: false } as const;
      const { exitCode, all } = await execa('qflow', [...stages, '-T', TECHNOLOGY, name], options);
      return { exitCode, all };
    };
    const flow = await qflow('synthesize', 'place', 'route', 'migrate', 'drc', 'lvs');
    if (flow.exitCode === 0 || density === DENSITIES.at(-1)) return { folder, flow, qflow, density };
    process.stdout.write(`       the layout at density ${density} breaks a rule\n`);
  }
  throw new RangeError('no density');
}

const root = await mkdtemp(path.join(tmpdir(), 'imcgen-layout-'));
try {
  const started = performance.now();
  const { name } = plan;
  const made = orThrow(await writePackage(path.join(root, 'package'), packageFiles(plan)));
  const sources = `${made}/rtl/*.v ${made}/blackbox/*.v`;
  const { folder, flow, qflow, density } = await laidOut(name, sources);
  const log = async (stage: string) =>
    readFile(path.join(folder, 'log', `${stage}.log`), 'utf8').catch(() => '');
  const layout = path.join(folder, 'layout');
  const cells = [
    ...(await readFile(path.join(layout, `${name}.def`), 'utf8')).matchAll(/^- \S+ (\w+) \+ PLACED/gm),
  ];
  const logic = cells.filter(([, cell]) => cell !== 'FILL');
  const flops = logic.filter(([, cell]) => cell!.startsWith('DFF'));
  check(
    'synthesis and placement',
    logic.length > 0,
    `${logic.length} cells, ${flops.length} of them flip-flops, density ${density}`,
  );
  const route = /^Final: .*/m.exec(await log('route'))?.[0] ?? 'not finished';
  check('routing', flow.exitCode === 0 && route === 'Final: No failed routes!', route);

  const drc = /drc = (\d+)/.exec(await log('drc'))?.[1];
  check('design rules', drc === '0', `${drc ?? 'no'} errors`);
  const lvs = await log('lvs');
  check(
    'layout against netlist',
    /^Total errors = 0$/m.test(lvs),
    /Total errors.*/.exec(lvs)?.[0] ?? 'no result',
  );

  // The checks see what is wrong: a wire too thin to make, and two pins that change places.
  const thin = await magic(layout, [
    `load ${name}`,
    'box 0 0 1 400',
    'paint metal2',
    'select top cell',
    'drc check',
    'drc catchup',
    'puts "drc = [drc list count total]"',
  ]);
  const seen = /drc = (\d+)/.exec(thin)?.[1];
  check('design rules with a thin wire added', Number(seen) > 0, `${seen ?? 'no'} errors`);
  const spice = path.join(layout, `${name}.spice`);
  const extracted = await readFile(spice, 'utf8');
  const crossed = extracted.replace(/^(XNAND3X1_\d+) (\S+) (\S+) (\S+)/m, '$1 $2 $2 $4');
  await writeFile(spice, crossed);
  await qflow('lvs');
  check(
    'layout against netlist with a wire moved',
    crossed !== extracted && !/^Total errors = 0$/m.test(await log('lvs')),
    /Total errors.*/.exec(await log('lvs'))?.[0] ?? 'no result',
  );

  const picture = process.argv[2];
  await magic(layout, [`load ${name}`, 'select top cell', 'expand', `gds write ${name}`]);
  const gds = path.join(layout, `${name}.gds`);
  const bytes = (await readFile(gds).catch(() => Buffer.alloc(0))).length;
  check('GDS', bytes > 100_000, `${bytes} bytes`);
  if (picture !== undefined) {
    await execa('klayout', ['-zz', '-rd', `gds=${gds}`, '-rd', `out=${path.resolve(picture)}`, '-r', RENDER]);
    process.stdout.write(`picture: ${picture}\n`);
  }
  process.stdout.write(`${((performance.now() - started) / 1000).toFixed(0)} s\n`);
} finally {
  await rm(root, { recursive: true, force: true });
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;
