/**
 * What manufacturing test costs in gates: 256 x 128, 4-bit codes, synthesized by Yosys to its own two-input gates.
 * `npm run bench:test-area`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { orThrow } from '../generators/common/problems.js';
import { packageFiles } from '../generators/package/package.js';
import { writePackage } from '../generators/package/write.js';
import { CONFIGURATIONS, planOf } from '../rtl-tests/fixtures/configurations.js';

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
} finally {
  await rm(root, { recursive: true, force: true });
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
