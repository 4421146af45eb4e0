import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { Interrupted, MissingTool } from './problems.js';

/** Debian packages of the commands that are run, and of those that they start in turn. */
const PACKAGES = {
  iverilog: 'iverilog',
  vvp: 'iverilog',
  verilator: 'verilator',
  verilator_bin: 'verilator',
  make: 'make',
  'g++': 'g++',
  perl: 'perl',
  yosys: 'yosys',
  'yosys-smtbmc': 'yosys',
  z3: 'z3',
  python3: 'python3',
  sta: 'opensta',
  parallel: 'parallel',
  sbatch: 'slurm-client',
  squeue: 'slurm-client',
  scontrol: 'slurm-client',
  chromium: 'chromium',
  ngspice: 'ngspice',
} as const;

export type ToolName = keyof typeof PACKAGES;

export interface ToolOutput {
  /** stdout and stderr, as they came. */
  readonly output: string;
  readonly exitCode: number | undefined;
}

/** How long the children of a stopped tool may take to end by themselves. */
const GRACE_MS = 2000;

/**
 * Runs a simulator or compiler to its end, in a process group of its own: compilers start others, and on a stop
 * all of them have to go before their folder is removed.
 *
 * @throws MissingTool where the command, or one that it starts, is not installed
 * @throws Interrupted where `signal` aborts, once the whole group has ended
 */
export async function runTool(
  command: string,
  args: readonly string[],
  signal: AbortSignal | undefined,
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<ToolOutput> {
  // Most commands that can run a tool often run none: it is loaded by the first that does.
  const { execa } = await import('execa');
  if (signal?.aborted) throw new Interrupted();
  const run = execa(command, args, { ...options, stdin: 'ignore', all: true, reject: false, detached: true });
  const stop = () => signalGroup(run.pid, 'SIGTERM');
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const result = await run;
    if (signal?.aborted) {
      await endOfGroup(run.pid);
      throw new Interrupted();
    }
    const { code } = result as { code?: string };
    const output = result.all ?? '';
    const missing =
      code === 'ENOENT' || code === 'EACCES' ? command : helperMissedIn(output, result.exitCode);
    if (isTool(missing)) throw missingTool(missing);
    if (code !== undefined && result.exitCode === undefined) throw result;
    return { output, exitCode: result.exitCode };
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

function isTool(command: string | undefined): command is ToolName {
  return command !== undefined && Object.hasOwn(PACKAGES, command);
}

/** How shell, make, env and Python say that a command is not there. */
const NOT_FOUND = [
  /([\w+.-]+)(?::|') (?:command )?not found(?: in path\.)?$/gm,
  /^(?:make|env|\/usr\/bin\/env): [\u2018']?([\w+.-]+)[\u2019']?: No such file or directory$/gm,
  /No such file or directory: '([\w+.-]+)'$/gm,
];

/** The command that a tool wanted to start and could not: Verilator's compiler, the solver of yosys-smtbmc. */
function helperMissedIn(output: string, exitCode: number | undefined): ToolName | undefined {
  if (exitCode === 0) return undefined;
  const named = NOT_FOUND.flatMap((pattern) => [...output.matchAll(pattern)].map(([, name]) => name));
  return named.find(isTool);
}

function missingTool(command: ToolName): MissingTool {
  return new MissingTool(command, `apt-get install ${PACKAGES[command]}`);
}

/**
 * Says what is not installed before long work that would end with it.
 *
 * @throws MissingTool for the first one
 */
export function requireTools(...commands: readonly ToolName[]): void {
  const missing = commands.find((command) => !isInstalled(command));
  if (missing !== undefined) throw missingTool(missing);
}

/**
 * The first of some names under which a tool can be started.
 *
 * @param tool what is to be installed where there is none
 * @throws MissingTool where there is none
 */
export function installedAs(tool: ToolName, names: readonly string[]): string {
  const found = names.find(isInstalled);
  if (found === undefined) throw missingTool(tool);
  return found;
}

/** Whether a command can be started. */
export function isInstalled(command: string): boolean {
  return (process.env.PATH ?? '').split(path.delimiter).some((folder) => {
    try {
      const file = path.join(folder, command);
      accessSync(file, constants.X_OK);
      return statSync(file).isFile();
    } catch {
      return false;
    }
  });
}

/** Whether there was anybody left to tell. */
function signalGroup(pid: number | undefined, signal: NodeJS.Signals | 0): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

async function endOfGroup(pid: number | undefined): Promise<void> {
  const deadline = performance.now() + GRACE_MS;
  while (signalGroup(pid, 0) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  signalGroup(pid, 'SIGKILL');
}
