import { Interrupted } from '../../common/problems.js';
import { wilson } from '../../common/wilson.js';
import type { NetworkHardware } from '../engine/hardware.js';
import { GoldenThreads } from '../engine/threads.js';
import { hardwareGraph } from '../export/onnx.js';
import { type SampleShape, sizeOf } from '../graph/steps.js';
import type { OnnxFile } from '../onnx/model.js';
import type { ImageSet } from '../runtime/images.js';
import { batchShape, openSession } from '../runtime/onnxruntime.js';

/** Images that are handed over at once. */
const BATCH = 50;

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
  /** Without calibration and set-up. */
  readonly imagesPerSecond: number;
}

/** A network in one of its forms, ready to classify. */
export interface Form {
  /** The class of the greatest score of each image of a batch: of equals the first. */
  classify(batch: Float32Array, count: number): Promise<Uint16Array>;
  close(): Promise<void>;
}

/** @throws MissingTool without onnxruntime */
export async function floatForm(model: OnnxFile, shape: SampleShape): Promise<Form> {
  return sessionForm(model.bytes, batchShape(model, shape));
}

/** @throws MissingTool without onnxruntime, where the engine is `onnx` */
export async function hardwareForm(engine: InferenceEngine, hardware: NetworkHardware): Promise<Form> {
  const { network } = hardware.plan;
  if (engine === 'onnx') return sessionForm(hardwareGraph(hardware), network.shapes.get(network.input)!);
  const golden = new GoldenThreads(hardware);
  return {
    classify: async (batch, count) => classesOf(await golden.run(batch), count),
    close: () => golden.close(),
  };
}

async function sessionForm(model: Uint8Array, shape: readonly number[]): Promise<Form> {
  const session = await openSession(model);
  return {
    classify: async (batch, count) => {
      const [scores] = [...(await session.run(batch, [count, ...shape])).values()];
      return classesOf(scores!, count);
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

/**
 * Classifies images with several forms of a network, batch by batch in turn.
 *
 * @param labels     classes of the images
 * @param onProgress is told how many images are done
 * @throws Interrupted where `stop` aborts
 */
export async function test(
  forms: readonly Form[],
  images: ImageSet,
  shape: SampleShape,
  labels: ArrayLike<number>,
  onProgress: (done: number) => void,
  stop?: AbortSignal,
): Promise<Tested> {
  const tallies = forms.map(() => ({ correct: 0, seconds: 0 }));
  let [done, agreeing] = [0, 0];
  for (const batch of images.batches(BATCH)) {
    const count = batch.length / sizeOf(shape);
    const found: Uint16Array[] = [];
    for (const [at, form] of forms.entries()) {
      if (stop?.aborted) throw new Interrupted();
      const start = performance.now();
      const classes = await form.classify(batch, count);
      tallies[at]!.seconds += (performance.now() - start) / 1000;
      tallies[at]!.correct += classes.filter((each, image) => each === labels[done + image]).length;
      found.push(classes);
    }
    agreeing += found[0]!.filter((each, image) => found.every((classes) => classes[image] === each)).length;
    done += count;
    onProgress(done);
    await new Promise(setImmediate);
  }
  const scores = tallies.map(({ correct, seconds }) => ({
    ...{ correct, accuracy: correct / done, interval: wilson(correct, done) },
    imagesPerSecond: done / seconds,
  }));
  return { scores, agreeing };
}

/** The score of one form on the images of {@link test}; closes the form. */
export async function scoreOf(form: Form, ...rest: TestArguments): Promise<Score> {
  try {
    return (await test([form], ...rest)).scores[0]!;
  } finally {
    await form.close();
  }
}

type TestArguments = Parameters<typeof test> extends [unknown, ...infer Rest] ? Rest : never;

function classesOf(scores: ArrayLike<number>, count: number): Uint16Array {
  const classes = scores.length / count;
  return Uint16Array.from({ length: count }, (_, image) => {
    let best = 0;
    for (let each = 1; each < classes; each++) {
      if (scores[image * classes + each]! > scores[image * classes + best]!) best = each;
    }
    return best;
  });
}
