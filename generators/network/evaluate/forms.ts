import { Interrupted } from '../../common/problems.js';
import type { Range } from '../../common/shard.js';
import { wilson } from '../../common/wilson.js';
import type { NetworkHardware } from '../engine/hardware.js';
import { GoldenThreads } from '../engine/threads.js';
import type { MacroDies } from '../export/dies.js';
import { type SampleShape, sizeOf, tokensOf } from '../graph/steps.js';
import type { OnnxFile } from '../onnx/model.js';
import type { ImageSet } from '../runtime/images.js';
import { batchShape, openSession } from '../runtime/onnxruntime.js';

/** Images that are handed over at once. */
export const BATCH = 50;

/** Images that onnxruntime computes at once: few enough that their tensors stay in the caches of a core. */
const AT_ONCE = 5;

/** What computes the hardware: the exported graph, or the golden model. */
export type InferenceEngine = 'onnx' | 'golden';

/** Top-1 accuracy of one form of a network. */
export interface Score {
  /** Images that got their class. */
  readonly correct: number;
  /** 0 .. 1. */
  readonly accuracy: number;
  /** Wilson score interval at 95 %. */
  readonly interval: {
    /** 0 .. 1. */
    readonly low: number;
    /** 0 .. 1. */
    readonly high: number;
  };
  /** Without calibration and set-up; undefined where parts of it ran in different places. */
  readonly imagesPerSecond?: number;
}

/** A network in one of its forms, ready to classify. */
export interface Form {
  /** The class of the greatest score of each image of a batch: of equals the first. */
  classify(batch: Float32Array, count: number): Promise<Uint16Array>;
  close(): Promise<void>;
}

/** @throws MissingTool without onnxruntime */
export async function floatForm(model: OnnxFile, shape: SampleShape, threads?: number): Promise<Form> {
  return sessionForm(model.bytes, batchShape(model, shape), threads);
}

/** @throws MissingTool without onnxruntime, where the engine is `onnx` */
export async function hardwareForm(
  engine: InferenceEngine,
  hardware: NetworkHardware,
  threads?: number,
): Promise<Form> {
  if (engine === 'onnx') return graphForm(hardware, threads);
  const golden = new GoldenThreads(hardware, threads);
  return {
    classify: async (batch, count) => classesOf(await golden.run(batch), count),
    close: () => golden.close(),
  };
}

/**
 * The exported graph of the hardware, on onnxruntime.
 *
 * @param dies in the place of ideal macros
 * @throws MissingTool without onnxruntime
 */
export async function graphForm(
  hardware: NetworkHardware,
  threads?: number,
  dies?: MacroDies,
): Promise<Form> {
  const { hardwareGraph } = await import('../export/onnx.js');
  const { network } = hardware.plan;
  const shape = network.shapes.get(network.input)!;
  const taken = tokensOf(network) === undefined ? shape : [shape[0]];
  return sessionForm(hardwareGraph(hardware, 'standard', dies), taken, threads);
}

async function sessionForm(model: Uint8Array, shape: readonly number[], threads?: number): Promise<Form> {
  const session = await openSession(model, threads);
  return {
    classify: async (batch, count) => {
      const size = batch.length / count;
      const classes = new Uint16Array(count);
      for (let first = 0; first < count; first += AT_ONCE) {
        const images = Math.min(AT_ONCE, count - first);
        const some = batch.subarray(first * size, (first + images) * size);
        const [scores] = [...(await session.run(some, [images, ...shape])).values()];
        classes.set(classesOf(scores!, images), first);
      }
      return classes;
    },
    close: () => session.close(),
  };
}

/** What several forms make of the same images. */
export interface Tested {
  readonly scores: readonly Score[];
  /** Images that all forms give the same class. */
  readonly agreeing: number;
}

/** What they make of a batch of them. */
export interface Tally {
  readonly images: number;
  /** Images that got their class, by form. */
  readonly correct: readonly number[];
  readonly agreeing: number;
  /** By form; undefined where it is not to be told. */
  readonly seconds?: readonly number[];
}

/** Batches that so many images make. */
export function batchesOf(images: number): number {
  return Math.ceil(images / BATCH);
}

/** Images in some batches of so many. */
export function imagesIn({ from, to }: Range, images: number): number {
  return Math.min(images, BATCH * to) - BATCH * from;
}

/** What was made of all batches together. */
export function tested(tallies: readonly Tally[], forms: number): Tested {
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
  const images = sum((tally) => tally.images);
  const timed = tallies.every(({ seconds }) => seconds !== undefined);
  const scores = Array.from({ length: forms }, (_, form) => {
    const correct = sum((tally) => tally.correct[form]!);
    const imagesPerSecond = images / sum(({ seconds }) => seconds?.[form] ?? 0);
    const score = { correct, accuracy: correct / images, interval: wilson(correct, images) };
    return timed ? { ...score, imagesPerSecond } : score;
  });
  return { scores, agreeing: sum((tally) => tally.agreeing) };
}

/** Images that forms are tested on. */
export interface LabelledImages {
  readonly images: ImageSet;
  readonly shape: SampleShape;
  /** Classes of all images. */
  readonly labels: ArrayLike<number>;
}

/**
 * Classifies images with several forms of a network, batch by batch in turn.
 *
 * @param batches    numbers of the batches that are tested
 * @param onProgress is told how many images are done
 * @throws Interrupted where `stop` aborts
 */
export async function* test(
  forms: readonly Form[],
  { images, shape, labels }: LabelledImages,
  batches: Range,
  onProgress: (done: number) => void,
  stop?: AbortSignal,
): AsyncGenerator<Tally> {
  let done = BATCH * batches.from;
  for (const batch of images.batches(BATCH, batches)) {
    const count = batch.length / sizeOf(shape);
    const found: Uint16Array[] = [];
    const [correct, seconds]: [number[], number[]] = [[], []];
    for (const form of forms) {
      if (stop?.aborted) throw new Interrupted();
      const start = performance.now();
      const classes = await form.classify(batch, count);
      seconds.push((performance.now() - start) / 1000);
      correct.push(classes.filter((each, image) => each === labels[done + image]).length);
      found.push(classes);
    }
    const agree = (each: number, image: number) => found.every((classes) => classes[image] === each);
    yield { images: count, correct, agreeing: found[0]!.filter(agree).length, seconds };
    done += count;
    onProgress(done - BATCH * batches.from);
    await new Promise(setImmediate);
  }
}

/** The class of the greatest score of each image: of equals the first. */
export function classesOf(scores: ArrayLike<number>, count: number): Uint16Array {
  const classes = scores.length / count;
  return Uint16Array.from({ length: count }, (_, image) => {
    let best = 0;
    for (let each = 1; each < classes; each++) {
      if (scores[image * classes + each]! > scores[image * classes + best]!) best = each;
    }
    return best;
  });
}
