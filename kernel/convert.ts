// In: inputs, cells, references and tables in memory. Out: the codes of whole batches, 16 columns at a time.
// AssemblyScript, compiled by `npm run kernel` into generators/macro/kernel/kernel-module.ts.
// docs/architecture.md, "Batches", says how it works and why it is exact.

// What is converted, set before a call: addresses in memory ..
export let inputs: usize = 0; // one byte a row, vector by vector; 4 bytes of 0 behind the last
export let cells: usize = 0; // for every 16 columns and 4 rows: 16 bytes with 4 bits of wp, 16 with those of wn
export let trims: usize = 0; // what trim adds, i32 a column
export let references: usize = 0; // ascending, i32
export let entries: usize = 0; // decoder table, i32
export let tables: usize = 0; // working space: subset sums of the inputs
export let lines: usize = 0; // working space: what 16 columns discharge on both lines, i32
export let counts: usize = 0; // working space: columns of every code, i32
export let macs: usize = 0; // results, i32 a column; like those below with room for 15 columns more
export let codes: usize = 0; // a byte a column
export let outputs: usize = 0; // i32 a column

// .. and the macro.
export let rows: i32 = 0;
export let columns: i32 = 0;
export let signed: bool = false;
export let limit: i32 = 0; // largest |x| that drives a row
export let clips: bool = false; // whether a line can reach the headroom
export let headroom: i32 = 0;
export let digits: i32 = 1; // 2 where |x| is taken as two digits of 4 bits
export let steps: i32 = 0; // references
export let narrow: bool = false; // whether all macs and references fit 16 bits
export let found: i32 = 0; // columns that end a falling ramp; 0 where no ramp ends early

/** Whether one of `length` inputs is outside low .. high, both as the inputs are: signed or unsigned bytes. */
export function outside(length: i32, low: i32, high: i32): bool {
  const lows = i8x16.splat(<i8>low);
  const highs = i8x16.splat(<i8>high);
  let bad = i8x16.splat(0);
  let x = inputs;
  const end = x + length;
  for (; x + 16 <= end; x += 16) {
    const some = v128.load(x);
    bad = v128.or(
      bad,
      signed
        ? v128.or(i8x16.lt_s(some, lows), i8x16.gt_s(some, highs))
        : v128.or(i8x16.lt_u(some, lows), i8x16.gt_u(some, highs)),
    );
  }
  for (; x < end; x++) {
    const one = signed ? <i32>load<i8>(x) : <i32>load<u8>(x);
    if (one < low || one > high) return true;
  }
  return v128.any_true(bad);
}

/** Converts `count` vectors; `decoded`: to outputs too. */
export function convert(count: i32, decoded: bool): void {
  const quads = (rows + 3) >> 2;
  const crossed = signed && clips;
  let x = inputs;
  let mac = macs;
  let code = codes;
  let output = outputs;
  for (let vector = 0; vector < count; vector++) {
    makeTables(x, quads, crossed);
    if (crossed) sumColumns(quads, mac, true);
    else sumColumns(quads, mac, false);
    if (narrow) encodeNarrow(mac, code);
    else encodeWide(mac, code);
    if (found > 0) raiseUnfound(code);
    if (decoded) decode(code, output);
    // Stores of 16 columns at a time reach into the next vector, which is written after.
    x += rows;
    mac += columns << 2;
    code += columns;
    output += columns << 2;
  }
}

/** The sums of all 16 subsets of the first four bytes: lane s adds those whose bit is set in s. */
// @ts-ignore: decorator
@inline
function subsetSums(x: v128): v128 {
  const first = i8x16.swizzle(x, i8x16(-1, 0, -1, 0, -1, 0, -1, 0, -1, 0, -1, 0, -1, 0, -1, 0));
  const second = i8x16.swizzle(x, i8x16(-1, -1, 1, 1, -1, -1, 1, 1, -1, -1, 1, 1, -1, -1, 1, 1));
  const third = i8x16.swizzle(x, i8x16(-1, -1, -1, -1, 2, 2, 2, 2, -1, -1, -1, -1, 2, 2, 2, 2));
  const fourth = i8x16.swizzle(x, i8x16(-1, -1, -1, -1, -1, -1, -1, -1, 3, 3, 3, 3, 3, 3, 3, 3));
  return i8x16.add(i8x16.add(first, second), i8x16.add(third, fourth));
}

/** Subset sums of every four rows, digit by digit; `crossed`: those of positive inputs, then of negative ones. */
function makeTables(x: usize, quads: i32, crossed: bool): void {
  const least = i8x16.splat(<i8>-limit);
  const zero = i8x16.splat(0);
  const complement = i8x16(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  const mask = i8x16.splat(digits === 1 ? -1 : 15);
  const last = x + (quads << 2);
  let to = tables;
  for (let digit = 0; digit < digits; digit++) {
    const shift = digit << 2;
    if (!signed) {
      for (let p = x; p < last; p += 4, to += 16) {
        v128.store(to, subsetSums(v128.and(i16x8.shr_u(v128.load_splat<u32>(p), shift), mask)));
      }
      continue;
    }
    for (let p = x; p < last; p += 4, to += 16) {
      const four = i8x16.max_s(v128.load_splat<u32>(p), least);
      const above = v128.and(i16x8.shr_u(i8x16.max_s(four, zero), shift), mask);
      const below = v128.and(i16x8.shr_u(i8x16.max_s(i8x16.neg(four), zero), shift), mask);
      if (crossed) {
        v128.store(to, subsetSums(above));
        v128.store(to, subsetSums(below), 16);
        to += 16;
      } else {
        // The negative inputs outside the subset instead of those inside, negated: never below 0, and as
        // both lines have the same sum of all negative inputs too much, their difference is right.
        v128.store(to, i8x16.add(subsetSums(above), i8x16.swizzle(subsetSums(below), complement)));
      }
    }
  }
}

/** The mac of every column. `crossed` is a constant where this is called: it makes two functions of one. */
// @ts-ignore: decorator
@inline
function sumColumns(quads: i32, mac: usize, crossed: bool): void {
  const most = i32x4.splat(headroom);
  let trim = trims;
  let begin = cells;
  for (let column = 0; column < columns; column += 16) {
    const end = begin + (quads << 5);
    let table = tables;
    for (let digit = 0; digit < digits; digit++) {
      // 16 bytes are added as 8 words, and the upper bytes once more by themselves.
      let wordsP = i16x8.splat(0);
      let uppersP = wordsP;
      let wordsN = wordsP;
      let uppersN = wordsP;
      for (let cell = begin; cell < end; cell += 32) {
        const sums = v128.load(table);
        const wp = v128.load(cell);
        const wn = v128.load(cell, 16);
        let plus = i8x16.swizzle(sums, wp);
        let minus = i8x16.swizzle(sums, wn);
        if (crossed) {
          const below = v128.load(table, 16);
          plus = i8x16.add(plus, i8x16.swizzle(below, wn));
          minus = i8x16.add(minus, i8x16.swizzle(below, wp));
        }
        wordsP = i16x8.add(wordsP, plus);
        uppersP = i16x8.add(uppersP, i16x8.shr_u(plus, 8));
        wordsN = i16x8.add(wordsN, minus);
        uppersN = i16x8.add(uppersN, i16x8.shr_u(minus, 8));
        table += crossed ? 32 : 16;
      }
      addSums(lines, wordsP, uppersP, digit);
      addSums(lines + 64, wordsN, uppersN, digit);
    }
    for (let i: usize = 0; i < 64; i += 16) {
      const plus = i32x4.min_s(v128.load(lines + i), most);
      const minus = i32x4.min_s(v128.load(lines + i, 64), most);
      v128.store(mac + i, i32x4.add(i32x4.sub(plus, minus), v128.load(trim + i)));
    }
    begin = end;
    mac += 64;
    trim += 64;
  }
}

/** Adds the sums of one digit to those of the digits below it; lower bytes are columns 0 .. 7, upper ones 8 .. 15. */
// @ts-ignore: decorator
@inline
function addSums(to: usize, words: v128, uppers: v128, digit: i32): void {
  const lowers = i16x8.sub(words, i16x8.shl(uppers, 8));
  addDigit(to, i32x4.extend_low_i16x8_u(lowers), digit);
  addDigit(to + 16, i32x4.extend_high_i16x8_u(lowers), digit);
  addDigit(to + 32, i32x4.extend_low_i16x8_u(uppers), digit);
  addDigit(to + 48, i32x4.extend_high_i16x8_u(uppers), digit);
}

// @ts-ignore: decorator
@inline
function addDigit(to: usize, sums: v128, digit: i32): void {
  v128.store(to, digit === 0 ? sums : i32x4.add(v128.load(to), i32x4.shl(sums, digit << 2)));
}

/** code = number of references at or below the mac, 16 bits wide. */
function encodeNarrow(mac: usize, code: usize): void {
  const end = references + (steps << 2);
  for (let column = 0; column < columns; column += 16) {
    const low = i16x8.narrow_i32x4_s(v128.load(mac), v128.load(mac, 16));
    const high = i16x8.narrow_i32x4_s(v128.load(mac, 32), v128.load(mac, 48));
    let first = i16x8.splat(0);
    let second = first;
    for (let at = references; at < end; at += 4) {
      const reference = v128.load_splat<u16>(at);
      first = i16x8.sub(first, i16x8.ge_s(low, reference));
      second = i16x8.sub(second, i16x8.ge_s(high, reference));
    }
    v128.store(code, i8x16.narrow_i16x8_u(first, second));
    mac += 64;
    code += 16;
  }
}

/** The same, 32 bits wide. */
function encodeWide(mac: usize, code: usize): void {
  const end = references + (steps << 2);
  for (let column = 0; column < columns; column += 8) {
    const low = v128.load(mac);
    const high = v128.load(mac, 16);
    let first = i32x4.splat(0);
    let second = first;
    for (let at = references; at < end; at += 4) {
      const reference = v128.load_splat<u32>(at);
      first = i32x4.sub(first, i32x4.ge_s(low, reference));
      second = i32x4.sub(second, i32x4.ge_s(high, reference));
    }
    const words = i16x8.narrow_i32x4_s(first, second);
    v128.store(code, i8x16.narrow_i16x8_u(words, words));
    mac += 32;
    code += 8;
  }
}

/** A falling ramp ends at the step that enough columns have found; the others stay one below it. */
function raiseUnfound(code: usize): void {
  memory.fill(counts, 0, 512);
  for (let column = 0; column < columns; column++) {
    const count = counts + (<usize>load<u8>(code + column) << 2);
    store<i32>(count, load<i32>(count) + 1);
  }
  let step = steps;
  let high = load<i32>(counts + (step << 2));
  while (step > 1 && high < found) {
    step--;
    high += load<i32>(counts + (step << 2));
  }
  const least = i8x16.splat(<i8>(step - 1));
  for (let column = 0; column < columns; column += 16) {
    v128.store(code + column, i8x16.max_u(v128.load(code + column), least));
  }
}

function decode(code: usize, output: usize): void {
  for (let column = 0; column < columns; column += 4) {
    const four = load<u32>(code + column);
    store<i32>(output, load<i32>(entries + ((four << 2) & 0x3fc)));
    store<i32>(output, load<i32>(entries + ((four >> 6) & 0x3fc)), 4);
    store<i32>(output, load<i32>(entries + ((four >> 14) & 0x3fc)), 8);
    store<i32>(output, load<i32>(entries + ((four >> 22) & 0x3fc)), 12);
    output += 16;
  }
}
