/**
 * Writes docs/config.md, the reference of `macro.json`, from the schema that validates it: `npm run docs`.
 * A test tells when it is out of date.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configPage } from './config-page-text.js';

writeFileSync(fileURLToPath(new URL('../docs/config.md', import.meta.url)), configPage());
process.stdout.write('docs/config.md\n');
