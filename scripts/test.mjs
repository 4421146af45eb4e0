/**
 * `npm test`: what belongs to every change; `npm run test:all` runs the long matrices too (rtl-tests/fixtures/every-change.ts).
 * Of files that are named, `npm test -- march.test.ts`, all tests run.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
const args = process.argv.slice(2);
const short = !args.some((arg) => !arg.startsWith('-'));

const env = { ...process.env, ...(short && { IMCGEN_TESTS: 'short' }) };
const { status } = spawnSync(process.execPath, [vitest, 'run', ...args], {
  cwd: root,
  env,
  stdio: 'inherit',
});
if (short) console.log('The long matrices did not run: npm run test:all runs everything.');
process.exitCode = status ?? 1;
