import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { inputName } from '../../common/files/input.js';
import { InvalidInput, orThrow, type Problem } from '../../common/problems.js';
import { configHash } from '../../macro/config/hash.js';
import { loadConfig } from '../../macro/config/load.js';
import { planFile, planOfPackage } from '../../macro/plan/file.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import { loadNetwork } from '../../network/load.js';
import type { NetworkPlan } from '../../network/plan/plan.js';
import { MANIFEST } from '../../package/manifest.js';

/** A macro of a report. */
export interface NamedMacro {
  /** What the report calls it: the name of its folder, or of the macro. */
  readonly label: string;
  readonly plan: MacroPlan;
  /** Hash of config and levels. */
  readonly sha256: string;
}

/** What a report is about. */
export type Subject =
  | { readonly kind: 'macros'; readonly title: string; readonly macros: readonly NamedMacro[] }
  | { readonly kind: 'network'; readonly plan: NetworkPlan };

/** Something that holds a macro, and what it may be called: more of its path where others are called the same. */
interface Source {
  readonly file: string;
  readonly isPackage: boolean;
}

/**
 * Finds out what names on a command line mean: packages, folders of packages as a sweep leaves them, configs, or the
 * config of a network.
 *
 * @throws InvalidInput for what is none of them, or cannot be planned
 */
export async function subjectOf(names: readonly string[]): Promise<Subject> {
  const [first] = names;
  if (names.length === 1 && !isFolder(first!) && (await isNetwork(first!))) {
    return { kind: 'network', plan: orThrow(await loadNetwork(first!)).plan };
  }
  const sources = names.flatMap(sourcesOf);
  const problems: Problem[] = [];
  const plans: MacroPlan[] = [];
  for (const { file, isPackage } of sources) {
    try {
      plans.push(isPackage ? orThrow(await planOfPackage(file)) : await planFile(file));
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      problems.push(...(await explained(error.problems, file, isPackage)));
    }
  }
  if (problems.length > 0) throw new InvalidInput(problems);
  const labels = labelsOf(sources, plans);
  const macros = plans.map((plan, at) => ({ label: labels[at]!, plan, sha256: configHash(plan) }));
  const folder = names.length === 1 && isFolder(first!) ? path.basename(path.resolve(first!)) : undefined;
  return { kind: 'macros', title: folder ?? `${macros.length} macros`, macros };
}

function isFolder(name: string): boolean {
  return existsSync(name) && statSync(name).isDirectory();
}

/** Whether a file is the config of a network: it names a model, and no layers with levels. */
export async function isNetwork(file: string): Promise<boolean> {
  const json = await loadConfig(file, z.unknown());
  if (!json.ok || typeof json.value !== 'object' || json.value === null) return false;
  return Object.hasOwn(json.value, 'model') && !Object.hasOwn(json.value, 'layers');
}

function sourcesOf(name: string): Source[] {
  if (!isFolder(name)) return [{ file: name, isPackage: false }];
  if (isPackage(name)) return [{ file: name, isPackage: true }];
  const below = readdirSync(name, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(name, entry.name))
    .filter(isPackage)
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  if (below.length === 0) {
    const message = 'is no package, and no folder of packages';
    const fix = 'Name a folder that imcgen generate or imcgen sweep wrote.';
    throw new InvalidInput([{ file: name, path: '', message, fix }]);
  }
  return below.map((file) => ({ file, isPackage: true }));
}

function isPackage(folder: string): boolean {
  return existsSync(path.join(folder, MANIFEST)) || existsSync(path.join(folder, 'config.resolved.json'));
}

/** Configs of other things lack all that a macro has: one line says what they are in the place of all that is missing. */
async function explained(
  problems: readonly Problem[],
  file: string,
  isPackage: boolean,
): Promise<readonly Problem[]> {
  const config = isPackage ? path.join(file, 'config.resolved.json') : file;
  const json = await loadConfig(config, z.unknown());
  if (!json.ok || typeof json.value !== 'object' || json.value === null) return problems;
  const { value } = json;
  if (Object.hasOwn(value, 'layers') || Object.hasOwn(value, 'array')) return problems;
  const problem = { file: inputName(file), path: '' };
  if (!isPackage && Object.hasOwn(value, 'model')) {
    const fix = 'Report of it alone: imcgen report network.json';
    return [{ ...problem, message: 'is the config of a network', fix }];
  }
  const what = isPackage ? 'the package' : 'the config';
  return [{ ...problem, message: `is not ${what} of a macro`, fix: 'Leave it out.' }];
}

/** Folders by their last names, configs by the macro's; where two are alike, with more of their paths. */
function labelsOf(sources: readonly Source[], plans: readonly MacroPlan[]): string[] {
  const parts = sources.map(({ file, isPackage }, at) => {
    const folders = path.resolve(isPackage ? file : path.dirname(file)).split(path.sep);
    return isPackage ? folders : [...folders, plans[at]!.name];
  });
  const label = (at: number, count: number) => parts[at]!.slice(-count).join('/');
  return parts.map((own, at) => {
    for (let count = 1; count < own.length; count++) {
      if (parts.every((_, other) => other === at || label(other, count) !== label(at, count)))
        return label(at, count);
    }
    return `${label(at, 1)} (${at + 1})`;
  });
}
