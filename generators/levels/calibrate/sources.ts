import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inputName, STDIN } from '../../common/files/input.js';
import { failure, type Problem, type Result, success } from '../../common/problems.js';
import { unreadable } from '../../common/system-errors.js';
import type { BatchCollector } from './batches.js';
import { openNpy } from './npy.js';

/** Values read at a time: 4 MB of float32. */
const PIECE = 1 << 20;

/** The `.npy` files of a calibration: files as given, and those of folders in natural order (2 before 10). */
export function npyFiles(paths: readonly string[]): Result<string[]> {
  const files: string[] = [];
  const problems: Problem[] = [];
  for (const path of paths) {
    const found = filesAt(path);
    if (found.ok) files.push(...found.value);
    else problems.push(...found.problems);
  }
  return problems.length > 0 ? failure(...problems) : success(files);
}

function filesAt(path: string): Result<string[]> {
  if (path === STDIN) return success([path]);
  let names: string[];
  try {
    const isFolder = statSync(path).isDirectory();
    if (!isFolder) return success([path]);
    names = readdirSync(path).filter((name) => name.toLowerCase().endsWith('.npy'));
  } catch (error) {
    const problem = unreadable(path, error);
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return failure(isMissing ? { ...problem, message: 'no such file or folder' } : problem);
  }
  const natural = new Intl.Collator('en', { numeric: true });
  names.sort((a, b) => natural.compare(a, b) || (a < b ? -1 : 1));
  if (names.length === 0) return failure({ file: path, path: '', message: 'holds no .npy file' });
  return success(names.map((name) => join(path, name)));
}

/** Is told how far work is. */
export type OnProgress = (done: number, total: number, name: string) => void;

/** Streams files into the collector, each as one batch. Opens them all first, so that all problems are reported. */
export function collectFiles(
  paths: readonly string[],
  collector: BatchCollector,
  onProgress?: OnProgress,
): Result<BatchCollector> {
  const problems: Problem[] = [];
  for (const path of paths) {
    const file = openNpy(path);
    if (!file.ok) problems.push(...file.problems);
    else {
      if (file.value.values === 0) {
        problems.push({
          file: inputName(path),
          path: '',
          message: `holds no values: its shape is (${file.value.shape})`,
        });
      }
      file.value.close();
    }
  }
  if (problems.length > 0) return failure(...problems);
  for (const [at, path] of paths.entries()) {
    onProgress?.(at, paths.length, inputName(path));
    const file = openNpy(path);
    if (!file.ok) return file;
    for (const piece of file.value.pieces(PIECE)) collector.add(piece);
    file.value.close();
    collector.endBatch();
  }
  return success(collector);
}

/** Sources for the provenance: bare names, so that the same data give the same bytes anywhere. */
export function sourceName(paths: readonly string[]): string {
  const names = paths.map((path) => inputName(basename(path)));
  return names.length <= 3 ? names.join(', ') : `${names[0]} .. ${names.at(-1)} (${names.length} files)`;
}
