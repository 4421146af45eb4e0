import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stage } from '../../common/files/writer.js';
import { InvalidInput } from '../../common/problems.js';
import { unreadable } from '../../common/system-errors.js';
import { runTool, type ToolName } from '../../common/tool.js';
import { compilerProblems } from './compiler-problems.js';
import { scalarOutputs } from './netlist.js';

/** Icarus Verilog, or Verilator, which takes longer to compile and less to run. */
export type Simulator = 'icarus' | 'verilator';

/** The commands that a simulator consists of. */
export const COMMANDS = {
  icarus: ['iverilog', 'vvp'],
  verilator: ['verilator', 'make', 'g++'],
} as const satisfies Readonly<Record<Simulator, readonly ToolName[]>>;

/** View of the analog macro that is simulated: its behavioural model, its digital equivalent, or one die. */
export type ArrayView = 'model' | 'digital' | 'die';

/** Cells of the behavioural model at power-up, where not 0: random ones, or unknown ones (Icarus alone knows any). */
export interface PowerUp {
  /** What the cells hold until they are written. */
  readonly contents: 'random' | 'x';
  /** Same seed, same random cells. */
  readonly seed: number;
}

/** Library cells in place of the package's own Verilog; the blocks of the top level are modules of their own. */
export interface MappedNetlist {
  /** Its text. */
  readonly verilog: string;
  /** Files with the Verilog models of its cells. */
  readonly cells: readonly string[];
}

/** One run of a package's testbench. */
export interface SimulationRun {
  /** The generated package. */
  readonly folder: string;
  /** Name of its macro. */
  readonly macro: string;
  /** Folder with operations.txt and trace.txt. */
  readonly vectors: string;
  /** What to compile and run it with. */
  readonly simulator: Simulator;
  /** View of the analog macro, `none` where there is none; default: the behavioural model. */
  readonly view?: ArrayView | 'none';
  /** A mapped netlist in place of `rtl/`, on Icarus. */
  readonly netlist?: MappedNetlist;
  /** File of an array model that takes the place of the package's. */
  readonly arrayModel?: string;
  /** Verilog parameters to override on the testbench. */
  readonly parameters?: ReadonlyMap<string, number>;
  /** Cells until they are written; default: all 0. */
  readonly powerUp?: PowerUp;
  /** Seed of the die, with the view `die`; default: that of the config. */
  readonly dieSeed?: number;
  /** Waveform to write; default: none. */
  readonly dump?: {
    /** Replaced where it is there; it appears complete or not at all. */
    readonly file: string;
    /** VCD is text that every viewer reads, FST is many times smaller. */
    readonly format: 'vcd' | 'fst';
  };
  /** Ends the run and all that it started. */
  readonly signal?: AbortSignal;
}

export interface SimulationOutput {
  readonly lines: readonly string[];
  /** Seconds that the simulation itself took, without compiling. */
  readonly seconds: number;
}

/** What simulators say of themselves; such lines name files, whatever these are called. */
export const REMARK =
  /^(VCD info: dumpfile |FST info: dumpfile |- .*: Verilog \$finish$|.*:\d+: \$finish(\(\d\))? called at \d+ \(\d+\w+\)\s*$)/;

/**
 * Compiles and runs the testbench of a package.
 *
 * @throws MissingTool where the simulator is not installed
 * @throws InvalidInput where the Verilog does not compile cleanly, naming file and line: any warning is an error
 * @throws Interrupted where `signal` aborts; nothing is left running or lying about
 */
export async function simulate(run: SimulationRun): Promise<SimulationOutput> {
  const dump = run.dump && stage(run.dump.file);
  const build = await mkdtemp(path.join(tmpdir(), 'imcgen-'));
  try {
    const command =
      run.simulator === 'icarus' ? await buildIcarus(run, build) : await buildVerilator(run, build);
    const plusArguments = [
      `+vectors=${path.resolve(run.vectors)}`,
      ...(run.powerUp ? [`+cells=${run.powerUp.contents}`, `+seed=${run.powerUp.seed}`] : []),
      ...(run.dieSeed === undefined ? [] : [`+die=${run.dieSeed}`]),
      ...(dump ? [`+dump=${dump.name}`] : []),
    ];
    const started = performance.now();
    const args = [...command.slice(1), ...plusArguments];
    const { output } = await runTool(command[0]!, args, run.signal, dump ? { cwd: dump.cwd } : {});
    dump?.place();
    const lines = output.split('\n').filter((line) => !REMARK.test(line));
    return { lines, seconds: (performance.now() - started) / 1000 };
  } finally {
    dump?.discard();
    await rm(build, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function buildIcarus(run: SimulationRun, build: string): Promise<string[]> {
  const output = path.join(build, 'sim.vvp');
  const overrides = overridden(run, (name, value) => `-P${run.macro}_tb.${name}=${value}`);
  const [flags, hardware] =
    run.netlist === undefined ? [['-Wall'], []] : await netlistSources(run.netlist, build);
  await compile(
    'iverilog',
    ['-g2005', ...flags, ...overrides, '-s', `${run.macro}_tb`, '-o', output]
      .concat(hardware)
      .concat(await sources(run)),
    run,
  );
  return ['vvp', '-n', '-N', output, ...(run.dump?.format === 'fst' ? ['-fst'] : [])];
}

/** Cells with their typical delays; what compilers remark of other people's models is no failure. */
async function netlistSources(
  { verilog, cells }: MappedNetlist,
  build: string,
): Promise<[flags: string[], files: string[]]> {
  const netlist = path.join(build, 'netlist.v');
  await writeFile(netlist, scalarOutputs(verilog));
  return [
    ['-gspecify', '-Ttyp', '-DGATE_LEVEL'],
    [netlist, ...cells],
  ];
}

/** Arguments that override parameters of the testbench, and make it hand them to the macro. */
function overridden(
  { parameters }: SimulationRun,
  argument: (name: string, value: number) => string,
): string[] {
  if (parameters === undefined) return [];
  return ['-DOVERRIDE_PARAMETERS', ...[...parameters].map(([name, value]) => argument(name, value))];
}

async function buildVerilator(run: SimulationRun, build: string): Promise<string[]> {
  const overrides = overridden(run, (name, value) => `-G${name}=${value}`);
  const dump = run.dump === undefined ? [] : [run.dump.format === 'fst' ? '--trace-fst' : '--trace'];
  await compile(
    'verilator',
    [
      ...['--binary', '--timing', '-j', '2', '-O3', '--x-assign', 'fast', '--Mdir', build],
      ...['--top-module', `${run.macro}_tb`, '-o', 'sim', ...dump, ...overrides, ...(await sources(run))],
    ],
    run,
  );
  return [path.join(build, 'sim')];
}

/** Verilog of the package; a netlist takes the place of its `rtl/`. */
async function sources(run: SimulationRun): Promise<string[]> {
  const { folder, macro, view = 'model', arrayModel, netlist } = run;
  const rtl = netlist === undefined ? await verilogIn(folder, 'rtl') : [];
  const array =
    arrayModel !== undefined ? [arrayModel] : view === 'none' ? [] : await verilogIn(folder, view);
  return [...rtl, ...array, path.join(folder, 'tb', `${macro}_tb.v`)];
}

/** Verilog files in one folder of a package. */
async function verilogIn(folder: string, part: string): Promise<string[]> {
  const files = await readdir(path.join(folder, part)).catch((error: NodeJS.ErrnoException) => {
    const problem = unreadable(path.join(folder, part), error, 'Generate the package again.');
    throw new InvalidInput([error.code === 'ENOENT' ? { ...problem, message: 'no such folder' } : problem]);
  });
  return files
    .filter((file) => file.endsWith('.v'))
    .sort()
    .map((file) => path.join(folder, part, file));
}

async function compile(
  tool: 'iverilog' | 'verilator',
  args: readonly string[],
  { folder, signal, netlist }: SimulationRun,
): Promise<void> {
  const { output, exitCode } = await runTool(tool, args, signal);
  // Verilator takes warnings for errors itself, and lets make and the C++ compiler speak.
  const unclean = tool === 'iverilog' && netlist === undefined && output.trim() !== '';
  if (exitCode !== 0 || unclean) throw new InvalidInput(compilerProblems(tool, output, folder));
}
