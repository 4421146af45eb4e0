import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { InvalidInput } from '../problems.js';

/**
 * Writes a whole file or nothing: under a temporary name first, renamed when complete.
 *
 * @throws InvalidInput if the path cannot be written
 */
export function writeAtomically(path: string, text: string): void {
  const staged = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(staged, text);
    renameSync(staged, path);
  } catch (error) {
    rmSync(staged, { force: true });
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    if (code === undefined) throw error;
    throw new InvalidInput([{ file: path, path: '', message: `cannot be written (${code})` }]);
  }
}
