import { readSync } from 'node:fs';
import { InvalidInput } from '../problems.js';

/** Stands for standard input where a file is read; a file of that name is `./-`. */
export const STDIN = '-';

/** What problems and provenance call an input. */
export function inputName(file: string): string {
  return file === STDIN ? 'standard input' : file;
}

/** Most bytes that are taken from standard input: all of them are in memory. */
const MOST_BYTES = 2 ** 31;
const PIECE = 1 << 16;

let all: Buffer | undefined;

/**
 * All of standard input. It is read once; whoever asks again gets the same bytes.
 *
 * @throws InvalidInput where it cannot be read, or does not end
 */
export function standardInput(): Buffer {
  if (all !== undefined) return all;
  const pieces: Buffer[] = [];
  let bytes = 0;
  for (;;) {
    const piece = Buffer.allocUnsafe(PIECE);
    const got = readSome(piece);
    if (got === 0) break;
    bytes += got;
    if (bytes > MOST_BYTES) throw refusal(`holds more than ${MOST_BYTES} bytes`, 'Name a file.');
    pieces.push(piece.subarray(0, got));
  }
  all = Buffer.concat(pieces);
  return all;
}

function readSome(piece: Buffer): number {
  for (;;) {
    try {
      return readSync(0, piece, 0, piece.length, null);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw refusal(`cannot be read (${code})`, 'Pipe something into the command.');
      // A pipe that another process has set not to wait: its writer is not done.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/**
 * Standard input can be read in one place only.
 *
 * @throws InvalidInput where it is named twice
 */
export function requireOneStdin(files: readonly string[]): void {
  if (files.filter((file) => file === STDIN).length < 2) return;
  throw refusal('is named twice, and can be read once', 'Name files for all inputs but one.');
}

function refusal(message: string, fix: string): InvalidInput {
  return new InvalidInput([{ file: inputName(STDIN), path: '', message, fix }]);
}
