import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { Interrupted } from '../problems.js';

/** Files by path, with forward slashes. */
export type Files = ReadonlyMap<string, string>;

/** A run of Yosys in a folder that holds some files. */
export interface YosysRun {
  readonly script: string;
  readonly files: Files;
  readonly signal?: AbortSignal | undefined;
}

export interface YosysOutput {
  /** Whether the script ran to its end. */
  readonly finished: boolean;
  /** What Yosys printed; the built-in one its whole log, an installed one little, unless something went wrong. */
  readonly messages: string;
  /** Files that the script wrote. */
  readonly written: Files;
}

/** Runs a script; rejects with Interrupted once the signal is given. */
export type Yosys = (run: YosysRun) => Promise<YosysOutput>;

/** Name of a run's script in its folder. */
export const SCRIPT = 'script.ys';

/** Yosys as WebAssembly, from npm, always of the same version: in a thread of its own, in memory. */
export const yosysBuiltin: Yosys = ({ script, files, signal }) =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) throw new Interrupted();
    const worker = new Worker(WORKER, {
      eval: true,
      workerData: {
        module: createRequire(import.meta.url).resolve('@yowasp/yosys'),
        // No log file: in memory each line would copy all that are there.
        args: ['-s', SCRIPT],
        tree: treeOf(new Map([...files, [SCRIPT, script]])),
      },
    });
    const stop = () => void worker.terminate();
    signal?.addEventListener('abort', stop, { once: true });
    worker.once('message', ({ finished, messages, tree }: WorkerAnswer) => {
      const written = [...filesIn(tree)].filter(([name]) => name !== SCRIPT && !files.has(name));
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
  readonly tree: Tree;
}

/** Plain JavaScript: it runs from sources and from dist/ alike. */
const WORKER = `
const { parentPort, workerData } = require('node:worker_threads');
const { pathToFileURL } = require('node:url');
import(pathToFileURL(workerData.module).href).then(async ({ runYosys, Exit }) => {
  let messages = '';
  const decoder = new TextDecoder();
  const listen = (bytes) => { if (bytes !== null) messages += decoder.decode(bytes, { stream: true }); };
  const options = { stdout: listen, stderr: listen };
  try {
    const tree = await runYosys(workerData.args, workerData.tree, options);
    parentPort.postMessage({ finished: true, messages, tree });
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    parentPort.postMessage({ finished: error.code === 0, messages, tree: error.files });
  }
});`;

interface Tree {
  [name: string]: Tree | string | Uint8Array;
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

function* filesIn(tree: Tree, folder = ''): Generator<[string, string]> {
  for (const [name, content] of Object.entries(tree)) {
    if (typeof content === 'string') yield [folder + name, content];
    else if (content instanceof Uint8Array) yield [folder + name, new TextDecoder().decode(content)];
    else yield* filesIn(content, `${folder}${name}/`);
  }
}
