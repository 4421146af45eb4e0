/**
 * The npm engine in a thread of its own: it computes without a pause, and a thread can be ended. It is told
 * `{ netlist }` or `{ file }`, and answers with waveforms, a file's text, or what went wrong.
 */
import { parentPort } from 'node:worker_threads';
import type { Simulation } from 'eecircuit-engine';

/** What goes in. */
export type EngineRequest = { readonly netlist: string } | { readonly file: string };
/** What comes out. */
export type EngineAnswer =
  | { readonly kind: 'waveforms'; readonly vectors: readonly (readonly [string, Float64Array])[] }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly message: string };

/** The files that the engine carries. */
interface EngineFiles {
  readonly FS?: { readFile(name: string): Uint8Array };
}

let engine: Promise<Simulation> | undefined;

async function started(): Promise<Simulation> {
  const { Simulation } = await import('eecircuit-engine');
  const simulation = new Simulation();
  await simulation.start();
  return simulation;
}

async function answer(request: EngineRequest): Promise<EngineAnswer> {
  engine ??= started();
  const simulation = await engine;
  if ('file' in request) {
    const files = (simulation.__getSpiceModuleForTests() ?? {}) as EngineFiles;
    const bytes = files.FS?.readFile(`/${request.file}`);
    if (bytes === undefined) return { kind: 'failed', message: `the engine does not show ${request.file}` };
    return { kind: 'text', text: new TextDecoder().decode(bytes) };
  }
  simulation.setNetList(request.netlist);
  const result = await simulation.runSim();
  const errors = simulation.getError();
  if (errors.length > 0 || result.dataType !== 'real' || result.numPoints === 0) {
    return { kind: 'failed', message: [...errors, simulation.getInfo()].join('\n') };
  }
  return {
    kind: 'waveforms',
    vectors: result.data.map(({ name, values }) => [name.toLowerCase(), Float64Array.from(values)] as const),
  };
}

parentPort!.on('message', (request: EngineRequest) => {
  answer(request).then(
    (result) => parentPort!.postMessage(result),
    (error: NodeJS.ErrnoException) =>
      parentPort!.postMessage(
        error.code === 'ERR_MODULE_NOT_FOUND'
          ? { kind: 'missing' }
          : { kind: 'failed', message: String(error.message ?? error) },
      ),
  );
});
