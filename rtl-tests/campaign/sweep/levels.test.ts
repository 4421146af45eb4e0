import { mkdir, rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { SweepOptions } from '../../../generators/campaign/sweep/sweep.js';
import { sweepText } from '../../../generators/command-line/report/sweep.js';
import { orThrow } from '../../../generators/common/problems.js';
import { calibrate } from '../../../generators/levels/calibrate/calibrate.js';
import { writeNpy } from '../../../generators/levels/calibrate/npy.js';
import { METHODS, type Method } from '../../../generators/levels/calibrate/options.js';
import { meanSquaredError } from '../../../generators/levels/calibrate/quantizer.js';
import { maxMagnitude, stepCapacity } from '../../../generators/macro/plan/shape.js';
import {
  ALL,
  at,
  BATCHES,
  inFolders,
  levelsOf,
  MACRO,
  problemOf,
  refusal,
  row,
  run,
  save,
} from './sweep-case.js';

inFolders();

describe('levels of another width', () => {
  const levelsAt = async (bits: number, options: Partial<SweepOptions> = {}) => {
    const { rows } = await run({ bits: [bits] }, { dryRun: true, ...options });
    return rows[0]!.levels[0]!;
  };

  it.each(Object.keys(METHODS) as Method[])(
    'come from the histogram by the method of the file: %s',
    async (method) => {
      await save('relu.json', levelsOf(3, { method }));
      for (const bits of [2, 4]) {
        const { levels, origin } = await levelsAt(bits);
        expect(origin).toBe(`${method}, histogram`);
        expect(levels.provenance).toMatchObject({ tool: 'imcgen sweep', method, samples: 16000, batches: 4 });
        // As good as those made from the samples, which the histogram stands for.
        const direct = levelsOf(bits, { method });
        // Where a start decides which local optimum is found, another one may be.
        const most = method === 'kmeans' || method === 'lloyd-max' ? 1.2 : 1.02;
        expect(meanSquaredError(ALL, levels)).toBeLessThan(most * meanSquaredError(ALL, direct));
        expect(levels.histogram).toEqual(levelsOf(3, { method }).histogram);
      }
    },
  );

  it('keep the options of the file: tails and refit', async () => {
    await save('relu.json', levelsOf(3, { tails: { low: 0.3, high: 0.01 }, refit: true }));
    const { levels } = await levelsAt(4);
    expect(levels.range).toEqual(levelsOf(3, { tails: { low: 0.3, high: 0.01 } }).range);
    expect(levels.provenance?.options).toMatchObject({ tailLow: 0.3, tailHigh: 0.01, refit: true });
    await save('relu.json', levelsOf(3));
    const auto = await levelsAt(4);
    const direct = levelsOf(4);
    expect(meanSquaredError(ALL, auto.levels)).toBeLessThan(1.02 * meanSquaredError(ALL, direct));
  });

  it.each([
    ['nothing', undefined],
    ['a foreign method', { ...levelsOf(3).provenance!, method: 'by hand' }],
  ])(
    'are the exact optimum on the histogram where the file says %s of how it was made',
    async (_, provenance) => {
      const { provenance: __, ...levels } = levelsOf(3);
      await save('relu.json', { ...levels, ...(provenance && { provenance }) });
      const { levels: made, origin } = await levelsAt(4);
      expect(origin).toBe('optimal, histogram');
      const optimum = levelsOf(4, { method: 'optimal' });
      expect(meanSquaredError(ALL, made)).toBeLessThan(1.005 * meanSquaredError(ALL, optimum));
    },
  );

  it('survive options that make no sense', async () => {
    const levels = levelsOf(3, { method: 'kmeans' });
    const options = { ...levels.provenance!.options, restarts: 1e12, tailLow: 'x' };
    await save('relu.json', { ...levels, provenance: { ...levels.provenance, options } });
    expect((await levelsAt(2)).origin).toBe('kmeans, histogram');
  });

  it('cannot be had without a histogram', async () => {
    const { histogram: _, ...levels } = levelsOf(3);
    await save('relu.json', levels);
    const { rows } = await run({ bits: [2, 3] });
    expect(rows.map(({ state }) => state)).toEqual(['refused', 'new']);
    expect(refusal(rows[0]!)).toMatch(/^levels "relu": histogram: is missing: .*\n.*--from.*--levels/);
  });

  it('come from activations as imcgen calibrate makes them', async () => {
    await mkdir(at('acts'));
    BATCHES.forEach((data, batch) => {
      writeNpy(at('acts', `${batch}.npy`), { shape: [data.length], fortranOrder: false, data });
    });
    const { provenance, ...levels } = (await levelsAt(4, { samples: [at('acts')] })).levels;
    const { provenance: _, ...direct } = levelsOf(4);
    expect(levels).toEqual(direct);
    expect(provenance).toMatchObject({ source: 'acts', batches: 4, samples: 16000 });
    const { rows } = await run({ bits: [3, 4] }, { samples: [at('acts')] });
    expect(rows.map((each) => each.levels[0]!.origin)).toEqual(['bs-kmq, samples', 'bs-kmq, samples']);
    // Unchanged as long as the activations are.
    expect((await run({ bits: [3, 4] }, { samples: [at('acts')] })).rows[0]!.state).toBe('unchanged');
    await rm(at('acts', '3.npy'));
    expect((await run({ bits: [3, 4] }, { samples: [at('acts')] })).rows[0]!.state).toBe('changed');
  });

  it('come from files, each of its width', async () => {
    await save('levels_2.json', levelsOf(2, { method: 'linear' }));
    await save('levels_4.json', levelsOf(2));
    const { rows } = await run({ bits: [2, 3, 4] }, { files: at('levels_{bits}.json') });
    expect(rows.map(({ state }) => state)).toEqual(['new', 'refused', 'refused']);
    expect(rows[0]!.levels[0]).toMatchObject({ origin: 'file', levels: levelsOf(2, { method: 'linear' }) });
    expect(refusal(rows[1]!)).toBe('levels_3.json: no such file');
    expect(refusal(rows[2]!)).toBe('levels_4.json: bits: is 2, this macro takes 4');
  });

  it.each([
    [{ files: 'l_{width}.json' }, '--levels: {width} has no meaning; known: {bits}, {layer}'],
    [{ samples: ['a_{bits}.npy'] }, '--from: {bits} has no meaning; known: {layer}'],
  ])('%j is refused', async (choice, message) => {
    expect(await problemOf(run({ bits: [2] }, choice))).toBe(message);
  });

  it('may fit a coarser table step than that of the macro', async () => {
    const own = levelsOf(3, { tails: 0.005 });
    const outputScale = own.outputs.at(-1)! / 63;
    await save('relu.json', own);
    await save('macro.json', { ...MACRO, layers: [{ ...MACRO.layers[0]!, outputScale }] });
    const { rows, passed } = await run({ bits: [3, 5] });
    expect(passed).toBe(true);
    expect(rows.map((each) => each.levels[0]!.widened)).toEqual([false, true]);
    expect(rows[0]!.plan!.layers[0]!.table.outputScale).toBe(outputScale);
    expect(Math.max(...rows[1]!.plan!.layers[0]!.table.entries)).toBe(63);
    expect(sweepText(await run({ bits: [3, 5] }))).toContain("\n* the macro's outputScale is too fine");
  });
});

describe('hardware-optimal levels of a sweep', () => {
  it('take their limits from the macro: realised without any rounding, and best of all methods', async () => {
    const errors = async (method: SweepOptions['method']) =>
      (await run({ bits: [2, 3, 4] }, { dryRun: true, method })).rows.map(
        ({ plan }) => plan?.layers[0]?.error,
      );
    const hardware = await errors('hardware-optimal');
    for (const error of hardware) expect(error!.realised).toBeCloseTo(error!.ideal, 12);
    for (const method of ['bs-kmq', 'optimal', 'linear', 'kmeans'] as const) {
      const others = await errors(method);
      expect(others.filter((error) => error !== undefined).length).toBeGreaterThan(1);
      others.forEach((error, index) => {
        expect(hardware[index]!.realised).toBeLessThanOrEqual((error?.realised ?? Infinity) * (1 + 1e-9));
      });
    }
  });

  it('fit a reference block that rounding does not', async () => {
    await save('macro.json', { ...MACRO, adc: { bits: 4, reference: { columns: 1, rows: 150 } } });
    await save('relu.json', levelsOf(4, { method: 'linear' }));
    const [rounded, fitted] = [
      await run({ bits: [4] }),
      await run({ bits: [4] }, { method: 'hardware-optimal' }),
    ];
    expect(rounded.rows[0]!.state).toBe('refused');
    expect(fitted.rows[0]!.state).toBe('new');
    const { plan } = fitted.rows[0]!;
    expect(Math.max(...plan!.layers[0]!.ramp.stepCells)).toBeLessThanOrEqual(stepCapacity(plan!.shape, 4));
  });

  it('choose the table step where the macro leaves it open, and keep it in a second run', async () => {
    const { outputScale: _, ...layer } = MACRO.layers[0]!;
    await save('macro.json', { ...MACRO, layers: [layer] });
    const [first, second] = [
      await run({ bits: [4] }, { method: 'hardware-optimal' }),
      await run({ bits: [4] }, { method: 'hardware-optimal' }),
    ];
    expect(second.rows[0]).toMatchObject({ state: 'unchanged', levels: first.rows[0]!.levels });
    expect(first.rows[0]!.plan!.config.layers[0]!.outputScale).toBeGreaterThan(0);
  });

  it('leave it to the planner to say why no ramp fits', async () => {
    const { rows } = await run({ bits: [7], 'reference-rows': [100] }, { method: 'hardware-optimal' });
    expect(refusal(rows[0]!)).toContain('cannot give 127 ramp groups a row each');
  });

  it.each(['rising', 'falling'])(
    'use signed offsets within the headroom of the lines: %s ramp',
    async (ramp) => {
      const signed = BATCHES.map((batch, seed) =>
        batch.map((value, index) => ((index + seed) % 2 ? value : -value)),
      );
      await save('relu.json', orThrow(calibrate(signed, { name: 'signed', bits: 3 })));
      const array = { rows: 32, columns: 4, headroom: 60 };
      const reference = { columns: 4, rows: 260, offsetRows: 50 };
      await save('macro.json', {
        ...MACRO,
        array,
        output: { bits: 8, signed: true },
        adc: { bits: 3, ramp, reference },
      });
      const { rows } = await run({ bits: [2, 3, 4] }, { method: 'hardware-optimal' });
      for (const { plan, state } of rows) {
        expect(state).toBe('new');
        const { stepCells, offsetCells } = plan!.layers[0]!.ramp;
        const all = stepCells.reduce((sum, cells) => sum + cells, 0);
        // A falling ramp takes all steps but the first back through the other line.
        const other = offsetCells + (ramp === 'falling' ? all - stepCells[0]! : 0);
        expect(Math.max(all, other)).toBeLessThanOrEqual(60);
        expect(offsetCells).toBeGreaterThan(0);
      }
    },
  );
});

describe('what an option means stays when it is swept', () => {
  it('input and output keep their full scale, a headroom out of reach is none', async () => {
    const { rows } = await run(
      { rows: [16, 32], 'input-bits': [3, 4], 'output-bits': [4, 6] },
      { dryRun: true },
    );
    for (const { plan } of rows) {
      const { shape, config } = plan!;
      const { inputScale, outputScale } = config.layers[0]!;
      expect(inputScale * maxMagnitude(shape)).toBeCloseTo(0.1 * 15, 9);
      expect(outputScale! * (2 ** shape.outputBits - 1)).toBeCloseTo(0.08 * 63, 9);
      expect(shape.headroom).toBe(Math.min(300, shape.rows * maxMagnitude(shape)));
    }
  });

  it('a narrower layer keeps its width, one of the full width goes along', async () => {
    await save('narrow.json', { ...levelsOf(2), name: 'narrow' });
    const layers = [MACRO.layers[0]!, { ...MACRO.layers[0]!, levels: 'narrow.json' }];
    await save('macro.json', { ...MACRO, layers });
    const { rows } = await run({ bits: [1, 2, 3, 4] });
    expect(rows.map(({ plan }) => plan!.layers.map(({ bits }) => bits))).toEqual([
      [1, 1],
      [2, 2],
      [3, 2],
      [4, 2],
    ]);
    expect(row(rows, 'bits4').levels.map(({ origin }) => origin)).toEqual(['bs-kmq, histogram', 'own']);
  });

  it('each layer has samples of its own', async () => {
    await save('narrow.json', { ...levelsOf(2), name: 'narrow' });
    const layers = [MACRO.layers[0]!, { ...MACRO.layers[0]!, levels: 'narrow.json' }];
    await save('macro.json', { ...MACRO, layers });
    expect(await problemOf(run({ bits: [2] }, { samples: ['acts'] }))).toMatch(
      /^--from: "acts" is one for 2 layers\n +Put \{layer\} where/,
    );
  });
});
