/**
 * Makes dist/: the compiled sources, zod and the datasheet's script in a file each, the templates as JavaScript. What an
 * earlier build made of sources that are gone is removed, so that a package never carries it.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = path.join(ROOT, 'dist');

/** What the steps after the compiler write. */
const BUNDLES = ['zod.js', 'page.js', 'templates.cjs'];

run(path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json');
removeStale();
for (const script of ['zod.mjs', 'templates.mjs', 'page.mjs']) run(path.join(ROOT, 'scripts', script));
chmodSync(path.join(DIST, 'cli.js'), 0o755);

function run(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

function removeStale() {
  for (const entry of readdirSync(DIST, { recursive: true, withFileTypes: true })) {
    const file = path.relative(DIST, path.join(entry.parentPath, entry.name));
    const source = file.replace(/(\.d)?\.(c?)[jt]s$/, '.$2ts');
    if (entry.isDirectory() || BUNDLES.includes(file)) continue;
    if (!existsSync(path.join(ROOT, 'generators', source))) rmSync(path.join(DIST, file));
  }
}
