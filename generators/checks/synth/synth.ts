import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { InvalidInput, MissingTool, orThrow } from '../../common/problems.js';
import { unreadable } from '../../common/system-errors.js';
import { requireTools } from '../../common/tool.js';
import { configHash } from '../../macro/config/hash.js';
import { planOfPackage } from '../../macro/plan/file.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import { GENERIC_LIBRARY, keptBlocks, synthesisScripts } from '../../package/flow/synthesis.js';
import type { PackageFile } from '../../package/text/contribution.js';
import { buildVectors, PACKAGED } from '../../package/vectors/vectors.js';
import { type CosimResult, runVectors } from '../cosim/cosim.js';
import { COMMANDS } from '../cosim/simulator.js';
import { yosysBuiltin } from '../yosys/builtin.js';
import { type AreaReport, areaReport, latchesIn } from './area.js';
import { type CriticalPath, explainPath } from './critical-path.js';
import { type Equivalence, proveEquivalence } from './equivalence.js';
import { type Library, loadLibrary } from './library.js';
import { constantEnds, type MisdrivenNets, misdrivenNets, type Netlist, readNetlist } from './netlist.js';
import { analyseTiming, type Timing } from './timing.js';

export interface SynthesisOptions {
  /** Liberty file; the generic library of the package where undefined. */
  readonly liberty?: string | undefined;
  /** Target clock period, ns; that of the config where undefined. */
  readonly clockNs?: number | undefined;
  /** `auto`: where the library has delays and OpenSTA is installed. */
  readonly timing: 'auto' | 'required' | 'off';
  /** Simulate the netlist with the vectors of the package. */
  readonly gateLevel: boolean;
  /** Verilog models of the library's cells; by default the file beside the Liberty file that ends in `.v`. */
  readonly cells?: string | undefined;
  /** Prove the netlist equal to the Verilog of the package. */
  readonly equivalence: boolean;
  readonly signal?: AbortSignal;
  /** Told of the steps that are done, of how many there are, and of what goes on. */
  readonly progress?: (done: number, total: number, name: string) => void;
}

export interface Synthesis {
  readonly macro: string;
  /** Hash of config and levels of the package, whatever clock was asked for. */
  readonly sha256: string;
  readonly plan: MacroPlan;
  readonly library: Library;
  /** `Yosys 0.55`. */
  readonly yosys: string;
  readonly area: AreaReport;
  readonly nets: MisdrivenNets;
  readonly timing: (Timing & { readonly path: CriticalPath }) | { readonly notRun: string };
  /** Undefined where it was not asked for. */
  readonly gateLevel: CosimResult | undefined;
  /** Undefined where it was not asked for. */
  readonly equivalence: Equivalence | undefined;
  /** All that the scripts read and wrote: what `-o` keeps, and what runs again there. */
  readonly files: readonly PackageFile[];
}

/**
 * Maps the digital part of a package to library cells, checks and measures it.
 *
 * @throws InvalidInput where the package, the library or the netlist is not as it must be: latches, nets with
 *         several drivers or none, cells that the library lacks
 * @throws MissingTool where a tool that was asked for is not installed
 */
export async function synthesize(folder: string, options: SynthesisOptions): Promise<Synthesis> {
  const { signal } = options;
  const packaged = orThrow(await planOfPackage(folder));
  const plan = withClock(packaged, options.clockNs);
  const { name } = plan;
  const sources = await readSources(folder, plan);
  const library = orThrow(await loadLibrary(options.liberty ?? path.join(folder, GENERIC_LIBRARY)));
  if (options.timing === 'required' && !library.liberty.timed) {
    const message = 'has no delays, so there is nothing to time';
    const fix = 'Name a library that has, with --liberty.';
    throw new InvalidInput([{ file: library.file, path: '', message, fix }]);
  }
  if (options.timing === 'required') requireTools('sta');
  if (options.gateLevel) requireTools(...COMMANDS.icarus);
  const cells = options.gateLevel ? cellModels(library, options.cells) : undefined;
  const inputs = [
    ...sources,
    ...synthesisScripts(plan, sources, library.mapping),
    { path: library.mapping.path, text: library.text },
  ];
  const blocks = keptBlocks(plan);
  const proofs = options.equivalence ? [...blocks.map(({ module }) => module), name] : [];
  const steps = ['mapping', 'static timing', ...(cells ? ['gate level'] : []), ...proofs];
  const show = (step: string, detail = '') =>
    options.progress?.(steps.indexOf(step), steps.length, `${step}${detail}`);

  const mapped = await mapToCells(folder, plan, inputs, library, signal, (pass) =>
    show('mapping', `: ${pass}`),
  );
  const files = [...inputs, ...mapped.files];
  show('static timing');
  const timed = await timeNetlist(plan, files, mapped.netlist, library, options);
  if (cells) show('gate level');
  const netlist = fileOf(files, `syn/${name}_netlist.v`);
  return {
    macro: name,
    sha256: configHash(packaged),
    plan,
    library,
    yosys: mapped.version,
    area: areaReport(plan, mapped.netlist, blocks, library),
    nets: mapped.nets,
    timing: timed,
    gateLevel: cells && (await simulateGates(folder, plan, netlist, cells, signal)),
    equivalence: options.equivalence
      ? await proveEquivalence(name, files, { signal, onBlock: show })
      : undefined,
    files,
  };
}

/** The netlist in place of `rtl/` in the testbench of the package, on its own vectors. */
export async function simulateGates(
  folder: string,
  plan: MacroPlan,
  verilog: string,
  cells: readonly string[],
  signal?: AbortSignal,
): Promise<CosimResult> {
  const common = { folder, simulator: 'icarus' as const, netlist: { verilog, cells } };
  return runVectors(plan, buildVectors(plan, PACKAGED), signal ? { ...common, signal } : common);
}

function withClock(plan: MacroPlan, clockNs: number | undefined): MacroPlan {
  if (clockNs === undefined) return plan;
  const timing = { ...plan.config.timing, clockNs };
  return { ...plan, config: { ...plan.config, timing } };
}

/** Verilog of the package as it is on disk, in the order of its file list, and the Liberty view of its analog macro. */
async function readSources(folder: string, { name }: MacroPlan): Promise<PackageFile[]> {
  const read = async (file: string) => ({ path: file, text: await readInput(path.join(folder, file)) });
  const list = await readInput(path.join(folder, `${name}.f`));
  const rtl = list.split('\n').filter((file) => file.startsWith('rtl/'));
  return Promise.all([...rtl, `blackbox/${name}_array.v`, `views/${name}_array.lib`].map(read));
}

export async function readInput(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error) => {
    throw new InvalidInput([unreadable(file, error, 'Generate the package again.')]);
  });
}

const fileOf = (files: readonly PackageFile[], wanted: string) =>
  files.find((file) => file.path === wanted)!.text;

/** A mapped design, and all that Yosys wrote. */
export interface Mapped {
  readonly version: string;
  readonly netlist: Netlist;
  readonly nets: MisdrivenNets;
  readonly files: readonly PackageFile[];
}

/**
 * Runs the mapping script of a package.
 *
 * @throws InvalidInput where the netlist is not as it must be
 */
export async function mapToCells(
  folder: string,
  { name }: Pick<MacroPlan, 'name'>,
  inputs: readonly PackageFile[],
  library: Library,
  signal: AbortSignal | undefined,
  onPass: (name: string) => void,
): Promise<Mapped> {
  const files = new Map(inputs.map((file) => [file.path, file.text]));
  const script = files.get(`syn/${name}.ys`)!;
  const {
    finished,
    messages: log,
    written,
  } = await yosysBuiltin({
    files,
    script,
    signal,
    onStage: (line) => onPass(/Executing (\w+)/.exec(line)?.[1] ?? line),
  });
  const complaints = complaintsIn(log);
  const refused = (reasons: readonly string[]) =>
    new InvalidInput(reasons.map((message) => ({ file: folder, path: '', message })));
  if (!finished || complaints.length > 0) {
    throw refused(complaints.length > 0 ? complaints : [log.trim().split('\n').at(-1) ?? 'no output']);
  }
  const netlist = readNetlist(written.get(`syn/${name}_netlist.json`)!);
  const latches = latchesIn(netlist, name, library);
  const nets = misdrivenNets(netlist);
  if (latches > 0) throw refused([`synthesizes with latches: ${latches}`]);
  if (nets.undriven + nets.multiplyDriven > 0) {
    throw refused([`nets without a driver: ${nets.undriven}, with several: ${nets.multiplyDriven}`]);
  }
  return {
    version: versionIn(log),
    netlist,
    nets,
    files: [
      ...['netlist.v', 'netlist.json', 'area.txt']
        .map((suffix) => `syn/${name}_${suffix}`)
        .map((file) => ({ path: file, text: written.get(file)! })),
      { path: 'syn/yosys.log', text: log },
    ],
  };
}

/** `Yosys 0.55`, from a log. */
function versionIn(log: string): string {
  return /^ *(Yosys [\d.]+)/m.exec(log)?.[1] ?? 'Yosys';
}

/** What Yosys complained about: its error, and warnings. */
function complaintsIn(log: string): string[] {
  return log.split('\n').filter((line) => /^(ERROR|Warning): /.test(line));
}

/** Static timing of a netlist, or why there is none. */
export async function timeNetlist(
  { name }: Pick<MacroPlan, 'name'>,
  files: readonly PackageFile[],
  netlist: Netlist,
  library: Library,
  { timing: wish, signal }: Pick<SynthesisOptions, 'timing' | 'signal'>,
): Promise<Synthesis['timing']> {
  if (wish === 'off') return { notRun: 'not asked for' };
  if (!library.liberty.timed) return { notRun: `library ${library.liberty.name} has no delays` };
  const run = {
    files,
    script: `syn/${name}_sta.tcl`,
    liberty: library.mapping.path,
    constant: constantEnds(netlist, name),
  };
  try {
    const result = await analyseTiming(run, signal);
    return { ...result, path: explainPath(result.critical, name, netlist, library) };
  } catch (error) {
    if (wish === 'auto' && error instanceof MissingTool) return { notRun: error.message };
    throw error;
  }
}

/** Files with the Verilog models of the cells. */
export function cellModels({ file }: Library, named: string | undefined): string[] {
  if (named !== undefined) {
    if (existsSync(named)) return [named];
    throw new InvalidInput([{ file: named, path: '', message: 'no such file' }]);
  }
  const beside = file.replace(/\.[^./]*$/, '.v');
  if (existsSync(beside)) return [beside];
  const message = 'has no Verilog models of its cells beside it';
  throw new InvalidInput([{ file, path: '', message, fix: 'Name them with --cells.' }]);
}
