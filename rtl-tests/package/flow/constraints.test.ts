import { describe, expect, it } from 'vitest';
import { packageFiles } from '../../../generators/package/package.js';
import { planOf } from '../../fixtures/configurations.js';
import { forEveryChange } from '../../fixtures/every-change.js';
import { FEW, MATRIX } from '../../fixtures/matrix.js';
import { readVerilog } from '../../fixtures/view-readers.js';

describe.each(forEveryChange(MATRIX, (made) => FEW.has(made)))(
  'the constraints of $configuration.config.name',
  ({ configuration }) => {
    const plan = planOf(configuration);
    const files = new Map(packageFiles(plan).map(({ path, text }) => [path, text]));
    const constraints = files.get(`syn/${plan.name}.sdc`)!;
    const set = (name: string) =>
      new RegExp(`^set ${name} \\[get_ports \\{ (.*) \\}\\]$`, 'm').exec(constraints)![1]!.split(' ').sort();

    it('time every port of the top level but the clock, and a reset that is not in step with it', () => {
      const pins = readVerilog(files.get(`rtl/${plan.name}.v`)!);
      const names = (direction: string) =>
        pins.filter((pin) => pin.direction === direction).map(({ name }) => name);
      const untimed = ['clk_i', ...(plan.config.reset.startsWith('sync') ? [] : ['rst_ni', 'rst_i'])];
      const inputs = names('input').filter((name) => !untimed.includes(name));
      expect(set('macro_inputs')).toEqual(inputs.sort());
      expect(set('macro_outputs')).toEqual(names('output').sort());
    });
  },
);
