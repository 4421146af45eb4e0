import { describe, expect, it } from 'vitest';
import { cosim } from '../../../generators/checks/cosim/cosim.js';
import { planOf } from '../../fixtures/configurations.js';
import { forEveryChange } from '../../fixtures/every-change.js';
import { FEW, MATRIX, OPTIONS } from '../../fixtures/matrix.js';
import { withPackage } from '../../fixtures/packages.js';
import { expectPassed } from '../../fixtures/verdict.js';

const names = Object.keys(OPTIONS) as (keyof typeof OPTIONS)[];
process.stdout.write(`pairwise plan: ${MATRIX.length} macros, ${names.length} options\n`);
for (const { configuration } of MATRIX) process.stdout.write(`  ${configuration.name}\n`);

describe('every pair of option values', () => {
  it('occurs in the plan', () => {
    for (const a of names) {
      for (const b of names.filter((name) => name !== a)) {
        for (const valueA of OPTIONS[a]) {
          for (const valueB of OPTIONS[b]) {
            const found = MATRIX.some(({ row }) => row[a] === valueA && row[b] === valueB);
            expect(found, `${a} ${valueA} with ${b} ${valueB}`).toBe(true);
          }
        }
      }
    }
  });

  it.each(forEveryChange(MATRIX, (macro) => FEW.has(macro)))(
    '$configuration.name',
    async ({ configuration }) => {
      const options = { seed: 3, conversions: 8, simulator: 'icarus' } as const;
      const result = await withPackage(planOf(configuration), (folder) => cosim(folder, options));
      expectPassed(result);
    },
  );
});
