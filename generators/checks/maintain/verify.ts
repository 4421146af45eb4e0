import path from 'node:path';
import { InvalidInput, orThrow, type Problem } from '../../common/problems.js';
import { TOOL } from '../../common/version.js';
import { configHash } from '../../macro/config/hash.js';
import { planOfPackage } from '../../macro/plan/file.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import { type Inventory, readManifest, takeInventory } from '../../package/inventory.js';
import { MANIFEST, type Manifest, sha256 } from '../../package/manifest.js';
import { packageFiles } from '../../package/package.js';
import { buildVectors, type VectorOptions } from '../../package/vectors/vectors.js';
import { type CosimResult, runVectors } from '../cosim/cosim.js';
import type { SimulationRun } from '../cosim/simulator.js';
import { commentsOnly, firstChange, type LineChange } from './edits.js';

/** A generated file that is no longer what imcgen wrote. */
export interface Edit {
  /** Its path in the package. */
  readonly path: string;
  /** The manifest was changed with it: it names the hash of the edited file. */
  readonly sealed: boolean;
  /** Where it differs first; undefined where what imcgen wrote is not known: another version, an edited config. */
  readonly first: LineChange | undefined;
  /** Only Verilog comments and white space differ. */
  readonly commentsOnly: boolean;
}

/** What has become of a package since it was generated. */
export interface Verification {
  /** The package. */
  readonly folder: string;
  /** What its `manifest.json` says. */
  readonly manifest: Manifest;
  /** Generated files that were changed, by path. */
  readonly edits: readonly Edit[];
  /** Generated files that are not there, or are no files any more. */
  readonly missing: readonly string[];
  /** Files that imcgen did not write: allowed, and `generate` leaves them alone. */
  readonly added: readonly string[];
  /** What manifest, config and levels say against each other. */
  readonly problems: readonly Problem[];
  /** Made by another version: files that this one writes otherwise, their headers aside; undefined for own packages. */
  readonly otherwiseNow: readonly string[] | undefined;
  /** The plan it was made from; undefined where config or levels no longer tell. */
  readonly plan: MacroPlan | undefined;
  /** Nothing is edited, missing or contradictory. */
  readonly intact: boolean;
}

const CONFIG = 'config.resolved.json';

/**
 * Holds a package against its manifest, and the manifest against the config: what this version generates from
 * `config.resolved.json` is made in memory and compared. Writes nothing.
 *
 * @param folder a package that `imcgen generate` wrote
 * @throws InvalidInput where it has no readable manifest
 *
 * @example
 * ```ts
 * import { resimulate, verifyFiles } from 'imcgen';
 *
 * const { plan, missing, added } = await verifyFiles('out/demo');
 * console.log(missing, added);
 * if (plan !== undefined) {
 *   const { passed } = await resimulate('out/demo', plan, { conversions: 16, seed: 1, simulator: 'icarus' });
 *   console.log(passed);
 * }
 * ```
 */
export async function verifyFiles(folder: string): Promise<Verification> {
  const manifest = orThrow(await readManifest(folder));
  const inventory = await takeInventory(folder, manifest);
  const { plan, problems } = await madeFrom(folder, manifest, inventory);
  const ownVersion = manifest.tool === TOOL;
  const written = ownVersion && plan ? textsOf(plan) : undefined;
  const edits = editsOf(manifest, inventory, written);
  if (written !== undefined) problems.push(...namedOtherwise(folder, manifest, written, edits));
  const { missing, added } = inventory;
  return {
    ...{ folder, manifest, edits, missing, added, problems, plan },
    otherwiseNow: ownVersion || !plan ? undefined : writtenOtherwise(manifest, inventory, plan),
    intact: edits.length + missing.length + problems.length === 0,
  };
}

/** A verdict, or why there is none: Verilog that does not compile. */
export type Resimulation = CosimResult | Uncompiled;

/** Verilog that could not be simulated. */
export interface Uncompiled {
  /** It did not pass. */
  readonly passed: false;
  /** What the compiler said, by file and line. */
  readonly problems: readonly Problem[];
}

/**
 * Simulates a package as it lies on the disk against the golden model of the plan it was made from.
 *
 * @param folder package that `imcgen generate` wrote
 * @param plan   that it was made from, see {@link Verification.plan}
 * @param options size of the scenario, and the simulator
 * @throws MissingTool where the simulator is not installed
 * @throws Interrupted where `options.signal` aborts
 */
export async function resimulate(
  folder: string,
  plan: MacroPlan,
  options: VectorOptions & Pick<SimulationRun, 'simulator' | 'signal'>,
): Promise<Resimulation> {
  try {
    return await runVectors(plan, buildVectors(plan, options), { ...options, folder });
  } catch (error) {
    if (error instanceof InvalidInput) return { passed: false, problems: error.problems };
    throw error;
  }
}

/** The plan that a package was made from, where its config and levels are those of the manifest. */
async function madeFrom(
  folder: string,
  manifest: Manifest,
  { edited, missing }: Inventory,
): Promise<{ readonly plan: MacroPlan | undefined; readonly problems: Problem[] }> {
  const loaded = await planOfPackage(folder);
  if (!loaded.ok) {
    // What is missing is named as such.
    const gone = new Set(missing.map((file) => path.join(folder, file)));
    return { plan: undefined, problems: loaded.problems.filter(({ file }) => !gone.has(file)) };
  }
  const plan = loaded.value;
  const touched = [...edited, ...missing].some((file) => file === CONFIG || file.startsWith('levels/'));
  if (configHash(plan) === manifest.config && plan.name === manifest.macro) return { plan, problems: [] };
  // Another version may resolve the same files to other defaults.
  if (!touched && manifest.tool !== TOOL && plan.name === manifest.macro) return { plan, problems: [] };
  const problem: Problem = {
    file: path.join(folder, MANIFEST),
    path: 'config',
    message: `is ${short(manifest.config)} (${manifest.macro}), config and levels give ${short(configHash(plan))} (${plan.name})`,
    fix: `The package is not the one its config describes: bring the config back, or generate again.`,
  };
  return { plan: undefined, problems: [problem] };
}

function short(hash: string): string {
  return hash.slice(0, 12);
}

/** What this version writes for a plan, by path, the manifest left out. */
function textsOf(plan: MacroPlan): ReadonlyMap<string, string> {
  const files = packageFiles(plan).filter((file) => file.path !== MANIFEST);
  return new Map(files.map((file) => [file.path, file.text]));
}

/** @param written what imcgen wrote, where that is known */
function editsOf(
  manifest: Manifest,
  { edited, found }: Inventory,
  written: ReadonlyMap<string, string> | undefined,
): Edit[] {
  const resealed = [...(written ?? [])].filter(([file, text]) => {
    const content = found.get(file);
    return content !== undefined && !edited.includes(file) && !content.equals(Buffer.from(text));
  });
  return [...edited, ...resealed.map(([file]) => file)].sort().map((file) => {
    const was = written?.get(file);
    const is = found.get(file)!.toString('utf8');
    return {
      path: file,
      sealed: manifest.files[file] === sha256(found.get(file)!),
      first: was === undefined ? undefined : firstChange(was, is),
      commentsOnly: was !== undefined && file.endsWith('.v') && commentsOnly(was, is),
    };
  });
}

/** Where the manifest does not name what its own config gives; an edit that it was changed with tells so itself. */
function namedOtherwise(
  folder: string,
  { files }: Manifest,
  written: ReadonlyMap<string, string>,
  edits: readonly Edit[],
): Problem[] {
  const file = path.join(folder, MANIFEST);
  const sealed = new Set(edits.filter((edit) => edit.sealed).map((edit) => edit.path));
  const wrong = [...written]
    .filter(([name, text]) => files[name] !== sha256(text) && !sealed.has(name))
    .map(([name]) => {
      const message = Object.hasOwn(files, name)
        ? `is not the hash of what ${TOOL} generates`
        : 'is not named, and belongs to the package';
      return { file, path: `files.${name}`, message };
    });
  const foreign = Object.keys(files)
    .filter((name) => !written.has(name))
    .map((name) => ({ file, path: `files.${name}`, message: `is no file that ${TOOL} generates` }));
  return [...wrong, ...foreign];
}

/** Files that this version writes otherwise for the same config, beyond the version and hash in their headers. */
function writtenOtherwise(manifest: Manifest, { found, edited }: Inventory, plan: MacroPlan): string[] {
  const now = textsOf(plan);
  const plain = (text: string, tool: string, config: string) =>
    text.replaceAll(tool, 'imcgen').replaceAll(short(config), '');
  const changed = [...now].filter(([file, text]) => {
    const content = found.get(file)?.toString('utf8');
    if (content === undefined) return !Object.hasOwn(manifest.files, file);
    if (edited.includes(file)) return false;
    return plain(content, manifest.tool, manifest.config) !== plain(text, TOOL, configHash(plan));
  });
  const gone = Object.keys(manifest.files).filter((file) => !now.has(file));
  return [...changed.map(([file]) => file), ...gone].sort();
}
