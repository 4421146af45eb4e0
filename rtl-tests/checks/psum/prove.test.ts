import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Engine, engineOf } from '../../../generators/checks/formal/engines.js';
import { isProved } from '../../../generators/checks/formal/prove.js';
import { provePsum } from '../../../generators/checks/psum/prove.js';
import { psumProofs } from '../../../generators/package/psum/proofs.js';
import { forEveryChange } from '../../fixtures/every-change.js';
import { replaceOnce } from '../../fixtures/packages.js';
import { PSUM_LAYER, PSUM_MATRIX, psumPlanOf, withPsumPackage } from '../../fixtures/psum.js';

let engine: Engine;
beforeAll(async () => {
  engine = await engineOf('auto');
});

describe('every property holds', () => {
  const plans = [PSUM_LAYER, ...PSUM_MATRIX.filter((_, at) => at % 4 === 0)];
  it.each(forEveryChange(plans, ({ name }) => name === 'pair13_psum'))(
    '$name',
    async (plan) => {
      const results = await withPsumPackage(plan, (folder) => provePsum(folder, plan, { engine, jobs: 1 }));
      expect(results.filter((result) => !isProved(result)).map(({ proof }) => proof.title)).toEqual([]);
      expect(results.map(({ proof }) => proof.name)).toEqual(psumProofs(plan).map(({ name }) => name));
    },
    180_000,
  );
});

/** Two channels, two digits: nothing in it is the only one of its kind. */
const SMALL = psumPlanOf({
  name: 'little',
  channels: 4,
  tiles: 2,
  digits: [1, 2],
  lanes: 2,
  input: { bits: 3 },
  scaleBits: 4,
  result: { bits: 3, signed: true },
});

/** A fault in the Verilog, and the property that has to find it. */
const PLANTED = [
  { file: 'lane', from: '!first_i}}', to: "1'b1}}", property: 'no_overflow' },
  { file: 'lane', from: 'if (beat == e) acc_q', to: 'if (word == e) acc_q', property: 'accumulated' },
  { file: 'lane', from: 'offset_q    <= bias + half', to: 'offset_q    <= bias - half', property: 'biased' },
  { file: 'lane', from: 'total_q >>> shift_i', to: 'total_q >> shift_i', property: 'rounded' },
  { file: 'lane', from: 'wide > wide_high', to: 'wide >= wide_high', property: 'clamped', same: true },
  { file: 'lane', from: 'fits ? wide < wide_low  : negative', to: '!fits && negative', property: 'clamped' },
  { file: 'registers', from: 'one_up[31:1]', to: 'one_up[30:0]', property: 'biased' },
  { file: 'sequence', from: 'weight + { {(WEIGHT_W-1)', to: 'weight - { {(WEIGHT_W-1)', property: 'due' },
  {
    file: 'sequence',
    from: 'value_final_q   <= sums_up',
    to: 'value_final_q   <= pass_ends',
    property: 'there',
  },
  {
    file: 'sequence',
    from: 'value_bad_q     <= misplaced',
    to: "value_bad_q     <= 1'b0",
    property: 'whole',
  },
  { file: 'output', from: 'first_q <= second_q', to: 'first_q <= beat_i', property: 'in_order' },
  { file: 'output', from: 'push_i && room_o', to: 'push_i', property: 'fits' },
] as const;

describe('a planted fault breaks its property', () => {
  it.each(forEveryChange(PLANTED, (_, at) => at === 0))(
    '$file: $to',
    async ({ file, from, to, property, ...more }) => {
      const results = await withPsumPackage(SMALL, async (folder) => {
        await replaceOnce(path.join(folder, 'rtl', `little_psum_${file}.v`), from, to);
        return provePsum(folder, SMALL, { engine, jobs: 1 });
      });
      const broken = results.flatMap(({ outcome }) => (outcome.kind === 'proved' ? [] : outcome.properties));
      // At the bound itself either choice gives the bound: no fault, and proved as well.
      if ('same' in more) expect(broken).toEqual([]);
      else expect(broken).toContain(property);
    },
    180_000,
  );
});
