/**
 * Digital units that take codes and give codes: embeddings, norms, attention, functions of one value. Inside they compute with
 * whole numbers below 2^53, and where they divide, take roots or multiply by what is no whole number, with the operations of
 * IEEE 754 in double precision, each rounded once. Their order is laid down here, so every form of the network gives the same codes.
 */
import { valueAt } from '../graph/expressions.js';
import type { AttentionStep, EmbeddingStep, FunctionStep, NormStep } from '../graph/steps.js';
import { type CodeFormat, type CodeRange, codeRange } from '../plan/formats.js';

const clamp = (code: number, { low, high }: CodeRange) => Math.max(low, Math.min(high, code));

/** Codes of an embedding: rows and places are rounded each, then added and clamped. */
export interface EmbeddingNumbers {
  /** Tokens x channels. */
  readonly rows: Int16Array;
  /** Places x channels. */
  readonly places: Int16Array;
}

export function embeddingNumbers({ rows, places }: EmbeddingStep, scale: number): EmbeddingNumbers {
  const rounded = (values: Float32Array) =>
    Int16Array.from(values, (value) => Math.floor(value / scale + 0.5));
  return { rows: rounded(rows), places: rounded(places) };
}

/**
 * @param tokens   sample after sample
 * @param channels of a row
 * @returns samples x channels x places
 */
export function embeddedCodes(
  { rows, places }: EmbeddingNumbers,
  tokens: Int16Array,
  channels: number,
  range: CodeRange,
): Int16Array {
  const length = places.length / channels;
  const last = rows.length / channels - 1;
  const codes = new Int16Array(tokens.length * channels);
  for (let at = 0; at < tokens.length; at++) {
    const place = at % length;
    const from = channels * Math.min(last, tokens[at]!);
    const to = (at - place) * channels + place;
    for (let channel = 0; channel < channels; channel++) {
      const sum = rows[from + channel]! + places[place * channels + channel]!;
      codes[to + channel * length] = clamp(sum, range);
    }
  }
  return codes;
}

/**
 * Numbers of a norm: `floor((n x - sum) / sqrt(n sum of squares - sum^2 + epsilon) * gain + center)`, n channels, sums over
 * them; the half that rounds is in the centers.
 */
export interface NormNumbers {
  readonly epsilon: number;
  readonly gains: Float64Array;
  readonly centers: Float64Array;
}

export function normNumbers({ gain, center, epsilon }: NormStep, input: number, output: number): NormNumbers {
  return {
    epsilon: (epsilon * gain.length ** 2) / input ** 2,
    gains: Float64Array.from(gain, (each) => each / output),
    centers: Float64Array.from(center, (each) => each / output + 0.5),
  };
}

/** @param codes samples x channels x places */
export function normedCodes(
  { epsilon, gains, centers }: NormNumbers,
  codes: Int16Array,
  places: number,
  range: CodeRange,
): Int16Array {
  const channels = gains.length;
  const size = channels * places;
  const normed = new Int16Array(codes.length);
  for (let sample = 0; sample < codes.length; sample += size) {
    for (let place = sample; place < sample + places; place++) {
      let [sum, squares] = [0, 0];
      for (let at = place; at < place + size; at += places) {
        sum += codes[at]!;
        squares += codes[at]! ** 2;
      }
      const deviation = Math.sqrt(channels * squares - sum * sum + epsilon);
      for (let at = place, channel = 0; channel < channels; at += places, channel++) {
        const centred = (channels * codes[at]! - sum) / deviation;
        normed[at] = clamp(Math.floor(centred * gains[channel]! + centers[channel]!), range);
      }
    }
  }
  return normed;
}

/** Entries of the table of an exponential, and what its index counts: exp(-9.96) of 2^12 is rounded to 0. */
export const EXPONENTIALS = 256;
const EXPONENT_STEP = 10 / EXPONENTIALS;
const EXPONENTIAL_BITS = 12;
const FACTOR_BITS = 16;

/**
 * Numbers of an attention. Scores are whole products of codes; how far each lies below the greatest of its row, times
 * `factor >> shift`, is the index of its share in `shares`. Sums of values, weighted with the shares, are divided by the sum of the
 * shares and multiplied by `scale`.
 */
export interface AttentionNumbers {
  readonly factor: number;
  readonly shift: number;
  readonly shares: Int32Array;
  readonly scale: number;
}

/** @param scales activation units of a code of queries, keys, values, and of the result */
export function attentionNumbers(
  step: AttentionStep,
  [query, key, value, output]: readonly [number, number, number, number],
): AttentionNumbers {
  const slope = (step.factor * query * key) / EXPONENT_STEP;
  const shift = Math.max(0, FACTOR_BITS - 1 - Math.floor(Math.log2(slope)));
  return {
    ...{ factor: Math.round(slope * 2 ** shift), shift, scale: value / output },
    shares: Int32Array.from({ length: EXPONENTIALS }, (_, at) =>
      Math.round(2 ** EXPONENTIAL_BITS * Math.exp(-at * EXPONENT_STEP)),
    ),
  };
}

/** Index of a share. */
export function shareIndex(gap: number, { factor, shift }: AttentionNumbers): number {
  const half = shift > 0 ? 2 ** (shift - 1) : 0;
  return Math.min(EXPONENTIALS - 1, Math.floor((gap * factor + half) * 2 ** -shift));
}

/** Sizes of an attention: channels of queries and of values, places of queries and of keys. */
export interface AttentionShape {
  readonly heads: number;
  readonly channels: number;
  readonly valueChannels: number;
  readonly places: number;
  readonly keyPlaces: number;
}

/** @returns samples x channels of the values x places of the queries */
export function attendedCodes(
  numbers: AttentionNumbers,
  { heads, channels, valueChannels, places, keyPlaces }: AttentionShape,
  [queries, keys, values]: readonly [Int16Array, Int16Array, Int16Array],
  range: CodeRange,
): Int16Array {
  const samples = queries.length / (channels * places);
  const [part, valuePart] = [channels / heads, valueChannels / heads];
  const codes = new Int16Array(samples * valueChannels * places);
  const scores = new Float64Array(keyPlaces);
  const shares = new Float64Array(keyPlaces);
  for (let row = 0; row < samples * heads; row++) {
    const [query, key] = [row * part * places, row * part * keyPlaces];
    const [value, result] = [row * valuePart * keyPlaces, row * valuePart * places];
    for (let place = 0; place < places; place++) {
      scores.fill(0);
      for (let channel = 0; channel < part; channel++) {
        const code = queries[query + channel * places + place]!;
        const from = key + channel * keyPlaces;
        for (let other = 0; other < keyPlaces; other++) scores[other]! += code * keys[from + other]!;
      }
      let most = scores[0]!;
      for (const score of scores) if (score > most) most = score;
      let sum = 0;
      for (let other = 0; other < keyPlaces; other++) {
        shares[other] = numbers.shares[shareIndex(most - scores[other]!, numbers)]!;
        sum += shares[other]!;
      }
      for (let channel = 0; channel < valuePart; channel++) {
        const from = value + channel * keyPlaces;
        let weighted = 0;
        for (let other = 0; other < keyPlaces; other++) weighted += shares[other]! * values[from + other]!;
        const code = Math.floor((weighted / sum) * numbers.scale + 0.5);
        codes[result + channel * places + place] = clamp(code, range);
      }
    }
  }
  return codes;
}

/** What a function gives for every code of a format, from the least on. */
export function functionTable(
  { of }: FunctionStep,
  format: CodeFormat,
  input: number,
  output: number,
  range: CodeRange,
): Int16Array {
  const { low, high } = codeRange(format);
  return Int16Array.from({ length: high - low + 1 }, (_, at) =>
    clamp(Math.floor(valueAt(of, (low + at) * input) / output + 0.5), range),
  );
}
