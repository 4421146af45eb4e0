import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { runTool } from '../cosim/tool.js';
import { Interrupted, MissingTool } from '../problems.js';

/** Files by path, with forward slashes. */
export type Files = ReadonlyMap<string, string>;

/** A run of Yosys in a folder that holds some files. */
export interface YosysRun {
  readonly script: string;
  readonly files: Files;
  readonly signal?: AbortSignal;
}

export interface YosysOutput {
  /** Whether the script ran to its end. */
  readonly finished: boolean;
  /** What Yosys printed: little, unless something went wrong. */
  readonly messages: string;
  /** Files that the script wrote into the folder. */
  readonly written: Files;
}

/** Runs a script; rejects with Interrupted once the signal is given. */
export type Yosys = (run: YosysRun) => Promise<YosysOutput>;

/** Name of a run's script in its folder. */
export const SCRIPT = 'script.ys';

/** Yosys as WebAssembly, from npm: in a thread of its own, in memory. */
export const yosysBuiltin: Yosys = ({ script, files, signal }) =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) throw new Interrupted();
    const worker = new Worker(WORKER, {
      eval: true,
      workerData: {
        module: createRequire(import.meta.url).resolve('@yowasp/yosys'),
        args: ['-q', SCRIPT],
        tree: treeOf(new Map([...files, [SCRIPT, script]])),
      },
    });
    const stop = () => void worker.terminate();
    signal?.addEventListener('abort', stop, { once: true });
    worker.once('message', ({ finished, messages, tree }: WorkerAnswer) => {
      const written = Object.entries(tree).filter(
        ([name, content]) => typeof content === 'string' && name !== SCRIPT && !files.has(name),
      ) as [string, string][];
      resolve({ finished, messages, written: new Map(written) });
    });
    worker.once('error', reject);
    worker.once('exit', () => {
      signal?.removeEventListener('abort', stop);
      reject(signal?.aborted ? new Interrupted() : new Error('Yosys ended without an answer'));
    });
  });

interface WorkerAnswer {
  readonly finished: boolean;
  readonly messages: string;
  readonly tree: Readonly<Record<string, unknown>>;
}

/** Plain JavaScript: it runs from sources and from dist/ alike. */
const WORKER = `
const { parentPort, workerData } = require('node:worker_threads');
const { pathToFileURL } = require('node:url');
import(pathToFileURL(workerData.module).href).then(async ({ runYosys }) => {
  let messages = '';
  const decoder = new TextDecoder();
  const listen = (bytes) => { if (bytes !== null) messages += decoder.decode(bytes, { stream: true }); };
  const options = { stdout: listen, stderr: listen };
  try {
    const tree = await runYosys(workerData.args, workerData.tree, options);
    parentPort.postMessage({ finished: true, messages, tree });
  } catch (error) {
    if (!('code' in error && 'files' in error)) throw error;
    parentPort.postMessage({ finished: error.code === 0, messages, tree: error.files });
  }
});`;

interface Tree {
  [name: string]: Tree | string;
}

function treeOf(files: Files): Tree {
  const root: Tree = {};
  for (const [file, text] of files) {
    const parts = file.split('/');
    let folder = root;
    for (const part of parts.slice(0, -1)) {
      folder[part] ??= {};
      folder = folder[part] as Tree;
    }
    folder[parts.at(-1)!] = text;
  }
  return root;
}

/** The installed Yosys, in a temporary folder. */
export const yosysNative: Yosys = async (run) => {
  const { finished, messages, written } = await inFolder(run, (folder) =>
    command('yosys', ['-q', SCRIPT], folder, run.signal),
  );
  return { finished, messages, written };
};

/** Lets `use` work in a temporary folder with the files of a run, and brings back what was written. */
export async function inFolder<Result>(
  { script, files }: YosysRun,
  use: (folder: string) => Promise<Result>,
): Promise<Result & { readonly written: Files }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'imcgen-prove-'));
  try {
    for (const [file, text] of [...files, [SCRIPT, script] as const]) {
      await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
      await writeFile(path.join(folder, file), text);
    }
    const result = await use(folder);
    const written = new Map<string, string>();
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (!entry.isFile() || entry.name === SCRIPT || files.has(entry.name)) continue;
      written.set(entry.name, await readFile(path.join(folder, entry.name), 'utf8'));
    }
    return { ...result, written };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Debian packages of the tools that engines use. */
const PACKAGES = { yosys: 'yosys', 'yosys-smtbmc': 'yosys', z3: 'z3' } as const;

/** @throws MissingTool where it is not installed */
export async function command(
  tool: keyof typeof PACKAGES,
  args: readonly string[],
  folder: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly finished: boolean; readonly messages: string }> {
  const { output, exitCode, missing } = await runTool(tool, args, signal, { cwd: folder });
  if (missing) throw new MissingTool(tool, `apt-get install ${PACKAGES[tool]}`);
  return { finished: exitCode === 0, messages: output };
}

/** Whether a command can be run. */
export async function isInstalled(tool: keyof typeof PACKAGES): Promise<boolean> {
  return !(await runTool(tool, ['--help'], undefined)).missing;
}
