import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** Writes a whole file or nothing: under a temporary name first, renamed when complete. */
export function writeAtomically(path: string, text: string): void {
  const staged = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(staged, text);
    renameSync(staged, path);
  } catch (error) {
    rmSync(staged, { force: true });
    throw error;
  }
}
