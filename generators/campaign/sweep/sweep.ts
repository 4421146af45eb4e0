import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { Resimulation } from '../../checks/maintain/verify.js';
import { requireOneStdin } from '../../common/files/input.js';
import { requireWritable } from '../../common/files/output.js';
import { inLanes } from '../../common/lanes.js';
import { InvalidInput, orThrow, type Problem } from '../../common/problems.js';
import type { Range } from '../../common/shard.js';
import { TOOL } from '../../common/version.js';
import { configHash } from '../../macro/config/hash.js';
import { type MacroInput, macroInput } from '../../macro/config/input.js';
import { loadMacro } from '../../macro/config/load.js';
import { type MacroPlan, planMacro } from '../../macro/plan/plan.js';
import { type Inventory, readManifest, takeInventory } from '../../package/inventory.js';
import type { Manifest } from '../../package/manifest.js';
import { type AxisValues, MOST_VARIANTS } from './axes.js';
import type { Built } from './build.js';
import { checkChoice, type Kept, type LayerLevels, type LevelsChoice, LevelsFinder } from './levels.js';
import { buildEach, workersFor } from './pool.js';
import { type Variant, variantConfig, variantsOf } from './variants.js';

/** What to vary, and what to do with each macro. */
export interface SweepOptions extends LevelsChoice {
  /** The options that vary; every combination of their values is a macro. */
  readonly axes: readonly AxisValues[];
  /** Folder of the packages, one a combination; default `out/sweep/<name>`. */
  readonly output?: string | undefined;
  /** Plan and compare, write nothing. */
  readonly dryRun?: boolean;
  /** Write packages that are unchanged as well, and into folders that imcgen did not make. */
  readonly force?: boolean;
  /** Conversions of random inputs to simulate every package with; undefined for no simulation. */
  readonly simulate?: number | undefined;
  /** Processes that generate, and simulations at a time; default: as many as pay. */
  readonly workers?: number | undefined;
  /** Ends the sweep: finished packages stay, no other is touched. */
  readonly signal?: AbortSignal;
  /** Told after each package, also one that is unchanged or refused, and after each simulation. */
  readonly onProgress?: (done: number, total: number, name: string) => void;
}

/** `new`: there was no package; `changed`: it was another one, or edited; `refused`: no plan, or not writable. */
export type SweepState = 'new' | 'changed' | 'unchanged' | 'refused';

/** One macro of a sweep and what became of it. */
export interface SweepRow {
  /** Its name, and the values that it has. */
  readonly variant: Variant;
  /** Folder of its package. */
  readonly folder: string;
  /** What became of the package. */
  readonly state: SweepState;
  /** The hardware. Undefined where it cannot be built. */
  readonly plan: MacroPlan | undefined;
  /** Hash of config and levels, as in the manifest; undefined where there is no plan. */
  readonly sha256: string | undefined;
  /** One a layer, in the order of banks; empty where there are none. */
  readonly levels: readonly LayerLevels[];
  /** Why it was refused; empty otherwise. */
  readonly problems: readonly Problem[];
  /** What was generated; undefined where nothing was. */
  readonly files: Built['files'] | undefined;
  /** What changed from the package that lay there before, where it could still be read. */
  readonly change: Built['change'];
  /** Undefined where none was asked for, or there is no package to simulate. */
  readonly simulation: Resimulation | undefined;
}

/** What came of a sweep. */
export interface Sweep {
  /** Name of the macro that varies. */
  readonly macro: string;
  /** Folder of the packages. */
  readonly output: string;
  /** What was varied. */
  readonly axes: readonly AxisValues[];
  /** One a macro, the last axis fastest. */
  readonly rows: readonly SweepRow[];
  /** Whether nothing was written. */
  readonly dryRun: boolean;
  /** Every macro could be built and written, and passed its simulation if there was one. */
  readonly passed: boolean;
}

/**
 * Generates a macro for every combination of the given options. A package that is already there as it would be
 * written stays untouched, so a sweep that was interrupted goes on where it ended. A combination that cannot be built
 * does not stop the others.
 *
 * @param file    macro config
 * @param options what to vary, and what to do with each macro
 * @throws InvalidInput where the config, a value of an axis or the choice of levels is wrong
 * @throws Interrupted where `signal` aborts: finished packages stay, no other is touched
 * @throws MissingTool where a simulation is asked for and Icarus Verilog is not installed
 *
 * @example
 * ```ts
 * import { AXES, sweep } from 'imcgen';
 *
 * const values = { ramp: ['rising', 'falling'], pulses: [1, 2] };
 * const axes = AXES.flatMap((axis) => {
 *   const chosen = values[axis.flag as keyof typeof values];
 *   return chosen === undefined ? [] : [{ axis, values: chosen }];
 * });
 * const { passed, output } = await sweep('macro.json', { axes, simulate: 16 });
 * console.log(passed, output); // four packages, each simulated
 * ```
 */
export async function sweep(file: string, options: SweepOptions): Promise<Sweep> {
  const { base, output, variants, run } = await prepareSweep(file, options);
  const rows = await run({ from: 0, to: variants.length });
  const { axes, dryRun = false } = options;
  return { macro: base.config.name, output, axes, rows, dryRun, passed: rows.every(rowPasses) };
}

/** Whether a macro could be built and written, and passed its simulation if there was one. */
export function rowPasses({ state, simulation }: Judged): boolean {
  return state !== 'refused' && simulation?.passed !== false;
}

interface Judged {
  readonly state: string;
  readonly simulation?: { readonly passed: boolean } | undefined;
}

/** A sweep that is ready to run, whole or in parts. */
export interface PreparedSweep {
  readonly base: MacroInput;
  /** Folder of the packages. */
  readonly output: string;
  readonly variants: readonly Variant[];
  /** Generates some of the packages, and simulates them where that is asked for. */
  readonly run: (range: Range) => Promise<SweepRow[]>;
}

/**
 * Prepares {@link sweep} or a part of it.
 *
 * @param most macros that there may be
 * @throws as {@link sweep}
 */
export async function prepareSweep(
  file: string,
  options: SweepOptions,
  most = MOST_VARIANTS,
): Promise<PreparedSweep> {
  requireOneStdin([file, ...(options.samples ?? [])]);
  const base = orThrow(await loadMacro(file));
  const variants = orThrow(variantsOf(base.config, options.axes, most));
  const problems = checkChoice(options, base);
  if (problems.length > 0) throw new InvalidInput(problems);
  if (options.simulate !== undefined) await requireIcarus();
  const output = options.output ?? path.join('out', 'sweep', base.config.name);
  if (options.dryRun !== true) requireWritable([{ path: output, kind: 'folder' }]);
  const run = async ({ from, to }: Range) => {
    const finder = new LevelsFinder(base, options);
    const planned = (variant: Variant) => planRow(base, variant, finder, output, options);
    const rows = await buildAll(variants.slice(from, to), planned, options);
    if (options.dryRun !== true) await simulateAll(rows, options);
    return rows;
  };
  return { base, output, variants, run };
}

async function requireIcarus(): Promise<void> {
  const { COMMANDS } = await import('../../checks/cosim/simulator.js');
  const { requireTools } = await import('../../common/tool.js');
  requireTools(...COMMANDS.icarus);
}

const NOTHING = {
  sha256: undefined,
  levels: [],
  problems: [],
  files: undefined,
  change: undefined,
  simulation: undefined,
};

async function planRow(
  base: MacroInput,
  variant: Variant,
  finder: LevelsFinder,
  output: string,
  { force = false }: SweepOptions,
): Promise<SweepRow> {
  const row = { ...NOTHING, variant, folder: path.join(output, variant.name) };
  const refused = (problems: readonly Problem[], levels: readonly LayerLevels[] = []): SweepRow => ({
    ...{ ...row, levels, problems },
    state: 'refused',
    plan: undefined,
  });
  const config = variantConfig(base.config, variant, base.file);
  if (!config.ok) return refused(config.problems);
  const present = await packageAt(row.folder);
  const kept = keptFiles(present);
  const found = await Promise.all(
    config.value.layers.map((_, bank) => finder.find(bank, config.value, kept)),
  );
  const problems = found.flatMap((result) => (result.ok ? [] : result.problems));
  if (problems.length > 0) return refused(problems);
  const levels = found.map((result) => orThrow(result));
  const layers = config.value.layers.map(({ outputScale: _, ...layer }, bank) => {
    const { outputScale } = levels[bank]!;
    return { ...layer, ...(outputScale !== undefined && { outputScale }) };
  });
  const ofLayers = levels.map((layer) => layer.levels);
  const plan = planMacro(macroInput({ ...config.value, layers }, ofLayers, base.file));
  if (!plan.ok) return refused(plan.problems, levels);
  const sha256 = configHash(plan.value);
  return { ...row, state: stateOf(present, sha256, force), plan: plan.value, sha256, levels };
}

/** A package and what became of its files; undefined where there is none. */
interface Present {
  readonly manifest: Manifest;
  readonly inventory: Inventory;
}

async function packageAt(folder: string): Promise<Present | undefined> {
  const manifest = await readManifest(folder);
  if (!manifest.ok) return undefined;
  return { manifest: manifest.value, inventory: await takeInventory(folder, manifest.value) };
}

/** Files that this version wrote and nobody edited. */
function keptFiles(present: Present | undefined): Kept {
  if (present?.manifest.tool !== TOOL) return new Map();
  const { found, edited } = present.inventory;
  return new Map([...found].filter(([file]) => !edited.includes(file)));
}

/** Whether the package of a plan is there already, as this version would write it. */
function stateOf(present: Present | undefined, config: string, force: boolean): SweepState {
  if (present === undefined) return 'new';
  const { manifest, inventory } = present;
  const same = manifest.tool === TOOL && manifest.config === config;
  return same && !force && inventory.edited.length + inventory.missing.length === 0 ? 'unchanged' : 'changed';
}

/** Plans every macro, writes what is new or changed, and notes in the rows what that changed. */
async function buildAll(
  variants: readonly Variant[],
  planned: (variant: Variant) => Promise<SweepRow>,
  { dryRun = false, force = false, workers, signal, onProgress }: SweepOptions,
): Promise<SweepRow[]> {
  const rows: SweepRow[] = [];
  let done = 0;
  const settle = (at: number, row: SweepRow) => {
    rows[at] = row;
    onProgress?.(++done, variants.length, row.variant.name);
  };
  async function* jobs() {
    for (const [at, variant] of variants.entries()) {
      const row = await planned(variant);
      const { plan, folder, state } = row;
      if (dryRun || plan === undefined || state === 'unchanged') settle(at, row);
      else yield { at, row, plan, folder, replaces: state === 'changed', force };
    }
  }
  await buildEach(jobs(), workers ?? workersFor(variants.length), signal, ({ at, row }, built) => {
    const { problems, files, change } = built;
    settle(at, problems.length > 0 ? { ...row, state: 'refused', problems } : { ...row, files, change });
  });
  return rows;
}

/** Simulates every package, changed or not: what failed before must not pass for being unchanged. */
async function simulateAll(rows: SweepRow[], options: SweepOptions): Promise<void> {
  const { simulate: conversions, signal, onProgress } = options;
  if (conversions === undefined) return;
  const { resimulate } = await import('../../checks/maintain/verify.js');
  const built = rows.flatMap(({ state, plan }, at) => (state !== 'refused' && plan ? [{ at, plan }] : []));
  let done = 0;
  // A simulator is a process of its own: one a core.
  await inLanes(built, options.workers ?? availableParallelism(), async ({ at, plan }) => {
    const row = rows[at]!;
    const run = { conversions, seed: 1, simulator: 'icarus', ...(signal && { signal }) } as const;
    rows[at] = { ...row, simulation: await resimulate(row.folder, plan, run) };
    onProgress?.(++done, built.length, `simulation of ${row.variant.name}`);
  });
}
