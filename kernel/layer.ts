// In: padded images, and what macros decode of their windows. Out: windows as input vectors; sums of output channels.
// AssemblyScript, compiled by `npm run kernel` into generators/network/engine/kernel-module.ts.
// rtl-tests/network/engine/kernel.test.ts holds it to its definition in plain loops.

/** Bytes that are copied at once; what is copied too much is written over, or lies behind the last vector. */
const COPIED = 8;
/** Pixels that are added at once: few enough for the nearest cache. */
const PIXELS = 64;

/**
 * The windows of one image, row by row and pixel by pixel: channel after channel, line after line of the kernel. Sizes are in
 * bytes, so that codes may have one or two.
 *
 * @param image  planes of `plane` bytes with lines of `line` bytes
 * @param run    a line of the kernel
 * @param down   from a row of windows to the next, `right` from a window to the next
 * @param pitch  from a vector to the next: at least that of a window
 */
export function windows(
  image: usize, to: usize, channels: i32, plane: i32, line: i32, kernelHeight: i32, run: i32,
  rows: i32, down: i32, columns: i32, right: i32, pitch: i32,
): void {
  for (let row = 0; row < rows; row++) {
    let corner = image + row * down;
    for (let column = 0; column < columns; column++, corner += right) {
      let at = to;
      for (let channel = 0; channel < channels; channel++) {
        let from = corner + channel * plane;
        for (let y = 0; y < kernelHeight; y++, from += line) {
          for (let byte = 0; byte < run; byte += COPIED) store<u64>(at + byte, load<u64>(from + byte));
          at += run;
        }
      }
      to += pitch;
    }
  }
}

/**
 * Adds the decoded values of an array, `factor` each, to the sums of their channels.
 *
 * @param values   i32, pixels x columns
 * @param channels i32, one a column; `factors` alike
 * @param sums     i32, channels x pixels
 */
export function add(
  values: usize, columns: i32, pixels: i32, channels: usize, factors: usize, sums: usize,
): void {
  const stride = columns << 2;
  for (let first = 0; first < pixels; first += PIXELS) {
    const count = min(PIXELS, pixels - first);
    for (let column = 0; column < columns; column++) {
      const factor = load<i32>(factors + (column << 2));
      const channel = load<i32>(channels + (column << 2));
      let from = values + first * stride + (column << 2);
      let to = sums + ((channel * pixels + first) << 2);
      for (let pixel = 0; pixel < count; pixel++, from += stride, to += 4) {
        store<i32>(to, load<i32>(to) + factor * load<i32>(from));
      }
    }
  }
}

/**
 * Exact sums of whole weights.
 *
 * @param vectors i16, pixels x `pitch` bytes, a multiple of 16; weights are 0 where vectors hold no window
 * @param weights i16, outputs x `pitch` bytes
 * @param sums    i32, outputs x pixels
 */
export function products(
  vectors: usize, pitch: i32, pixels: i32, weights: usize, outputs: i32, sums: usize,
): void {
  for (let output = 0; output < outputs; output++, weights += pitch) {
    for (let pixel = 0, vector = vectors; pixel < pixels; pixel++, sums += 4) {
      let lanes = i32x4.splat(0);
      const end = weights + pitch;
      for (let weight = weights; weight < end; weight += 16, vector += 16) {
        lanes = i32x4.add(lanes, i32x4.dot_i16x8_s(v128.load(vector), v128.load(weight)));
      }
      store<i32>(
        sums,
        i32x4.extract_lane(lanes, 0) + i32x4.extract_lane(lanes, 1) + i32x4.extract_lane(lanes, 2) + i32x4.extract_lane(lanes, 3),
      );
    }
  }
}
