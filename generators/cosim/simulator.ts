import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { MissingTool } from '../problems.js';

export type Simulator = 'icarus' | 'verilator';

/** One run of a package's testbench. */
export interface SimulationRun {
  /** The generated package. */
  readonly folder: string;
  readonly macro: string;
  /** Folder with operations.txt and trace.txt. */
  readonly vectors: string;
  readonly simulator: Simulator;
  /** File of an array model that takes the place of the package's. */
  readonly arrayModel?: string;
  /** Verilog parameters to override on the testbench. */
  readonly parameters?: ReadonlyMap<string, number>;
  readonly dump?: { readonly file: string; readonly format: 'vcd' | 'fst' };
  readonly signal?: AbortSignal;
}

export interface SimulationOutput {
  readonly lines: readonly string[];
  /** Seconds that the simulation itself took, without compiling. */
  readonly seconds: number;
}

/** What simulators say of themselves; such lines name files, whatever these are called. */
const REMARK = /^(VCD info: dumpfile |FST info: dumpfile |- .*: Verilog \$finish$)/;

/**
 * Compiles and runs the testbench of a package.
 *
 * @throws MissingTool where the simulator is not installed
 * @throws Error where the Verilog does not compile cleanly: any warning is an error
 */
export async function simulate(run: SimulationRun): Promise<SimulationOutput> {
  const build = await mkdtemp(path.join(tmpdir(), 'imcgen-'));
  try {
    const command =
      run.simulator === 'icarus' ? await buildIcarus(run, build) : await buildVerilator(run, build);
    const plusArguments = [
      `+vectors=${path.resolve(run.vectors)}`,
      ...(run.dump ? [`+dump=${path.resolve(run.dump.file)}`] : []),
    ];
    const started = performance.now();
    const { all } = await execa(command[0]!, [...command.slice(1), ...plusArguments], {
      stdin: 'ignore',
      all: true,
      reject: false,
      ...(run.signal && { cancelSignal: run.signal }),
    });
    const lines = all.split('\n').filter((line) => !REMARK.test(line));
    return { lines, seconds: (performance.now() - started) / 1000 };
  } finally {
    await rm(build, { recursive: true, force: true });
  }
}

async function buildIcarus(run: SimulationRun, build: string): Promise<string[]> {
  const output = path.join(build, 'sim.vvp');
  const overrides = [...(run.parameters ?? [])].map(([name, value]) => `-P${run.macro}_tb.${name}=${value}`);
  await compile(
    'iverilog',
    ['-g2005', '-Wall', ...overrides, '-s', `${run.macro}_tb`, '-o', output, ...(await sources(run))],
    run.signal,
  );
  return ['vvp', '-n', '-N', output, ...(run.dump?.format === 'fst' ? ['-fst'] : [])];
}

async function buildVerilator(run: SimulationRun, build: string): Promise<string[]> {
  const overrides = [...(run.parameters ?? [])].map(([name, value]) => `-G${name}=${value}`);
  const dump = run.dump === undefined ? [] : [run.dump.format === 'fst' ? '--trace-fst' : '--trace'];
  await compile(
    'verilator',
    [
      ...['--binary', '--timing', '-j', '2', '-O3', '--x-assign', 'fast', '--Mdir', build],
      ...['--top-module', `${run.macro}_tb`, '-o', 'sim', ...dump, ...overrides, ...(await sources(run))],
    ],
    run.signal,
  );
  return [path.join(build, 'sim')];
}

async function sources({ folder, macro, arrayModel }: SimulationRun): Promise<string[]> {
  const rtl = (await readdir(path.join(folder, 'rtl'))).filter((file) => file.endsWith('.v')).sort();
  return [
    ...rtl.map((file) => path.join(folder, 'rtl', file)),
    arrayModel ?? path.join(folder, 'model', `${macro}_array.v`),
    path.join(folder, 'tb', `${macro}_tb.v`),
  ];
}

async function compile(
  tool: 'iverilog' | 'verilator',
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const result = await execa(tool, args, {
    stdin: 'ignore',
    all: true,
    reject: false,
    ...(signal && { cancelSignal: signal }),
  });
  if ((result as { code?: string }).code === 'ENOENT') throw new MissingTool(tool, `apt-get install ${tool}`);
  // Verilator takes warnings for errors itself, and lets make and the C++ compiler speak.
  const unclean = tool === 'iverilog' && result.all.trim() !== '';
  if (result.exitCode !== 0 || unclean) {
    throw new Error(`${tool} does not compile this package cleanly:\n${result.all}`);
  }
}
