import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cosim } from '../../../generators/checks/cosim/cosim.js';
import { describeMismatch } from '../../../generators/checks/cosim/verdict.js';
import { describeProblem, orThrow } from '../../../generators/common/problems.js';
import { Random } from '../../../generators/common/random.js';
import { macroInput } from '../../../generators/macro/config/input.js';
import { macroSchema } from '../../../generators/macro/config/macro.js';
import { parse } from '../../../generators/macro/config/parse.js';
import { packBits } from '../../../generators/macro/golden/bits.js';
import { ColumnConverters } from '../../../generators/macro/golden/columns.js';
import type { Comparator } from '../../../generators/macro/golden/comparator.js';
import { codeOf, Macro } from '../../../generators/macro/golden/macro.js';
import {
  cellWrites,
  packTernary,
  referenceWrites,
  tableWrites,
} from '../../../generators/macro/golden/pack.js';
import { resultAddress } from '../../../generators/macro/plan/addresses.js';
import { type MacroPlan, planMacro } from '../../../generators/macro/plan/plan.js';
import { lineCells } from '../../../generators/macro/plan/ramp.js';
import { scheduleOf } from '../../../generators/macro/plan/schedule.js';
import { program } from '../../../generators/package/vectors/scenario.js';
import { newBench } from '../../../generators/package/vectors/vectors.js';
import { CONFIGURATIONS, planOf } from '../../fixtures/configurations.js';
import { everyNth, forEveryChange } from '../../fixtures/every-change.js';
import { replaceOnce, withPackage } from '../../fixtures/packages.js';

const READOUTS = macroSchema.shape.adc.shape.readout.unwrap().options;
type Adc = (typeof CONFIGURATIONS)[number]['config']['adc'];

/** A configuration by its macro's name, with other converter options. */
function variant(name: string, adc: Partial<Adc>, doubleBuffer = true) {
  const { config, ...rest } = CONFIGURATIONS.find((configuration) => configuration.config.name === name)!;
  const { headroom: _, ...array } = config.array;
  const output = { ...config.output, doubleBuffer };
  return planOf({ ...rest, config: { ...config, array, output, adc: { ...config.adc, ...adc } } });
}

const RAMPS: readonly Partial<Adc>[] = [
  { ramp: 'rising' },
  { ramp: 'rising', earlyStop: true },
  { ramp: 'falling' },
  { ramp: 'falling', earlyStop: true, topK: 3 },
];
const VARIANTS = READOUTS.flatMap((readout) => RAMPS.map((ramp) => ({ readout, ...ramp })));

describe('a comparator that is not monotone', () => {
  // Decides wrongly in every second column for every second cell of the ramp.
  const comparator: Comparator = (mac, reference, column) =>
    mac >= reference !== (((reference >> 1) + column) & 1) > 0;
  const wrong = "{COLS{ref_q[1]}} ^ {((COLS+1)/2){2'b10}}";
  const fault = { from: '(above_q[COLS-1:0] ^', to: `(above_q[COLS-1:0] ^ ${wrong} ^` };

  it.each(forEveryChange(VARIANTS, everyNth(5)))(
    '$readout, $ramp ramp, early stop $earlyStop: RTL equals the golden model',
    async (adc) => {
      const plan = variant('odd', adc, adc.ramp === 'rising');
      const options = { seed: 4, conversions: 12, simulator: 'icarus' } as const;
      const results = await withPackage(plan, async (folder) => {
        await replaceOnce(path.join(folder, 'model', 'odd_array.v'), fault.from, fault.to);
        return [await cosim(folder, { ...options, comparator }), await cosim(folder, options)];
      });
      expect(results[0]!.mismatches.map(describeMismatch)).toEqual([]);
      expect(results[0]!.passed).toBe(true);
      expect(results[1]!.passed, 'exact comparators must not match').toBe(false);
    },
  );

  it.each(forEveryChange(VARIANTS, everyNth(5)))(
    '$readout, $ramp ramp, early stop $earlyStop: the macro gives what the machine reads',
    (adc) => {
      const plan = variant('odd', adc);
      const { shape } = plan;
      const random = new Random(6);
      const bench = newBench(plan, 6, undefined, { comparator });
      const { stimulus } = bench;
      const macro = Macro.from(plan, { comparator });
      const weights = Int8Array.from({ length: shape.rows * shape.columns }, () => random.whole(-1, 1));
      macro.loadWeights(weights);
      stimulus.writeAll(cellWrites(packTernary(weights), shape.columns));
      const { bank, bits, ramp, table } = plan.layers[0]!;
      stimulus.writeAll(referenceWrites(ramp, bank, shape));
      stimulus.writeAll(tableWrites(table.entries, bank));
      const exact = Macro.from(plan);
      exact.loadWeights(weights);
      let differ = 0;
      for (let i = 0; i < 10; i++) {
        const inputs = Int8Array.from({ length: shape.rows }, () => random.whole(-8, 7));
        stimulus.convert(inputs, bank, bits, []);
        const { codes, outputs } = macro.convert(inputs, bank);
        expect(macro.convertBatch(inputs, { bank })).toEqual({ codes, outputs });
        const words = [...codes].map((_, column) => stimulus.read(resultAddress(column)));
        expect(words.map((word) => (word << 16) >> 16)).toEqual([...outputs]);
        if (adc.readout !== 'broadcast') expect(words.map((word) => word >>> 16)).toEqual([...codes]);
        differ += Number(exact.convert(inputs, bank).codes.some((code, column) => code !== codes[column]));
      }
      expect(differ).toBeGreaterThan(0);
    },
  );

  it.each(READOUTS)('%s: what a column makes of any sequence of decisions', (readout) => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
        fc.constantFrom('rising' as const, 'falling' as const),
        (high, ramp) => {
          const { shape } = variant('odd', { readout, ramp });
          const columns = new ColumnConverters(shape, (_, code) => code);
          const steps = high.map((_, k) => (ramp === 'rising' ? k + 1 : 7 - k));
          columns.clear(0, 3);
          for (const step of steps) {
            columns.strobe(
              step,
              0,
              packBits(shape.columns, () => high[step - 1]!),
            );
          }
          columns.finish(0);
          const count = high.filter((decision) => decision).length;
          // Steps run upwards and keep the last high one, or downwards and keep what is below the last low one.
          const last =
            ramp === 'rising' ? high.lastIndexOf(true) + 1 : high.includes(false) ? high.indexOf(false) : 7;
          const counts = readout === 'counter' || readout === 'column_lut';
          expect(columns.resultWord(0) & 0xffff).toBe(counts ? count : last);
        },
      ),
    );
  });
});

/** Cycles of one conversion and the MACs it converted, on the golden machine with random weights. */
function convert(plan: MacroPlan, inputs: Int32Array) {
  const bench = newBench(plan, 6);
  program(bench);
  const { stimulus } = bench;
  const { bank, bits, ramp } = plan.layers[0]!;
  stimulus.load(inputs);
  stimulus.start(bank, bits);
  const { machine } = stimulus;
  const conversion = machine.conversion!;
  while (machine.busy) machine.tick(undefined);
  const words = Array.from({ length: plan.shape.columns }, (_, column) =>
    stimulus.read(resultAddress(column)),
  );
  return {
    cycles: machine.cycle - conversion.firstCycle - 2 * plan.shape.columns,
    macs: [...conversion.macs],
    codes: words.map((word) => word >>> 16),
    exact: [...conversion.macs].map((mac) => codeOf(mac, ramp.references)),
  };
}

describe('early stop', () => {
  const inputsOf = (plan: MacroPlan, value: (row: number) => number) =>
    Int32Array.from({ length: plan.shape.rows }, (_, row) => value(row));

  it('a rising ramp stops when every column is below it, and no code changes', () => {
    const plan = variant('demo', { earlyStop: true });
    const { total, fewest } = scheduleOf(plan.shape, 4);
    const zero = convert(
      plan,
      inputsOf(plan, () => 0),
    );
    expect(zero.cycles).toBe(fewest);
    expect(zero.codes).toEqual(zero.exact);
    const some = convert(
      plan,
      inputsOf(plan, (row) => Number(row % 64 === 0)),
    );
    expect(some.codes).toEqual(some.exact);
    expect(some.cycles).toBeGreaterThan(fewest);
    expect(some.cycles).toBeLessThan(total);
    expect(
      convert(
        plan,
        inputsOf(plan, () => 63),
      ).cycles,
    ).toBe(total);
  });

  it('a falling ramp stops when topK columns are found: theirs are exact, the others are one step lower', () => {
    const topK = 5;
    const plan = variant('demo', { ramp: 'falling', earlyStop: true, topK });
    const { cycles, codes, exact } = convert(
      plan,
      inputsOf(plan, (row) => Number(row % 3 === 0)),
    );
    const threshold = [...exact].sort((a, b) => b - a)[topK - 1]!;
    expect(threshold).toBeGreaterThan(0);
    expect(codes).toEqual(exact.map((code) => Math.max(code, threshold - 1)));
    expect(codes.filter((code) => code >= threshold).length).toBeGreaterThanOrEqual(topK);
    expect(cycles).toBeLessThan(scheduleOf(plan.shape, 4).total);
  });
});

describe('a plan', () => {
  const problems = (adc: object) => {
    const { config, levels } = CONFIGURATIONS.find((configuration) => configuration.config.name === 'odd')!;
    const macro = { ...config, adc: { ...config.adc, ...adc }, layers: [{ levels: 'signed.json' }] };
    const parsed = orThrow(parse('macro.json', macroSchema, macro));
    const result = planMacro(macroInput(parsed, levels, 'macro.json'));
    return result.ok ? [] : result.problems.map(describeProblem);
  };

  it.each([
    [{ topK: 2 }, 'adc.topK: counts the columns that end a falling ramp early'],
    [{ topK: 2, ramp: 'falling' }, 'adc.topK: counts the columns that end a falling ramp early'],
    [{ topK: 6, ramp: 'falling', earlyStop: true }, 'adc.topK: 6 columns can never be found among 5'],
  ])('%j is refused', (adc, message) => {
    expect(problems(adc)[0]).toContain(`macro.json: ${message}`);
  });

  it('counts what a falling ramp takes back on the other reference line', () => {
    // 21 cells up from the offset group's 9; without the first cell they come back on the line of the offset.
    expect(problems({ ramp: 'falling' })).toEqual([]);
    expect(lineCells(-8, 12, variant('odd', {}).shape)).toBe(21);
    expect(lineCells(-8, 12, variant('odd', { ramp: 'falling' }).shape)).toBe(29);
  });
});
