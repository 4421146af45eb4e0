import { wilson } from '../../checks/qualify/wilson.js';
import { Interrupted, type Result, success } from '../../common/problems.js';
import { withImages } from '../calibrate/network.js';
import type { NetworkHardware } from '../engine/hardware.js';
import { GoldenThreads } from '../engine/threads.js';
import { hardwareGraph } from '../export/onnx.js';
import { sizeOf } from '../graph/steps.js';
import type { OnnxFile } from '../onnx/model.js';
import { openImages, readLabels } from '../runtime/images.js';
import { batchShape, openSession } from '../runtime/onnxruntime.js';

/** Images that are handed over at once. */
const BATCH = 50;

/** Top-1 accuracy of one form of a network. */
export interface Score {
  readonly correct: number;
  /** 0 .. 1. */
  readonly accuracy: number;
  /** Wilson score interval at 95 %. */
  readonly interval: { readonly low: number; readonly high: number };
  readonly imagesPerSecond: number;
}

export interface Evaluation {
  readonly images: number;
  readonly engine: 'onnx' | 'golden';
  readonly float: Score;
  readonly hardware: Score;
  /** Images that both forms give the same class. */
  readonly agreeing: number;
}

export interface EvaluationOptions {
  readonly engine: 'onnx' | 'golden';
  /** Images that are tested, from the first. */
  readonly most?: number | undefined;
  readonly onProgress: (done: number, total: number, name: string) => void;
  readonly stop?: AbortSignal | undefined;
}

/** Class scores of a batch, and the class of the greatest: of equals the first. */
type Classify = (batch: Float32Array, count: number) => Promise<Uint16Array>;

/**
 * Accuracy of the float model and of the hardware on the same held-out images.
 *
 * @param files of images and of their classes
 * @throws MissingTool without onnxruntime, Interrupted where `stop` aborts
 */
export async function evaluateNetwork(
  hardware: NetworkHardware,
  model: OnnxFile,
  files: { readonly test: string; readonly labels: string },
  { engine, most, onProgress, stop }: EvaluationOptions,
): Promise<Result<Evaluation>> {
  const { network, config } = hardware.plan;
  const shape = network.shapes.get(network.input)!;
  return withImages(openImages(files.test, config.images, shape, most), async (images) => {
    const labels = readLabels(files.labels, images.count);
    if (!labels.ok) return labels;
    const float = await openSession(model.bytes);
    const opened = await openEngine(engine, hardware);
    try {
      const inFloat = sessionClasses(float, batchShape(model, shape));
      const inHardware = opened.classify;
      const [first, second] = [new Tally(), new Tally()];
      let [done, agreeing] = [0, 0];
      for (const batch of images.batches(BATCH)) {
        if (stop?.aborted) throw new Interrupted();
        const count = batch.length / sizeOf(shape);
        const wanted = Array.from({ length: count }, (_, at) => labels.value[done + at]!);
        const one = await first.count(inFloat, batch, wanted);
        const other = await second.count(inHardware, batch, wanted);
        agreeing += one.filter((found, at) => found === other[at]).length;
        done += count;
        onProgress(done, images.count, 'held-out images');
        await new Promise(setImmediate);
      }
      return success({
        images: done,
        engine,
        float: first.score(done),
        hardware: second.score(done),
        agreeing,
      });
    } finally {
      await float.close();
      await opened.close();
    }
  });
}

class Tally {
  private correct = 0;
  private seconds = 0;

  async count(classify: Classify, batch: Float32Array, wanted: readonly number[]): Promise<Uint16Array> {
    const start = performance.now();
    const found = await classify(batch, wanted.length);
    this.seconds += (performance.now() - start) / 1000;
    this.correct += wanted.filter((label, at) => label === found[at]).length;
    return found;
  }

  score(images: number): Score {
    const { correct, seconds } = this;
    const interval = wilson(correct, images);
    return { correct, accuracy: correct / images, interval, imagesPerSecond: images / seconds };
  }
}

function sessionClasses(
  session: Awaited<ReturnType<typeof openSession>>,
  shape: readonly number[],
): Classify {
  return async (batch, count) => {
    const [scores] = [...(await session.run(batch, [count, ...shape])).values()];
    return classesOf(scores!, count);
  };
}

/** The hardware in one of its forms, ready to classify. */
async function openEngine(
  engine: 'onnx' | 'golden',
  hardware: NetworkHardware,
): Promise<{ readonly classify: Classify; close(): Promise<void> }> {
  const { network } = hardware.plan;
  if (engine === 'onnx') {
    const graph = await openSession(hardwareGraph(hardware));
    return {
      classify: sessionClasses(graph, network.shapes.get(network.input)!),
      close: () => graph.close(),
    };
  }
  const golden = new GoldenThreads(hardware);
  return {
    classify: async (batch, count) => classesOf(await golden.run(batch), count),
    close: () => golden.close(),
  };
}

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
