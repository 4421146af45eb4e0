import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { cosim, cosimOverride, runVectors } from '../../../generators/checks/cosim/cosim.js';
import { OVERRIDES } from '../../../generators/checks/cosim/overrides.js';
import { describeMismatch } from '../../../generators/checks/cosim/verdict.js';
import { scheduleOf } from '../../../generators/macro/plan/schedule.js';
import { program } from '../../../generators/package/vectors/scenario.js';
import { buildVectors, newBench } from '../../../generators/package/vectors/vectors.js';
import { CONFIGURATIONS, isOneOfFew, planOf } from '../../fixtures/configurations.js';
import { everyNth, forEveryChange } from '../../fixtures/every-change.js';
import { filesOf, replaceOnce, withPackage } from '../../fixtures/packages.js';
import { expectPassed } from '../../fixtures/verdict.js';

const OPTIONS = { seed: 11, conversions: 24, simulator: 'icarus' } as const;
const byName = (name: string) => planOf(CONFIGURATIONS.find(({ config }) => config.name === name)!);

describe.each(forEveryChange(CONFIGURATIONS, isOneOfFew))('$name', (configuration) => {
  const plan = planOf(configuration);

  it('RTL equals the golden model in every cycle of the whole scenario', async () => {
    const result = await withPackage(plan, (folder) => cosim(folder, OPTIONS));
    expectPassed(result);
    expect(result.conversions).toBeGreaterThan(40);
  }, 180_000);

  it('a conversion takes precharge + mac + ramp + 2 cycles, at every code width', () => {
    const bench = newBench(plan, 1);
    program(bench);
    bench.stimulus.load(new Int32Array(plan.shape.rows));
    for (let bits = 1; bits <= plan.shape.adcBits; bits++) {
      const { precharge, mac, ramp, total } = scheduleOf(plan.shape, bits);
      bench.stimulus.start(0, bits);
      const { machine } = bench.stimulus;
      const from = machine.conversion!.firstCycle;
      while (machine.busy) machine.tick(undefined);
      expect(machine.cycle - from).toBe(total);
      expect(total).toBe(precharge + mac + ramp + 2);
    }
  });
});

describe('a package stands alone', () => {
  it.each(forEveryChange(['tiny', 'odd', 'banked'], (name) => name !== 'banked'))(
    '%s simulates with its own testbench and vectors',
    async (name) => {
      const plan = byName(name);
      const lines = await withPackage(plan, async (folder) => {
        await execa('iverilog', ['-g2005', '-f', `${name}.f`, `tb/${name}_tb.v`, '-o', 'sim.vvp'], {
          cwd: folder,
        });
        return (await execa('vvp', ['-n', '-N', 'sim.vvp'], { cwd: folder })).stdout;
      });
      expect(lines).toMatch(/^PASS n=\d+$/m);
    },
  );

  it.each([
    ['tiny', 'odd'],
    ['odd', 'banked'],
  ])('%s is simulated with %s beside it', async (name, neighbour) => {
    const output = await withPackage(byName(name), (folder) =>
      withPackage(byName(neighbour), async (other) => {
        const top = path.join(folder, 'both.v');
        await writeFile(top, `module both;\n  ${name}_tb u_one ();\n  ${neighbour} u_other ();\nendmodule\n`);
        const sources = [
          ...(await filesOf(folder, 'rtl', 'model', 'tb')),
          ...(await filesOf(other, 'rtl', 'model', 'tb')),
        ];
        await execa('iverilog', ['-g2005', '-s', 'both', '-o', 'both.vvp', top, ...sources], { cwd: folder });
        return (await execa('vvp', ['-n', '-N', 'both.vvp'], { cwd: folder })).stdout;
      }),
    );
    expect(output).toMatch(/^PASS n=\d+$/m);
  });
});

describe('the shape can be overridden at instantiation', () => {
  it.each(forEveryChange(OVERRIDES, (_, at) => at < 1))('$name', async ({ shape }) => {
    for (const name of forEveryChange(['fine', 'demo'], everyNth(2))) {
      const result = await withPackage(byName(name), (folder) => cosimOverride(folder, shape, OPTIONS));
      expect(result.mismatches.map(describeMismatch)).toEqual([]);
      expect(result.passed).toBe(true);
    }
  });
});

describe('a shape outside the address map is refused when simulation starts', () => {
  it.each([
    ['PRE_CYCLES', 65, 'PRE_CYCLES is outside 1..64'],
    ['ADC_BITS', 5, 'REF_ROWS less OFFSET_ROWS cannot give every ramp group a row'],
    ['TRIM_PULSES', 8, 'TRIM_PULSES does not fit the input phase'],
    ['OUT_BITS', 17, 'OUT_BITS is outside 1..16'],
  ])('%s = %i', async (parameter, value, rule) => {
    const output = await withPackage(byName('odd'), async (folder) => {
      const override = ['-DOVERRIDE_PARAMETERS', `-Podd_tb.${parameter}=${value}`];
      const sources = ['-f', 'odd.f', 'tb/odd_tb.v', '-o', 'sim.vvp'];
      await execa('iverilog', ['-g2005', ...override, ...sources], { cwd: folder });
      return (await execa('vvp', ['-n', '-N', 'sim.vvp'], { cwd: folder, reject: false })).stdout;
    });
    expect(output).toContain(`FAIL odd_tb.u_macro.refuse: ${rule}`);
    expect(output).not.toContain('PASS');
  });
});

describe('the comparison fails where the hardware is wrong', () => {
  const faults = [
    {
      fault: 'a comparator that misses equality',
      file: 'model/odd_array.v',
      from: 'HALF - threshold',
      to: 'HALF - 1 - threshold',
      signal: 'sa',
    },
    {
      fault: 'a bitline that never clips',
      file: 'model/clipped_array.v',
      from: 'if (CLIPS != 0) begin',
      to: "if (1'b0) begin",
      signal: 'sa',
    },
    {
      fault: 'a counter that is not cleared',
      file: 'rtl/odd_column_counter.v',
      from: 'else if (clear_i)',
      to: "else if (1'b0)",
      signal: 'column',
    },
    {
      fault: 'a ramp one step short',
      file: 'rtl/odd_controller.v',
      from: 'if (step_q == final_step)',
      to: "if (step_q == final_step - 1'b1)",
      signal: 'phase',
    },
    {
      fault: 'an input driver that does not saturate',
      file: 'rtl/odd_input_drivers.v',
      from: "~low + 1'b1 : {MAG_BITS{1'b1}}",
      to: "~low + 1'b1 : {MAG_BITS{1'b0}}",
      signal: 'rwl_n',
    },
    {
      fault: 'a decoder that forgets a written entry',
      file: 'rtl/odd_registers.v',
      from: 'assign table_write_o      = write && is_table;',
      to: "assign table_write_o      = 1'b0 && is_table;",
      signal: 'bus',
    },
    {
      fault: 'a busy macro that lets its cells be written',
      file: 'rtl/odd_registers.v',
      from: '!(we_i && busy_i)',
      to: "!(1'b0 && busy_i)",
      signal: 'bus',
    },
  ] as const;

  it.each(faults)('$fault', async ({ file, from, to, signal }) => {
    const plan = byName(file.split('/')[1]!.split('_')[0]!);
    const result = await withPackage(plan, async (folder) => {
      await replaceOnce(path.join(folder, file), from, to);
      return cosim(folder, OPTIONS);
    });
    expect(result.passed).toBe(false);
    expect(result.mismatches[0]?.signal).toBe(signal);
    const [first] = result.mismatches;
    expect(describeMismatch(first!)).toMatch(/^cycle \d+: \w+(\[\d+\])?: expected \w+.*, got \w+/);
    if (['sa', 'column'].includes(signal)) {
      expect(describeMismatch(first!)).toMatch(
        /conversion from cycle \d+, bank \d+, \d bits, mac\[\d+\] = -?\d+ u\n {2}inputs /,
      );
    }
  });

  it('one reference cell too many', async () => {
    const plan = byName('odd');
    const result = await withPackage(plan, (folder) => {
      const [layer] = plan.layers;
      const stepCells = layer!.ramp.stepCells.map((cells, k) => cells + Number(k === 2));
      const wrong = { ...plan, layers: [{ ...layer!, ramp: { ...layer!.ramp, stepCells } }] };
      const right = buildVectors(plan, OPTIONS);
      const { operations } = buildVectors(wrong, OPTIONS);
      return runVectors(plan, { ...right, operations }, { folder, simulator: 'icarus' });
    });
    expect(result.passed).toBe(false);
    expect(result.mismatches.length).toBeGreaterThan(0);
  });

  it('a run that ends early, or counts fewer checks', async () => {
    const plan = byName('tiny');
    const vectors = buildVectors(plan, OPTIONS);
    const results = await withPackage(plan, async (folder) => [
      await runVectors(plan, { ...vectors, operations: '' }, { folder, simulator: 'icarus' }),
      await runVectors(plan, { ...vectors, checks: vectors.checks + 1 }, { folder, simulator: 'icarus' }),
    ]);
    expect(results.map(({ passed }) => passed)).toEqual([false, false]);
    expect(results[1]!.complaints[0]).toContain('counted');
  });
});
