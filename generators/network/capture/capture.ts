import { createHash } from 'node:crypto';
import { failure, Interrupted, type Problem, type Result, success } from '../../common/problems.js';
import { fileHash } from '../calibrate/saved.js';
import { sizeOf } from '../graph/steps.js';
import { type OnnxFile, withOutputs } from '../onnx/model.js';
import type { NetworkPlan } from '../plan/plan.js';
import { openImages, withImages } from '../runtime/images.js';
import { batchShape, openSession } from '../runtime/onnxruntime.js';
import { type Captured, type CapturedFile, CaptureFolder } from './folder.js';

/** Images that are in memory at once. */
const BATCH = 16;

export interface Capture {
  readonly folder: string;
  readonly images: number;
  /** Images that an earlier run had done. */
  readonly resumed: number;
  readonly files: readonly CapturedFile[];
}

export interface CaptureOptions {
  /** Layers or tensors; all layers where left out. */
  readonly names?: readonly string[] | undefined;
  /** Images that are taken, from the first. */
  readonly count?: number | undefined;
  readonly onProgress: (done: number, total: number, name: string) => void;
  readonly stop?: AbortSignal | undefined;
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
  { names, count, onProgress, stop }: CaptureOptions,
): Promise<Result<Capture>> {
  const named = capturedTensors(plan, model, names);
  if (!named.ok) return named;
  const tensors = named.value;
  const { network, config } = plan;
  const shape = network.shapes.get(network.input)!;
  return withImages(openImages(file, config.images, shape, count), async (images) => {
    const { calibration, test, labels, ...format } = config.images;
    const key = createHash('sha256')
      .update(JSON.stringify([await fileHash(file), format, images.count, tensors]))
      .update(model.bytes)
      .digest('hex');
    const target = new CaptureFolder(folder, key, images.count);
    const resumed = target.done;
    if (target.complete) {
      return success({ folder, images: images.count, resumed, files: target.files });
    }
    const outputs = tensors.map(({ tensor }) => tensor);
    const session = await openSession(
      withOutputs(
        model,
        outputs.filter((name) => name !== network.input),
      ),
    );
    try {
      let done = 0;
      for (const batch of images.batches(BATCH)) {
        if (stop?.aborted) throw new Interrupted();
        const taken = batch.length / sizeOf(shape);
        if (done >= resumed) {
          const results = await session.runShaped(batch, [taken, ...batchShape(model, shape)]);
          const input = { data: batch, dims: [taken, ...shape] };
          const found = tensors.map((each) => ({
            ...each,
            ...(each.tensor === network.input ? input : results.get(each.tensor)!),
          }));
          const odd = found.find(({ dims }) => dims[0] !== taken);
          if (odd !== undefined) return failure(noSample(model, odd.tensor, odd.dims));
          target.add(done, taken, found);
        }
        done += taken;
        onProgress(done, images.count, 'images captured');
        await new Promise(setImmediate);
      }
      target.finish();
    } finally {
      target.close();
      await session.close();
    }
    return success({ folder, images: images.count, resumed, files: target.files });
  });
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
