/** Part of the build: the script of a package's datasheet, page/main.ts with the golden model, in one file: dist/page.js. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
await build({
  entryPoints: [path.join(ROOT, 'page', 'main.ts')],
  outfile: path.join(ROOT, 'dist', 'page.js'),
  ...{ bundle: true, minify: true, format: 'iife', platform: 'browser', target: 'es2022', charset: 'ascii' },
  legalComments: 'none',
  logLevel: 'warning',
});
