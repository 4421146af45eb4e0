import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runVectors } from '../../../generators/checks/cosim/cosim.js';
import { describeMismatch } from '../../../generators/checks/cosim/verdict.js';
import { macroSchema } from '../../../generators/macro/config/macro.js';
import { registerAddress, resultAddress, tableAddress } from '../../../generators/macro/plan/addresses.js';
import type { MacroPlan } from '../../../generators/macro/plan/plan.js';
import { selfTestWord } from '../../../generators/macro/plan/register-words.js';
import { newBench } from '../../../generators/package/vectors/vectors.js';
import { CONFIGURATIONS, planOf } from '../../fixtures/configurations.js';
import { everyNth, forEveryChange } from '../../fixtures/every-change.js';
import { replaceOnce, withPackage } from '../../fixtures/packages.js';

const READOUTS = macroSchema.shape.adc.shape.readout.unwrap().options;
const RAMPS = [
  { ramp: 'rising' },
  { ramp: 'falling' },
  { ramp: 'rising', earlyStop: true },
  { ramp: 'falling', earlyStop: true },
] as const;
const VARIANTS = READOUTS.flatMap((readout) => RAMPS.map((ramp) => ({ readout, ...ramp })));

/** Configuration `odd`, 5 columns of 3 bits, with other converters. */
function variant(adc: (typeof VARIANTS)[number]): MacroPlan {
  const { config, ...rest } = CONFIGURATIONS.find(({ config: { name } }) => name === 'odd')!;
  return planOf({ ...rest, config: { ...config, adc: { ...config.adc, ...adc } } });
}

/**
 * What test software does: a table of its own, a conversion on every seed, all results read back. Nothing is
 * written to the cells.
 *
 * @returns what the results must be, and the vectors that hold the RTL to the golden model
 */
function selfTest(plan: MacroPlan) {
  const { stimulus } = newBench(plan, 1);
  const { shape } = plan;
  const { adcBits: bits, columns } = shape;
  const codes = 2 ** bits;
  stimulus.write(registerAddress('self_test'), selfTestWord(0));
  const tableOf = (code: number) => (5 * code + 3) & (2 ** shape.outputBits - 1);
  for (let code = 0; code < codes; code++) stimulus.write(tableAddress(0, code), tableOf(code));
  stimulus.load(new Int32Array(shape.rows));
  const read: number[] = [];
  const expected: number[] = [];
  for (let seed = 0; seed < codes; seed++) {
    stimulus.write(registerAddress('self_test'), selfTestWord(seed));
    stimulus.start(0, bits);
    stimulus.idle(200);
    for (let column = 0; column < columns; column++) {
      const word = stimulus.read(resultAddress(column));
      read.push(word & (2 ** shape.outputBits - 1));
      expected.push(tableOf((column ^ seed) % codes));
    }
    stimulus.clearDone();
  }
  return { read, expected, vectors: stimulus.vectors() };
}

describe.each(forEveryChange(VARIANTS, everyNth(5)))(
  'self-test, $readout, $ramp ramp, early stop $earlyStop',
  (adc) => {
    const plan = variant(adc);
    const { read, expected, vectors } = selfTest(plan);

    it('every column converts every code, and its table entry is read', () => {
      expect(read).toEqual(expected);
    });

    it('needs no array: its outputs are left open', async () => {
      const result = await withPackage(plan, (folder) =>
        runVectors(plan, vectors, {
          folder,
          simulator: 'icarus',
          arrayModel: path.join(folder, 'blackbox', 'odd_array.v'),
        }),
      );
      // Until the first write has put it on, the converters see the open outputs.
      const later = result.mismatches.filter(({ cycle, signal }) => cycle > 2 || signal !== 'sa');
      expect(later.map(describeMismatch)).toEqual([]);
      expect(result.complaints).toEqual([]);
      expect(result.checks).toBe(vectors.checks);
    });
  },
);

describe('a self-test finds broken converters and decoders', () => {
  const broken = [
    {
      readout: 'counter',
      fault: 'a carry that is lost',
      file: 'column_counter',
      from: 'count_q[b*COLS +: COLS] ^ carry',
      to: "count_q[b*COLS +: COLS] ^ (b == 2 ? {COLS{1'b0}} : carry)",
    },
    {
      readout: 'capture',
      fault: 'a column that takes no step',
      file: 'column_capture',
      from: 'moves | {COLS{clear_i}};',
      to: "(moves & ~(5'd1 << 3)) | {COLS{clear_i}};",
    },
    {
      readout: 'column_lut',
      // Its decoders are seen at the pins; the bus reads through a decoder of its own.
      seen: 'y',
      fault: 'a column that takes another entry',
      file: 'column_lut',
      from: 'bits[held];',
      to: 'bits[held ^ (c == 4 && held == 6)];',
    },
    {
      readout: 'broadcast',
      fault: 'an entry that decodes wrong',
      file: 'decoder',
      from: 'assign step_value_o = ',
      to: 'assign step_value_o = (step_code_i == 7) ? 0 : ',
    },
    {
      readout: 'counter',
      fault: 'a stuck comparator input',
      file: 'self_test',
      from: 'columns[COLS-1:0];',
      to: "columns[COLS-1:0] | 5'b00100;",
    },
  ] as const;

  it.each(forEveryChange(broken, everyNth(3)))('$fault', async ({ readout, file, from, to, ...rest }) => {
    const seen = 'seen' in rest ? rest.seen : 'bus';
    const plan = variant({ readout, ramp: 'rising' });
    const { vectors } = selfTest(plan);
    const result = await withPackage(plan, async (folder) => {
      await replaceOnce(path.join(folder, 'rtl', `odd_${file}.v`), from, to);
      if (seen === 'bus') {
        // The bus alone, as a tester sees it: no comparison with the trace.
        const compare = 'if (state != BOOT && state != ENDED) compare;';
        await replaceOnce(path.join(folder, 'tb', 'odd_tb.v'), compare, 'next_cycle = -1;');
      }
      return runVectors(plan, vectors, { folder, simulator: 'icarus' });
    });
    expect(result.passed).toBe(false);
    expect(new Set(result.mismatches.map(({ signal }) => signal))).toEqual(new Set([seen]));
  });
});
