/**
 * Part of the build: zod in one file, dist/zod.js, which what was compiled imports in place of the package. The package
 * is 95 files, 64 of them messages in languages that this tool does not speak.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = path.join(ROOT, 'dist');
const BUNDLE = path.join(DIST, 'zod.js');

/** English is loaded by itself; the list of all languages is left empty. */
const englishAlone = {
  name: 'english-alone',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents: 'export {};' }));
  },
};

const license = readFileSync(path.join(ROOT, 'node_modules', 'zod', 'LICENSE'), 'utf8').trim();
await build({
  stdin: { contents: "export { z } from 'zod';", resolveDir: ROOT },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  outfile: BUNDLE,
  banner: { js: `/*! zod\n${license}\n*/` },
  plugins: [englishAlone],
  logLevel: 'warning',
});

for (const name of readdirSync(DIST, { recursive: true })) {
  const file = path.join(DIST, name);
  if (!file.endsWith('.js') || file === BUNDLE) continue;
  const text = readFileSync(file, 'utf8');
  const to = path.relative(path.dirname(file), BUNDLE).replaceAll(path.sep, '/');
  const from = `from '${to.startsWith('.') ? to : `./${to}`}'`;
  if (text.includes("from 'zod'")) writeFileSync(file, text.replaceAll("from 'zod'", from));
}
