import { describe, expect, it } from 'vitest';
import {
  type CosimOptions,
  cosim,
  cosimOverride,
  runVectors,
} from '../../../generators/checks/cosim/cosim.js';
import { OVERRIDES } from '../../../generators/checks/cosim/overrides.js';
import { describeMismatch } from '../../../generators/checks/cosim/verdict.js';
import { Die } from '../../../generators/macro/die/die.js';
import { calibrationVectors } from '../../../generators/package/vectors/calibration.js';
import { arrayVectors } from '../../fixtures/array-vectors.js';
import { imcgenIn } from '../../fixtures/command-line.js';
import { CONFIGURATIONS, type Configuration, planOf } from '../../fixtures/configurations.js';
import { type DieInput, EFFECTS, EVERY_EFFECT, withDie } from '../../fixtures/dies.js';
import { forEveryChange, itLong } from '../../fixtures/every-change.js';
import { FEW, MATRIX } from '../../fixtures/matrix.js';
import { replaceOnce, withPackage } from '../../fixtures/packages.js';
import { TRIMMED } from '../../fixtures/trimmed.js';
import { expectPassed } from '../../fixtures/verdict.js';

const named = (name: string) => CONFIGURATIONS.find(({ config }) => config.name === name)!;
const ODD = named('odd');
const CLIPPED = named('clipped');
const OPTIONS: CosimOptions = { seed: 3, conversions: 8, simulator: 'icarus', view: 'die' };

/** Co-simulates the die view of a package, and expects it to equal the golden model. */
async function expectEqual(configuration: Configuration, die: DieInput, more: Partial<CosimOptions> = {}) {
  const plan = planOf(withDie(configuration, die));
  const result = await withPackage(plan, (folder) => cosim(folder, { ...OPTIONS, ...more }));
  expectPassed(result);
}

/** The same of conversions alone. */
async function expectEqualConversions(configuration: Configuration, die: DieInput) {
  const plan = planOf(withDie(configuration, die));
  const result = await withPackage(plan, (folder) =>
    runVectors(plan, arrayVectors(plan, OPTIONS, Die.from(plan)), {
      folder,
      simulator: 'icarus',
      view: 'die',
    }),
  );
  expectPassed(result);
  expect(result.conversions).toBeGreaterThan(20);
}

describe('a die with every effect equals the golden model in every cycle', () => {
  // The whole scenario on two of them, one of each ramp.
  const few = [...FEW].slice(0, 2);
  it.each(few)('$configuration.name', ({ configuration }) => expectEqual(configuration, EVERY_EFFECT));

  itLong.each(MATRIX)('conversions of $configuration.name', ({ configuration }) =>
    expectEqualConversions(configuration, EVERY_EFFECT),
  );

  it.each(
    forEveryChange(
      CONFIGURATIONS.filter(
        ({ config }) => config.array.rows * config.array.columns < 1500 && config.adc.bits < 7,
      ),
      ({ config }) => ['tiny', 'odd'].includes(config.name),
    ),
  )('$name', (configuration) => expectEqual(configuration, EVERY_EFFECT));

  itLong.each([0, 1, 2, 1_000_000])('whichever die: seed %i', (dieSeed) =>
    expectEqual(ODD, EVERY_EFFECT, { dieSeed }),
  );

  itLong.each([0, 10])('with %i fraction bits', (fractionBits) =>
    expectEqual(CLIPPED, { ...EVERY_EFFECT, fractionBits }),
  );
});

describe('each effect by itself equals the golden model', () => {
  const cases = Object.entries(EFFECTS).flatMap(([name, effect]) =>
    [ODD, CLIPPED].map((configuration) => ({
      name: `${name}: ${configuration.config.name}`,
      effect,
      configuration,
    })),
  );
  it.each(
    forEveryChange(cases, ({ configuration, effect }) => configuration === ODD && effect === EFFECTS.noise),
  )('$name', ({ configuration, effect }) => expectEqual(configuration, effect));

  itLong('and a die without effects the ideal model', async () => {
    await expectEqual(ODD, {});
    const plan = planOf(withDie(ODD, {}));
    const ideal = await withPackage(plan, (folder) => cosim(folder, { ...OPTIONS, view: 'model' }));
    expect(ideal.passed).toBe(true);
  });
});

describe('a die in other shapes', () => {
  itLong.each(OVERRIDES)('by parameters: $name', async ({ shape }) => {
    const plan = planOf(withDie(ODD, EVERY_EFFECT));
    const result = await withPackage(plan, (folder) => cosimOverride(folder, shape, OPTIONS));
    expect(result.mismatches.map(describeMismatch)).toEqual([]);
    expect(result.passed).toBe(true);
  });
});

describe('the comparison', () => {
  it('sees one constant of the die that is another', async () => {
    const plan = planOf(withDie(ODD, { mismatch: 0.2, seed: 11 }));
    const passed = await withPackage(plan, async (folder) => {
      await replaceOnce(`${folder}/die/odd_array.v`, "SEED        = 32'd11;", "SEED        = 32'd12;");
      return (await cosim(folder, OPTIONS)).passed;
    });
    expect(passed).toBe(false);
  });

  it('tells the die from the ideal model', async () => {
    const plan = planOf(withDie(ODD, { mismatch: 0.2 }));
    const passed = await withPackage(plan, async (folder) => {
      await replaceOnce(`${folder}/die/odd_array.v`, 'MISMATCH    = 32', 'MISMATCH    = 0 * 32');
      return (await cosim(folder, OPTIONS)).passed;
    });
    expect(passed).toBe(false);
  });

  it('refuses a package without dies', async () => {
    const run = withPackage(planOf(ODD), (folder) => cosim(folder, OPTIONS));
    await expect(run).rejects.toThrow(/config\.resolved\.json: die: is missing: this package has no view/);
  });
});

describe('imcgen cosim --view die', () => {
  const cosimIn = (...args: readonly string[]) => imcgenIn('.', ['cosim', ...args]);

  it('draws the die that is named', async () => {
    const plan = planOf(withDie(named('tiny'), { mismatch: 0.1, noise: 0.2 }));
    const { exitCode, stdout } = await withPackage(plan, (folder) =>
      cosimIn(folder, '--view', 'die', '--die', '7', '--conversions', '2'),
    );
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/^PASS tiny .* 0 mismatches/),
    });
  });

  it('calibrates its trim rows', async () => {
    const plan = planOf(withDie(ODD, { offset: 2, noise: 0.2 }));
    const { exitCode, stdout } = await withPackage(plan, (folder) =>
      cosimIn(folder, '--view', 'die', '--self-calibrate', '--conversions', '2'),
    );
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(
        /^PASS odd .* 0 mismatches.*\n {2}trim rows calibrated: 5 columns, 0 of them reported$/,
      ),
    });
  });

  it.each([
    [['--die', '7'], 2, '--die is for --view die: the other views are ideal'],
    [['--self-calibrate'], 2, '--self-calibrate is for --view die: the other views have no offsets'],
    [['--view', 'die', '--self-calibrate', '--overrides'], 2, "cannot be used with option '--overrides'"],
    [['--view', 'die', '--cells', 'random'], 2, '--cells random is for --view model'],
    [['--view', 'die'], 1, 'config.resolved.json: die: is missing: this package has no view of a die'],
  ])('%j is refused', async (args, exit, says) => {
    const { exitCode, stdout, stderr } = await cosimIn('out/sample', ...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: exit, stdout: '' });
    expect(stderr).toContain(says);
  });
});

const CALIBRATING: CosimOptions = { ...OPTIONS, selfCalibrate: true };

describe('a calibration of the trim rows on the die view', () => {
  const cases = [
    { name: 'offsets', configuration: TRIMMED, die: { offset: 3 }, reported: 0 },
    { name: 'every effect', configuration: ODD, die: EVERY_EFFECT, reported: 0 },
    { name: 'out of reach', configuration: ODD, die: { offset: 400 }, reported: 5 },
  ] as const;
  it.each(forEveryChange(cases, ({ name }) => name === 'every effect'))(
    'finds what the golden model finds, in every cycle: $name',
    async ({ configuration, die, reported }) => {
      const plan = planOf(withDie(configuration, die));
      const result = await withPackage(plan, (folder) => cosim(folder, CALIBRATING));
      expect(result.mismatches.map(describeMismatch)).toEqual([]);
      expect(result).toMatchObject({ passed: true, calibrated: { columns: plan.shape.columns, reported } });
    },
  );

  it('is told apart from one on another die', async () => {
    const plan = planOf(withDie(ODD, EVERY_EFFECT));
    const { vectors } = calibrationVectors(plan, { seed: 3, conversions: 0, die: Die.from(plan, 5) });
    const result = await withPackage(plan, (folder) =>
      runVectors(plan, vectors, { folder, simulator: 'icarus', view: 'die', dieSeed: 6 }),
    );
    expect(result.passed).toBe(false);
  });

  it('needs trim rows', async () => {
    const plan = planOf(withDie(CLIPPED, {}));
    const problem = 'config.resolved.json: array.trimRows: is 0: this macro has no trim rows to calibrate';
    await expect(withPackage(plan, (folder) => cosim(folder, CALIBRATING))).rejects.toThrow(problem);
  });
});
