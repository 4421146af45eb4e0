/**
 * What manufacturing test costs in gates: 256 x 128, 4-bit codes, synthesized by Yosys to its own two-input gates; and
 * what a calibration of the trim rows by the macro itself takes of the digital area, as `imcgen synth` maps it.
 * `npm run bench:test-area`. Ends with 1 where the calibration takes 3 % or more.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { synthesize } from '../generators/checks/synth/synth.js';
import { orThrow } from '../generators/common/problems.js';
import { packageFiles } from '../generators/package/package.js';
import { writePackage } from '../generators/package/write.js';
import { CONFIGURATIONS, planOf } from '../rtl-tests/fixtures/configurations.js';

/** Largest share of the digital area that a calibration may take. */
const MOST_OF_AREA = 0.03;

interface Count {
  readonly gates: number;
  readonly flipFlops: number;
}

const configuration = CONFIGURATIONS.find(({ config }) => config.name === 'demo')!;
const root = await mkdtemp(path.join(tmpdir(), 'imcgen-bench-'));
try {
  const packageWith = async (march: boolean, selfTest: boolean) => {
    const plan = planOf({ ...configuration, config: { ...configuration.config, test: { march, selfTest } } });
    return orThrow(await writePackage(path.join(root, `${march}-${selfTest}`), packageFiles(plan)));
  };
  const [without, both] = [await packageWith(false, false), await packageWith(true, true)];
  const march = await count(both, 'march');
  const registers = await count(both, 'registers');
  const bare = await count(without, 'registers');
  const { columns } = planOf(configuration).shape;
  const selfTest = await count(both, 'self_test');
  const twice = await count(both, 'self_test', { COLS: 2 * columns });
  const converters = await count(both, 'column_counter');
  const each = (twice.gates - selfTest.gates) / columns;

  console.log(`${configuration.name}, ${columns} columns: two-input gates and flip-flops`);
  line('march engine', march);
  line('self-test', selfTest);
  console.log(`  of these a column              ${each.toFixed(2).padStart(7)} gates`);
  line('registers with both', registers);
  line('registers with neither', bare);
  line('column converters, counter', converters);
  if ((await calibrationShare()) >= MOST_OF_AREA) process.exitCode = 1;
} finally {
  await rm(root, { recursive: true, force: true });
}

/** Maps the macro with four trim rows that it calibrates, and prints the share of that. */
async function calibrationShare(): Promise<number> {
  const { config } = configuration;
  const plan = planOf({
    ...configuration,
    config: {
      ...config,
      array: { ...config.array, trimRows: 4, trimPulses: 8, selfCalibrate: true },
      adc: { ...config.adc, reference: { ...config.adc.reference, offsetRows: 2 } },
    },
  });
  const folder = orThrow(await writePackage(path.join(root, 'calibrated'), packageFiles(plan)));
  const { area } = await synthesize(folder, { timing: 'off', gateLevel: false, equivalence: false });
  const calibration = area.blocks.find(({ module }) => module.endsWith('_calibration'))!;
  const share = calibration.area / area.total.area;
  console.log(
    `calibration of the trim rows     ${calibration.area.toFixed(0).padStart(7)} gate equivalents, ` +
      `${calibration.flops} flip-flops: ${(100 * share).toFixed(2)} % of the digital area`,
  );
  return share;
}

function line(what: string, { gates, flipFlops }: Count): void {
  console.log(
    `${what.padEnd(32)} ${String(gates).padStart(7)} gates  ${String(flipFlops).padStart(5)} flip-flops`,
  );
}

/** Gates and flip-flops of one module of a package. */
async function count(
  folder: string,
  module: string,
  parameters: Record<string, number> = {},
): Promise<Count> {
  const top = `demo_${module}`;
  const set = Object.entries(parameters).map(([name, value]) => `-set ${name} ${value}`);
  const { stdout } = await execa('yosys', [
    '-p',
    [
      `read_verilog -DSYNTHESIS ${path.join(folder, 'rtl', `${top}.v`)}`,
      ...(set.length > 0 ? [`chparam ${set.join(' ')} ${top}`] : []),
      `synth -flatten -top ${top}`,
      'abc -g AND,NAND,OR,NOR,XOR,XNOR,ANDNOT,ORNOT',
      'opt_clean -purge',
      'stat',
    ].join('; '),
  ]);
  const report = stdout.slice(stdout.lastIndexOf('Number of cells:'));
  const cells = [...report.matchAll(/\$_(\w+?)_\s+(\d+)/g)].map(
    (match) => [match[1]!, Number(match[2])] as const,
  );
  const sum = (wanted: (name: string) => boolean) =>
    cells.reduce((total, [name, number]) => total + (wanted(name) ? number : 0), 0);
  return {
    gates: sum((name) => !name.includes('DFF') && name !== 'NOT'),
    flipFlops: sum((name) => name.includes('DFF')),
  };
}
