import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolders, outputProblem, unwritable } from '../common/files/output.js';
import { failure, type Result, success } from '../common/problems.js';
import { MANIFEST, type Manifest, SAFE_PATH } from './manifest.js';
import type { PackageFile } from './package.js';

/** Letters of a folder's name that its staging folder keeps, so that the longest name has room for more. */
const LONGEST_STAGED = 60;

/**
 * Writes a package as a whole or not at all: into a staging folder beside the target, renamed at the end.
 * Files that imcgen did not write stay where they are.
 *
 * @param dir   folder of the package, made where it is missing
 * @param force replace files in a folder that imcgen did not make
 * @returns the folder written, or why it could not be
 * @throws Error for a file whose path is not a plain relative one: a bug of the tool, not of its input
 */
export async function writePackage(
  dir: string,
  files: readonly PackageFile[],
  { force = false }: { readonly force?: boolean } = {},
): Promise<Result<string>> {
  const paths = new Set(files.map((file) => file.path));
  for (const name of paths) if (!SAFE_PATH.test(name)) throw new Error(`unsafe path in a package: ${name}`);
  if (paths.size !== files.length) throw new Error('two files of a package have the same path');

  const impossible = outputProblem({ path: dir, kind: 'folder' });
  if (impossible !== undefined) return failure(impossible);
  const target = existsSync(dir) ? realpathSync(dir) : path.resolve(dir);
  const beside = path.join(path.dirname(target), path.basename(target).slice(0, LONGEST_STAGED));
  const staging = `${beside}.${process.pid}.new`;
  const previous = `${beside}.${process.pid}.old`;
  const refusal = refuse(dir, target, force);
  if (refusal !== undefined) return refusal;
  holdSignals();
  try {
    await stage(staging, files);
    replace(target, staging, previous, paths);
    return success(dir);
  } catch (error) {
    if (received !== undefined)
      return failure({ file: dir, path: '', message: `cannot be written: interrupted by ${received}` });
    return failure(unwritable(dir, error));
  } finally {
    discard(staging);
    await releaseSignals();
  }
}

/** Removes what is left of a staging folder; where none could be made there is none. */
function discard(staging: string): void {
  try {
    rmSync(staging, { recursive: true, force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTDIR') throw error;
  }
}

/** Ctrl-C waits until the packages under way have cleaned up. */
let writers = 0;
let received: NodeJS.Signals | undefined;

function remember(signal: NodeJS.Signals): void {
  received = signal;
}

export function holdSignals(): void {
  if (writers++ === 0) process.on('SIGINT', remember).on('SIGTERM', remember);
}

export async function releaseSignals(): Promise<void> {
  // A signal that came during synchronous work has its turn first.
  await new Promise(setImmediate);
  if (--writers > 0) return;
  process.off('SIGINT', remember).off('SIGTERM', remember);
  const signal = received;
  received = undefined;
  if (signal !== undefined && process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

function refuse(dir: string, target: string, force: boolean): Result<never> | undefined {
  if (!existsSync(target)) return undefined;
  const fromTarget = path.relative(target, process.cwd());
  if (fromTarget.split(path.sep)[0] !== '..' && !path.isAbsolute(fromTarget)) {
    return failure({
      file: dir,
      path: '',
      message: 'holds the current folder, which cannot be replaced',
      fix: 'Run the command from outside, or name another folder.',
    });
  }
  if (force || readdirSync(target).length === 0 || manifestAt(target) !== undefined) return undefined;
  return failure({
    file: dir,
    path: '',
    message: 'is not empty and was not made by imcgen',
    fix: 'Name another folder, or use --force to write into this one.',
  });
}

/** The manifest of a package, or undefined where the folder is not one. */
function manifestAt(folder: string): Manifest | undefined {
  try {
    const manifest = JSON.parse(readFileSync(path.join(folder, MANIFEST), 'utf8')) as Partial<Manifest>;
    const { tool, files } = manifest;
    const ours = typeof tool === 'string' && tool.startsWith('imcgen ') && typeof files === 'object';
    return ours ? (manifest as Manifest) : undefined;
  } catch {
    return undefined;
  }
}

async function stage(staging: string, files: readonly PackageFile[]): Promise<void> {
  for (const file of files) {
    if (received !== undefined) throw new Error(`interrupted by ${received}`);
    const to = path.join(staging, file.path);
    makeFolders(path.dirname(to));
    await writeFile(to, file.text);
  }
}

/** Synchronous, so that Ctrl-C cannot fall between the two renames. */
function replace(target: string, staging: string, previous: string, written: ReadonlySet<string>): void {
  if (!existsSync(target)) {
    renameSync(staging, target);
    return;
  }
  const ours = new Set([...Object.keys(manifestAt(target)?.files ?? {}), MANIFEST, ...written]);
  renameSync(target, previous);
  try {
    renameSync(staging, target);
  } catch (error) {
    renameSync(previous, target);
    throw error;
  }
  keepForeign(previous, target, ours);
  rmSync(previous, { recursive: true, force: true });
}

/** Moves what imcgen did not write from the previous package into the new one. */
function keepForeign(previous: string, target: string, ours: ReadonlySet<string>): void {
  for (const name of readdirSync(previous, { recursive: true, encoding: 'utf8' })) {
    const from = path.join(previous, name);
    const to = path.join(target, name);
    if (ours.has(name) || existsSync(to) || lstatSync(from).isDirectory()) continue;
    makeFolders(path.dirname(to));
    renameSync(from, to);
  }
}
