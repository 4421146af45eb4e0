import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Files } from '../../common/files/text-file.js';
import { Interrupted, MissingTool } from '../../common/problems.js';

/** A run of Yosys in a folder that holds some files. */
export interface YosysRun {
  readonly script: string;
  readonly files: Files;
  readonly signal?: AbortSignal | undefined;
  /** Lines of the log that say where the built-in one is: passes that begin, and what the script logs. */
  readonly onStage?: ((line: string) => void) | undefined;
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

const PACKAGE = '@yowasp/yosys';

/** Threads that wait for a run, with Yosys loaded: to load it takes longer than most runs. */
const idle: Worker[] = [];

function newWorker(): Worker {
  const module = modulePath();
  return new Worker(WORKER, { eval: true, workerData: { module } });
}

/** Where npm put it. */
function modulePath(): string {
  try {
    return createRequire(import.meta.url).resolve(PACKAGE);
  } catch {
    throw new MissingTool(PACKAGE, `npm install ${PACKAGE}`);
  }
}

/** Yosys as WebAssembly, from npm, always of the same version: in a thread of its own, in memory. */
export const yosysBuiltin: Yosys = ({ script, files, signal, onStage }) =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) throw new Interrupted();
    const worker = idle.pop() ?? newWorker();
    const stopped = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const leave = () => {
      signal?.removeEventListener('abort', stop);
      worker.off('message', listen).off('error', fail).off('exit', end).unref();
    };
    // Not terminated: Node now and then crashes where a thread is in WebAssembly. It ends at its next line of log.
    const stop = () => {
      Atomics.store(stopped, 0, 1);
      leave();
      reject(new Interrupted());
    };
    const fail = (error: Error) => {
      leave();
      reject(error);
    };
    const end = () => fail(new Error('Yosys ended without an answer'));
    const listen = (said: WorkerAnswer | { readonly stage: string }) => {
      if ('stage' in said) {
        onStage?.(said.stage);
        return;
      }
      leave();
      idle.push(worker);
      const { finished, messages, tree } = said;
      const written = [...filesIn(tree)].filter(([name]) => name !== SCRIPT && !files.has(name));
      resolve({ finished, messages, written: new Map(written) });
    };
    signal?.addEventListener('abort', stop, { once: true });
    worker.on('message', listen).on('error', fail).on('exit', end).ref();
    // No log file: in memory each line would copy all that are there.
    const tree = treeOf(new Map([...files, [SCRIPT, script]]));
    worker.postMessage({ args: ['-s', SCRIPT], tree, stages: onStage !== undefined, stopped });
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
const yosys = import(pathToFileURL(workerData.module).href);
parentPort.on('message', async ({ args, tree, stages, stopped }) => {
  const { runYosys, Exit } = await yosys;
  const decoder = new TextDecoder();
  let messages = '';
  let line = '';
  const follow = (text) => {
    const lines = (line + text).split('\\n');
    line = lines.pop();
    for (const stage of lines) if (/^([0-9.]+ Executing|block) /.test(stage)) parentPort.postMessage({ stage });
  };
  const listen = (bytes) => {
    if (Atomics.load(stopped, 0) === 1) process.exit();
    if (bytes === null) return;
    const text = decoder.decode(bytes, { stream: true });
    messages += text;
    if (stages) follow(text);
  };
  const options = { stdout: listen, stderr: listen };
  try {
    parentPort.postMessage({ finished: true, tree: await runYosys(args, tree, options), messages });
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
