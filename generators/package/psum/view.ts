import { bitsFor } from '../../common/bits.js';
import { TOOL } from '../../common/version.js';
import {
  beatsOf,
  fieldBytes,
  type PsumPlan,
  type PsumShape,
  sumCycles,
  vectorBeats,
} from '../../macro/psum/plan.js';
import { PSUM_IDENTITY } from '../../macro/psum/registers.js';
import { sha256 } from '../manifest.js';
import type { Parameter } from '../rtl/parameters.js';
import { busView, resetView } from '../rtl/view.js';
import type { Origin } from '../text/header.js';

/** What the generated files say of where they come from. */
export function originOf({ name, config }: PsumPlan): Origin {
  const hash = sha256(JSON.stringify(config));
  return { name, hash, license: config.license, command: 'imcgen psum generate' };
}

/** The shape as Verilog parameters, in the order of the top level; an instance may override each of them. */
export function psumParameters(shape: PsumShape): readonly Parameter[] {
  const parameter = (name: string, value: number | boolean, meaning: string): Parameter => ({
    name,
    value: Number(value),
    meaning,
  });
  return [
    parameter('CHANNELS', shape.channels, 'output channels: results of a sum'),
    parameter('TILES', shape.tiles, 'tiles: vectors of a sum'),
    parameter('DIGITS', shape.digits, 'digits of a weight'),
    parameter('LANES', shape.lanes, 'channels a beat'),
    parameter('VALUE_BITS', shape.valueBits, 'width of a value of a tile'),
    parameter('VALUE_SIGNED', shape.valueSigned, "1: two's complement values"),
    parameter('WEIGHT_BITS', shape.weightBits, 'width of a weight, unsigned'),
    parameter('SCALE_BITS', shape.scaleBits, 'width of a scale, unsigned'),
    parameter('BIAS_BITS', shape.biasBits, "width of a bias, two's complement"),
    parameter('RESULT_BITS', shape.resultBits, 'width of a result'),
    parameter('RESULT_SIGNED', shape.resultSigned, "1: two's complement results"),
    parameter('ACC_BITS', shape.accBits, 'width of an accumulator: holds every sum'),
  ];
}

/** Weights after reset as one number: that of index n at bit n * WEIGHT_BITS. */
function weightsLiteral({ shape, weights }: PsumPlan): string {
  const bits = weights.reduce(
    (all, weight, index) => all | (BigInt(weight) << BigInt(index * shape.weightBits)),
    0n,
  );
  const width = weights.length * shape.weightBits;
  return `${width}'h${bits.toString(16).padStart(Math.ceil(width / 4), '0')}`;
}

const LONGEST_PARAMETER = 'RESULT_SIGNED'.length;

/** Bits of a beat of values, and of results. */
export function streamWidths(shape: PsumShape) {
  return {
    input: 8 * shape.lanes * fieldBytes(shape.valueBits),
    output: 8 * shape.lanes * fieldBytes(shape.resultBits),
  };
}

/** All that the templates of a unit may ask for. */
export function psumView(plan: PsumPlan) {
  const { name, config, shape } = plan;
  const widths = streamWidths(shape);
  return {
    name,
    tool: TOOL,
    command: originOf(plan).command,
    configHash: originOf(plan).hash.slice(0, 12),
    license: config.license,
    reset: resetView(config.reset),
    parameters: psumParameters(shape).map((parameter) => ({
      ...parameter,
      label: parameter.name.padEnd(LONGEST_PARAMETER),
    })),
    ...shape,
    valueSigned: Number(shape.valueSigned),
    resultSigned: Number(shape.resultSigned),
    beats: beatsOf(shape),
    vectorBeats: vectorBeats(shape),
    sumCycles: sumCycles(shape),
    tileWidth: bitsFor(shape.tiles),
    beatWidth: bitsFor(beatsOf(shape)),
    weightWidth: bitsFor(shape.tiles * shape.digits),
    totalBits: Math.max(shape.accBits + shape.scaleBits, 33) + 2,
    outputWidth: shape.lanes * shape.resultBits + 2,
    inputBeatBits: widths.input,
    outputBeatBits: widths.output,
    weights: weightsLiteral(plan),
    identity: PSUM_IDENTITY.toString(16),
    ...busView(config),
  };
}
