/**
 * Makes dist/: declarations by the compiler, JavaScript in few files, the templates as JavaScript, the datasheet's script
 * in one file. What is left of earlier builds is removed, so that a package never carries it. Types are not checked,
 * which would take twice the time: `npm run check` does that.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = path.join(ROOT, 'dist');

const started = Date.now();
run(path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json');
for (const script of ['bundle.mjs', 'templates.mjs', 'page.mjs']) run(path.join(ROOT, 'scripts', script));
removeOlder();
chmodSync(path.join(DIST, 'cli.js'), 0o755);

function run(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

function removeOlder() {
  for (const entry of readdirSync(DIST, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile() && statSync(file).mtimeMs < started) rmSync(file);
  }
}
