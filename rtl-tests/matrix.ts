import { macroSchema } from '../generators/config/macro.js';
import { type Configuration, growingReferences, levelsFrom } from './configurations.js';
import { type Choice, pairwise } from './pairwise.js';

const { readout, rounding } = macroSchema.shape.adc.shape;

/** The ramp and what may end it early. */
const RAMPS = {
  rising: { ramp: 'rising' },
  'rising, early stop': { ramp: 'rising', earlyStop: true },
  falling: { ramp: 'falling' },
  'falling, early stop': { ramp: 'falling', earlyStop: true },
  'falling, top 1': { ramp: 'falling', earlyStop: true, topK: 1 },
} as const;

/** Every option of a macro config, with the values that tell its hardware apart. */
export const OPTIONS = {
  readout: readout.unwrap().options,
  ramp: Object.keys(RAMPS) as (keyof typeof RAMPS)[],
  bus: macroSchema.shape.bus.unwrap().options,
  reset: macroSchema.shape.reset.unwrap().options,
  coding: macroSchema.shape.input.shape.coding.unwrap().options,
  signedInput: [false, true],
  signedOutput: [false, true],
  doubleBuffer: [true, false],
  // 16 rows and their trim rows need one more address bit than rows alone.
  rows: [16, 13],
  columns: [1, 32, 33],
  adcBits: [1, 3, 4],
  referenceColumns: [2, 65],
  pulses: [1, 3],
  precharge: [1, 2],
  banks: [1, 3],
  trimRows: [0, 2],
  offsetRows: [0, 3],
  clips: [false, true],
  march: [true, false],
  selfTest: [true, false],
  rounding: rounding.unwrap().options,
} as const;

export type Row = Choice<typeof OPTIONS>;

const MAGNITUDE_BITS = 3;

/** The macro of one row: small, with levels that its ramp can realise. */
function configurationOf(row: Row, index: number): Configuration {
  const { adcBits, pulses, offsetRows } = row;
  const steps = 2 ** adcBits - 1;
  // The first reference is one cell above the start of the ramp, which the offset group lowers.
  const start = offsetRows > 0 ? -4 : 0;
  const references = growingReferences(adcBits, 1, 2).map((cells) => pulses * (cells + start));
  const low = references[0]! - pulses;
  const high = references.at(-1)! + pulses;
  const counts = Array.from({ length: high - low }, (_, bin) => 1 + ((7 * bin) % 5));
  const levels = levelsFrom('even', references, {
    histogram: {
      low,
      high,
      counts,
      means: counts.map((_, bin) => low + bin + 0.5),
      withinBinVariance: 1 / 12,
    },
  });
  return {
    name: `${index + 1}: ${Object.entries(row)
      .map(([option, value]) => (typeof value === 'string' ? value : `${option} ${value}`))
      .join(', ')}`,
    config: {
      name: `pair${index + 1}`,
      array: {
        rows: row.rows,
        columns: row.columns,
        trimRows: row.trimRows,
        trimPulses: 3,
        ...(row.clips ? { headroom: 80 } : {}),
      },
      input: { bits: MAGNITUDE_BITS + Number(row.signedInput), signed: row.signedInput, coding: row.coding },
      adc: {
        bits: adcBits,
        readout: row.readout,
        ...RAMPS[row.ramp],
        reference: { columns: row.referenceColumns, rows: offsetRows + 2 * steps + 1, offsetRows, pulses },
        prechargeCycles: row.precharge,
        banks: row.banks,
        rounding: row.rounding,
      },
      output: { bits: row.signedOutput ? 8 : 7, signed: row.signedOutput, doubleBuffer: row.doubleBuffer },
      test: { march: row.march, selfTest: row.selfTest },
      bus: row.bus,
      reset: row.reset,
    },
    levels: [row.signedOutput ? levels : { ...levels, outputs: levels.outputs.map((_, code) => 2 * code) }],
  };
}

/** Macros in which every pair of option values occurs. */
export const MATRIX: readonly { readonly row: Row; readonly configuration: Configuration }[] = pairwise(
  OPTIONS,
).map((row, index) => ({ row, configuration: configurationOf(row, index) }));

/** Macros of the matrix that `npm test` takes: few, in which every value of every option occurs. */
export const FEW: ReadonlySet<(typeof MATRIX)[number]> = coveringEachValue();

function coveringEachValue() {
  const missing = new Set(
    Object.entries(OPTIONS).flatMap(([name, values]) => values.map((v) => `${name} ${v}`)),
  );
  const valuesOf = ({ row }: (typeof MATRIX)[number]) =>
    Object.entries(row).map(([name, v]) => `${name} ${v}`);
  const few = new Set<(typeof MATRIX)[number]>();
  while (missing.size > 0) {
    const gain = (macro: (typeof MATRIX)[number]) => valuesOf(macro).filter((v) => missing.has(v)).length;
    const best = MATRIX.reduce((a, b) => (gain(b) > gain(a) ? b : a));
    few.add(best);
    for (const value of valuesOf(best)) missing.delete(value);
  }
  return few;
}
