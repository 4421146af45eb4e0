/**
 * Makes a fresh clone ready: npm packages, the built command line, and the tools that are named.
 *
 *   node scripts/setup.mjs                     packages, build, Icarus Verilog
 *   node scripts/setup.mjs verilator yosys     these as well
 *   node scripts/setup.mjs --no-tools          packages and build, nothing else: what npm runs as "prepare", before it
 *                                              packs the project or installs it from git
 *
 * Runs before anything is installed, so it uses Node alone. What is in place already is left alone.
 * Exit code 1: a step failed; 3: a tool is missing and cannot be installed from here.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Commands and files that the project can ask for, and the Debian packages of each. */
const PACKAGES = {
  iverilog: ['iverilog'],
  verilator: ['verilator'],
  yosys: ['yosys'],
  z3: ['z3'],
  qflow: ['qflow', 'qflow-tech-osu018'],
  klayout: ['klayout'],
  magic: ['magic'],
  sta: ['opensta'],
  'netgen-lvs': ['netgen-lvs'],
  osu018: ['qflow-tech-osu018'],
  parallel: ['parallel'],
  slurmctld: ['slurmctld', 'slurmd', 'slurm-client', 'munge'],
  ngspice: ['ngspice'],
  chromium: ['chromium', 'chromium-headless-shell', 'fonts-dejavu-core'],
};

/** What is a file, not a command. */
const FILES = { osu018: '/usr/share/qflow/tech/osu018/osu018_stdcells.lib' };

/** A step that failed, told when the other one has ended too. */
class Failure extends Error {
  constructor(exitCode, text) {
    super(text);
    this.exitCode = exitCode;
  }
}

const named = process.argv.slice(2);
const tools = named.includes('--no-tools') ? [] : ['iverilog', ...named];
for (const tool of tools) {
  if (!(tool in PACKAGES)) end(2, `no such tool: ${tool}; known: ${Object.keys(PACKAGES).join(', ')}`);
}

const present = (tool) => (tool in FILES ? existsSync(FILES[tool]) : onPath(tool));
const missing = tools.filter((tool) => !present(tool));
// Side by side: npm packages and the build compute while Debian packages wait for the network.
const ended = await Promise.allSettled([build(), missing.length > 0 && install(missing)]);
const failed = ended.find(({ status }) => status === 'rejected');
if (failed?.reason instanceof Failure) end(failed.reason.exitCode, failed.reason.message);
if (failed !== undefined) throw failed.reason;

/** Installs the packages of the lock file, and builds `dist/`. */
async function build() {
  if (packagesAreStale()) {
    say('installing npm packages');
    // Without scripts: no package here needs its own, and "prepare" would build what is built below.
    (await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'])) || fail(1, 'npm ci failed');
  }
  if (buildIsStale()) {
    say('building dist/');
    (await run(process.execPath, [path.join(ROOT, 'scripts', 'build.mjs')])) || fail(1, 'the build failed');
  }
}

/** Whether node_modules differs from the lock file; packages for other platforms may be absent. */
function packagesAreStale() {
  const installed = lockedPackages('node_modules/.package-lock.json');
  if (installed === undefined) return true;
  return Object.entries(lockedPackages('package-lock.json') ?? {}).some(
    ([at, { version, optional }]) => at !== '' && !optional && installed[at]?.version !== version,
  );
}

/** Entries of an npm lock file, or undefined where there is none. */
function lockedPackages(file) {
  const lock = path.join(ROOT, file);
  return existsSync(lock) ? JSON.parse(readFileSync(lock, 'utf8')).packages : undefined;
}

/** Whether a source is newer than what was built from it. */
function buildIsStale() {
  const built = path.join(ROOT, 'dist', 'cli.js');
  if (!existsSync(built)) return true;
  const sources = ['generators', 'templates', 'page']
    .flatMap((folder) =>
      readdirSync(path.join(ROOT, folder), { recursive: true }).map((file) => path.join(folder, file)),
    )
    .concat('tsconfig.json', 'tsconfig.build.json', 'package-lock.json');
  const newest = Math.max(...sources.map((file) => statSync(path.join(ROOT, file)).mtimeMs));
  return newest > statSync(built).mtimeMs;
}

function onPath(command) {
  return (process.env.PATH ?? '').split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Installs Debian packages as root, or says how. */
async function install(missing) {
  const names = missing.flatMap((tool) => PACKAGES[tool]);
  const command = `apt-get install -y ${names.join(' ')}`;
  if (process.getuid?.() !== 0 || !onPath('apt-get')) {
    fail(3, `not installed: ${missing.join(', ')}. On Debian or Ubuntu: sudo ${command}`);
  }
  say(`installing ${names.join(', ')}`);
  const apt = (...args) => run('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=300', ...args]);
  const installed = () => apt('install', '-y', '--no-install-recommends', ...names);
  // The lists of a fresh container are empty, those of an old one name files that are gone.
  const done = (await installed()) || ((await apt('update')) && (await installed()));
  if (!done || !missing.every(present)) fail(3, `could not install ${names.join(', ')}. Try: ${command}`);
}

/** Runs a command in the project; its output goes to stderr, so that stdout stays the caller's. */
async function run(command, args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 2, 2] });
  const [status] = await once(child, 'exit').catch(() => [1]);
  return status === 0;
}

function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

function fail(exitCode, text) {
  throw new Failure(exitCode, text);
}

function end(code, text) {
  say(text);
  process.exit(code);
}
