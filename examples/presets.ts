/**
 * Writes the levels of the presets of `imcgen init`: `npm run presets`. A test tells when they are out of date.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { presetLevels } from './preset-levels.js';

const folder = fileURLToPath(new URL('../presets/', import.meta.url));
for (const [name, levels] of presetLevels()) {
  const text = `${JSON.stringify(levels)}\n`;
  writeFileSync(path.join(folder, `${name}.levels.json`), text);
  process.stdout.write(`presets/${name}.levels.json: ${(text.length / 1000).toFixed(0)} kB\n`);
}
