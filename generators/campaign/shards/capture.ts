import { InvalidInput, orThrow } from '../../common/problems.js';
import type { Shard } from '../../common/shard.js';
import { type Capture, type CaptureOptions, withCapture } from '../../network/capture/capture.js';
import { type Captured, type CapturedFile, CaptureFolder, type Piece } from '../../network/capture/folder.js';
import type { OnnxFile } from '../../network/onnx/model.js';
import type { NetworkPlan } from '../../network/plan/plan.js';
import { itemsOf, type Results } from './merge.js';
import { campaignOf } from './result-file.js';
import { type Divisible, runShard } from './shard.js';

/** What is said of all images besides their tensors. */
interface About {
  readonly key: string;
  readonly images: number;
  readonly tensors: readonly Captured[];
}

/** A tensor of one image: float32, little-endian, in base64. */
interface Sample {
  readonly shape: readonly number[];
  readonly data: string;
}

/** Images whose tensors are written at a time. */
const AT_A_TIME = 16;

/**
 * Captures tensors of a part of the images. Items are images; each has its tensors in the order of the header.
 *
 * @returns what was done, in a line
 * @throws as `captureTensors`
 */
export async function captureShard(
  plan: NetworkPlan,
  model: OnnxFile,
  images: string,
  options: CaptureOptions,
  shard: Shard,
  file: string,
): Promise<string> {
  return orThrow(
    await withCapture(plan, model, images, options, async ({ run, ...about }) => {
      const work: Divisible = {
        ...{ campaign: campaignOf('capture', about.images, about, []), noun: 'images' },
        run: async (range, add) => {
          for await (const { count, pieces } of run(range)) {
            for (let image = 0; image < count; image++) {
              add(pieces.map((piece) => sampleOf(piece, image)));
            }
          }
        },
      };
      return runShard(work, shard, file);
    }),
  );
}

function sampleOf({ data, dims }: Piece, image: number): Sample {
  const [images, ...shape] = dims;
  const size = data.byteLength / images!;
  const bytes = Buffer.from(data.buffer, data.byteOffset + image * size, size);
  return { shape, data: bytes.toString('base64') };
}

/** What shards have captured together, as it is in their results; their tensors are in no folder yet. */
export function mergedCapture(results: Results, folder: string): Capture {
  const { images, tensors } = results.campaign.about as unknown as About;
  const [first] = itemsOf(results) as Generator<readonly Sample[]>;
  const files = tensors.map((each, at): CapturedFile => ({ ...each, shape: [images, ...first![at]!.shape] }));
  return { folder, images, resumed: 0, files };
}

/**
 * Writes what shards have captured as `imcgen capture` does in one run: the same files, the same bytes. What is in memory does not
 * grow with the images.
 *
 * @throws InvalidInput for results of another command, or a folder that cannot be written
 */
export function writeCaptured(results: Results, folder: string): void {
  const { command } = results.campaign;
  if (command !== 'capture') {
    const message = `is of imcgen ${command}, which captures no tensors`;
    throw new InvalidInput([{ file: results.files[0]!.file, path: '', message, fix: 'Leave --npy out.' }]);
  }
  const { key, images, tensors } = results.campaign.about as unknown as About;
  const target = new CaptureFolder(folder, key, images);
  if (target.complete) return;
  try {
    let group: (readonly Sample[])[] = [];
    let first = 0;
    const place = () => {
      const pieces = tensors.map((each, at) =>
        joined(
          each,
          group.map((samples) => samples[at]!),
        ),
      );
      if (first >= target.done) target.add(first, group.length, pieces);
      first += group.length;
      group = [];
    };
    for (const samples of itemsOf(results) as Generator<readonly Sample[]>) {
      group.push(samples);
      if (group.length === AT_A_TIME) place();
    }
    if (group.length > 0) place();
    target.finish();
  } finally {
    target.close();
  }
}

function joined(captured: Captured, samples: readonly Sample[]): Piece {
  // Bytes of their own: a view of numbers has to begin at a multiple of their size.
  const bytes = Uint8Array.from(Buffer.concat(samples.map(({ data }) => Buffer.from(data, 'base64'))));
  return { ...captured, data: new Float32Array(bytes.buffer), dims: [samples.length, ...samples[0]!.shape] };
}
