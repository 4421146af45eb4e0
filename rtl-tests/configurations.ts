import type { Levels } from '../generators/config/levels.js';
import { macroInput, parse } from '../generators/config/load.js';
import { type MacroConfigInput, macroSchema } from '../generators/config/macro.js';
import { type MacroPlan, planMacro } from '../generators/plan/plan.js';
import { orThrow } from '../generators/problems.js';

/** A macro config as it may be written, its levels given beside it. */
export type ConfigurationInput = Omit<MacroConfigInput, 'layers'> & {
  readonly layers?: readonly Omit<MacroConfigInput['layers'][number], 'levels'>[];
};

/** A macro to test: config and levels, in memory. */
export interface Configuration {
  /** What is special about it. */
  readonly name: string;
  readonly config: ConfigurationInput;
  readonly levels: readonly Levels[];
}

/** Levels from their references; every code decodes to the middle between its references, whole numbers. */
export function levelsFrom(name: string, references: readonly number[], more: Partial<Levels> = {}): Levels {
  const bits = Math.log2(references.length + 1);
  const below = references[0]! - 1;
  const outputs = [below, ...references].map((reference, code, edges) =>
    Math.floor((reference + (edges[code + 1] ?? reference)) / 2),
  );
  return {
    name,
    bits,
    centres: outputs,
    references: [...references],
    outputs,
    range: { low: below, high: references.at(-1)! },
    ...more,
  };
}

/** 2^bits - 1 references from `first`, gaps growing from one to `widest`: fine near zero, coarse far out. */
export function growingReferences(bits: number, first: number, widest: number): number[] {
  const steps = 2 ** bits - 1;
  const references = [first];
  for (let k = 1; k < steps; k++) {
    references.push(references[k - 1]! + 1 + Math.floor(((widest - 1) * k) / Math.max(1, steps - 1)));
  }
  return references;
}

/** The plan of a configuration, as if its files had been read. */
export function planOf({ config, levels }: Configuration): MacroPlan {
  const layers = levels.map(({ name }, bank) => ({ ...config.layers?.[bank], levels: `${name}.json` }));
  const macro = orThrow(parse('macro.json', macroSchema, { ...config, layers }));
  return orThrow(planMacro(macroInput(macro, levels, 'macro.json')));
}

const resets = ['async_low', 'async_high', 'sync_low', 'sync_high'] as const;
const buses = ['axi4lite', 'wishbone', 'wishbone_pipelined'] as const;

/** Every code width on one small array, the codings, reset styles and buses taking turns. */
const everyWidth = [1, 2, 3, 4, 5, 6, 7].map((bits): Configuration => {
  return {
    name: `${bits}-bit codes`,
    config: {
      name: `width${bits}`,
      array: { rows: 24, columns: 12 },
      input: { bits: 4, coding: bits % 2 === 0 ? 'pwm' : 'bit_serial' },
      adc: { bits, reference: { columns: 3, rows: 2 * (2 ** bits - 1) } },
      output: { bits: 9 },
      bus: buses[bits % 3]!,
      reset: resets[bits % 4]!,
    },
    levels: [levelsFrom('even', growingReferences(bits, 1, 4))],
  };
});

/** Buses and reset styles that do not meet elsewhere, on macros of a few cells. */
const everyBus = (
  [
    ['axi4lite', 'async_low', 34],
    ['axi4lite', 'async_high', 1],
    ['wishbone', 'sync_low', 34],
    ['wishbone_pipelined', 'async_low', 1],
    ['wishbone_pipelined', 'sync_high', 34],
  ] as const
).map(
  ([bus, reset, columns]): Configuration => ({
    name: `${bus}, ${reset}, 6 x ${columns}`,
    config: {
      name: `${bus}_${reset}`,
      array: { rows: 6, columns },
      input: { bits: 3, signed: true, coding: 'pwm' },
      adc: { bits: 2, reference: { columns: 2, rows: 9, offsetRows: 3 } },
      output: { bits: 4, signed: true, doubleBuffer: columns > 1 },
      bus,
      reset,
    },
    levels: [levelsFrom('small', [-3, 1, 4])],
  }),
);

const FEW = [
  ...['tiny', 'odd', 'banked', 'clipped', 'one_row', 'width4'],
  ...['axi4lite_async_high', 'wishbone_sync_low', 'wishbone_pipelined_async_low'],
];

/** Configurations that `npm test` takes: small ones, with every bus, reset, coding and limit between them. */
export const isOneOfFew = ({ config }: Configuration) => FEW.includes(config.name);

export const CONFIGURATIONS: readonly Configuration[] = [
  {
    name: 'one cell, one bit of everything',
    config: {
      name: 'tiny',
      array: { rows: 1, columns: 1 },
      input: { bits: 1 },
      adc: { bits: 1, reference: { columns: 1, rows: 1 } },
      output: { bits: 1 },
    },
    levels: [levelsFrom('bit', [1])],
  },
  {
    name: '3 x 5, signed, pulse width, trim, offset group, odd reference columns, no double buffer, sync_high',
    config: {
      name: 'odd',
      array: { rows: 3, columns: 5, trimRows: 2, trimPulses: 3 },
      input: { bits: 4, signed: true, coding: 'pwm' },
      adc: { bits: 3, reference: { columns: 3, rows: 19, offsetRows: 4 }, prechargeCycles: 3 },
      output: { bits: 5, signed: true, doubleBuffer: false },
      reset: 'sync_high',
    },
    levels: [levelsFrom('signed', [-8, -5, -2, 1, 3, 7, 12])],
  },
  {
    name: '256 x 128, 6-bit inputs, 4-bit codes',
    config: {
      name: 'demo',
      array: { rows: 256, columns: 128 },
      input: { bits: 6 },
      adc: { bits: 4 },
      output: { bits: 6 },
    },
    levels: [levelsFrom('relu', growingReferences(4, 2, 60))],
  },
  {
    name: '40 x 40, signed 8-bit inputs, three banks of different widths, two words of reference cells a row',
    config: {
      name: 'banked',
      array: { rows: 40, columns: 40 },
      input: { bits: 8, signed: true },
      adc: { bits: 5, reference: { columns: 33, rows: 160, offsetRows: 5, pulses: 2 } },
      output: { bits: 8, signed: true },
      reset: 'sync_low',
    },
    levels: [
      levelsFrom('narrow', [-200, 0, 300]),
      levelsFrom('middle', [-64, -20, -4, 0, 6, 30, 100]),
      levelsFrom(
        'full',
        growingReferences(5, 1, 20).map((reference) => 2 * reference - 60),
      ),
    ],
  },
  {
    name: '7-bit codes, 16-bit signed outputs, 3 pulses a step, trim by charge sharing',
    config: {
      name: 'fine',
      array: { rows: 64, columns: 16, trimRows: 5, trimPulses: 21 },
      input: { bits: 5 },
      adc: { bits: 7, reference: { columns: 2, rows: 134, offsetRows: 7, pulses: 3 } },
      output: { bits: 16, signed: true },
    },
    levels: [
      levelsFrom(
        'fine',
        growingReferences(7, 1, 2).map((reference) => 3 * reference - 42),
      ),
    ],
  },
  {
    name: 'bitlines that clip, async_high',
    config: {
      name: 'clipped',
      array: { rows: 16, columns: 8, headroom: 40 },
      input: { bits: 4, coding: 'pwm' },
      adc: { bits: 3, reference: { columns: 4, rows: 21 } },
      output: { bits: 4 },
      reset: 'async_high',
    },
    levels: [levelsFrom('clipped', [1, 3, 6, 10, 20, 30, 40])],
  },
  {
    name: 'one row, more banks than layers',
    config: {
      name: 'one_row',
      array: { rows: 1, columns: 40 },
      input: { bits: 8 },
      adc: { bits: 2, banks: 5, reference: { columns: 64, rows: 6 } },
      output: { bits: 3 },
    },
    levels: [levelsFrom('row', [10, 30, 100])],
  },
  {
    name: 'one column, sixteen banks, the longest name',
    config: {
      name: 'a_name_as_long_as_the_limit_allows_it_to',
      array: { rows: 70, columns: 1, trimRows: 16 },
      input: { bits: 3, signed: true, coding: 'pwm' },
      adc: { bits: 2, banks: 16, reference: { columns: 5, rows: 10, offsetRows: 4 } },
      output: { bits: 4, signed: true },
      reset: 'async_high',
    },
    levels: [levelsFrom('column', [-10, 0, 9])],
  },
  ...everyWidth,
  ...everyBus,
];
