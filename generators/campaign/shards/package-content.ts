import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { sha256 } from '../../package/manifest.js';

/** Files of a package that decide what becomes of a simulation: config, levels and Verilog. */
const DECIDES = /^(config\.resolved\.json|levels\/.*\.json|.*\.vh?)$/;

/** sha256 of all in a package that decides what a simulation finds, edited or not. */
export async function packageContent(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((name) => DECIDES.test(name))
    .sort();
  const contents = names.map(async (name) => [name, sha256(await readFile(path.join(folder, name)))]);
  return sha256(JSON.stringify(await Promise.all(contents)));
}
