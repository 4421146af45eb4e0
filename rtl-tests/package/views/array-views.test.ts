import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { cosim, runVectors } from '../../../generators/checks/cosim/cosim.js';
import { arrayPorts, powerPins } from '../../../generators/package/rtl/ports.js';
import { RTL } from '../../../generators/package/rtl/rtl.js';
import type { PackageFile } from '../../../generators/package/text/contribution.js';
import { arrayVectors } from '../../fixtures/array-vectors.js';
import { CONFIGURATIONS, planOf } from '../../fixtures/configurations.js';
import { withDie } from '../../fixtures/dies.js';
import { everyNth, forEveryChange, itLong } from '../../fixtures/every-change.js';
import { MATRIX } from '../../fixtures/matrix.js';
import { filesOf, replaceOnce, withPackage } from '../../fixtures/packages.js';
import { expectPassed } from '../../fixtures/verdict.js';

const VIEWS = ['model', 'blackbox', 'digital'] as const;
const ALL = [...CONFIGURATIONS, ...MATRIX.map(({ configuration }) => configuration)];

/** Pins of a module as its file declares them: `direction [range] name`, power pins where they are asked for. */
function pinsOf({ text }: PackageFile, power: boolean): string[] {
  const seen = power ? text : text.replace(/`ifdef USE_POWER_PINS[\s\S]*?`endif/g, '');
  const head = seen.slice(seen.indexOf('\nmodule '), seen.indexOf('\n);'));
  return [...head.matchAll(/^ +(input|output|inout) +wire +(\[[^\]]*\])? *(\w+)/gm)].map(
    ([, direction, range, name]) => `${direction} ${range ?? ''} ${name}`,
  );
}

describe.each(forEveryChange(ALL, everyNth(12)))('the views of the array of $name', (configuration) => {
  const plan = planOf(withDie(configuration, {}));
  const files = RTL.files!(plan);
  const arrayOf = (view: string) => files.find((file) => file.path === `${view}/${plan.name}_array.v`)!;

  it('agree pin for pin, with and without power pins', () => {
    const signals = arrayPorts(plan.shape).map(
      ({ direction, range, name }) => `${direction} ${range === undefined ? '' : `[${range}]`} ${name}`,
    );
    const power = powerPins(plan.config).map(({ name }) => `inout  ${name}`);
    for (const view of [...VIEWS, 'die']) {
      expect(pinsOf(arrayOf(view), false)).toEqual(signals);
      expect(pinsOf(arrayOf(view), true)).toEqual([...power, ...signals]);
    }
  });
});

describe('the digital equivalent', () => {
  // 256 x 128, or ramps of 127 steps, cost Icarus what the others cost together; Verilator has 256 x 128 in the lint.
  const small = ALL.filter(
    ({ config }) => config.array.rows * config.array.columns < 2000 && config.adc.bits < 7,
  );
  const options = { seed: 2, conversions: 2, simulator: 'icarus', view: 'digital' } as const;

  // The whole scenario on every fourth of them.
  const whole = small.filter(everyNth(4));
  it.each(forEveryChange(whole, everyNth(15)))(
    '$name: equals the golden model in every cycle',
    async (configuration) => {
      const result = await withPackage(planOf(configuration), (folder) => cosim(folder, options));
      expectPassed(result);
    },
  );

  itLong.each(small.filter((one) => !whole.includes(one)))(
    '$name: converts as the golden model does, in every cycle',
    async (configuration) => {
      const plan = planOf(configuration);
      const { simulator, view } = options;
      const result = await withPackage(plan, (folder) =>
        runVectors(plan, arrayVectors(plan, options), { folder, simulator, view }),
      );
      expectPassed(result);
      expect(result.conversions).toBeGreaterThan(15);
    },
  );

  it('is not the model under another name: a change of it is seen', async () => {
    const plan = planOf(CONFIGURATIONS.find(({ config }) => config.name === 'odd')!);
    const results = await withPackage(plan, async (folder) => {
      await replaceOnce(`${folder}/digital/odd_array_column.v`, 'mac_q >= ref_i', 'mac_q > ref_i');
      return [await cosim(folder, options), await cosim(folder, { ...options, view: 'model' })];
    });
    expect(results.map(({ passed }) => passed)).toEqual([false, true]);
  });
});

describe('power pins', () => {
  const odd = CONFIGURATIONS.find(({ config }) => config.name === 'odd')!;
  const named = {
    ...odd,
    config: { ...odd.config, physical: { supply: { power: 'VPWR', ground: 'VGND' } } },
  };

  it.each(VIEWS.flatMap((view) => [[view, odd] as const, [view, named] as const]))(
    'reach %s from the top level',
    async (view, configuration) => {
      const plan = planOf(configuration);
      const { all } = await withPackage(plan, async (folder) =>
        execa(
          'iverilog',
          ['-g2005', '-Wall', '-DUSE_POWER_PINS', '-t', 'null', ...(await filesOf(folder, 'rtl', view))],
          {
            all: true,
          },
        ),
      );
      expect(all).toBe('');
    },
  );
});
