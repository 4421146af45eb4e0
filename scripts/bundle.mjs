/**
 * Part of the build: generators/ as JavaScript, in dist/. A file each for what is started or imported from outside, and
 * chunks/ that they share: loading hundreds of small files takes longer than most commands work.
 *
 * The packages that nearly every command needs are in the chunks, with their licenses in licenses.txt. The others are
 * imported from where npm puts them.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = path.join(ROOT, 'generators');
const DIST = path.join(ROOT, 'dist');

const posix = (file) => file.replaceAll(path.sep, '/');

/** Threads start files of their own. */
const WORKERS = readdirSync(SOURCES, { recursive: true })
  .filter((file) => /(^|[\\/-])worker\.ts$/.test(file))
  .map((file) => posix(file).replace(/\.ts$/, ''));
const PARTS_OF_MODEL = ['library/die', 'library/kernel', 'library/scenario', 'library/trim'];
const ENTRIES = ['cli', 'index', 'model', ...PARTS_OF_MODEL, ...WORKERS];
const BUNDLED = ['commander', 'execa', 'jsonc-parser', 'zod'];

/** Packages that stay outside; what a bundled package needs is bundled with it. */
const outside = {
  name: 'outside',
  setup({ onResolve }) {
    onResolve({ filter: /^[@\w]/ }, ({ path: name, importer, kind }) => {
      if (kind === 'entry-point' || !importer.startsWith(SOURCES)) return undefined;
      return BUNDLED.some((each) => name === each || name.startsWith(`${each}/`))
        ? undefined
        : { external: true };
    });
  },
};

/** zod has 64 languages. English is loaded by itself; the list of all is left empty. */
const englishAlone = {
  name: 'english-alone',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents: 'export {};' }));
  },
};

/**
 * Code that zod makes for each schema takes longer than it saves where few texts are parsed. Zod keeps its settings in a global
 * object, for all copies of itself: those of the program that imports imcgen are its own.
 */
const withoutCode = {
  name: 'without-code',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]core[\\/]core\.js$/ }, ({ path: file }) => {
      const text = readFileSync(file, 'utf8').replaceAll('globalThis', 'settings');
      return { contents: `const settings = {};\n${text}\nconfig({ jitless: true });\n` };
    });
  },
};

/** Stands for dist/ until it is known which file a source ends up in. */
const HERE = '@dist/';

/** Sources find files from where they are: in a chunk they still have to. */
const places = {
  name: 'places',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]generators[\\/].*\.ts$/ }, ({ path: file }) => {
      const compiled = posix(path.relative(SOURCES, file)).replace(/\.ts$/, '.js');
      const url = `new URL('${HERE}${compiled}', import.meta.url).href`;
      return { contents: readFileSync(file, 'utf8').replaceAll('import.meta.url', url), loader: 'ts' };
    });
  },
};

const { outputFiles, metafile } = await build({
  entryPoints: ENTRIES.map((name) => ({ in: path.join(SOURCES, `${name}.ts`), out: name })),
  outdir: DIST,
  outbase: SOURCES,
  chunkNames: 'chunks/[name]-[hash]',
  absWorkingDir: ROOT,
  ...{ bundle: true, splitting: true, write: false, metafile: true },
  ...{ format: 'esm', platform: 'node', target: 'node20', mainFields: ['module', 'main'] },
  legalComments: 'none',
  plugins: [outside, englishAlone, withoutCode, places],
  logLevel: 'warning',
});

/** CommonJS of packages asks for modules of Node by a function that an ES module has to make first. */
const IMPORTED = /^(import \{[^}]*?)^ {2}__require,?\n/m;
const MADE =
  "import { createRequire } from 'node:module';\nconst __require = createRequire(import.meta.url);\n";
const withRequire = (text) => (IMPORTED.test(text) ? MADE + text.replace(IMPORTED, '$1') : text);

for (const { path: file, text } of outputFiles) {
  const up = posix(path.relative(path.dirname(file), DIST));
  mkdirSync(path.dirname(file), { recursive: true });
  const whole = withRequire(text).replaceAll(HERE, up === '' ? './' : `${up}/`);
  // A quarter less to unpack and to read; names and lines stay, for whoever reports a fault. Marks of what a bundler may
  // drop go with the blanks, so what has some keeps both.
  const { code } = whole.includes('@__PURE__')
    ? { code: whole }
    : await transform(whole, { minifyWhitespace: true, lineLimit: 120, target: 'node20' });
  writeFileSync(file, code);
}

/** The licenses of all packages of which something is in the chunks. */
function licenses(inputs) {
  const folders = inputs.map(
    (file) => file.match(/^node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+/)?.[0],
  );
  const texts = [...new Set(folders)]
    .filter(Boolean)
    .sort()
    .map((folder) => {
      const file = readdirSync(path.join(ROOT, folder)).find((name) => /^licen[cs]e/i.test(name));
      if (file === undefined) throw new Error(`${folder} has no file with its license`);
      return `${folder.replace(/.*node_modules\//, '')}\n\n${readFileSync(path.join(ROOT, folder, file), 'utf8').trim()}\n`;
    });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}
// The runtime of Handlebars is in templates.cjs.
const inputs = [...Object.keys(metafile.inputs), 'node_modules/handlebars/runtime.js'];
writeFileSync(path.join(DIST, 'licenses.txt'), licenses(inputs));

await build({
  ...{ entryPoints: [path.join(SOURCES, 'require.cts')], outfile: path.join(DIST, 'require.cjs') },
  ...{ format: 'cjs', platform: 'node', target: 'node20', logLevel: 'warning' },
});
