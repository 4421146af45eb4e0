import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { type CosimResult, cosim, runVectors } from '../../../generators/checks/cosim/cosim.js';
import type { PowerUp } from '../../../generators/checks/cosim/simulator.js';
import { verdictText } from '../../../generators/command-line/report/verdict.js';
import type { CellPort } from '../../../generators/macro/golden/march.js';
import {
  referenceAddress,
  TRIM_ROW_BASE,
  weightAddress,
  wordsOf,
} from '../../../generators/macro/plan/addresses.js';
import type { MacroPlan } from '../../../generators/macro/plan/plan.js';
import type { MacroShape } from '../../../generators/macro/plan/shape.js';
import type { Vectors } from '../../../generators/package/vectors/stimulus.js';
import { buildVectors, newBench } from '../../../generators/package/vectors/vectors.js';
import { imcgenIn } from '../../fixtures/command-line.js';
import { CONFIGURATIONS, planOf } from '../../fixtures/configurations.js';
import { everyNth, forEveryChange } from '../../fixtures/every-change.js';
import { MATRIX } from '../../fixtures/matrix.js';
import { filesOf, withPackage } from '../../fixtures/packages.js';

const byName = (name: string) =>
  planOf(
    [...CONFIGURATIONS, ...MATRIX.map(({ configuration }) => configuration)].find(
      ({ config }) => config.name === name,
    )!,
  );

const run = (plan: MacroPlan, vectors: Vectors, powerUp?: PowerUp): Promise<CosimResult> =>
  withPackage(plan, (folder) =>
    runVectors(plan, vectors, { folder, simulator: 'icarus', ...(powerUp && { powerUp }) }),
  );

/** Fills the golden model's cells as the simulation model does with `+cells=random`: one xorshift word after the other. */
function scatter(cells: CellPort, shape: MacroShape, seed: number): void {
  let state = Math.imul(seed, 0x85eb_ca6b) ^ 0x9e37_79b9;
  if (state === 0) state = 1;
  const draw = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  for (let row = 0; row < shape.rows + shape.trimRows; row++) {
    const at = row < shape.rows ? row : TRIM_ROW_BASE + row - shape.rows;
    for (let word = 0; 32 * word < shape.columns; word++) {
      for (const plane of [0, 1] as const) cells.writeCells(weightAddress(at, plane, word), draw(), 0xf);
    }
  }
  for (let bank = 0; bank < shape.banks; bank++) {
    for (let row = 0; row < shape.referenceRows; row++) {
      for (let word = 0; 32 * word < shape.referenceColumns; word++) {
        cells.writeCells(referenceAddress(bank, row, word), draw(), 0xf);
      }
    }
  }
}

describe('random cells', () => {
  it.each(forEveryChange(['tiny', 'odd', 'banked', 'one_row', 'pair3', 'pair9'], everyNth(3)))(
    '%s: what nobody wrote is read, converted and overwritten as cells with these contents would be',
    async (name) => {
      const plan = byName(name);
      const { shape } = plan;
      const { stimulus, random, columns } = newBench(plan, 5);
      scatter(stimulus.machine.cells, shape, 7);
      const magnitude = 2 ** (shape.inputBits - Number(shape.inputSigned)) - 1;
      const inputs = () =>
        new Int32Array(shape.rows).map(() => random.whole(shape.inputSigned ? -magnitude : 0, magnitude));
      for (let round = 0; round < 4; round++) {
        for (let bank = 0; bank < shape.banks; bank++) {
          stimulus.convert(inputs(), bank, shape.adcBits, columns);
        }
        for (let row = 0; row < shape.rows; row++) {
          for (const plane of [0, 1] as const) stimulus.read(weightAddress(row, plane, 0));
        }
        for (let row = 0; row < shape.referenceRows; row++) {
          stimulus.read(referenceAddress(shape.banks - 1, row, wordsOf(shape.referenceColumns) - 1));
        }
        // Some words, whole and in part, on top of what was there.
        for (let i = 0; i < 12; i++) {
          const data = random.whole(0, 0xffff_ffff);
          const word = random.whole(0, wordsOf(shape.columns) - 1);
          stimulus.write(weightAddress(random.whole(0, shape.rows - 1), i % 2 === 0 ? 0 : 1, word), data);
          stimulus.write(referenceAddress(0, random.whole(0, shape.referenceRows - 1), 0), data);
        }
        if (shape.trimRows > 0) stimulus.write(weightAddress(TRIM_ROW_BASE, 0, 0), 0xffff_ffff);
      }
      const vectors = stimulus.vectors();
      const { mismatches, complaints, passed } = await run(plan, vectors, { contents: 'random', seed: 7 });
      expect({ mismatches, complaints, passed }).toEqual({ mismatches: [], complaints: [], passed: true });
      expect((await run(plan, vectors, { contents: 'random', seed: 8 })).passed).toBe(false);
    },
    60_000,
  );
});

describe.each(forEveryChange(['tiny', 'odd', 'one_row', 'pair1'], everyNth(2)))(
  'the scenario of %s',
  (name) => {
    const plan = byName(name);

    it.each([
      { contents: 'random', seed: 3 },
      { contents: 'x', seed: 1 },
    ] as const)('writes every cell before it matters: $contents, seed $seed', async (powerUp) => {
      const result = await run(plan, buildVectors(plan, { seed: 2, conversions: 4 }), powerUp);
      expect(result.mismatches).toEqual([]);
      expect(result).toMatchObject({ passed: true, powerUp });
    });
  },
);

describe('a driver that forgets one word of weights', () => {
  const plan = byName('axi4lite_async_low');
  const { shape } = plan;
  const forgotten = 1;

  /** All weights 0 but for the row of the word that nobody writes, which the inputs drive or not. */
  function vectorsThat(drive: boolean): Vectors {
    const { stimulus } = newBench(plan, 5);
    for (let row = 0; row < shape.rows + shape.trimRows; row++) {
      const at = row < shape.rows ? row : TRIM_ROW_BASE + row - shape.rows;
      for (const plane of [0, 1] as const) {
        if (row !== forgotten) stimulus.write(weightAddress(at, plane, 0), 0);
        stimulus.write(weightAddress(at, plane, 1), 0);
      }
    }
    // All references are 1 u.
    for (let row = 0; row < shape.referenceRows; row++) {
      stimulus.write(referenceAddress(0, row, 0), row === shape.offsetRows ? 1 : 0);
    }
    const inputs = new Int32Array(shape.rows).map((_, row) => (row !== forgotten || drive ? 1 : 0));
    stimulus.convert(inputs, 0, shape.adcBits, [0]);
    return stimulus.vectors();
  }

  it('is not found where cells power up as 0', async () => {
    expect((await run(plan, vectorsThat(true))).passed).toBe(true);
  });

  it('is found with random cells, and the report says that they are', async () => {
    const result = await run(plan, vectorsThat(true), { contents: 'random', seed: 1 });
    expect(result.passed).toBe(false);
    expect(verdictText('as generated', result)).toMatch(
      /\n {2}Cells powered up random, seed 1, those of the golden model as 0: a difference may come from a cell that was not written\.\n$/,
    );
  });

  it('is found with unknown cells: the comparators of its 32 columns are unknown, those of the other 2 are known', async () => {
    const { mismatches } = await run(plan, vectorsThat(true), { contents: 'x', seed: 1 });
    expect(mismatches[0]).toMatchObject({ signal: 'sa', got: expect.stringMatching(/^0x{8}$/) });
  });

  it('does no harm where the row is never driven', async () => {
    expect((await run(plan, vectorsThat(false), { contents: 'x', seed: 1 })).passed).toBe(true);
    expect((await run(plan, vectorsThat(false), { contents: 'random', seed: 1 })).passed).toBe(true);
  });
});

describe('the array model', () => {
  it.each([
    ['+cells=zero', 0, /^PASS n=\d+$/m],
    ['+cells=random', 0, /^PASS n=\d+$/m],
    ['+cells=ones', 1, /^FAIL odd_tb\.u_macro\.u_array\.refuse: \+cells is none of zero, random, x$/m],
    ['+cells=xyz', 1, /^FAIL /m],
  ])('takes %s', async (argument, exit, says) => {
    const { exitCode, stdout } = await withPackage(byName('odd'), async (cwd) => {
      const sources = await filesOf(cwd, 'rtl', 'model', 'tb');
      await execa('iverilog', ['-g2005', '-o', 'sim.vvp', ...sources], { cwd });
      return execa('vvp', ['-n', '-N', 'sim.vvp', argument], { cwd, reject: false });
    });
    expect(exitCode).toBe(exit);
    expect(stdout).toMatch(says);
  });
});

it('the verdict says nothing of cells that power up as 0', async () => {
  const result = await withPackage(byName('tiny'), (folder) =>
    cosim(folder, { seed: 1, conversions: 1, simulator: 'icarus' }),
  );
  expect(result).not.toHaveProperty('powerUp');
});

describe('imcgen cosim --cells', () => {
  const cosimIn = (...args: readonly string[]) => imcgenIn('.', ['cosim', 'out/sample', ...args]);

  it('passes on the packaged macro with random cells', async () => {
    const { exitCode, stdout } = await cosimIn('--cells', 'random', '--seed', '7', '--conversions', '2');
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/^PASS sample .* 0 mismatches/),
    });
  });

  it.each([
    [
      ['x', '--simulator', 'verilator'],
      '--cells x is for --simulator icarus: Verilator has no unknown values',
    ],
    [['random', '--view', 'digital'], '--cells random is for --view model'],
    [['ones'], 'Allowed choices are zero, random, x'],
  ])('%s is wrong usage', async (args, says) => {
    const { exitCode, stdout, stderr } = await cosimIn('--cells', ...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(says);
  });
});
