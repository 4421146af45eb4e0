import { createHash } from 'node:crypto';
import {
  failure,
  Interrupted,
  InvalidInput,
  type Problem,
  type Result,
  success,
} from '../../common/problems.js';
import type { Range } from '../../common/shard.js';
import type { ThreadedWork } from '../../common/work.js';
import { fileHash } from '../calibrate/saved.js';
import { filesAndFormat } from '../config/network.js';
import { sizeOf } from '../graph/steps.js';
import { type OnnxFile, withOutputs } from '../onnx/model.js';
import type { NetworkPlan } from '../plan/plan.js';
import { openSamples, withImages } from '../runtime/images.js';
import { batchShape, openSession } from '../runtime/onnxruntime.js';
import { type Captured, type CapturedFile, CaptureFolder, type Piece } from './folder.js';

/** Images that are in memory at once. */
const BATCH = 16;

export interface Capture {
  readonly folder: string;
  readonly images: number;
  /** Images that an earlier run had done. */
  readonly resumed: number;
  readonly files: readonly CapturedFile[];
}

export interface CaptureOptions extends ThreadedWork {
  /** Layers or tensors; all layers where left out. */
  readonly names?: readonly string[] | undefined;
  /** Images that are taken, from the first. */
  readonly count?: number | undefined;
}

/** Tensors of some images. */
export interface CapturedBatch {
  /** Number of the first image. */
  readonly first: number;
  readonly count: number;
  readonly pieces: readonly Piece[];
}

/** Images and the tensors that are captured of them, ready to be captured. */
export interface PreparedCapture {
  /** Hash of all that the tensors follow from. */
  readonly key: string;
  readonly images: number;
  readonly tensors: readonly Captured[];
  /**
   * Tensors of some images: whole batches, cut where the range begins and ends, so that what an image gives does not depend on
   * the range.
   */
  readonly run: (images: Range) => AsyncGenerator<CapturedBatch>;
}

/**
 * Writes tensors of the float model as float32 `.npy`, images x the shape of a sample, in one pass over the images. What is
 * in memory does not grow with their number. A run that was stopped goes on where it was.
 *
 * @param file   of images, `.npy`
 * @param folder is made where it is missing
 * @throws MissingTool without onnxruntime, InvalidInput where the folder cannot be written, Interrupted where `stop` aborts
 */
export async function captureTensors(
  plan: NetworkPlan,
  model: OnnxFile,
  file: string,
  folder: string,
  options: CaptureOptions,
): Promise<Result<Capture>> {
  return withCapture(plan, model, file, options, async ({ key, images, run }) => {
    const target = new CaptureFolder(folder, key, images);
    const resumed = target.done;
    try {
      if (!target.complete) {
        for await (const { first, count, pieces } of run({ from: resumed, to: images })) {
          target.add(first, count, pieces);
        }
        target.finish();
      }
    } finally {
      target.close();
    }
    return { folder, images, resumed, files: target.files };
  });
}

/**
 * Prepares {@link captureTensors} or a part of it.
 *
 * @throws as {@link captureTensors}
 */
export async function withCapture<Value>(
  plan: NetworkPlan,
  model: OnnxFile,
  file: string,
  { names, count, threads, onProgress, stop }: CaptureOptions,
  work: (ready: PreparedCapture) => Promise<Value>,
): Promise<Result<Value>> {
  const named = capturedTensors(plan, model, names);
  if (!named.ok) return named;
  const tensors = named.value;
  const { network, config } = plan;
  const shape = network.shapes.get(network.input)!;
  return withImages(openSamples(file, plan, count), async (images) => {
    const { format } = filesAndFormat(config.images);
    const key = createHash('sha256')
      .update(JSON.stringify([await fileHash(file), format, images.count, tensors]))
      .update(model.bytes)
      .digest('hex');
    const run: PreparedCapture['run'] = async function* ({ from, to }) {
      if (from >= to) return;
      const batches = { from: Math.floor(from / BATCH), to: Math.ceil(to / BATCH) };
      const outputs = tensors.map(({ tensor }) => tensor).filter((name) => name !== network.input);
      const session = await openSession(withOutputs(model, outputs), threads);
      try {
        let first = BATCH * batches.from;
        for (const batch of images.batches(BATCH, batches)) {
          if (stop?.aborted) throw new Interrupted();
          const taken = batch.length / sizeOf(shape);
          const results = await session.runShaped(batch, [taken, ...batchShape(model, shape)]);
          const input = { data: batch, dims: [taken, ...shape] };
          const pieces = tensors.map((each) => {
            const found = each.tensor === network.input ? input : results.get(each.tensor)!;
            if (found.dims[0] !== taken) throw new InvalidInput([noSample(model, each.tensor, found.dims)]);
            return cut({ ...each, ...found }, Math.max(0, from - first), Math.min(taken, to - first));
          });
          const begin = Math.max(first, from);
          yield { first: begin, count: Math.min(first + taken, to) - begin, pieces };
          first += taken;
          onProgress(Math.min(first, to) - from, to - from, 'images captured');
          await new Promise(setImmediate);
        }
      } finally {
        await session.close();
      }
    };
    return success(await work({ key, images: images.count, tensors, run }));
  });
}

/** Some images of a batch. */
function cut(piece: Piece, from: number, to: number): Piece {
  const [images, ...sample] = piece.dims;
  const size = piece.data.length / images!;
  return { ...piece, data: piece.data.subarray(from * size, to * size), dims: [to - from, ...sample] };
}

/** What names stand for: a layer for what it hands on, behind its activation; any other tensor for itself. */
export function capturedTensors(
  { network, layers }: NetworkPlan,
  { graph }: OnnxFile,
  names: readonly string[] = layers.map(({ rule }) => rule.step.name),
): Result<Captured[]> {
  const byLayer = new Map(layers.map(({ rule: { step } }) => [step.name, step.output]));
  const made = new Set([network.input, ...(graph.node ?? []).flatMap(({ output }) => output ?? [])]);
  const problems: Problem[] = [];
  const files = new Map<string, string>();
  const captured: Captured[] = [];
  for (const name of new Set(names)) {
    const tensor = byLayer.get(name) ?? name;
    const file = `${name.replace(/[^\w.-]+/g, '_').replace(/^\.+/, '_')}.npy`;
    if (!made.has(tensor)) {
      const message = `is no layer and no tensor of ${network.file}`;
      problems.push({ file: name, path: '', message, fix: `Layers: ${[...byLayer.keys()].join(', ')}.` });
    } else if (files.has(file)) {
      const message = `would go into ${file}, as ${files.get(file)} does`;
      problems.push({ file: name, path: '', message, fix: 'Capture them into two folders.' });
    } else {
      files.set(file, name);
      captured.push({ tensor, file });
    }
  }
  return problems.length > 0 ? failure(...problems) : success(captured);
}

function noSample(model: OnnxFile, tensor: string, dims: readonly number[]): Problem {
  const message = `tensor ${tensor} has shape [${dims.join(', ')}], which does not begin with the images`;
  return { file: model.file, path: '', message, fix: 'Name tensors of activations.' };
}
