import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { registerImport } from '../../../generators/command-line/commands/import.js';
import { type NpyData, writeNpy } from '../../../generators/levels/calibrate/npy.js';
import { printedBy } from '../../fixtures/command-line.js';

/** Where a file of tests has its lists, once it has called {@link inFolder}. */
export const folder = mkdtempSync(path.join(tmpdir(), 'imcgen-import-'));

/** Files of tests share this module, so each asks for the folder, which is gone when its tests are over. */
export function inFolder(): void {
  beforeAll(() => void mkdirSync(folder, { recursive: true }));
  afterAll(() => rmSync(folder, { recursive: true }));
}

export const at = (name: string) => path.join(folder, name);

/** `imcgen import`: what it prints, or why it refuses; file names without the test's folder. */
export async function run(...args: string[]): Promise<string> {
  const printed = await printedBy(registerImport, 'import', ...args);
  // The fix stands below the file's name, whose length is the folder's.
  return printed.replaceAll(`${folder}/`, '').replace(/\n {2,}/g, '\n  ');
}

export function text(name: string, content: string): string {
  writeFileSync(at(name), content);
  return name;
}

export function array(name: string, data: NpyData, shape: readonly number[] = [data.length]): string {
  writeNpy(at(name), { shape, fortranOrder: false, data });
  return name;
}
