/**
 * Writes the TypeScript interfaces of configs and levels from the schemas that validate them: part of `npm run schemas`.
 * A test tells when they are out of date.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CONFIG_TYPES } from './config-types-text.js';

for (const [file, text] of Object.entries(CONFIG_TYPES)) {
  writeFileSync(fileURLToPath(new URL(`../${file}`, import.meta.url)), text);
  process.stdout.write(`${file}\n`);
}
