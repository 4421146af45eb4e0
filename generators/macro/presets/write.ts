import { existsSync, lstatSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeFolders, outputProblem, unwritable } from '../../common/files/output.js';
import { failure, type Problem, type Result, success } from '../../common/problems.js';
import type { PackageFile } from '../../package/package.js';
import { holdSignals, releaseSignals } from '../../package/write.js';

/**
 * Writes files into a folder among others that may be there: all of them or none. The folder is made where
 * it is missing.
 *
 * @param force replace files that are there already; never folders
 * @returns the paths written, the folder included, or why nothing was
 */
export async function writeNewFiles(
  folder: string,
  files: readonly PackageFile[],
  { force = false }: { readonly force?: boolean } = {},
): Promise<Result<readonly string[]>> {
  const impossible = outputProblem({ path: folder, kind: 'folder' });
  if (impossible !== undefined) return failure(impossible);
  const paths = files.map((file) => path.join(folder, file.path));
  const refusals = paths.filter(existsSync).flatMap((file) => refusal(file, force));
  if (refusals.length > 0) return failure(...refusals);
  holdSignals();
  try {
    placeAll(folder, files);
    return success(paths);
  } catch (error) {
    return failure(unwritable(folder, error));
  } finally {
    await releaseSignals();
  }
}

function refusal(file: string, force: boolean): Problem[] {
  if (lstatSync(file).isDirectory()) return [{ file, path: '', message: 'is a folder' }];
  if (force) return [];
  const fix = 'Name another folder, or use --force to replace it.';
  return [{ file, path: '', message: 'is there already', fix }];
}

/** Stages, then renames. Synchronous, so that Ctrl-C cannot fall in between; a failure undoes what was done. */
function placeAll(folder: string, files: readonly PackageFile[]): void {
  const made: string[] = [];
  const moved: { readonly from: string; readonly to: string }[] = [];
  const make = (directory: string) => {
    const outermost = makeFolders(directory);
    if (outermost !== undefined) made.push(outermost);
  };
  const move = (from: string, to: string) => {
    renameSync(from, to);
    moved.push({ from, to });
  };
  const staging = path.join(folder, `.imcgen-init.${process.pid}`);
  const staged = (index: number, state: 'new' | 'old') => path.join(staging, `${index}.${state}`);
  try {
    make(folder);
    make(staging);
    for (const [index, { text }] of files.entries()) writeFileSync(staged(index, 'new'), text);
    for (const [index, file] of files.entries()) {
      const target = path.join(folder, file.path);
      make(path.dirname(target));
      if (existsSync(target)) move(target, staged(index, 'old'));
      move(staged(index, 'new'), target);
    }
  } catch (error) {
    for (const { from, to } of moved.reverse()) renameSync(to, from);
    for (const directory of made.reverse()) rmSync(directory, { recursive: true, force: true });
    throw error;
  }
  rmSync(staging, { recursive: true, force: true });
}
