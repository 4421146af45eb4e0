import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cosim } from '../../../generators/checks/cosim/cosim.js';
import { describeMismatch } from '../../../generators/checks/cosim/verdict.js';
import {
  coverageOf,
  faultsOf,
  KINDS,
  locates,
  reportOf,
} from '../../../generators/checks/faults/coverage.js';
import { describeFault, FaultyCells } from '../../../generators/checks/faults/fault.js';
import { trialsOf } from '../../../generators/checks/faults/run.js';
import { simulateFaults, type Trial } from '../../../generators/checks/faults/simulate.js';
import { AddressMap, fieldIn } from '../../../generators/macro/golden/address-map.js';
import {
  BACKGROUNDS,
  cellWords,
  MARCH_C_MINUS,
  March,
  type MarchElement,
  marchCycles,
} from '../../../generators/macro/golden/march.js';
import { registerAddress } from '../../../generators/macro/plan/addresses.js';
import { marchWord } from '../../../generators/macro/plan/register-words.js';
import { registerWord } from '../../../generators/macro/plan/registers.js';
import { packageFiles } from '../../../generators/package/package.js';
import { CONFIGURATIONS, isOneOfFew, planOf } from '../../fixtures/configurations.js';
import { everyNth, forEveryChange, itLong } from '../../fixtures/every-change.js';
import { replaceOnce, withPackage } from '../../fixtures/packages.js';
import { expectPassed } from '../../fixtures/verdict.js';

const plans = CONFIGURATIONS.map(planOf).map((plan) => ({ name: plan.name, plan }));
const fewPlans = forEveryChange(CONFIGURATIONS, isOneOfFew)
  .map(planOf)
  .map((plan) => ({ name: plan.name, plan }));
const planNamed = (name: string) => plans.find((each) => each.name === name)!.plan;
const [STUCK, TRANSITION] = KINDS;

/** Every stuck-at cell, on backgrounds that take turns. */
const everyStuckCell = (name: string): Trial[] =>
  [...faultsOf(planNamed(name).shape, STUCK!, 0, 1)].map((fault, at) => ({
    fault,
    background: at % BACKGROUNDS.length,
  }));

describe.each(fewPlans)('the march of $name', ({ plan }) => {
  const { shape } = plan;

  it('goes through every cell once, in rising order', () => {
    const { rows, trimRows, columns, banks, referenceRows, referenceColumns } = shape;
    const words = cellWords(shape);
    const cells = words.reduce((sum, { mask }) => sum + 32 - Math.clz32(mask), 0);
    expect(cells).toBe(2 * (rows + trimRows) * columns + banks * referenceRows * referenceColumns);
    expect(new Set(words.map(({ address }) => address)).size).toBe(words.length);
  });

  it('takes 11 cycles a word, and reads each word as it wrote it', () => {
    for (const background of BACKGROUNDS.keys()) {
      const cells = new FaultyCells(undefined);
      const march = new March(shape, () => cells);
      march.write(marchWord(background));
      let cycles = 0;
      for (; march.busy; cycles++) march.tick();
      expect(march.failing).toBe(0);
      expect(cycles).toBe(11 * cellWords(shape).length);
      expect(cycles).toBe(marchCycles(shape));
    }
  });

  it('finds every cell that is stuck or cannot change, on every background, and names it', () => {
    for (const kind of [STUCK!, TRANSITION!]) {
      let at = 0;
      for (const fault of faultsOf(shape, kind, 0, 1)) {
        const report = reportOf(shape, fault, at++ % BACKGROUNDS.length);
        if (report === undefined || !locates(report, fault)) expect.fail(describeFault(fault));
      }
      expect(at).toBeGreaterThan(0);
    }
  });
});

describe('the coverage of March C-', () => {
  it.each([
    ['tiny', 3000],
    ['odd', 50_000], // all pairs there are
    ['banked', 3000],
    ['a_name_as_long_as_the_limit_allows_it_to', 3000],
  ])('%s: every wrong address and coupling; two cells of a word with all six backgrounds', (name, most) => {
    const coverage = coverageOf(planNamed(name).shape, { most, seed: 2 });
    for (const { kind, faults, solid, found, located, escapes } of coverage) {
      expect(escapes.map(describeFault), kind).toEqual([]);
      expect([found, located], kind).toEqual([faults, faults]);
      if (!kind.includes('same word')) expect(solid, kind).toBe(faults);
    }
    // A word of one cell has no couplings inside.
    expect(coverage.length).toBe(planNamed(name).shape.columns === 1 && name === 'tiny' ? 6 : 9);
  });

  it.each(['odd', 'banked', 'demo'])(
    '%s: one background is enough for all but two cells of a word',
    (name) => {
      const { shape } = planNamed(name);
      for (const kind of KINDS.filter((each) => !/(state|idempotent).*same word/.test(each.kind))) {
        let at = 0;
        for (const fault of faultsOf(shape, kind, 600, 4, false)) {
          const report = reportOf(shape, fault, at++ % BACKGROUNDS.length);
          expect(report !== undefined && locates(report, fault), describeFault(fault)).toBe(true);
        }
        expect(at).toBe(600);
      }
    },
  );

  itLong('needs more than the solid background inside a word', () => {
    const coverage = coverageOf(planNamed('demo').shape, { most: 1000, seed: 2 });
    const inWord = coverage.filter(({ kind }) => /(state|idempotent).*same word/.test(kind));
    expect(inWord).toHaveLength(2);
    for (const { solid, faults } of inWord) expect(solid).toBeLessThan(faults);
  });

  it('is the same whether all words are visited or only those that a fault touches', () => {
    const { shape } = planNamed('odd');
    const words = cellWords(shape);
    for (const kind of KINDS) {
      let at = 0;
      for (const fault of faultsOf(shape, kind, 60, 3, false)) {
        const background = at++ % BACKGROUNDS.length;
        const cells = new FaultyCells(fault);
        const march = new March(shape, () => cells, words);
        march.write(marchWord(background));
        while (march.busy) march.tick();
        const whole = march.failing === 0 ? undefined : { address: march.address, failing: march.failing };
        expect(reportOf(shape, fault, background), describeFault(fault)).toEqual(whole);
      }
    }
  });
});

describe('a march that is not whole misses faults', () => {
  const { shape } = planNamed('odd');
  const words = cellWords(shape);

  it('without the last trim row: exactly the cells of that row', () => {
    const last = words.filter(({ address }) => address >= 0x8_0000).slice(-2);
    const visited = words.filter((word) => !last.some(({ address }) => address === word.address));
    const [stuck] = coverageOf(shape, { most: 0, seed: 1, words: visited });
    expect(stuck!.faults - stuck!.found).toBe(2 * 2 * shape.columns);
  });

  const up = MARCH_C_MINUS.map((element) => ({ ...element, order: 'up' as const }));
  const weaker: readonly { name: string; elements: readonly MarchElement[]; misses: RegExp }[] = [
    { name: 'without the last read', elements: MARCH_C_MINUS.slice(0, 5), misses: /transition|coupling/ },
    { name: 'without the way back', elements: [...up.slice(0, 3), up[5]!], misses: /coupling, other word/ },
    { name: 'upwards only', elements: up, misses: /coupling, other word/ },
    { name: 'with two elements', elements: [up[0]!, up[1]!], misses: /stuck/ },
  ];
  it.each(weaker)('$name', ({ elements, misses }) => {
    const missed = coverageOf(shape, { most: 2000, seed: 1, elements })
      .filter(({ found, faults }) => found < faults)
      .map(({ kind }) => kind);
    expect(missed.join(', ')).toMatch(misses);
  });
});

describe('faults in the cells of the RTL', () => {
  it.each(['tiny', 'odd'])(
    '%s: every stuck-at cell is found, and reported as by the golden model',
    async (name) => {
      const trials = everyStuckCell(name);
      const result = await withPackage(planNamed(name), (folder) =>
        simulateFaults(planNamed(name), trials, { folder, simulator: 'icarus' }),
      );
      expect(result.mismatches.map(describeMismatch)).toEqual([]);
      expect(result.passed).toBe(true);
      expect([result.found, result.located]).toEqual([trials.length, trials.length]);
    },
  );

  it.each(forEveryChange(fewPlans, everyNth(4)))(
    '$name: whole march and a sample of every kind of fault',
    async ({ name, plan }) => {
      const trials = trialsOf(plan, name === 'demo' || name === 'banked' ? 2 : 6, 5);
      const result = await withPackage(plan, (folder) =>
        simulateFaults(plan, trials, { folder, simulator: 'icarus' }),
      );
      expectPassed(result);
      expect(result.found).toBeGreaterThan(0);
      expect(result.located).toBe(result.found);
    },
  );

  it('a march goes on where it stopped, to the end', async () => {
    const plan = planNamed('odd');
    const trials = trialsOf(plan, 3, 7).map((trial) => ({ ...trial, resume: true }));
    const result = await withPackage(plan, (folder) =>
      simulateFaults(plan, trials, { folder, simulator: 'icarus' }),
    );
    expect(result.mismatches.map(describeMismatch)).toEqual([]);
    expect(result.passed).toBe(true);
  });
});

describe('a broken march engine does not pass', () => {
  const faults = [
    {
      fault: 'the last row is left out',
      from: 'ROWS + TRIM_ROWS - 1;',
      to: 'ROWS + TRIM_ROWS - 2;',
    },
    {
      fault: 'the last bank is left out',
      from: 'LAST_BANK     = BANKS - 1;',
      to: 'LAST_BANK     = (BANKS > 1) ? BANKS - 2 : 0;',
    },
    { fault: 'one plane only', from: 'ref_q || plane_q != down', to: "1'b1" },
    {
      fault: 'the third element is left out',
      from: "element_q + 3'd1",
      to: "element_q + (turns ? 3'd2 : 3'd1)",
    },
    { fault: 'no way back', from: "element_q >= 3'd3", to: "element_q >= 3'd6" },
    { fault: 'a bit is never compared', from: 'data) & exists', to: "data) & exists & 32'hffff_fffd" },
    { fault: 'nothing is written', from: 'run_q ? compare_q || !reads  :', to: "run_q ? 1'b0  :" },
    { fault: 'the solid background every time', from: 'background ^ {32', to: "32'd0 ^ {32" },
  ] as const;

  it.each(forEveryChange(faults, everyNth(4)))('$fault', async ({ from, to }) => {
    const plan = planNamed('a_name_as_long_as_the_limit_allows_it_to');
    const wide = planNamed('odd');
    const outcome = await Promise.all(
      [plan, wide].map((each) =>
        withPackage(each, async (folder) => {
          await replaceOnce(path.join(folder, 'rtl', `${each.name}_march.v`), from, to);
          return simulateFaults(each, trialsOf(each, 4, 1), { folder, simulator: 'icarus' });
        }),
      ),
    );
    expect(outcome.some(({ passed }) => !passed)).toBe(true);
  });

  it('an engine that skips a row is seen by the package alone, without a fault in its cells', async () => {
    const plan = planNamed('odd');
    const result = await withPackage(plan, async (folder) => {
      await replaceOnce(
        path.join(folder, 'rtl', 'odd_march.v'),
        'ROWS + TRIM_ROWS - 1;',
        'ROWS + TRIM_ROWS - 2;',
      );
      return cosim(folder, { seed: 1, conversions: 2, simulator: 'icarus' });
    });
    expect(result.passed).toBe(false);
    expect(result.mismatches.length).toBeGreaterThan(0);
  });
});

describe('a macro without manufacturing test', () => {
  const { config, ...rest } = CONFIGURATIONS.find(({ config: { name } }) => name === 'odd')!;
  const paths = (test: { march: boolean; selfTest: boolean }) => {
    const plan = planOf({ ...rest, config: { ...config, test } });
    const legal = (['march', 'march_address', 'march_data', 'self_test'] as const).filter((register) =>
      new AddressMap(plan.shape).isLegal({
        write: false,
        address: registerAddress(register),
        data: 0,
        strobes: 0,
      }),
    );
    const modules = packageFiles(plan).filter(({ path: file }) =>
      /^rtl\/.*_(march|self_test)\.v$/.test(file),
    );
    return { legal, modules: modules.map(({ path: file }) => file) };
  };

  it.each([
    [{ march: false, selfTest: false }, [], []],
    [{ march: false, selfTest: true }, ['self_test'], ['rtl/odd_self_test.v']],
    [{ march: true, selfTest: false }, ['march', 'march_address', 'march_data'], ['rtl/odd_march.v']],
  ])('%j has no hardware and no register for what it leaves out', (test, legal, modules) => {
    expect(paths(test)).toEqual({ legal, modules });
  });
});

describe('the march register', () => {
  it('tells element and background while the march runs, and starts over after a reset', () => {
    const cells = new FaultyCells(undefined);
    const march = new March(planNamed('odd').shape, () => cells);
    march.write(marchWord(3));
    const elementOf = fieldIn('march', 'element');
    const seen = new Set<number>();
    while (march.busy) {
      seen.add(elementOf(march.status));
      march.tick();
    }
    expect([...seen]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(march.status).toBe(registerWord('march', { background: 3, element: 5, done: 1 }));
    march.reset();
    expect(march.status).toBe(0);
  });
});
