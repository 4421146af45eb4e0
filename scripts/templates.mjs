/**
 * Part of the build: templates/ as JavaScript, in dist/templates.cjs, with the runtime of Handlebars, so that no run compiles
 * them again, or loads the twenty files of that.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import Handlebars from 'handlebars';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const options = await build({
  entryPoints: [path.join(ROOT, 'generators', 'package', 'text', 'template-options.ts')],
  ...{ format: 'esm', write: false },
});
const { TEMPLATE_OPTIONS } = await import(
  `data:text/javascript,${encodeURIComponent(options.outputFiles[0].text)}`
);

const folder = path.join(ROOT, 'templates');
const entries = readdirSync(folder, { recursive: true })
  .filter((file) => file.endsWith('.hbs'))
  .sort()
  .map((file) => {
    const name = file.slice(0, -'.hbs'.length).replaceAll(path.sep, '/');
    const text = readFileSync(path.join(folder, file), 'utf8');
    return `  ${JSON.stringify(name)}: ${Handlebars.precompile(text, TEMPLATE_OPTIONS)},`;
  });
const contents = [
  "exports.runtime = require('handlebars/runtime.js');",
  ...['exports.templates = {', ...entries, '};', ''],
].join('\n');
await build({
  stdin: { contents, resolveDir: ROOT },
  outfile: path.join(ROOT, 'dist', 'templates.cjs'),
  ...{ bundle: true, format: 'cjs', platform: 'node', target: 'node20', logLevel: 'warning' },
  // A third smaller.
  minify: true,
});
