import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { failure, InvalidInput, type Problem, type Result, success } from '../problems.js';
import { makeFolders, outputProblem, statOf, TEMPORARY, unwritable } from './output.js';
import type { NewFile } from './text-file.js';

/*
 * The one way in which this tool writes: under temporary names on the same file system first, and renamed when all is
 * there. Whoever looks sees what was there before, or what is new, whole.
 */

let taken = 0;

/** A name in a folder that no other writer of this process or of another one takes. */
function temporaryIn(folder: string): string {
  return path.join(folder, `${TEMPORARY}${process.pid}.${taken++}`);
}

/** Renames that count together: all of them can be taken back. */
class Moves {
  private readonly backwards: (() => void)[] = [];

  /** Makes a folder and those above it. */
  make(folder: string): void {
    const outermost = makeFolders(folder);
    if (outermost !== undefined)
      this.backwards.push(() => rmSync(outermost, { recursive: true, force: true }));
  }

  move(from: string, to: string): void {
    renameSync(from, to);
    this.backwards.push(() => renameSync(to, from));
  }

  takeBack(): void {
    for (const step of this.backwards.reverse()) step();
  }
}

/** Milliseconds of writing between looks at signals; each file alone would take longer to wait for than to write. */
const LONGEST_BREATH = 20;

/** Ctrl-C waits until all that is being written has its place, or is cleaned up. */
let writers = 0;
let received: NodeJS.Signals | undefined;

function remember(signal: NodeJS.Signals): void {
  received = signal;
}

function holdSignals(): void {
  if (writers++ === 0) process.on('SIGINT', remember).on('SIGTERM', remember);
}

async function releaseSignals(): Promise<void> {
  // A signal that came during synchronous work has its turn first.
  await new Promise(setImmediate);
  if (--writers > 0) return;
  process.off('SIGINT', remember).off('SIGTERM', remember);
  const signal = received;
  received = undefined;
  if (signal !== undefined && process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

/** Where files are on their way: what is new, and room for what it replaces. */
interface Staging {
  /** Folder that holds the new files by their paths. */
  readonly fresh: string;
  /** Folder for what was there before; it goes at the end. */
  readonly previous: string;
}

/**
 * Writes files into a temporary folder and gives them their places, all or none.
 *
 * @param name   what the output is called in a problem
 * @param beside folder that the temporary one is made in, on the file system of the places
 * @param place  moves files to their places; synchronous, so that no signal falls in between
 */
async function writeTogether(
  name: string,
  beside: string,
  files: readonly NewFile[],
  place: (staging: Staging, moves: Moves) => void,
): Promise<Problem | undefined> {
  const temporary = temporaryIn(beside);
  const staging = { fresh: path.join(temporary, 'new'), previous: path.join(temporary, 'old') };
  const moves = new Moves();
  let settled = false;
  holdSignals();
  try {
    moves.make(beside);
    for (const folder of [temporary, staging.fresh, staging.previous]) mkdirSync(folder);
    const folders = new Set([staging.fresh]);
    let breathed = performance.now();
    for (const file of files) {
      if (performance.now() - breathed > LONGEST_BREATH) {
        await new Promise(setImmediate);
        breathed = performance.now();
      }
      if (received !== undefined) throw new Error(`interrupted by ${received}`);
      const to = path.join(staging.fresh, file.path);
      const folder = path.dirname(to);
      if (!folders.has(folder)) makeFolders(folder);
      folders.add(folder);
      writeFileSync(to, file.text);
    }
    place(staging, moves);
    settled = true;
    return undefined;
  } catch (error) {
    moves.takeBack();
    settled = true;
    if (received === undefined) return unwritable(name, error);
    return { file: name, path: '', message: `cannot be written: interrupted by ${received}` };
  } finally {
    // What could not be taken back may be the only copy.
    if (settled) rmSync(temporary, { recursive: true, force: true });
    await releaseSignals();
  }
}

/**
 * Writes files into a folder among others that may be there: all of them or none. The folder is made where
 * it is missing.
 *
 * @param folder      where they go
 * @param files       paths relative to it
 * @param options     `force`: replace files that are there already; never folders
 * @returns the paths written, the folder included, or why nothing was
 */
export async function writeNewFiles(
  folder: string,
  files: readonly NewFile[],
  { force = false }: { readonly force?: boolean } = {},
): Promise<Result<readonly string[]>> {
  const impossible = outputProblem({ path: folder, kind: 'folder' });
  if (impossible !== undefined) return failure(impossible);
  const paths = files.map((file) => path.join(folder, file.path));
  const refusals = paths.filter(existsSync).flatMap((file) => refusal(file, force));
  if (refusals.length > 0) return failure(...refusals);
  const problem = await writeTogether(folder, folder, files, ({ fresh, previous }, moves) => {
    for (const [index, target] of paths.entries()) {
      moves.make(path.dirname(target));
      if (existsSync(target)) moves.move(target, path.join(previous, String(index)));
      moves.move(path.join(fresh, files[index]!.path), target);
    }
  });
  return problem === undefined ? success(paths) : failure(problem);
}

function refusal(file: string, force: boolean): Problem[] {
  if (lstatSync(file).isDirectory()) return [{ file, path: '', message: 'is a folder' }];
  if (force) return [];
  const fix = 'Name another folder, or use --force to replace it.';
  return [{ file, path: '', message: 'is there already', fix }];
}

/**
 * Puts a folder of files in the place of another one, or where none is.
 *
 * @param folder where a link leads, the link stays
 * @param goes   files of the old folder that do not stay; all others do, unless a new one has their path
 * @returns why the old folder is still there
 */
export async function replaceFolder(
  folder: string,
  files: readonly NewFile[],
  goes: ReadonlySet<string>,
): Promise<Problem | undefined> {
  const impossible = outputProblem({ path: folder, kind: 'folder' });
  if (impossible !== undefined) return impossible;
  const target = existsSync(folder) ? realpathSync(folder) : path.resolve(folder);
  return writeTogether(folder, path.dirname(target), files, ({ fresh, previous }, moves) => {
    const replaces = existsSync(target);
    const old = path.join(previous, 'folder');
    if (replaces) moves.move(target, old);
    moves.move(fresh, target);
    if (!replaces) return;
    for (const name of readdirSync(old, { recursive: true, encoding: 'utf8' })) {
      const [from, to] = [path.join(old, name), path.join(target, name)];
      if (goes.has(name) || existsSync(to) || lstatSync(from).isDirectory()) continue;
      moves.make(path.dirname(to));
      moves.move(from, to);
    }
  });
}

/**
 * Writes a whole file or nothing. Folders are made; a link is written through; a device or a pipe is written as it is.
 *
 * @throws InvalidInput where it cannot be written
 */
export function writeWhole(file: string, content: string | Uint8Array): void {
  const { cwd, name, place, discard, mode } = stage(file);
  try {
    writeFileSync(path.resolve(cwd, name), content, mode === undefined ? {} : { mode });
  } catch (error) {
    discard();
    throw new InvalidInput([unwritable(file, error)]);
  }
  place();
}

/** Where a file that is to be whole, or not there, is written first, by this tool or by another one. */
export interface Staged {
  /** Folder in which another tool has to run: names of folders can hold what a tool does not take. */
  readonly cwd: string;
  /** What is to be written there: a name in that folder, or the whole path of a device. */
  readonly name: string;
  /** Permissions of the file that is replaced. */
  readonly mode: number | undefined;
  /** Gives the file its place. */
  readonly place: () => void;
  /** Removes what is left of it; nothing is, where it has its place. */
  readonly discard: () => void;
}

/**
 * Prepares a file that is to be whole, or not there; its folders are made, a device or pipe is written as it is.
 *
 * @throws InvalidInput where it cannot be written, also from `place`
 */
export function stage(file: string): Staged {
  const problem = outputProblem({ path: file, kind: 'file' });
  if (problem !== undefined) throw new InvalidInput([problem]);
  const stats = statOf(file);
  if (stats !== undefined && !stats.isFile()) {
    const device = path.resolve(file);
    const nothing = () => undefined;
    return { cwd: path.dirname(device), name: device, mode: undefined, place: nothing, discard: nothing };
  }
  const target = stats === undefined ? path.resolve(file) : realpathSync(file);
  const cwd = path.dirname(target);
  const staged = temporaryIn(cwd);
  const discard = () => rmSync(staged, { force: true });
  const attempt = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      discard();
      throw new InvalidInput([unwritable(file, error)]);
    }
  };
  attempt(() => makeFolders(cwd));
  return {
    ...{ cwd, name: path.basename(staged), mode: stats?.mode, discard },
    // A tool that failed before it wrote has said so itself.
    place: () => attempt(() => existsSync(staged) && renameSync(staged, target)),
  };
}
