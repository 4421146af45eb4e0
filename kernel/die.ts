// In: stored cells, a die's keys and constants, inputs. Out: the codes of whole batches on that die, 16 columns at a time.
// AssemblyScript, compiled by `npm run kernel` into generators/macro/die-batch/kernel-module.ts.
// docs/architecture.md, "Batches of a die", says how it works and why it is exact.

// Where things lie in memory, set before a call. Columns are padded to 16, rows to 2; what pads is 0.
export let inputs: usize = 0; // i16 a row, vector by vector, within the largest |x|
export let cells: usize = 0; // a byte a cell, row by row: wp in bit 0, wn in bit 1
export let pulses: usize = 0; // what the pulse width of a row adds, 2^-16 f, i32
export let both: usize = 0; // currents of wp + wn, i16: for every 16 columns and 2 rows 16 pairs, of row 0 and row 1
export let apart: usize = 0; // currents of wp - wn, alike
export let leaks: usize = 0; // currents that leak, i32: those of wp of all columns, then those of wn
export let sums: usize = 0; // working space of a chunk: charge of both lines, i32 a column, vector by vector
export let differences: usize = 0; // the same: charge of RBLP less that of RBLN
export let values: usize = 0; // working space: what the lines of a column differ by, f, i32
export let held: usize = 0; // working space: the register of each column, i32
export let thresholds: usize = 0; // i32 a column, in the order of the ramp: level less trim and offset, f
export let codes: usize = 0; // results of a chunk, a byte a column

// The macro ..
export let rows: i32 = 0;
export let columns: i32 = 0; // a multiple of 16
export let signed: bool = false;
export let steps: i32 = 0;
export let stepPulses: i32 = 0; // cycles of a step
export let falling: bool = false;
export let counting: bool = false; // whether columns count steps, or take them
export let ends: i32 = 0; // columns at or above the reference that end a falling ramp; 1: a rising one ends at none; 0: none ends

// .. and the die, as generators/macro/die/constants.ts has it.
export let one: i32 = 0;
export let mostCurrent: i32 = 0;
export let mismatch: i32 = 0;
export let gain: f64 = 0; // 2^-16
export let bend: f64 = 0; // 2^-24
export let bendEnd: f64 = 0;
export let headroom: f64 = 0;
export let leakage: f64 = 0; // 2^-24
export let noise: f64 = 0; // 2^-16 f
export let reach: i32 = 0; // no noise goes beyond, f
export let most: i32 = 1020; // deviates beyond are cut to it
export let weightFirst: i32 = 0;
export let weightSecond: i32 = 0;
export let noiseFirst: i32 = 0;
export let noiseSecond: i32 = 0;

const GOLDEN: i32 = <i32>0x9e3779b9;
const ROW_STRIDE: i32 = 1024;

function mix(word: i32): i32 {
  let h = word ^ (word >>> 16);
  h *= <i32>0x85ebca6b;
  h ^= h >>> 13;
  h *= <i32>0xc2b2ae35;
  return h ^ (h >>> 16);
}

// @ts-ignore: decorator
@inline
function mixes(word: v128): v128 {
  let h = v128.xor(word, i32x4.shr_u(word, 16));
  h = i32x4.mul(h, i32x4.splat(<i32>0x85ebca6b));
  h = v128.xor(h, i32x4.shr_u(h, 13));
  h = i32x4.mul(h, i32x4.splat(<i32>0xc2b2ae35));
  return v128.xor(h, i32x4.shr_u(h, 16));
}

// @ts-ignore: decorator
@inline
function bytesOf(words: v128): v128 {
  return i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(words));
}

/** The deviates of four indices. */
// @ts-ignore: decorator
@inline
function deviates(index: v128, first: i32, second: i32): v128 {
  const word = mixes(i32x4.add(mixes(v128.xor(index, i32x4.splat(first))), i32x4.splat(second)));
  const sum = i32x4.add(bytesOf(word), bytesOf(mixes(i32x4.add(word, i32x4.splat(GOLDEN)))));
  const limit = i32x4.splat(most);
  return i32x4.max_s(i32x4.min_s(i32x4.sub(sum, i32x4.splat(1020)), limit), i32x4.neg(limit));
}

/** Currents of the cells in `mask`, from an index that a column raises by 2. */
// @ts-ignore: decorator
@inline
function currents(index: i32, pulse: i32, mask: v128): v128 {
  if (!v128.any_true(mask)) return mask;
  let parts = i32x4.splat(pulse + (1 << 15));
  if (mismatch !== 0) {
    const drawn = deviates(i32x4.add(i32x4.splat(index), i32x4(0, 2, 4, 6)), weightFirst, weightSecond);
    parts = i32x4.add(parts, i32x4.mul(drawn, i32x4.splat(mismatch)));
  }
  const current = i32x4.add(i32x4.splat(one), i32x4.shr_s(parts, 16));
  const kept = i32x4.min_s(i32x4.max_s(current, i32x4.splat(0)), i32x4.splat(mostCurrent));
  return v128.and(kept, mask);
}

/** Draws all cells of the die that hold a 1. */
export function draw(): void {
  const padded = (rows + 1) & ~1;
  let sum = both;
  let difference = apart;
  memory.fill(leaks, 0, columns << 3);
  const low = i32x4.splat(0xffff);
  for (let block = 0; block < columns; block += 16) {
    for (let row = 0; row < padded; row += 2) {
      for (let column = block; column < block + 16; column += 4) {
        let sums = i32x4.splat(0);
        let differences = sums;
        for (let odd = 0; odd < 2; odd++) {
          const at = cells + (row + odd) * columns + column;
          const stored = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at)));
          const pulse = load<i32>(pulses + ((row + odd) << 2));
          const index = (ROW_STRIDE * (row + odd) + column) << 1;
          const wp = i32x4.ne(v128.and(stored, i32x4.splat(1)), i32x4.splat(0));
          const wn = i32x4.ne(v128.and(stored, i32x4.splat(2)), i32x4.splat(0));
          const plus = currents(index, pulse, wp);
          const minus = currents(index + 1, pulse, wn);
          const leak = leaks + (column << 2);
          v128.store(leak, i32x4.add(v128.load(leak), plus));
          const other = leak + (columns << 2);
          v128.store(other, i32x4.add(v128.load(other), minus));
          sums = v128.or(sums, i32x4.shl(v128.and(i32x4.add(plus, minus), low), odd << 4));
          differences = v128.or(differences, i32x4.shl(v128.and(i32x4.sub(plus, minus), low), odd << 4));
        }
        v128.store(sum, sums);
        v128.store(difference, differences);
        sum += 16;
        difference += 16;
      }
    }
  }
}

/** Converts `count` vectors, at most a chunk, from vector `first` on; the first of them is conversion `conversion`. */
export function convert(first: i32, count: i32, conversion: i32): void {
  const stride = ((rows + 1) & ~1) << 1;
  const x = inputs + <usize>first * stride;
  products(both, x, sums, count, stride, signed);
  products(apart, x, differences, count, stride, false);
  for (let vector = 0; vector < count; vector++) {
    const line = <usize>vector * (columns << 2);
    decide(sums + line, differences + line, codes + <usize>vector * columns, conversion + vector);
  }
}

/** Products of all vectors with a plane of currents: 16 columns at a time, for which the currents stay in the nearest cache. */
function products(plane: usize, x: usize, to: usize, count: i32, stride: usize, magnitudes: bool): void {
  const block = stride << 4;
  const line = columns << 2;
  for (let column = 0; column < columns; column += 16) {
    let from = x;
    let at = to + (column << 2);
    let vector = 0;
    for (; vector + 2 <= count; vector += 2) {
      if (magnitudes) twoVectors(plane, from, stride, at, line, true);
      else twoVectors(plane, from, stride, at, line, false);
      from += stride << 1;
      at += line << 1;
    }
    if (vector < count) oneVector(plane, from, stride, at, magnitudes);
    plane += block;
  }
}

// @ts-ignore: decorator
@inline
function pair(x: usize, magnitudes: bool): v128 {
  const both = v128.load_splat<u32>(x);
  return magnitudes ? i16x8.abs(both) : both;
}

// `magnitudes` is a constant where this is called: it makes two functions of one.
// @ts-ignore: decorator
@inline
function twoVectors(plane: usize, x: usize, stride: usize, to: usize, line: usize, magnitudes: bool): void {
  let a0 = i32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  for (const end = x + stride; x < end; x += 4) {
    const xa = pair(x, magnitudes);
    const xb = pair(x + stride, magnitudes);
    const w0 = v128.load(plane);
    a0 = i32x4.add(a0, i32x4.dot_i16x8_s(w0, xa));
    b0 = i32x4.add(b0, i32x4.dot_i16x8_s(w0, xb));
    const w1 = v128.load(plane, 16);
    a1 = i32x4.add(a1, i32x4.dot_i16x8_s(w1, xa));
    b1 = i32x4.add(b1, i32x4.dot_i16x8_s(w1, xb));
    const w2 = v128.load(plane, 32);
    a2 = i32x4.add(a2, i32x4.dot_i16x8_s(w2, xa));
    b2 = i32x4.add(b2, i32x4.dot_i16x8_s(w2, xb));
    const w3 = v128.load(plane, 48);
    a3 = i32x4.add(a3, i32x4.dot_i16x8_s(w3, xa));
    b3 = i32x4.add(b3, i32x4.dot_i16x8_s(w3, xb));
    plane += 64;
  }
  v128.store(to, a0);
  v128.store(to, a1, 16);
  v128.store(to, a2, 32);
  v128.store(to, a3, 48);
  to += line;
  v128.store(to, b0);
  v128.store(to, b1, 16);
  v128.store(to, b2, 32);
  v128.store(to, b3, 48);
}

function oneVector(plane: usize, x: usize, stride: usize, to: usize, magnitudes: bool): void {
  for (let quad = 0; quad < 64; quad += 16) {
    let sum = i32x4.splat(0);
    let at = plane + quad;
    for (let from = x; from < x + stride; from += 4) {
      sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.load(at), pair(from, magnitudes)));
      at += 64;
    }
    v128.store(to + quad, sum);
  }
}

/** What is left of the discharge of two bitlines, f, after so many cycles of the ramp. */
// @ts-ignore: decorator
@inline
function arrayLine(charge: v128, leaking: v128, leaked: f64): v128 {
  let q = charge;
  if (leaked > 0) {
    q = f64x2.add(q, f64x2.floor(f64x2.mul(f64x2.mul(leaking, f64x2.splat(leaked)), f64x2.splat(1.0 / 16777216.0))));
  }
  q = f64x2.floor(f64x2.mul(f64x2.mul(q, f64x2.splat(gain)), f64x2.splat(1.0 / 65536.0)));
  q = f64x2.pmin(q, f64x2.splat(bendEnd));
  if (bend > 0) {
    const part = f64x2.splat(1.0 / 16777216.0);
    const lost = f64x2.floor(f64x2.mul(f64x2.mul(q, f64x2.splat(bend)), part));
    q = f64x2.sub(q, f64x2.floor(f64x2.mul(f64x2.mul(q, lost), part)));
  }
  return f64x2.pmin(q, f64x2.splat(headroom));
}

/** What the lines of two columns differ by; the lower lanes of all arguments count. */
// @ts-ignore: decorator
@inline
function twoColumns(plus: v128, minus: v128, leakPlus: v128, leakMinus: v128, leaked: f64): v128 {
  const positive = arrayLine(f64x2.convert_low_i32x4_s(plus), f64x2.convert_low_i32x4_s(leakPlus), leaked);
  const negative = arrayLine(f64x2.convert_low_i32x4_s(minus), f64x2.convert_low_i32x4_s(leakMinus), leaked);
  return i32x4.trunc_sat_f64x2_s_zero(f64x2.sub(positive, negative));
}

// @ts-ignore: decorator
@inline
function upper(lanes: v128): v128 {
  return i64x2.shuffle(lanes, lanes, 1, 1);
}

/** What the lines of all columns differ by after so many cycles of the ramp. */
function evaluate(sum: usize, difference: usize, cycles: i32): void {
  const leaked = leakage * <f64>cycles;
  const width = columns << 2;
  for (let at = 0; at < width; at += 16) {
    const s = v128.load(sum + at);
    const d = v128.load(difference + at);
    const plus = i32x4.shr_u(i32x4.add(s, d), 1);
    const minus = i32x4.shr_u(i32x4.sub(s, d), 1);
    const leakPlus = v128.load(leaks + at);
    const leakMinus = v128.load(leaks + at + width);
    const lower = twoColumns(plus, minus, leakPlus, leakMinus, leaked);
    const higher = twoColumns(upper(plus), upper(minus), upper(leakPlus), upper(leakMinus), leaked);
    v128.store(values + at, i64x2.shuffle(lower, higher, 0, 2));
  }
}

/** The ramp of one vector. */
function decide(sum: usize, difference: usize, code: usize, conversion: i32): void {
  const width = columns << 2;
  const begin = i32x4.splat(falling ? steps : 0);
  for (let at = 0; at < width; at += 16) v128.store(held + at, begin);
  const word = mix(mix(conversion ^ noiseFirst) + noiseSecond);
  const first = mix(word);
  const second = mix(first + GOLDEN);
  const nearest = i32x4.splat(-reach);
  const farthest = i32x4.splat(reach);
  let threshold = thresholds;
  for (let step = 0; step < steps; step++) {
    const cycles = (step + 1) * stepPulses;
    if (step === 0 || leakage > 0) evaluate(sum, difference, cycles);
    const taken = i32x4.splat(falling ? steps - step - 1 : step + 1);
    let highs = 0;
    for (let at = 0; at < width; at += 16) {
      const gap = i32x4.sub(v128.load(threshold + at), v128.load(values + at));
      let high = i32x4.le_s(gap, i32x4.splat(0));
      const near = v128.and(i32x4.gt_s(gap, nearest), i32x4.le_s(gap, farthest));
      if (v128.any_true(near)) high = noisy(gap, ROW_STRIDE * cycles + (at >> 2), first, second);
      highs += popcnt(i32x4.bitmask(high));
      const moves = falling ? v128.not(high) : high;
      const before = v128.load(held + at);
      let after: v128;
      if (!counting) after = v128.bitselect(taken, before, moves);
      else after = falling ? i32x4.add(before, moves) : i32x4.sub(before, moves);
      v128.store(held + at, after);
    }
    threshold += width;
    if (ends > 0 && (falling ? highs >= ends : highs === 0)) break;
  }
  for (let column = 0; column < columns; column += 8) {
    const at = held + (column << 2);
    const words = i16x8.narrow_i32x4_s(v128.load(at), v128.load(at, 16));
    v128.store64_lane(code + column, i8x16.narrow_i16x8_u(words, words), 0);
  }
}

/** Whether the noise of four comparisons reaches what is missing: floor((S N + 2^15) / 2^16) >= gap, without a division. */
function noisy(gap: v128, index: i32, first: i32, second: i32): v128 {
  const drawn = deviates(i32x4.add(i32x4.splat(index), i32x4(0, 1, 2, 3)), first, second);
  const lower = reaches(drawn, gap);
  const higher = reaches(upper(drawn), upper(gap));
  return i32x4.shuffle(lower, higher, 0, 2, 4, 6);
}

// @ts-ignore: decorator
@inline
function reaches(drawn: v128, gap: v128): v128 {
  const part = f64x2.mul(f64x2.convert_low_i32x4_s(drawn), f64x2.splat(noise));
  const missing = f64x2.mul(f64x2.convert_low_i32x4_s(gap), f64x2.splat(65536));
  return f64x2.ge(f64x2.add(part, f64x2.splat(32768)), missing);
}
