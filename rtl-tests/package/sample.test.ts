import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { cosim } from '../../generators/checks/cosim/cosim.js';
import { describeMismatch } from '../../generators/checks/cosim/verdict.js';
import { planFile } from '../../generators/macro/plan/file.js';
import { packageFiles } from '../../generators/package/package.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = path.join(root, 'out/sample');

/** Files of the committed package, relative to its folder. */
async function committed(): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

describe('out/sample', () => {
  it('is what imcgen generates from examples/sample', async () => {
    const fresh = new Map(
      packageFiles(await planFile(path.join(root, 'examples/sample/macro.json'))).map(
        ({ path: file, text }) => [file, Buffer.from(text)],
      ),
    );
    const old = await committed();
    const differing = [
      ...old.filter((file) => !fresh.has(file)).map((file) => `${file}: not generated`),
      ...[...fresh.keys()].filter((file) => !old.includes(file)).map((file) => `${file}: missing`),
    ];
    for (const file of old) {
      const content = fresh.get(file);
      if (content?.equals(await readFile(path.join(folder, file))) === false) differing.push(file);
    }
    expect(differing.sort(), 'out/sample is out of date; run: npm run sample').toEqual([]);
  });

  it('stays small', async () => {
    const files = packageFiles(await planFile(path.join(root, 'examples/sample/macro.json')));
    expect(files.reduce((bytes, { text }) => bytes + text.length, 0)).toBeLessThan(600_000);
  });

  it('simulates without a mismatch', async () => {
    const result = await cosim(folder, { seed: 2, conversions: 100, simulator: 'icarus' });
    expect(result.mismatches.map(describeMismatch)).toEqual([]);
    expect(result.passed).toBe(true);
  });
});
