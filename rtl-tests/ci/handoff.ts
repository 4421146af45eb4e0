/**
 * The hand-off of a macro to physical design, on four configurations that have all readouts between them:
 * `npm run handoff`, or with a part of a configuration's name. Every step runs on the generated package with a
 * real library (OSU 0.18 um, of qflow); each prints `ok` or `FAILED` with its time. Beside it static timing of
 * 256 x 128 with every bus and every readout, in one table; with `--all` of every bus with every readout. The netlist of
 * 256 x 128 is proved to be the Verilog; `--all` simulates it too, which takes minutes.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { engineOf } from '../../generators/checks/formal/engines.js';
import { isProved, proveMacro } from '../../generators/checks/formal/prove.js';
import { proveEquivalence } from '../../generators/checks/synth/equivalence.js';
import { type Synthesis, simulateGates, synthesize } from '../../generators/checks/synth/synth.js';
import { describeProblem, InvalidInput, orThrow } from '../../generators/common/problems.js';
import type { MacroPlan } from '../../generators/macro/plan/plan.js';
import { GENERIC_LIBRARY } from '../../generators/package/flow/synthesis.js';
import { packageFiles } from '../../generators/package/package.js';
import { writePackage } from '../../generators/package/write.js';
import {
  CONFIGURATIONS,
  type Configuration,
  growingReferences,
  levelsFrom,
  planOf,
} from '../fixtures/configurations.js';
import {
  closes,
  LEAST_SLACK_SHARE,
  type TimedMacro,
  timedConfigurations,
  timedMacro,
  timingTable,
} from './handoff-timing.js';

const OSU018 = '/usr/share/qflow/tech/osu018/osu018_stdcells.lib';
const CELLS = OSU018.replace(/\.lib$/, '.v');

const odd = CONFIGURATIONS.find(({ config }) => config.name === 'odd')!;

const { values: options, positionals } = parseArgs({
  options: { all: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [largest, ...timed] = timedConfigurations(options.all);

/**
 * 256 x 128 unsigned with 4 bits, small signed with packed words, small with streams, odd sizes, one column; between them every readout and reset. The
 * largest comes first: the others are done beside it.
 */
const HANDOFFS: readonly Configuration[] = [
  largest!,
  {
    name: '16 x 8, signed, 3 bits, capture, packed words',
    config: {
      name: 'small_signed',
      array: { rows: 16, columns: 8 },
      input: { bits: 4, signed: true },
      adc: { bits: 3, readout: 'capture', reference: { columns: 3, rows: 19, offsetRows: 4 } },
      output: { bits: 6, signed: true },
      packedWords: true,
      bus: 'wishbone',
      reset: 'sync_low',
    },
    levels: [levelsFrom('signed', [-8, -5, -2, 1, 3, 7, 12])],
  },
  {
    name: '12 x 6, streams of 4 bytes in and 2 out, early stop',
    config: {
      name: 'small_streams',
      array: { rows: 12, columns: 6 },
      input: { bits: 4 },
      adc: { bits: 3, earlyStop: true, reference: { columns: 3, rows: 14 } },
      output: { bits: 6 },
      streams: { inputBytes: 4, outputBytes: 2 },
      bus: 'wishbone_pipelined',
      reset: 'sync_high',
    },
    levels: [levelsFrom('streamed', growingReferences(3, 1, 4))],
  },
  {
    ...odd,
    name: '3 x 5, signed, pulse width, no double buffer, column_lut',
    config: { ...odd.config, adc: { ...odd.config.adc, readout: 'column_lut' } },
  },
  {
    name: '6 x 1, two banks, falling ramp, broadcast',
    config: {
      name: 'one_column',
      array: { rows: 6, columns: 1 },
      input: { bits: 3, coding: 'pwm' },
      adc: { bits: 2, readout: 'broadcast', ramp: 'falling', reference: { columns: 2, rows: 6 } },
      output: { bits: 5 },
      bus: 'axi4lite',
      reset: 'async_high',
    },
    levels: [levelsFrom('a', growingReferences(2, 1, 3)), levelsFrom('b', growingReferences(2, 2, 3))],
  },
];

/** Rows of the macros of the table. */
const LARGE = 256;

/** A package on its way. */
interface HandOff {
  readonly plan: MacroPlan;
  readonly folder: string;
  /** What synthesis made of it; the first step gives it. */
  synthesis?: Synthesis;
}

/** One step; what it says is printed, what it throws fails it. */
interface Step {
  readonly name: string;
  /** Macros that it is for; all where undefined. */
  readonly only?: readonly string[];
  /** 256 x 128 takes it with `--all`. */
  readonly long?: true;
  readonly run: (made: HandOff) => Promise<string>;
}

const BY_HAND = 'one_column';

const STEPS: readonly Step[] = [
  {
    name: 'synthesis and static timing',
    run: async (made) => {
      made.synthesis = await synthesize(made.folder, {
        liberty: OSU018,
        timing: 'required',
        gateLevel: false,
        equivalence: false,
      });
      const { area, timing } = made.synthesis;
      if ('notRun' in timing) throw new Error(timing.notRun);
      if (timing.holdSlackNs < -1e-9) throw new Error(`hold slack ${timing.holdSlackNs} ns`);
      const clock = `${(1000 / timing.shortestNs).toFixed(0)} MHz`;
      const slack = `setup slack ${timing.setupSlackNs.toFixed(2)} ns at ${timing.targetNs} ns`;
      return `${area.total.cells} cells, ${area.total.flops} flip-flops, ${slack}, at most ${clock}`;
    },
  },
  {
    name: 'gate level against the golden model',
    long: true,
    run: async ({ plan, folder, synthesis }) => {
      const netlist = synthesis!.files.find(({ path: file }) => file.endsWith('_netlist.v'))!.text;
      const { passed, checks, cycles, mismatches } = await simulateGates(folder, plan, netlist, [CELLS]);
      if (!passed) throw new Error(`${mismatches.length} mismatches`);
      return `${checks} checks in ${cycles} cycles, 0 mismatches`;
    },
  },
  {
    name: 'netlist proved to be the Verilog',
    run: async ({ plan, synthesis }) => {
      const { proved, blocks, complaint } = await proveEquivalence(plan.name, synthesis!.files);
      if (!proved) throw new Error(`${blocks.find((block) => !block.proved)?.module}: ${complaint}`);
      return `${blocks.length} modules, ${blocks.reduce((sum, { nets }) => sum + nets, 0)} pairs of nets`;
    },
  },
  {
    name: 'properties of the Verilog proved',
    run: async ({ plan, folder }) => {
      const engine = await engineOf('auto');
      const results = await proveMacro(folder, plan, { engine, jobs: availableParallelism() });
      const open = results.filter((result) => !isProved(result)).map(({ proof }) => proof.title);
      if (open.length > 0) throw new Error(`not proved: ${open.join(', ')}`);
      const properties = results.reduce((sum, { proof }) => sum + proof.properties.length, 0);
      return `${properties} properties in ${results.length} proofs, ${engine.name}`;
    },
  },
  {
    name: 'scripts of the package by hand: native Yosys, generic library',
    only: [BY_HAND],
    run: ({ plan, folder }) => byHand(plan, folder, GENERIC_LIBRARY, []),
  },
  {
    name: 'the same with the real library, and OpenSTA',
    only: [BY_HAND],
    run: async ({ plan, folder }) => {
      const script = path.join(folder, 'syn', `${plan.name}.ys`);
      const { stdout } = await execa('sed', [
        '-e',
        `s#${GENERIC_LIBRARY}#${OSU018}#`,
        '-e',
        '/^hilomap/d',
        script,
      ]);
      await writeFile(script, stdout);
      return byHand(plan, folder, OSU018, [`syn/${plan.name}_sta.tcl`]);
    },
  },
];

/** Runs the scripts of a package as its README says, with the tools that are installed. */
async function byHand(
  { name }: MacroPlan,
  cwd: string,
  library: string,
  timing: readonly string[],
): Promise<string> {
  await execa('yosys', ['-q', '-s', `syn/${name}.ys`], { cwd });
  for (const script of timing) {
    const { stdout } = await execa('sta', ['-no_splash', '-exit', script], {
      cwd,
      env: { LIBERTY: library },
    });
    const slack = /^setup_slack_ns (\S+)$/m.exec(stdout)?.[1];
    if (/^Error/m.test(stdout) || slack === undefined) throw new Error(stdout);
    return `setup slack ${Number(slack).toFixed(2)} ns`;
  }
  return `syn/${name}_netlist.v`;
}

const filter = positionals[0] ?? '';
const root = await mkdtemp(path.join(tmpdir(), 'imcgen-handoff-'));
let passed = 0;
let failed = 0;
const table: TimedMacro[] = [];

/** Steps on one macro; their lines are printed together. */
async function handOff(configuration: Configuration, steps: readonly Step[]): Promise<void> {
  const lines = [configuration.name];
  const plan = planOf(configuration);
  const folder = orThrow(await writePackage(path.join(root, plan.name), packageFiles(plan)));
  const made: HandOff = { plan, folder };
  const begun = performance.now();
  for (const step of steps) {
    if (step.only?.includes(plan.name) === false) continue;
    if (step.long && plan.shape.rows === LARGE && !options.all) continue;
    const started = performance.now();
    const line = (state: string, text: string) =>
      lines.push(`  ${state.padEnd(6)} ${secondsSince(started)} s  ${step.name}: ${text}`);
    try {
      line('ok', await step.run(made));
      passed++;
    } catch (error) {
      const problems = error instanceof InvalidInput ? error.problems.map(describeProblem).join('\n') : error;
      line('FAILED', String(problems));
      failed++;
      // The steps that follow need its netlist.
      if (made.synthesis === undefined) break;
    }
  }
  if (made.synthesis !== undefined && plan.shape.rows === LARGE) table.push(timedMacro(made.synthesis));
  console.log([...lines, `         ${secondsSince(begun)} s  together`].join('\n'));
}

const secondsSince = (start: number) => ((performance.now() - start) / 1000).toFixed(1).padStart(6);

try {
  // The longest first.
  const [first, ...others] = HANDOFFS.map((configuration) => ({ configuration, steps: STEPS }));
  const timing = timed.map((configuration) => ({ configuration, steps: STEPS.slice(0, 1) }));
  const waiting = [first!, ...timing, ...others].filter(({ configuration: { name } }) =>
    name.includes(filter),
  );
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await handOff(next.configuration, next.steps);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
} finally {
  await rm(root, { recursive: true, force: true });
}
if (table.length > 0) {
  const open = table.filter((macro) => !closes(macro)).length;
  failed += open;
  passed += table.length - open;
  const share = `${100 * LEAST_SLACK_SHARE} %`;
  console.log(
    timingTable(table)
      .map((line) => `  ${line}`)
      .join('\n'),
  );
  console.log(
    `  ${open === 0 ? 'ok' : 'FAILED'}: ${table.length - open} of ${table.length} leave ${share} of the period`,
  );
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
