import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { orThrow } from '../../../../generators/common/problems.js';
import type { MacroPlan } from '../../../../generators/macro/plan/plan.js';
import { packageFiles } from '../../../../generators/package/package.js';
import { writePackage } from '../../../../generators/package/write.js';
import { CONFIGURATIONS, planOf } from '../../../fixtures/configurations.js';
import { MATRIX } from '../../../fixtures/matrix.js';
import { replaceOnce } from '../../../fixtures/packages.js';
import type { Check } from '../check.js';
import { pythonTool, run } from '../python.js';

const COMPARE = fileURLToPath(new URL('compare.py', import.meta.url));

/** Every bus, march and self-test there and not, trim rows, many banks, words beyond the first of a row. */
const MACROS = ['tiny', 'odd', 'banked', 'one_row', 'pair1', 'pair2', 'pair9', 'pair10', 'pair15'];

/** Faults in the SystemRDL file, and what has to be said of each. */
const BREAKS = [
  {
    what: 'planes at other addresses',
    from: 'plane[2] @ 0x0 += 0x80;',
    to: 'plane[2] @ 0x0 += 0x40;',
    finds: /^weights\[0\]\.plane\[1\]/m,
  },
  {
    what: 'bits in another place',
    from: 'adc_bits[10:8]',
    to: 'adc_bits[11:9]',
    finds: /^FORMAT_ADC_BITS, mask: 0x700 and 0xe00$/m,
  },
] as const;

const planNamed = (name: string) =>
  planOf(
    [...CONFIGURATIONS, ...MATRIX.map(({ configuration }) => configuration)].find(
      ({ config }) => config.name === name,
    )!,
  );

/** systemrdl-compiler, PeakRDL and a C compiler on one package: their words, or `same <comparisons>`. */
async function compare({ name }: MacroPlan, folder: string): Promise<string> {
  const [rdl, header] = ['rdl', 'h'].map((end) => path.join('include', `${name}_regs.${end}`));
  const steps = [
    [pythonTool('peakrdl'), 'c-header', rdl!, '-o', 'theirs.h', '--std', 'gnu99'],
    [pythonTool('python'), COMPARE, name, rdl!, header!, 'compare.c'],
    ['cc', '-std=gnu99', '-Wall', '-Wextra', '-Werror', '-Iinclude', 'compare.c', '-o', 'compare'],
    [path.join(folder, 'compare')],
  ];
  let said = '';
  for (const [command, ...args] of steps) {
    const { exitCode, text } = await run(command!, args, folder);
    said += text;
    if (exitCode !== 0) break;
  }
  return said;
}

/** The register description: what PeakRDL makes of the SystemRDL file agrees with the C header of the package. */
export function registerChecks(root: string): Check[] {
  const written = async (plan: MacroPlan, at: string) =>
    orThrow(await writePackage(path.join(root, at, plan.name), packageFiles(plan)));
  const broken = planNamed('tiny');
  return [
    ...MACROS.map((name): Check => {
      const plan = planNamed(name);
      return {
        name: `SystemRDL and PeakRDL, ${plan.config.bus}, ${name}`,
        run: async () => {
          const said = await compare(plan, await written(plan, 'sound'));
          return /^same \d+$/.test(said) ? undefined : said;
        },
      };
    }),
    ...BREAKS.map(
      ({ what, from, to, finds }, at): Check => ({
        name: `PeakRDL finds ${what}`,
        run: async () => {
          const folder = await written(broken, `broken${at}`);
          await replaceOnce(path.join(folder, 'include', `${broken.name}_regs.rdl`), from, to);
          const said = await compare(broken, folder);
          return finds.test(said) ? undefined : said;
        },
      }),
    ),
  ];
}
