import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import type { MacroPlan } from '../../../generators/macro/plan/plan.js';
import { packageFiles } from '../../../generators/package/package.js';
import { CONFIGURATIONS, type Configuration, planOf } from '../../fixtures/configurations.js';
import { DRIVER_PARTS } from '../../fixtures/driver-parts.js';
import { everyNth, forEveryChange } from '../../fixtures/every-change.js';
import { bench, Driver } from '../../fixtures/header-driver.js';
import { MATRIX } from '../../fixtures/matrix.js';
import { replaceOnce, withPackage } from '../../fixtures/packages.js';
import { readCHeader } from '../../fixtures/register-readers.js';

/*
 * A driver that knows a macro by its C header alone, on the RTL: every register, every field and every
 * region is written and read through the bus, and what happens is compared with what the name promises.
 */

const odd = CONFIGURATIONS.find(({ config }) => config.name === 'odd')!;

/** One macro with all that is optional in the register map: some of it excludes the rest. */
const OPTIONAL = [
  {
    ...{ ...odd, name: 'odd, packed words' },
    config: { ...odd.config, name: 'odd_packed', packedWords: true },
  },
  {
    ...{ ...odd, name: 'odd, streams' },
    config: {
      ...{ ...odd.config, name: 'odd_streams', output: { ...odd.config.output, doubleBuffer: true } },
      streams: { inputBytes: 2, outputBytes: 4 },
    },
  },
  {
    ...{ ...odd, name: 'odd, calibrated' },
    config: {
      ...{ ...odd.config, name: 'odd_calibrated', output: { ...odd.config.output, doubleBuffer: true } },
      array: { ...odd.config.array, trimPulses: 2, selfCalibrate: true },
    },
  },
] satisfies Configuration[];

const APB = [...CONFIGURATIONS, ...OPTIONAL, ...MATRIX.map(({ configuration }) => configuration)]
  .map((configuration) => ({ name: configuration.name, plan: planOf(configuration) }))
  .filter(({ plan }) => plan.config.bus === 'apb' && plan.shape.march && plan.shape.selfTest);
const NAMES = ['tiny', 'odd', 'fine', 'one_row', 'clipped'];
const DRIVEN = [
  ...APB.filter(({ name }) => OPTIONAL.some((one) => one.name === name)),
  ...APB.filter(({ plan }) => NAMES.includes(plan.name)),
  ...APB.filter(({ plan }) => plan.name.startsWith('pair')).slice(0, 3),
];

/** Plays the whole driver on a package, changed first where `change` says so; its last line and complaints. */
async function drive(
  plan: MacroPlan,
  change?: readonly [from: string, to: string],
): Promise<{ lines: string[]; operations: number }> {
  const { name } = plan;
  const files = packageFiles(plan);
  const prefix = `#define ${name.toUpperCase()}_`;
  const header = files.find(({ path: at }) => at === `include/${name}_regs.h`)!.text;
  const driver = new Driver(readCHeader(header.replaceAll(prefix, '#define ')));
  for (const part of DRIVER_PARTS) part(driver, plan);
  const hex = (value: number) => (value >>> 0).toString(16);
  const operations = driver.operations.map(([op, ...numbers]) => [op, ...numbers.map(hex)].join(' '));
  return withPackage(plan, async (folder) => {
    if (change) await replaceOnce(path.join(folder, `rtl/${name}_registers.v`), ...change);
    await writeFile(path.join(folder, 'bench.v'), bench(plan));
    await writeFile(path.join(folder, 'operations.txt'), `${operations.join('\n')}\n`);
    const sources = ['-f', `${name}.f`, 'bench.v'];
    await execa('iverilog', ['-g2005', '-s', 'bench', '-o', 'bench.vvp', ...sources], { cwd: folder });
    const { stdout } = await execa('vvp', ['-n', '-N', 'bench.vvp'], { cwd: folder });
    const lines = stdout.trim().split('\n');
    expect(lines.at(-1)).toMatch(/^\d+ operations, \d+ wrong$/);
    return { lines, operations: operations.length };
  });
}

describe('a driver that knows the macro by its C header', () => {
  it.each(forEveryChange(DRIVEN, everyNth(3)))('$name', async ({ plan }) => {
    const { lines, operations } = await drive(plan);
    expect(lines.slice(0, -1)).toEqual([]);
    expect(lines.at(-1)).toBe(`${operations} operations, 0 wrong`);
  });

  it.each([
    ['a register elsewhere', "4'd4:    register_value = status;", "4'd3:    register_value = status;"],
    [
      'a bit elsewhere',
      "{21'd0, phase_i, 5'd0, done_q, queued_i, busy_i}",
      "{21'd0, phase_i, 5'd0, queued_i, done_q, busy_i}",
    ],
    ['an error in another bit', 'acts && legal && no_width,', 'acts && legal && no_bank,'],
    ['a stride', 'addr_i[18:8]};   // from 1024', 'addr_i[17:7]};   // from 1024'],
    ['a field that is swapped', 'interrupt_q[0]) ||', 'interrupt_q[1]) ||'],
    ['a refusal of writes without a byte', "req_i && !(we_i && strb_i == 4'd0);", 'req_i;'],
    ['an effect of writes without a byte', 'writable && &strb_i', 'writable'],
  ])('finds %s', async (_, from, to) => {
    expect((await drive(planOf(odd), [from, to])).lines.at(-1)).not.toMatch(/, 0 wrong$/);
  });
});
