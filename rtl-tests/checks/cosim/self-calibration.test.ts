import { describe, it } from 'vitest';
import { cosim } from '../../../generators/checks/cosim/cosim.js';
import { planOf } from '../../fixtures/configurations.js';
import { EVERY_EFFECT, withDie } from '../../fixtures/dies.js';
import { forEveryChange } from '../../fixtures/every-change.js';
import { CALIBRATED } from '../../fixtures/matrix.js';
import { withPackage } from '../../fixtures/packages.js';
import { expectPassed } from '../../fixtures/verdict.js';

describe.each(forEveryChange(CALIBRATED, (macro) => macro.configuration.config.name === 'calibrated4'))(
  'a macro that calibrates itself equals the golden model: $configuration.name',
  ({ configuration }) => {
    it.each(['model', 'die'] as const)('%s view', async (view) => {
      const plan = planOf(view === 'die' ? withDie(configuration, EVERY_EFFECT) : configuration);
      const options = { seed: 3, conversions: 8, simulator: 'icarus', view } as const;
      const result = await withPackage(plan, (folder) => cosim(folder, options));
      expectPassed(result);
    });
  },
);
