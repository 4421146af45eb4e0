/** In: decks. Out: their waveforms, from ngspice on this machine or from the engine of npm. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path, { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { TextFile } from '../../common/files/text-file.js';
import { Interrupted, InvalidInput, MissingTool } from '../../common/problems.js';
import { isInstalled, runTool } from '../../common/tool.js';
import type { EngineName } from './choices.js';
import type { EngineAnswer, EngineRequest } from './engine-worker.js';
import { readRaw, type Waveforms } from './waveforms.js';

/** The model cards of the npm engine that have the 65 nm transistors. */
export const ENGINE_MODELS = { file: 'modelcard.ptm', nmos: 'PTM65N', pmos: 'PTM65P' } as const;

/** Files that decks include, by the paths that they have in a folder of decks. */
export type Includes = ReadonlyMap<string, string>;

/** A simulator that is ready. */
export interface SpiceEngine {
  readonly name: EngineName;
  /**
   * @param deck     what is simulated
   * @param includes what it includes, by path
   * @throws InvalidInput with what the simulator says, where a deck does not simulate
   * @throws Interrupted where the run was stopped
   */
  run(deck: TextFile, includes: Includes): Promise<Waveforms>;
  close(): Promise<void>;
}

/** How both are installed. */
const INSTALL = 'apt-get install ngspice, or npm install eecircuit-engine';

/**
 * Opens a simulator: the one that is named, or ngspice where it is installed, else the engine of npm.
 *
 * @throws MissingTool where there is none
 */
export async function openEngine(
  wanted: EngineName | undefined,
  stop: AbortSignal | undefined,
): Promise<SpiceEngine> {
  const native = isInstalled('ngspice');
  if (wanted === 'ngspice' && !native) throw new MissingTool('ngspice', 'apt-get install ngspice');
  if (wanted !== 'npm' && native) return nativeEngine(stop);
  const thread = new EngineThread(stop);
  try {
    // Whether it is there at all.
    await thread.ask({ file: ENGINE_MODELS.file });
  } catch (error) {
    await thread.close();
    if (error instanceof MissingTool && wanted === undefined) throw new MissingTool('ngspice', INSTALL);
    throw error;
  }
  return {
    name: 'npm',
    run: async (deck, includes) => {
      const answer = await thread.ask({ netlist: withIncludes(deck, includes) });
      if (answer.kind !== 'waveforms') {
        throw notSimulated(deck, answer.kind === 'failed' ? answer.message : answer.kind);
      }
      return new Map(answer.vectors);
    },
    close: () => thread.close(),
  };
}

/**
 * The model cards that the npm engine carries; they have no licence of their own, so they stay where they are and are read
 * when they are needed.
 *
 * @throws MissingTool where eecircuit-engine is not installed
 */
export async function engineModels(stop: AbortSignal | undefined): Promise<string> {
  const thread = new EngineThread(stop);
  try {
    const answer = await thread.ask({ file: ENGINE_MODELS.file });
    if (answer.kind !== 'text') throw new Error('eecircuit-engine shows no model cards');
    return answer.text;
  } finally {
    await thread.close();
  }
}

/** A deck that gave nothing, with the line that tells most of why. */
function notSimulated({ path: file }: TextFile, output: string): InvalidInput {
  const said = (FAILED.exec(output)?.[0] ?? output.trim().split('\n').at(-1) ?? '').trim();
  const message = `does not simulate: ${said}`;
  const fix = 'Are the transistors of --models BSIM4, and named by --nmos and --pmos?';
  return new InvalidInput([{ file, path: '', message, fix }]);
}

/** What ngspice says where an analysis did not come to its end. */
const FAILED = /^.*(?:\berror\b|aborted|too small|singular matrix|no such|unknown model|can't find).*$/im;

function nativeEngine(stop: AbortSignal | undefined): SpiceEngine {
  const folder = mkdtempSync(path.join(tmpdir(), 'imcgen-spice-'));
  const write = (file: string, text: string) => {
    const whole = path.join(folder, file);
    mkdirSync(path.dirname(whole), { recursive: true });
    writeFileSync(whole, text);
  };
  const written = new Map<string, string>();
  return {
    name: 'ngspice',
    async run(deck, includes) {
      for (const [file, text] of includes) {
        if (written.get(file) !== text) write(file, text);
        written.set(file, text);
      }
      write(deck.path, deck.text);
      const raw = path.join(folder, 'out.raw');
      rmSync(raw, { force: true });
      // Models of one deck in several threads wait for each other most of the time.
      const env = { OMP_NUM_THREADS: '1', OMP_THREAD_LIMIT: '1' };
      const { output } = await runTool('ngspice', ['-b', '-r', raw, deck.path], stop, { cwd: folder, env });
      let waveforms: Waveforms | undefined;
      try {
        waveforms = readRaw(readFileSync(raw));
      } catch {
        waveforms = undefined;
      }
      if (waveforms === undefined) {
        throw notSimulated(deck, output);
      }
      return waveforms;
    },
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A deck in one piece: the engine of npm sees no files but its own. */
export function withIncludes(deck: TextFile, includes: Includes): string {
  return deck.text.replace(/^\.include (\S+)$/gm, (line, file: string) => {
    const at = path.posix.normalize(path.posix.join(path.posix.dirname(deck.path), file));
    const text = includes.get(at);
    return text === undefined ? line : withIncludes({ path: at, text: text.trimEnd() }, includes);
  });
}

const WORKER = fileURLToPath(new URL(`./engine-worker${extname(import.meta.url)}`, import.meta.url));

/** The npm engine, one request after the other. */
class EngineThread {
  private readonly worker = new Worker(WORKER, {
    execArgv: WORKER.endsWith('.ts') ? process.execArgv : [],
  });
  private readonly end = () => void this.worker.terminate();

  constructor(private readonly stop: AbortSignal | undefined) {
    stop?.addEventListener('abort', this.end, { once: true });
  }

  async ask(request: EngineRequest): Promise<EngineAnswer> {
    if (this.stop?.aborted) throw new Interrupted();
    const answer = await new Promise<EngineAnswer>((resolve, reject) => {
      const left = () => reject(new Interrupted());
      const failed = (error: Error) => reject(error);
      this.worker.once('exit', left).once('error', failed);
      this.worker.once('message', (message: EngineAnswer) => {
        this.worker.off('exit', left).off('error', failed);
        resolve(message);
      });
      this.worker.postMessage(request);
    });
    if (answer.kind === 'missing') throw new MissingTool('eecircuit-engine', 'npm install eecircuit-engine');
    return answer;
  }

  async close(): Promise<void> {
    this.stop?.removeEventListener('abort', this.end);
    await this.worker.terminate();
  }
}
