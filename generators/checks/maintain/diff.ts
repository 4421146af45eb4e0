import { existsSync, statSync } from 'node:fs';
import { requireOneStdin } from '../../common/files/input.js';
import { orThrow } from '../../common/problems.js';
import { TOOL } from '../../common/version.js';
import { configHash } from '../../macro/config/hash.js';
import { planFile, planOfPackage } from '../../macro/plan/file.js';
import type { LayerPlan, MacroPlan } from '../../macro/plan/plan.js';
import type { Schedule } from '../../macro/plan/schedule.js';
import { readManifest, takeInventory } from '../../package/inventory.js';
import { MANIFEST } from '../../package/manifest.js';
import type { PackageFile } from '../../package/text/contribution.js';
import { type Change, changesBetween, lastName, sameLeaf } from './changes.js';
import { linesChanged } from './edits.js';

/** What changed between two macros, as their configs and plans tell. */
export interface PlanDiff {
  /** Options of the config, by their path in `macro.json`. */
  readonly options: readonly Change[];
  /** What follows for the whole macro: shape and schedule, options that say the same left out. */
  readonly hardware: readonly Change[];
  /** Banks that differ: reference cells, tables, errors, levels. */
  readonly layers: readonly LayerDiff[];
}

/** What changed in one bank. */
export interface LayerDiff {
  /** The bank: the place of the layer in the config, from 0. */
  readonly bank: number;
  /** Layer name in the first macro; undefined where it does not have the bank. */
  readonly from: string | undefined;
  /** Layer name in the second macro; undefined where it does not have the bank. */
  readonly to: string | undefined;
  /** By their path in the plan of the layer. */
  readonly changes: readonly Change[];
}

/** A generated file that differs. */
export interface FileDiff {
  /** Its path in the package, with `<name>` for the macro's where the macros' names differ. */
  readonly path: string;
  /** Whether both packages have the file. */
  readonly state: 'differs' | 'only in a' | 'only in b';
  /** Lines that only a has. */
  readonly gone: number;
  /** Lines that only b has. */
  readonly come: number;
}

/** What changed from one package or config, a, to another, b. */
export interface PackageDiff extends PlanDiff {
  /** The first one, as it was named. */
  readonly a: string;
  /** The second one, as it was named. */
  readonly b: string;
  /** Generated files that differ beyond the version and config hash in their headers. */
  readonly files: readonly FileDiff[];
  /** Generated files of both, together. */
  readonly fileCount: number;
  /** Whether nothing differs. */
  readonly same: boolean;
}

/**
 * What changed from one plan to another. Walks whatever fields configs and plans have, so a new option shows up
 * here by itself.
 *
 * @param a the first plan
 * @param b the second plan
 */
export function diffPlans(a: MacroPlan, b: MacroPlan): PlanDiff {
  const options = changesBetween(a.config, b.config);
  const shape = changesBetween(a.shape, b.shape).filter((change) => !options.some((o) => tellsOf(o, change)));
  const schedule = changesBetween({ schedule: distinctCycles(a) }, { schedule: distinctCycles(b) });
  const banks = Math.max(a.layers.length, b.layers.length);
  const layers = Array.from({ length: banks }, (_, bank): LayerDiff => {
    const [from, to] = [a.layers[bank], b.layers[bank]];
    const both = from !== undefined && to !== undefined;
    const changes = both ? changesBetween(bankOf(from, a), bankOf(to, b)) : [];
    return { bank, from: from?.name, to: to?.name, changes: withoutRepeats(changes, schedule) };
  });
  return {
    options,
    hardware: [...shape, ...schedule],
    layers: layers.filter(({ from, to, changes }) => from !== to || changes.length > 0),
  };
}

/** Without the fewest cycles where no conversion ends early: they are all of them. */
function distinctCycles({ schedule }: { readonly schedule: Schedule }) {
  const { fewest, ...rest } = schedule;
  return fewest === schedule.total ? rest : schedule;
}

/** An option and a number of the shape that say the same: `adc.bits` and `adcBits`. */
function tellsOf(option: Change, change: Change): boolean {
  const same = sameLeaf(option.from, change.from) && sameLeaf(option.to, change.to);
  return same && change.path.toLowerCase().endsWith(lastName(option.path).toLowerCase());
}

/** All that belongs to a bank; of a histogram, how many samples it holds. */
function bankOf(layer: LayerPlan, plan: MacroPlan) {
  const { histogram, ...levels } = plan.levels[layer.bank]!;
  const samples = histogram?.counts.reduce((sum, count) => sum + count, 0);
  return { ...layer, schedule: distinctCycles(layer), levels: { ...levels, samples } };
}

/** Each change once: a bank repeats its width, and at the built width the schedule of the macro. */
function withoutRepeats(changes: readonly Change[], known: readonly Change[]): Change[] {
  const repeats = (change: Change, other: Change) =>
    lastName(change.path) === lastName(other.path) &&
    sameLeaf(change.from, other.from) &&
    sameLeaf(change.to, other.to);
  return changes.filter(
    (change, at) => ![...known, ...changes.slice(0, at)].some((other) => repeats(change, other)),
  );
}

/** A macro to compare: a package as it lies on the disk, or what a config would give. */
export interface Side {
  readonly tool: string;
  /** sha256 that the headers of the files carry. */
  readonly config: string;
  readonly plan: MacroPlan;
  readonly files: () => Promise<ReadonlyMap<string, string>>;
}

/**
 * What changed between two packages, or configs, or one of each.
 *
 * @param a folder of a package, or a macro config
 * @param b the same, to compare it with
 * @throws InvalidInput where one cannot be read or planned
 */
export async function diffPackages(a: string, b: string): Promise<PackageDiff> {
  requireOneStdin([a, b]);
  const [from, to] = [await sideOf(a), await sideOf(b)];
  const plans = diffPlans(from.plan, to.plan);
  const tool: Change[] = from.tool === to.tool ? [] : [{ path: 'tool', from: from.tool, to: to.tool }];
  const { files, fileCount } = await diffFiles(from, to);
  const options = [...tool, ...plans.options];
  const changes = [options, plans.hardware, plans.layers, files];
  return { a, b, ...plans, options, files, fileCount, same: changes.every((list) => list.length === 0) };
}

async function sideOf(name: string): Promise<Side> {
  if (existsSync(name) && statSync(name).isDirectory()) return packageSide(name);
  const plan = await planFile(name);
  return planSide(plan, async () => {
    const { packageFiles } = await import('../../package/package.js');
    return packageFiles(plan);
  });
}

/** What this version makes of a plan. */
export function planSide(plan: MacroPlan, generate: () => Promise<readonly PackageFile[]>): Side {
  const files = async () => {
    const generated = (await generate()).filter((file) => file.path !== MANIFEST);
    return new Map(generated.map((file) => [file.path, file.text]));
  };
  return { tool: TOOL, config: configHash(plan), plan, files };
}

/**
 * A package as it lies on the disk.
 *
 * @throws InvalidInput where manifest, config or levels cannot be read or planned
 */
export async function packageSide(name: string): Promise<Side> {
  const manifest = orThrow(await readManifest(name));
  const plan = orThrow(await planOfPackage(name));
  const files = async () => {
    const { found } = await takeInventory(name, manifest);
    return new Map([...found].map(([file, content]) => [file, content.toString('utf8')]));
  };
  return { tool: manifest.tool, config: manifest.config, plan, files };
}

/** Generated files that differ, the headers aside. */
export async function diffFiles(a: Side, b: Side) {
  const unnamed = withoutNames(a.plan.name, b.plan.name);
  const [before, after] = [await plainFiles(a, unnamed), await plainFiles(b, unnamed)];
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  const files = paths.flatMap((file): FileDiff[] => {
    const [was, is] = [before.get(file), after.get(file)];
    if (was === is) return [];
    const state = was === undefined ? 'only in b' : is === undefined ? 'only in a' : 'differs';
    return [{ path: file, state, ...linesChanged(was ?? '', is ?? '') }];
  });
  return { files, fileCount: paths.length };
}

/** Puts `<name>` for the macros' names where they differ; for both in either text, as one may be a word of the other. */
function withoutNames(a: string, b: string): (text: string) => string {
  if (a === b) return (text) => text;
  const longestFirst = [a, b].sort((x, y) => y.length - x.length);
  // Text macros begin with the name in capitals.
  const written = longestFirst.flatMap((name) => [name, name.toUpperCase()]);
  const names = new RegExp(`\\b(?:${written.join('|')})(?=_|\\b)`, 'g');
  return (text) => text.replace(names, '<name>');
}

/** Files without what their headers say of version and config. */
async function plainFiles(
  side: Side,
  unnamed: (text: string) => string,
): Promise<ReadonlyMap<string, string>> {
  const plain = (text: string) =>
    unnamed(text).replaceAll(side.tool, 'imcgen').replaceAll(side.config.slice(0, 12), '');
  const files = await side.files();
  return new Map([...files].map(([file, text]) => [unnamed(file), plain(text)]));
}
