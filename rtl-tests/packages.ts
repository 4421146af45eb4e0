import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type PackageFile, packageFiles } from '../generators/emit/package.js';
import { writePackage } from '../generators/emit/write.js';
import type { MacroPlan } from '../generators/plan/plan.js';
import { orThrow } from '../generators/problems.js';

/** Writes the package of a plan into a fresh folder, lets `use` work on it, and removes it. */
export async function withPackage<Result>(
  plan: MacroPlan,
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  const root = await mkdtemp(path.join(tmpdir(), 'imcgen-test-'));
  try {
    return await use(orThrow(await writePackage(path.join(root, plan.name), packageFiles(plan))));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Replaces one text of a generated file, which must occur exactly once. */
export async function replaceOnce(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times "${from}"`);
  await writeFile(file, parts.join(to));
}

/** Full paths of the Verilog files in some folders of a package. */
export async function filesOf(folder: string, ...parts: readonly string[]): Promise<string[]> {
  const listed = await Promise.all(
    parts.map(async (part) =>
      (await readdir(path.join(folder, part))).map((file) => path.join(folder, part, file)),
    ),
  );
  return listed.flat().filter((file) => file.endsWith('.v'));
}

/** Everything in a folder, by path. */
export async function contentOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return Object.fromEntries(files.map((file, at) => [path.relative(folder, file), texts[at]!]));
}

/** The files of a package, by path. */
export function asContent(files: readonly PackageFile[]): Record<string, string> {
  return Object.fromEntries(files.map((file) => [file.path, file.text]));
}
