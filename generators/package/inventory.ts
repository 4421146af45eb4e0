import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { failure, type Result } from '../common/problems.js';
import { loadJson } from '../macro/config/load.js';
import { MANIFEST, type Manifest, SAFE_PATH, sha256 } from './manifest.js';

const sha256Schema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, { error: ({ input }) => `${JSON.stringify(input)} is not a sha256` });

const manifestSchema = z.strictObject({
  tool: z
    .string()
    .regex(/^imcgen \S+$/, { error: ({ input }) => `${JSON.stringify(input)} is not a version of imcgen` }),
  macro: z.string(),
  config: sha256Schema,
  files: z.record(z.string(), sha256Schema).superRefine((files, context) => {
    for (const file of Object.keys(files)) {
      if (SAFE_PATH.test(file) && file !== MANIFEST) continue;
      context.addIssue({ code: 'custom', path: [file], message: 'is not the path of a generated file' });
    }
  }),
});

/** The manifest of a package; nothing that it names has been looked at. */
export async function readManifest(folder: string): Promise<Result<Manifest>> {
  const file = path.join(folder, MANIFEST);
  const manifest = await loadJson(file, manifestSchema);
  if (manifest.ok) return manifest;
  const missing = manifest.problems.some(({ message }) => message === 'no such file');
  const fix = missing
    ? 'Name a folder that imcgen generate wrote.'
    : `Generate the package again: imcgen generate ${path.join(folder, 'config.resolved.json')} -o ${folder} --force`;
  return failure(...manifest.problems.map((problem) => ({ fix, ...problem })));
}

/** A package as it lies on the disk, held against a manifest. */
export interface Inventory {
  /** Bytes of every regular file that the manifest names, by its path with forward slashes. */
  readonly found: ReadonlyMap<string, Buffer>;
  /** Named and there, with other content. */
  readonly edited: readonly string[];
  /** Named and not there as a regular file. */
  readonly missing: readonly string[];
  /** There and not named. */
  readonly added: readonly string[];
}

/** Reads the files that a manifest names and lists the others; links are not followed. */
export async function takeInventory(folder: string, { files }: Manifest): Promise<Inventory> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => ({
      entry,
      name: slashed(path.relative(folder, path.join(entry.parentPath, entry.name))),
    }))
    .filter(({ name }) => name !== MANIFEST)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const regular = paths.filter(({ entry }) => entry.isFile()).map(({ name }) => name);
  const found = new Map<string, Buffer>();
  // At once, which takes a quarter of the time for small files. Added ones may be large, and nobody compares them.
  for (const name of regular) {
    if (Object.hasOwn(files, name)) found.set(name, readFileSync(path.join(folder, name)));
  }
  const named = Object.keys(files);
  return {
    found,
    edited: named.filter((name) => found.has(name) && sha256(found.get(name)!) !== files[name]),
    missing: named.filter((name) => !found.has(name)),
    added: paths.map(({ name }) => name).filter((name) => !Object.hasOwn(files, name)),
  };
}

function slashed(name: string): string {
  return name.split(path.sep).join('/');
}
