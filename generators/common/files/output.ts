import {
  accessSync,
  constants,
  lstatSync,
  mkdirSync,
  readlinkSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { InvalidInput, type Problem } from '../problems.js';
import { isSystemError, systemReason } from '../system-errors.js';

/** Something that a command is going to write. */
export interface Output {
  /** As the user named it. */
  readonly path: string;
  readonly kind: 'file' | 'folder';
}

/** Longest name of a file that file systems take, bytes. */
const LONGEST_NAME = 255;
/** Longest path that Linux takes, bytes, its end included. */
const LONGEST_PATH = 4096;

/**
 * Says before any work what could not be written after it. Folders that are missing are no problem: they are made.
 *
 * @param inputs files that the command reads, which no output may replace
 * @throws InvalidInput with a problem for every output that cannot be written
 */
export function requireWritable(outputs: readonly Output[], inputs: readonly string[] = []): void {
  const problems = outputs.flatMap((output, at): Problem[] => {
    const problem = outputProblem(output);
    if (problem !== undefined) return [problem];
    const same = (other: string) => sameFile(output.path, other);
    const fix = 'Name another file.';
    if (inputs.some(same)) return [problemAt(output, 'is a file that the command reads', fix)];
    const twice = outputs.slice(0, at).some((other) => same(other.path));
    return twice ? [problemAt(output, 'is named for two outputs', fix)] : [];
  });
  if (problems.length > 0) throw new InvalidInput(problems);
}

/** Why an output could not be written, or undefined. Looks, and changes nothing. */
export function outputProblem(output: Output): Problem | undefined {
  const { path: name, kind } = output;
  const other = kind === 'file' ? 'Name another file.' : 'Name another folder.';
  if (name === '') return problemAt(output, 'is empty', `Name a ${kind} to write.`);
  if (name === '-') {
    const fix = kind === 'file' ? 'For stdout name /dev/stdout, with --quiet.' : other;
    return problemAt(output, `is no name of a ${kind}`, fix);
  }
  if (name.includes('\0')) return problemAt(output, 'holds a zero character', other);
  const parts = path.resolve(name).split(path.sep);
  const longest = Math.max(...parts.map((part) => Buffer.byteLength(part)));
  const whole = Buffer.byteLength(path.resolve(name));
  if (longest > LONGEST_NAME || whole >= LONGEST_PATH) {
    const [bytes, most] = longest > LONGEST_NAME ? [longest, LONGEST_NAME] : [whole, LONGEST_PATH - 1];
    return problemAt(output, `is ${bytes} bytes long, ${most} is the most`, 'Name a shorter one.');
  }
  if (kind === 'file' && /[\\/]$/.test(name)) {
    return problemAt(output, 'names a folder', 'Name a file in it.');
  }
  try {
    return present(output, name) ?? (isThere(name) ? undefined : parentProblem(output, name));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return problemAt(output, `cannot be written: ${systemReason(error)}`, other);
  }
}

/** What is wrong with what lies at the place of an output already. */
function present(output: Output, name: string): Problem | undefined {
  const stats = statOf(name);
  if (stats === undefined) {
    const link = linkAt(name);
    if (link === undefined) return undefined;
    const fix = 'Remove the link, or make what it points to.';
    return problemAt(output, `is a link to ${link}, which is not there`, fix);
  }
  if (output.kind === 'folder') {
    if (!stats.isDirectory()) return problemAt(output, 'is not a folder', 'Name another folder.');
    return denied(output, name);
  }
  if (stats.isDirectory()) return problemAt(output, 'is a folder', 'Name a file in it.');
  if (stats.isSocket()) return problemAt(output, 'is a socket', 'Name another file.');
  // A device or a pipe is written as it is; a file is replaced, for which its folder has to be writable as well.
  return (
    denied(output, name) ?? (stats.isFile() ? denied(output, path.dirname(realpathSync(name))) : undefined)
  );
}

/** What keeps the folders above an output, or some of them, from being made. */
function parentProblem(output: Output, name: string): Problem | undefined {
  for (let at = path.dirname(path.resolve(name)); ; at = path.dirname(at)) {
    const stats = statOf(at);
    if (stats !== undefined) {
      if (stats.isDirectory()) return denied(output, at);
      return problemAt(output, `cannot be written: ${shown(at)} is not a folder`, 'Name another folder.');
    }
    const link = linkAt(at);
    if (link !== undefined) {
      const fix = 'Remove the link, or make what it points to.';
      return problemAt(
        output,
        `cannot be written: ${shown(at)} is a link to ${link}, which is not there`,
        fix,
      );
    }
  }
}

/** Where the user may not write. */
function denied(output: Output, at: string): Problem | undefined {
  try {
    const stats = statSync(at);
    accessSync(at, stats.isDirectory() ? constants.W_OK | constants.X_OK : constants.W_OK);
    return undefined;
  } catch (error) {
    const where = path.resolve(at) === path.resolve(output.path) ? '' : ` in ${shown(at)}`;
    const fix = `Name another ${output.kind}, or change the permissions.`;
    return problemAt(output, `cannot be written: ${systemReason(error)}${where}`, fix);
  }
}

/** Undefined where there is nothing, or a link to nothing. */
export function statOf(name: string): Stats | undefined {
  try {
    return statSync(name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Where a link points; undefined where there is none. */
function linkAt(name: string): string | undefined {
  try {
    return lstatSync(name).isSymbolicLink() ? shown(readlinkSync(name)) : undefined;
  } catch {
    return undefined;
  }
}

function isThere(name: string): boolean {
  return statOf(name) !== undefined;
}

function sameFile(a: string, b: string): boolean {
  if (path.resolve(a) === path.resolve(b)) return true;
  try {
    const [one, other] = [statSync(a), statSync(b)];
    return one.isFile() && other.isFile() && one.ino === other.ino && one.dev === other.dev;
  } catch {
    return false;
  }
}

function problemAt({ path: file }: Output, message: string, fix: string): Problem {
  return { file: file === '' ? 'the output' : file, path: '', message, fix };
}

/** A path in a message, cut where it is long. */
function shown(text: string): string {
  return text.length <= 100 ? text : `${text.slice(0, 50)}..${text.slice(-45)}`;
}

/**
 * Makes a folder and those above it that are missing, one by one: Node's own way of it does not end where a file
 * system takes no folders, as below /proc.
 *
 * @returns the outermost folder that was made, if one was
 */
export function makeFolders(folder: string): string | undefined {
  const missing: string[] = [];
  for (let at = path.resolve(folder); !isThere(at); at = path.dirname(at)) missing.unshift(at);
  for (const each of missing) {
    try {
      mkdirSync(each);
    } catch (error) {
      // Somebody else was faster.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !statSync(each).isDirectory()) throw error;
    }
  }
  return missing[0];
}

/** What the names of files and folders on their way to their place begin with. */
export const TEMPORARY = '.imcgen.';

/**
 * What is said of a file or folder that the system would not let us write.
 *
 * @throws whatever is no error of the system
 */
export function unwritable(file: string, error: unknown): Problem {
  if (!isSystemError(error)) throw error;
  const { path: at } = error;
  const where = at === undefined || at === file || at.includes(TEMPORARY) ? '' : ` (${shown(at)})`;
  const fix = 'Make room or give permission there, or write to another place.';
  return { file, path: '', message: `cannot be written: ${systemReason(error)}${where}`, fix };
}
