/**
 * Compiles, lints and elaborates the package of every configuration, macros and partial-sum units, looks for names above their
 * declarations, and co-simulates some with Verilator: `npm run lint:rtl`, or with a part of a configuration's name. Any output of a tool is a
 * failure; the one waiver is the package's own, of its empty black box.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { orThrow } from '../../generators/common/problems.js';
import { PSUM_PROOFS } from '../../generators/package/formal/proof.js';
import { packageFiles } from '../../generators/package/package.js';
import { psumFiles } from '../../generators/package/psum/package.js';
import { writePackage } from '../../generators/package/write.js';
import { CONFIGURATIONS, planOf } from '../fixtures/configurations.js';
import { usedBeforeDeclared } from '../fixtures/declared-before-use.js';
import { EVERY_EFFECT, withDie } from '../fixtures/dies.js';
import { CALIBRATED, MATRIX } from '../fixtures/matrix.js';
import { PSUM_LAYER, PSUM_MATRIX } from '../fixtures/psum.js';

/** The package of one configuration, on disk. */
interface Package {
  readonly configuration: string;
  readonly macro: string;
  /** What has to hold. */
  readonly checks: readonly Check[];
  readonly folder: string;
  /** Its Verilog files of some folders. */
  readonly verilog: (...folders: readonly string[]) => readonly string[];
  /** What stands above its declaration, in any of its Verilog files: Icarus 11 takes it, 13 refuses it. */
  readonly early: readonly string[];
}

/** One tool on one package: a command, run inside the package, that must succeed in silence. */
interface Check {
  readonly name: string;
  /** Macros that it is for; all where undefined. */
  readonly only?: readonly string[];
  readonly command: (made: Package) => readonly string[];
}

/** Two of the matrix and one of one cell that describe dies: their die views are checked, with every effect. */
const DIES = ['tiny', 'pair4', 'pair9'].map((name) => {
  const macros = [...CONFIGURATIONS, ...MATRIX.map(({ configuration }) => configuration)];
  const configuration = macros.find(({ config }) => config.name === name)!;
  const { config } = configuration;
  const named = { ...configuration, name: `${configuration.name}, with a die` };
  return withDie({ ...named, config: { ...config, name: `die_${name}` } }, EVERY_EFFECT);
});
const DIE_NAMES = DIES.map(({ config }) => config.name);
const ALL = [...CONFIGURATIONS, ...MATRIX.map(({ configuration }) => configuration), ...DIES];

const ICARUS = ['iverilog', '-g2005', '-Wall', '-t', 'null'];
const VERILATOR = ['verilator', '--lint-only', '-Wall'];
/** The command line as scripts/setup.mjs builds it. */
const IMCGEN = [process.execPath, fileURLToPath(new URL('../../dist/cli.js', import.meta.url))];

const CHECKS: readonly Check[] = [
  {
    name: 'iverilog, testbench',
    command: ({ macro }) => [...ICARUS, '-f', `${macro}.f`, `tb/${macro}_tb.v`],
  },
  {
    name: 'iverilog, black box',
    command: ({ verilog }) => [...ICARUS, ...verilog('rtl', 'blackbox')],
  },
  {
    name: 'verilator, model',
    command: ({ macro, verilog }) => [...VERILATOR, '--top-module', macro, ...verilog('rtl', 'model')],
  },
  {
    name: 'iverilog, digital equivalent',
    command: ({ verilog }) => [...ICARUS, ...verilog('rtl', 'digital')],
  },
  {
    name: 'verilator, digital equivalent, power pins',
    command: ({ macro, verilog }) => [
      ...[...VERILATOR, '-DUSE_POWER_PINS', '--top-module', macro],
      ...verilog('rtl', 'digital'),
    ],
  },
  {
    name: 'iverilog, die',
    only: DIE_NAMES,
    command: ({ verilog }) => [...ICARUS, ...verilog('rtl', 'die')],
  },
  {
    name: 'verilator, die, power pins',
    only: DIE_NAMES,
    command: ({ macro, verilog }) => [
      ...[...VERILATOR, '-DUSE_POWER_PINS', '--top-module', macro],
      ...verilog('rtl', 'die'),
    ],
  },
  {
    name: 'verilator, co-simulation of a die',
    only: ['die_tiny', 'die_pair4'],
    command: () => [...IMCGEN, 'cosim', '.', '--view', 'die', '--simulator', 'verilator', '--quiet'],
  },
  {
    name: 'yosys, digital equivalent synthesizes without latches',
    // A yosys run costs by cells: the small ones.
    only: ['tiny', 'odd', 'one_row', 'clipped', 'pair4', 'pair9'],
    command: ({ macro, verilog }) => [
      ...['yosys', '-q', '-p'],
      `read_verilog -DSYNTHESIS ${verilog('rtl', 'digital').join(' ')}; synth -top ${macro}; check -assert; select -assert-none t:$_DLATCH*`,
    ],
  },
  {
    name: 'iverilog, proofs',
    command: ({ verilog }) => [...ICARUS, ...verilog('rtl', 'blackbox', 'formal')],
  },
  ...['decoder', 'ramp', 'columns', 'conversion', 'bus'].map((proof) => ({
    name: `verilator, proof of ${proof}`,
    only: ['tiny', 'odd', 'one_row', 'fine', 'pair4', 'pair8', 'pair10', 'pair13', 'wishbone_sync_low'],
    command: ({ macro, verilog }: Package) => [
      ...[...VERILATOR, '--top-module', `${macro}_prove_${proof}`],
      ...[`blackbox/${macro}_array.vlt`, ...verilog('rtl', 'blackbox', 'formal')],
    ],
  })),
  ...['streams', 'columns', 'decoder', 'conversion'].map((proof) => ({
    name: `verilator, proof of ${proof} with streams`,
    only: ['stream2', 'stream6', 'stream11', 'stream12'],
    command: ({ macro, verilog }: Package) => [
      ...[...VERILATOR, '--top-module', `${macro}_prove_${proof}`],
      ...[`blackbox/${macro}_array.vlt`, ...verilog('rtl', 'blackbox', 'formal')],
    ],
  })),
  ...['columns', 'decoder', 'conversion'].map((proof) => ({
    name: `verilator, proof of ${proof} with packed words`,
    only: ['packed2', 'packed3', 'packed8', 'packed9'],
    command: ({ macro, verilog }: Package) => [
      ...[...VERILATOR, '--top-module', `${macro}_prove_${proof}`],
      ...[`blackbox/${macro}_array.vlt`, ...verilog('rtl', 'blackbox', 'formal')],
    ],
  })),
  ...['calibration', 'conversion'].map((proof) => ({
    name: `verilator, proof of ${proof} of macros that calibrate themselves`,
    only: CALIBRATED.map(({ configuration }) => configuration.config.name),
    command: ({ macro, verilog }: Package) => [
      ...[...VERILATOR, '--top-module', `${macro}_prove_${proof}`],
      ...[`blackbox/${macro}_array.vlt`, ...verilog('rtl', 'blackbox', 'formal')],
    ],
  })),
  {
    name: 'verilator, black box',
    command: ({ macro, verilog }) => [
      ...[...VERILATOR, '--top-module', macro],
      ...[`blackbox/${macro}_array.vlt`, ...verilog('rtl', 'blackbox')],
    ],
  },
  {
    name: 'yosys, black box',
    command: ({ macro, verilog }) => [
      ...['yosys', '-q', '-p'],
      `read_verilog ${verilog('rtl', 'blackbox').join(' ')}; hierarchy -check -top ${macro}; proc; check -assert`,
    ],
  },
  {
    name: 'verilator, co-simulation',
    // Asynchronous and synchronous reset, both input codings, every bus; to compile one takes 5 s.
    only: [
      'tiny',
      'odd',
      'banked',
      'axi4lite_async_low',
      'wishbone_sync_low',
      'wishbone_pipelined_sync_high',
      'calibrated3',
    ],
    command: () => [...IMCGEN, 'cosim', '.', '--simulator', 'verilator', '--conversions', '24', '--quiet'],
  },
];

/** A simulation of seconds: to optimise the C++ of Verilator takes longer. */
const QUICK_BUILD = 'VM_PARALLEL_BUILDS=0 OPT_FAST=-O0 OPT_GLOBAL=-O0';

/** What a tool complained about, or undefined. */
async function complaint(check: Check, made: Package): Promise<string | undefined> {
  const [tool, ...args] = check.command(made);
  const result = await execa(tool!, args, {
    ...{ cwd: made.folder, all: true, reject: false, stdin: 'ignore' },
    env: { MAKEFLAGS: QUICK_BUILD },
  });
  const output = result.all.trim();
  if (result.exitCode === 0 && output === '') return undefined;
  return output === '' ? `${tool} ends with ${result.exitCode ?? result.code}` : output;
}

/** The same of a partial-sum unit: its Verilog is all of one folder, and its proofs. */
const UNIT_CHECKS: readonly Check[] = [
  {
    name: 'iverilog, testbench',
    command: ({ macro }) => [...ICARUS, '-f', `${macro}.f`, `tb/${macro}_tb.v`],
  },
  {
    name: 'verilator',
    command: ({ macro, verilog }) => [...VERILATOR, '--top-module', macro, ...verilog('rtl')],
  },
  {
    name: 'yosys',
    command: ({ macro, verilog }) => [
      ...['yosys', '-q', '-p'],
      `read_verilog ${verilog('rtl').join(' ')}; hierarchy -check -top ${macro}; proc; check -assert`,
    ],
  },
  { name: 'iverilog, proofs', command: ({ verilog }) => [...ICARUS, ...verilog('rtl', 'formal')] },
  ...PSUM_PROOFS.map((proof) => ({
    name: `verilator, proof of ${proof}`,
    command: ({ macro, verilog }: Package) => [
      ...[...VERILATOR, '--top-module', `${macro}_prove_${proof}`],
      ...[...verilog('rtl'), `formal/${macro}_prove_${proof}.v`],
    ],
  })),
];

/** What is linted: the macros, and the partial-sum units. */
const EVERYTHING = [
  ...ALL.map((configuration) => ({
    name: configuration.name,
    macro: configuration.config.name,
    checks: CHECKS,
    files: () => packageFiles(planOf(configuration)),
  })),
  ...[PSUM_LAYER, ...PSUM_MATRIX].map((plan) => ({
    name: plan.name,
    macro: plan.name,
    checks: UNIT_CHECKS,
    files: () => psumFiles(plan),
  })),
];

/** Writes a package into a folder. */
async function write({ name, macro, checks, files: make }: (typeof EVERYTHING)[number], to: string) {
  const files = make();
  const folder = orThrow(await writePackage(to, files));
  const verilog = files.filter((file) => file.path.endsWith('.v'));
  const paths = verilog.map((file) => file.path);
  const made: Package = {
    configuration: name,
    ...{ macro, checks },
    folder,
    verilog: (...folders) => paths.filter((file) => folders.includes(path.dirname(file))),
    early: verilog.flatMap(({ path: file, text }) =>
      usedBeforeDeclared(text).map(
        ({ name, used, declared }) => `${file}:${used}: ${name} is declared in line ${declared}`,
      ),
    ),
  };
  return made;
}

const root = await mkdtemp(path.join(tmpdir(), 'imcgen-lint-'));
let passed = 0;
let failed = 0;
const report = (check: string, configuration: string, found: string | undefined) => {
  if (found === undefined) passed++;
  else {
    failed++;
    process.stdout.write(`${check}: ${configuration}\n${found}\n\n`);
  }
};
try {
  const unwritten = EVERYTHING.filter(({ name }) => name.includes(process.argv[2] ?? ''));
  const jobs: { readonly made: Package; readonly check: Check }[] = [];
  /** One package after the other is written, while tools look at those before it. */
  const next = async (): Promise<(typeof jobs)[number] | undefined> => {
    while (jobs.length === 0) {
      const one = unwritten.shift();
      if (one === undefined) return undefined;
      const made = await write(one, path.join(root, String(unwritten.length)));
      const { configuration, macro, early } = made;
      report('declared before use', configuration, early.length === 0 ? undefined : early.join('\n'));
      const checks = made.checks.filter(({ only }) => only?.includes(macro) ?? true);
      jobs.push(...checks.map((check) => ({ made, check })));
    }
    return jobs.shift();
  };
  const worker = async () => {
    for (let job = await next(); job !== undefined; job = await next()) {
      report(job.check.name, job.made.configuration, await complaint(job.check, job.made));
    }
  };
  await Promise.all([worker(), worker()]);
} finally {
  await rm(root, { recursive: true, force: true });
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
