/**
 * Writes the small package that is committed as an example of what imcgen generates: `npm run sample`.
 * The same as `imcgen generate examples/sample/macro.json`; a test tells when it is out of date.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadMacro, orThrow, packageFiles, planMacro, writePackage } from '../generators/index.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const plan = orThrow(planMacro(orThrow(await loadMacro(path.join(root, 'examples/sample/macro.json')))));
const files = packageFiles(plan);
const folder = path.join('out', plan.name);
orThrow(await writePackage(path.join(root, folder), files));
const bytes = files.reduce((sum, file) => sum + Buffer.byteLength(file.text), 0);
process.stdout.write(`${folder}: ${files.length} files, ${(bytes / 1000).toFixed(0)} kB\n`);
