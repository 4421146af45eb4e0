import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { orThrow } from '../../../../generators/common/problems.js';
import type { MacroPlan } from '../../../../generators/macro/plan/plan.js';
import { packageFiles } from '../../../../generators/package/package.js';
import { writePackage } from '../../../../generators/package/write.js';
import { planOf } from '../../../fixtures/configurations.js';
import { MATRIX } from '../../../fixtures/matrix.js';
import { replaceOnce } from '../../../fixtures/packages.js';
import type { Check } from '../check.js';
import { pythonTool, run } from '../python.js';
import { expectationsOf } from './expectations.js';

const SIMULATE = fileURLToPath(new URL('simulate.py', import.meta.url));

/** Two macros a bus: between them every readout, ramp, reset style, signed and not, trim, banks, pins with all values. */
const MACROS = [
  ...['pair14', 'pair25'], // APB4
  ...['pair10', 'pair13'], // AXI4-Lite
  ...['pair5', 'pair16'], // Wishbone classic
  ...['pair3', 'pair17'], // Wishbone pipelined
];

/** Faults in a package, and the test that has to fail by each. */
const BREAKS = [
  {
    what: 'equality that takes the lower code',
    file: (name: string) => `model/${name}_array.v`,
    from: 'HALF - threshold',
    to: 'HALF - 1 - threshold',
    finds: 'cells_tables_and_conversions',
  },
  {
    what: 'byte strobes without effect',
    file: (name: string) => `rtl/${name}_apb.v`,
    from: '= pstrb_i;',
    to: "= 4'hf;",
    finds: 'bytes_that_are_not_written_stay',
  },
  {
    what: 'unaligned accesses that are answered',
    file: (name: string) => `rtl/${name}_apb.v`,
    from: '= paddr_i;',
    to: "= {paddr_i[19:2], 2'b00};",
    finds: 'refused_accesses_change_nothing',
  },
] as const;

const planNamed = (name: string) =>
  planOf(MATRIX.find(({ configuration }) => configuration.config.name === name)!.configuration);

/** Runs the bus client on a package; what it prints and how it ends. */
async function simulate(root: string, plan: MacroPlan, breakIt?: (folder: string) => Promise<void>) {
  await mkdir(root, { recursive: true });
  const at = breakIt ? await mkdtemp(path.join(root, 'broken-')) : path.join(root, plan.name);
  const folder = orThrow(await writePackage(path.join(at, plan.name), packageFiles(plan)));
  await breakIt?.(folder);
  const expectations = path.join(at, 'expectations.json');
  await writeFile(expectations, JSON.stringify(expectationsOf(plan, 1)));
  const args = [SIMULATE, folder, plan.name, expectations, path.join(at, 'build')];
  return run(pythonTool('python'), args, at);
}

/** cocotb and its bus masters drive packages of every bus, against numbers of the golden model. */
export function busChecks(root: string): Check[] {
  const sound = MACROS.map((name): Check => {
    const plan = planNamed(name);
    return {
      name: `cocotb, ${plan.config.bus}, ${name}`,
      run: async () => {
        const { exitCode, text } = await simulate(root, plan);
        return exitCode === 0 && /^PASS /m.test(text) ? undefined : text;
      },
    };
  });
  const broken = planNamed('pair14');
  return [
    ...sound,
    ...BREAKS.map(
      ({ what, file, from, to, finds }): Check => ({
        name: `cocotb finds ${what}`,
        run: async () => {
          const { text } = await simulate(root, broken, (folder) =>
            replaceOnce(path.join(folder, file(broken.name)), from, to),
          );
          return text.includes(`FAIL ${finds}\n`) ? undefined : text;
        },
      }),
    ),
  ];
}
