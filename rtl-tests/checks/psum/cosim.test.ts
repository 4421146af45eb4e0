import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cosimPsum, runPsumVectors } from '../../../generators/checks/psum/cosim.js';
import { buildPsumVectors } from '../../../generators/package/psum/scenario.js';
import { psumParameters } from '../../../generators/package/psum/view.js';
import { everyNth, forEveryChange, itLong } from '../../fixtures/every-change.js';
import { replaceOnce } from '../../fixtures/packages.js';
import { PSUM_LAYER, PSUM_MATRIX, psumPlanOf, withPsumPackage } from '../../fixtures/psum.js';

const RUN = { simulator: 'icarus' } as const;

describe('RTL equals the golden twin in every cycle of the whole scenario', () => {
  it.each(forEveryChange([PSUM_LAYER, ...PSUM_MATRIX], everyNth(20)))(
    '$name',
    async (plan) => {
      const result = await withPsumPackage(plan, (folder) =>
        cosimPsum(folder, { ...RUN, seed: 7, sums: 20 }),
      );
      expect(result.mismatches).toEqual([]);
      expect(result.complaints).toEqual([]);
      expect(result.passed).toBe(true);
      expect(result.sums).toBeGreaterThan(100);
    },
    180_000,
  );

  itLong(
    'on Verilator as well',
    async () => {
      const result = await withPsumPackage(PSUM_LAYER, (folder) =>
        cosimPsum(folder, { simulator: 'verilator', seed: 7, sums: 20 }),
      );
      expect(result).toMatchObject({ passed: true, mismatches: [], complaints: [] });
    },
    300_000,
  );

  it('with another shape, by the parameters of an instance', async () => {
    const { config } = PSUM_LAYER;
    const other = psumPlanOf({
      ...config,
      channels: 3,
      tiles: 2,
      digits: [1],
      weightBits: 3,
      lanes: 2,
      input: { bits: 9, signed: false },
      scaleBits: 7,
      biasBits: 12,
      result: { bits: 9, signed: true },
    });
    // The weights after reset are the generated ones, cut to what the shape has.
    const weights = PSUM_LAYER.weights.slice(0, 2);
    const plan = { ...other, name: PSUM_LAYER.name, weights };
    const parameters = new Map(psumParameters(plan.shape).map(({ name, value }) => [name, value]));
    const vectors = buildPsumVectors(plan, { seed: 2, sums: 10 });
    const result = await withPsumPackage(PSUM_LAYER, (folder) =>
      runPsumVectors(folder, plan, vectors, { ...RUN, parameters }),
    );
    expect(result).toMatchObject({ passed: true, mismatches: [], complaints: [] });
  }, 120_000);
});

/** A fault in the Verilog, which the comparison must find. */
const FAULTS = [
  { file: 'lane', from: '!first_i}}', to: "1'b1}}", what: 'a sum that does not begin at 0' },
  { file: 'lane', from: 'total_q >>> shift_i', to: 'total_q >> shift_i', what: 'a logical shift' },
  { file: 'lane', from: 'wide < wide_low', to: 'wide <= wide_low + 1', what: 'a clamp one too high' },
  { file: 'lane', from: 'offset_q    <= bias + half', to: 'offset_q    <= bias', what: 'no rounding' },
  { file: 'registers', from: 'one_up[31:1]', to: 'one_up[30:0]', what: 'rounding by a whole' },
  { file: 'registers', from: 'in_use    = busy_i && ', to: "in_use    = 1'b0 && ", what: 'no refusal' },
  { file: 'sequence', from: 'misplaced  = last_i != ends', to: "misplaced  = 1'b0", what: 'no misfit' },
  {
    file: 'output',
    from: 'assign room_o  = !count_q[1]',
    to: "assign room_o  = 1'b1",
    what: 'no end of room',
  },
] as const;

describe('a fault is found', () => {
  it.each(forEveryChange(FAULTS, everyNth(3)))(
    '$what',
    async ({ file, from, to }) => {
      const result = await withPsumPackage(PSUM_LAYER, async (folder) => {
        await replaceOnce(path.join(folder, 'rtl', `layer_psum_${file}.v`), from, to);
        return cosimPsum(folder, { ...RUN, seed: 1, sums: 5 });
      });
      expect(result.passed).toBe(false);
      expect(result.mismatches.length).toBeGreaterThan(0);
    },
    120_000,
  );
});
