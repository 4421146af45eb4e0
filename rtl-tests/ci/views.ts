/**
 * The views of the analog macro, read by the tools that they are for: `npm run views`, or with a part of a macro's
 * name. Magic places the LEF abstract, OpenSTA and Yosys read the Liberty view, Netgen the netlist. What a
 * tool found is compared with what was planned; a netlist that lacks a cell must be told from the whole one.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { orThrow } from '../../generators/common/problems.js';
import type { MacroPlan } from '../../generators/macro/plan/plan.js';
import { packageFiles } from '../../generators/package/package.js';
import { type ArrayPin, arrayPins, powerPins } from '../../generators/package/rtl/ports.js';
import { writePackage } from '../../generators/package/write.js';
import { CONFIGURATIONS, planOf } from '../fixtures/configurations.js';
import { MATRIX } from '../fixtures/matrix.js';

const TECHNOLOGY = '/usr/share/qflow/tech/osu018/SCN6M_SUBM.10.tech';

/** Times unlike each other, so that each is found where it belongs. */
const ARCS = {
  setupNs: 0.41,
  holdNs: 0.12,
  clockToDataNs: 1.23,
  clockToSenseNs: 0.97,
  senseToOutputNs: 0.33,
  transitionNs: 0.05,
};

/** Largest macro whose netlist is also compared with one that lacks a cell. */
const MOST_CELLS_TO_TELL = 1000;

const FALLING = MATRIX.map(({ configuration }) => configuration).find(
  ({ config }) => config.adc.ramp === 'falling' && config.array.columns > 1 && (config.adc.banks ?? 1) > 1,
)!;
const PLANS: readonly MacroPlan[] = [
  ...CONFIGURATIONS.filter(({ config }) => ['odd', 'demo', 'banked'].includes(config.name)),
  FALLING,
].map((configuration) =>
  planOf({ ...configuration, config: { ...configuration.config, physical: { arcs: ARCS } } }),
);

let passed = 0;
let failed = 0;
function check(what: string, found: unknown, expected: unknown): void {
  const [is, wanted] = [JSON.stringify(found), JSON.stringify(expected)];
  const right = is === wanted;
  if (right) passed++;
  else failed++;
  const shown = is.length > 80 ? '' : `  ${is.replaceAll('"', '')}`;
  process.stdout.write(right ? `ok      ${what}${shown}\n` : `FAILED  ${what}\n${is}\nnot\n${wanted}\n`);
}

/** Runs a tool in a package; what it says on both channels. */
async function run(folder: string, tool: string, ...args: readonly string[]): Promise<string> {
  const options = { cwd: folder, all: true, reject: false, stdin: 'ignore' } as const;
  return (await execa(tool, args, options)).all;
}

/** Magic: outline and ports of the macro, as it stands in a layout. */
async function magic(plan: MacroPlan, folder: string, wires: readonly ArrayPin[]): Promise<void> {
  const { name } = plan;
  const script = `lef read views/${name}_array.lef
load ${name}_array
select top cell
for {set at [port first]} {$at >= 0} {set at [port $at next]} {
    puts "PORT [port $at name] [port $at class] [port $at use]"
}
puts "BOX [property FIXED_BBOX]"
quit -noprompt
`;
  await writeFile(path.join(folder, 'read.tcl'), script);
  const text = await run(folder, 'magic', '-dnull', '-noconsole', '-T', TECHNOLOGY, 'read.tcl');
  const ports = [...text.matchAll(/^PORT (\S+) (\S+) (\S+)$/gm)].map(([, ...port]) => port.join(' '));
  const expected = [
    ...wires.map(({ name: wire, port }) => {
      const use = port.name === 'clk_i' ? 'clock' : 'signal';
      return `${wire} ${port.direction} ${use}`;
    }),
    ...powerPins(plan.config).map(({ name: pin, use }) => `${pin} bidirectional ${use}`),
  ];
  check(`${name}: Magic reads the LEF view: ports`, ports, expected);
  const complaints = text.split('\n').filter((line) => /error|unknown|warning|syntax/i.test(line));
  check(`${name}: Magic reads the LEF view: complaints`, complaints, []);
  // Magic counts in units of its own: the ratio tells.
  const lef = await readFile(path.join(folder, `views/${name}_array.lef`), 'utf8');
  const [, width, height] = /SIZE (\S+) BY (\S+) ;/.exec(lef)!;
  const box = (/^BOX (\S+) (\S+) (\S+) (\S+)$/m.exec(text) ?? []).slice(1).map(Number);
  const ratio = (box[2]! - box[0]!) / (box[3]! - box[1]!);
  const planned = Number(width) / Number(height);
  check(`${name}: Magic reads the LEF view: outline`, ratio.toFixed(3), planned.toFixed(3));
}

/** A module around the macro alone: every pin is a port. */
function wrapper({ name }: MacroPlan, wires: readonly ArrayPin[]): string {
  const ports = [...new Map(wires.map(({ port }) => [port.name, port])).values()];
  const declared = ports.map(({ name: port, direction, range, width }) =>
    range === undefined ? `  ${direction} ${port};` : `  ${direction} [${width - 1}:0] ${port};`,
  );
  const names = ports.map((port) => port.name);
  const connected = names.map((port) => `.${port}(${port})`).join(', ');
  return `module around(${names.join(', ')});
${declared.join('\n')}
  ${name}_array u_array (${connected});
endmodule
`;
}

/** OpenSTA: every arc that the config gives, at one wire of its port. */
async function timing(plan: MacroPlan, folder: string, wires: readonly ArrayPin[]): Promise<void> {
  const { name } = plan;
  const last = (port: string) => wires.find((wire) => wire.port.name === port)!.name;
  const paths = [
    [
      'word line, setup',
      `-path_delay max -to {u_array/${last('rwl_p_i')}}`,
      /-?([\d.]+) +\S+ +library setup/,
    ],
    ['word line, hold', `-path_delay min -to {u_array/${last('rwl_p_i')}}`, /([\d.]+) +\S+ +library hold/],
    ['cell port, setup', `-path_delay max -to {u_array/mem_we_i}`, /-?([\d.]+) +\S+ +library setup/],
    [
      'clock to sense amplifier',
      `-from u_array/clk_i -to {${last('sa_o')}}`,
      /([\d.]+) +[\d.]+ . u_array\/sa_o/,
    ],
    ['sense to output', `-from sense_i -to {${last('sa_o')}}`, /([\d.]+) +[\d.]+ . u_array\/sa_o/],
    [
      'clock to read data',
      `-from u_array/clk_i -to {${last('mem_rdata_o')}}`,
      /([\d.]+) +[\d.]+ . u_array\/mem_rdata_o/,
    ],
  ] as const;
  const script = `read_liberty views/${name}_array.lib
read_verilog around.v
link_design around
create_clock -name clk -period 10 [get_ports clk_i]
set inputs {}
foreach port [all_inputs] { if {[get_property $port full_name] ne "clk_i"} { lappend inputs $port } }
set_input_delay 0 -clock clk $inputs
set_output_delay 0 -clock clk [all_outputs]
check_setup -verbose
puts "PINS [llength [get_pins u_array/*]]"
${paths.map(([what, query]) => `puts "== ${what}"\nreport_checks -digits 3 ${query}`).join('\n')}
`;
  await writeFile(path.join(folder, 'around.v'), wrapper(plan, wires));
  await writeFile(path.join(folder, 'read.sta'), script);
  const text = await run(folder, 'sta', '-no_splash', '-exit', 'read.sta');
  check(
    `${name}: OpenSTA reads the Liberty view: complaints`,
    text.match(/^(?:Error|Warning).*$/gm) ?? [],
    [],
  );
  check(
    `${name}: OpenSTA reads the Liberty view: pins`,
    Number(/^PINS (\d+)$/m.exec(text)?.[1]),
    wires.length,
  );
  const reportOf = (what: string) => text.split(`== ${what}\n`)[1]?.split('\n== ')[0] ?? '';
  const { setupNs, holdNs, clockToSenseNs, senseToOutputNs, clockToDataNs } = ARCS;
  const times = [setupNs, holdNs, setupNs, clockToSenseNs, senseToOutputNs, clockToDataNs];
  for (const [at, [what, , pattern]] of paths.entries()) {
    check(`${name}: OpenSTA: ${what}, ns`, Number(pattern.exec(reportOf(what))?.[1]), times[at]);
  }
  const wordLine = reportOf('word line, setup');
  check(
    `${name}: OpenSTA: word lines are due at the falling clock`,
    /clock clk \(fall edge\)/.test(wordLine),
    true,
  );
}

/** Yosys: the Liberty view in place of the black box, which alone knows the parameters of its shape. */
async function synthesis({ name }: MacroPlan, folder: string): Promise<void> {
  const sources = (await readdir(path.join(folder, 'rtl'))).map((file) => `rtl/${file}`).join(' ');
  const blackbox = await readFile(path.join(folder, `blackbox/${name}_array.v`), 'utf8');
  const parameters = [...blackbox.matchAll(/^ +parameter (\w+)/gm)].map(([, parameter]) => parameter);
  const script = [
    `read_liberty -lib views/${name}_array.lib`,
    `read_verilog ${sources}`,
    `setparam ${parameters.map((parameter) => `-unset ${parameter}`).join(' ')} ${name}/u_array`,
    `hierarchy -check -top ${name}`,
    'proc',
    'check -assert',
  ].join('; ');
  const text = await run(folder, 'yosys', '-q', '-p', script);
  check(`${name}: Yosys takes the Liberty view for the analog macro`, text, '');
}

/** Subcircuits by name: what each holds, as Netgen lists it. */
function contentsOf(log: string): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const blocks = log.split(/^Contents of circuit 1: +Circuit: '/m).slice(1);
  return new Map(
    blocks.map((block) => {
      const own = block.split(/^Contents of circuit 2/m)[0]!;
      const classes = [...own.matchAll(/^ +Class: (\S+) +instances: +(\d+)$/gm)];
      return [/^[^']+/.exec(block)![0], new Map(classes.map(([, type, count]) => [type!, Number(count)]))];
    }),
  );
}

/** Netgen: reads the netlist and counts; told from one that lacks a cell. */
async function netlist(plan: MacroPlan, folder: string): Promise<void> {
  const { name, shape } = plan;
  const top = `${name}_array`;
  const file = `views/${top}.cdl`;
  const text = await readFile(path.join(folder, file), 'utf8');
  await writeFile(path.join(folder, 'same.cdl'), text);
  await writeFile(path.join(folder, 'broken.cdl'), text.replace(/^XC0 (?:[^\n]*\n\+)*[^\n]*\n/m, ''));
  await writeFile(path.join(folder, 'setup.tcl'), 'permute default\n');
  const compare = (other: string) =>
    run(folder, 'netgen-lvs', '-batch', 'lvs', `${file} ${top}`, `${other} ${top}`, 'setup.tcl', 'out.txt');
  const log = await compare('same.cdl');
  check(`${name}: Netgen reads the netlist`, /^Result: (.*)$/m.exec(log)?.[1], 'Circuits match uniquely.');
  const contents = contentsOf(log);
  const count = (type: string, within = top): number =>
    [...(contents.get(within) ?? [])].reduce(
      (sum, [inner, instances]) =>
        sum + instances * (Number(inner === `${top}_${type}`) + count(type, inner)),
      0,
    );
  const { rows, trimRows, columns, banks, referenceRows, referenceColumns } = shape;
  const cells = (rows + trimRows) * columns;
  const bits = 2 * cells + banks * referenceRows * referenceColumns;
  check(`${name}: Netgen counts the cells`, count('cell'), cells);
  check(`${name}: Netgen counts the bits, reference cells among them`, count('bit'), bits);
  check(`${name}: Netgen counts the sense amplifiers`, count('sense'), columns);
  // Where netlists differ, Netgen looks at every way to match them: minutes for a large one.
  if (cells > MOST_CELLS_TO_TELL) return;
  const broken = await compare('broken.cdl');
  const told = /do not match|Netlists differ|mismatch|no match/i.test(broken);
  check(`${name}: Netgen tells a netlist that lacks a cell`, told, true);
}

const root = await mkdtemp(path.join(tmpdir(), 'imcgen-views-'));
try {
  for (const plan of PLANS.filter(({ name }) => name.includes(process.argv[2] ?? ''))) {
    const folder = orThrow(await writePackage(path.join(root, plan.name), packageFiles(plan)));
    const wires = arrayPins(plan.shape);
    await magic(plan, folder, wires);
    await timing(plan, folder, wires);
    await synthesis(plan, folder);
    await netlist(plan, folder);
  }
} finally {
  await rm(root, { recursive: true, force: true });
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
