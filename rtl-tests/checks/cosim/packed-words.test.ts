import { describe, expect, it } from 'vitest';
import { cosimOverride, runVectors } from '../../../generators/checks/cosim/cosim.js';
import { OVERRIDES } from '../../../generators/checks/cosim/overrides.js';
import { describeMismatch } from '../../../generators/checks/cosim/verdict.js';
import { Machine } from '../../../generators/macro/golden/machine.js';
import { packedInputWrites } from '../../../generators/macro/golden/pack.js';
import {
  packedInputAddress,
  packedResultAddress,
  registerAddress,
  resultAddress,
} from '../../../generators/macro/plan/addresses.js';
import { packedColumns, packedInputBits, packedRows } from '../../../generators/macro/plan/packed-words.js';
import type { MacroPlan } from '../../../generators/macro/plan/plan.js';
import { packedWords } from '../../../generators/package/vectors/packed-scenario.js';
import { program, randomInputs } from '../../../generators/package/vectors/scenario.js';
import { newBench } from '../../../generators/package/vectors/vectors.js';
import {
  CONFIGURATIONS,
  type Configuration,
  growingReferences,
  levelsFrom,
  planOf,
} from '../../fixtures/configurations.js';
import { everyNth, forEveryChange, itLong } from '../../fixtures/every-change.js';
import { replaceOnce, withPackage } from '../../fixtures/packages.js';
import { expectPassed } from '../../fixtures/verdict.js';

/** A small macro with packed words whose inputs and results have these widths. */
function packed(input: number, output: number, more: Partial<Configuration['config']> = {}): Configuration {
  return {
    name: `${input}-bit inputs, ${output}-bit results`,
    config: {
      name: `packed_${input}_${output}`,
      array: { rows: 37, columns: 7 },
      input: { bits: input },
      adc: { bits: 2, reference: { columns: 2, rows: 9 } },
      output: { bits: output },
      packedWords: true,
      ...more,
    },
    levels: [levelsFrom('few', growingReferences(2, 1, 3))],
  };
}

const WIDTHS: readonly Configuration[] = [
  packed(1, 1),
  packed(2, 8),
  packed(3, 9, { bus: 'axi4lite' }),
  packed(5, 16, { output: { bits: 16, signed: true, doubleBuffer: false } }),
  packed(8, 4, { bus: 'wishbone_pipelined', reset: 'sync_high' }),
  // Codes and bank of a word just fit the register that holds an answer.
  {
    ...packed(4, 8, {
      name: 'packed_widest',
      array: { rows: 24, columns: 6 },
      adc: { bits: 7, banks: 16, reference: { columns: 4, rows: 127 } },
      output: { bits: 8, signed: true },
    }),
    name: '7-bit codes, 16 banks',
    levels: [levelsFrom('wide', growingReferences(7, 1, 2))],
  },
];

/** What the widths of inputs and results make of a word, counted by hand. */
const SIZES: readonly (readonly [input: number, output: number, rows: number, columns: number])[] = [
  [1, 1, 32, 4],
  [2, 8, 16, 4],
  [3, 9, 8, 2],
  [4, 10, 8, 2],
  [5, 16, 4, 2],
  [8, 4, 4, 4],
];

describe('packed words', () => {
  it.each(SIZES)(
    'of %i-bit inputs and %i-bit results hold %i rows and %i columns',
    (input, output, ...sizes) => {
      const { shape } = planOf(packed(input, output));
      expect([packedRows(shape), packedColumns(shape)]).toEqual(sizes);
      expect(packedInputBits(shape) * packedRows(shape)).toBe(32);
    },
  );

  it.each(forEveryChange(WIDTHS, everyNth(2)))(
    '$name: golden model and Verilog agree',
    async (configuration) => {
      const plan = planOf(configuration);
      const bench = newBench(plan, 7);
      program(bench);
      packedWords(bench);
      const vectors = bench.stimulus.vectors();
      const result = await withPackage(plan, (folder) =>
        runVectors(plan, vectors, { folder, simulator: 'icarus' }),
      );
      expectPassed(result);
    },
  );

  it.each(WIDTHS)('$name: carry the same inputs and results as plain words', (configuration) => {
    const plan = planOf(configuration);
    const { shape } = plan;
    const bench = newBench(plan, 9);
    const { stimulus } = bench;
    program(bench);
    const { bank, bits, schedule } = plan.layers[0]!;
    const results = () =>
      Array.from({ length: shape.columns }, (_, column) => stimulus.read(resultAddress(column)));
    const convert = () => {
      stimulus.start(bank, bits);
      stimulus.idle(schedule.total);
      stimulus.clearDone();
    };
    const inputs = randomInputs(bench);
    stimulus.load(inputs);
    convert();
    const plain = results();
    stimulus.load(new Int32Array(shape.rows));
    stimulus.writeAll(packedInputWrites(inputs, shape));
    convert();
    expect(results()).toEqual(plain);

    const count = packedColumns(shape);
    const width = 32 / count;
    plain.forEach((word, column) => {
      const address = packedResultAddress(Math.floor(column / count));
      const field = (stimulus.read(address) >>> (width * (column % count))) & (2 ** width - 1);
      expect(field).toBe(word & (2 ** width - 1));
    });
    // Past the last column there is nothing, whatever code 0 stands for.
    const last = stimulus.read(packedResultAddress(Math.ceil(shape.columns / count) - 1));
    const used = shape.columns - count * (Math.ceil(shape.columns / count) - 1);
    expect(Math.floor(last / 2 ** (width * used))).toBe(0);
  });

  const banked = packed(4, 8, {
    name: 'packed_banks',
    adc: { bits: 2, banks: 3, readout: 'column_lut', reference: { columns: 2, rows: 9 } },
  });
  it.each([
    ['registers', '(packed_bank << 28)', '(packed_bank << 29)'],
    ['registers', 'fields_bank_o = rdata_q[28 +: BANK_W]', "fields_bank_o = {BANK_W{1'b0}}"],
    ['decoder', 'of_field = {fields_bank_i', 'of_field = {entries_bank_i'],
  ])('under the table of another bank are seen: %s, %s', async (file, from, to) => {
    const plan = planOf(banked);
    const bench = newBench(plan, 7);
    program(bench);
    packedWords(bench);
    const passed = await withPackage(plan, async (folder) => {
      await replaceOnce(`${folder}/rtl/packed_banks_${file}.v`, from, to);
      return (await runVectors(plan, bench.stimulus.vectors(), { folder, simulator: 'icarus' })).passed;
    });
    expect(passed).toBe(false);
  });

  it('of a macro without them answer with an error', () => {
    const plain = Machine.from(planOf(CONFIGURATIONS.find(({ config }) => config.name === 'odd')!));
    for (const address of [packedInputAddress(0), packedResultAddress(0)]) {
      for (const write of [false, true]) {
        expect(plain.tick({ write, address, data: 0, strobes: 0xf })).toEqual({ data: 0, error: true });
      }
    }
    const errors = { write: false, address: registerAddress('error'), data: 0, strobes: 0 };
    expect(plain.tick(errors)).toEqual({ data: 0x20, error: false });
  });

  itLong.each(OVERRIDES)(
    'fit an instance of another shape: $name',
    async ({ shape }) => {
      const fine = CONFIGURATIONS.find(({ config }) => config.name === 'fine')!;
      const plan: MacroPlan = planOf({ ...fine, config: { ...fine.config, packedWords: true } });
      const result = await withPackage(plan, (folder) =>
        cosimOverride(folder, shape, { seed: 11, conversions: 8, simulator: 'icarus' }),
      );
      expect(result.mismatches.map(describeMismatch)).toEqual([]);
      expect(result.passed).toBe(true);
    },
    120_000,
  );
});
