/** Part of the build: templates/ as JavaScript, in dist/templates.cjs, so that no run compiles them again. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
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
const text = ['module.exports = {', ...entries, '};', ''].join('\n');
// A third smaller.
const { code } = await transform(text, { minify: true, target: 'node20' });
writeFileSync(path.join(ROOT, 'dist', 'templates.cjs'), code);
