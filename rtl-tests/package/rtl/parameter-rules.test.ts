import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { cosim } from '../../../generators/checks/cosim/cosim.js';
import { simulate } from '../../../generators/checks/cosim/simulator.js';
import { judge } from '../../../generators/checks/cosim/verdict.js';
import { parametersOf } from '../../../generators/package/rtl/parameters.js';
import { buildVectors } from '../../../generators/package/vectors/vectors.js';
import { planOf } from '../../fixtures/configurations.js';
import { everyNth, forEveryChange, itLong } from '../../fixtures/every-change.js';
import { MATRIX } from '../../fixtures/matrix.js';
import { filesOf, withPackage } from '../../fixtures/packages.js';

/** A macro that has every parameter: a falling ramp that may end early. */
const PLAN = planOf(MATRIX.find(({ row }) => row.ramp === 'falling, early stop')!.configuration);

/** Each parameter at a value that its rule forbids, and what the rule says; undefined: it does not elaborate. */
const FORBIDDEN: readonly (readonly [parameter: string, value: number, says: string | undefined])[] = [
  ['ROWS', 0, undefined],
  ['ROWS', 1025, 'ROWS is outside 1..1024'],
  ['COLS', 1025, 'COLS is outside 1..1024'],
  ['IN_BITS', 9, 'IN_BITS is outside 1 + IN_SIGNED..8'],
  ['IN_SIGNED', 2, 'IN_SIGNED is outside 0..1'],
  ['BIT_SERIAL', 2, 'BIT_SERIAL is outside 0..1'],
  ['TRIM_ROWS', 17, 'TRIM_ROWS is outside 0..16'],
  ['TRIM_PULSES', 8, 'TRIM_PULSES does not fit the input phase'],
  ['HEADROOM', 0, 'HEADROOM is below 1'],
  ['ADC_BITS', 8, 'ADC_BITS is outside 1..7'],
  ['BANKS', 17, 'BANKS is outside 1..16'],
  ['REF_COLS', 129, 'REF_COLS is outside 1..128'],
  ['REF_ROWS', 1025, 'REF_ROWS is above 1024'],
  ['REF_ROWS', 1, 'REF_ROWS less OFFSET_ROWS cannot give every ramp group a row'],
  ['OFFSET_ROWS', -1, 'OFFSET_ROWS is below 0'],
  ['REF_PULSES', 65, 'REF_PULSES is outside 1..64'],
  ['PRE_CYCLES', 0, 'PRE_CYCLES is outside 1..64'],
  ['EARLY_STOP', 2, 'EARLY_STOP is outside 0..1'],
  ['TOP_K', 0, 'TOP_K is outside 1..COLS'],
  ['OUT_BITS', 17, 'OUT_BITS is outside 1..16'],
  ['OUT_SIGNED', 2, 'OUT_SIGNED is outside 0..1'],
  ['DOUBLE_BUFFER', 2, 'DOUBLE_BUFFER is outside 0..1'],
];

/** Trim pulses need trim rows to be wrong. */
const BESIDE: Readonly<Record<string, readonly string[]>> = { TRIM_PULSES: ['TRIM_ROWS=1'] };

describe('an override that breaks a rule fails the simulation', () => {
  it('whichever parameter it is of', () => {
    const named = new Set(FORBIDDEN.map(([parameter]) => parameter));
    expect([...named]).toEqual(parametersOf(PLAN.shape).map(({ name }) => name));
  });

  it('with a line FAIL and an exit code, at the start', async () => {
    await withPackage(PLAN, async (cwd) => {
      const sources = await filesOf(cwd, 'rtl', 'blackbox', 'tb');
      const top = `${PLAN.name}_tb`;
      for (const [parameter, value, says] of forEveryChange(FORBIDDEN, everyNth(6))) {
        const overrides = [`${parameter}=${value}`, ...(BESIDE[parameter] ?? [])];
        const flags = ['-DOVERRIDE_PARAMETERS', ...overrides.map((override) => `-P${top}.${override}`)];
        const args = ['-g2005', ...flags, '-s', top, '-o', 'sim.vvp', ...sources];
        const compiled = await execa('iverilog', args, { cwd, reject: false });
        if (says === undefined) {
          expect({ overrides, compiles: compiled.exitCode === 0 }).toEqual({ overrides, compiles: false });
          continue;
        }
        const run = await execa('vvp', ['-n', '-N', 'sim.vvp'], { cwd, reject: false });
        expect({ overrides, exit: run.exitCode, said: run.stdout.split('\n')[0] }).toEqual({
          overrides,
          exit: 1,
          said: `FAIL ${top}.u_macro.refuse: ${says}`,
        });
      }
    });
  }, 120_000);

  itLong('and the verdict', async () => {
    const vectors = buildVectors(PLAN, { seed: 1, conversions: 1 });
    await withPackage(PLAN, async (folder) => {
      const parameters = new Map([['PRE_CYCLES', 65]]);
      const run = { folder, macro: PLAN.name, vectors: path.join(folder, 'vectors'), parameters };
      const { lines } = await simulate({ ...run, simulator: 'icarus' });
      expect(judge(lines, vectors, PLAN.shape.columns)).toMatchObject({
        passed: false,
        complaints: [`FAIL ${PLAN.name}_tb.u_macro.refuse: PRE_CYCLES is outside 1..64`],
      });
      expect((await cosim(folder, { seed: 1, conversions: 1, simulator: 'icarus' })).passed).toBe(true);
    });
  });
});
