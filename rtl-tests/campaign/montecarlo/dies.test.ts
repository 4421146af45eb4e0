import { describe, expect, it } from 'vitest';
import { CORNERS, type CornerName } from '../../../generators/campaign/montecarlo/corners.js';
import { IdealMacro, simulateDies } from '../../../generators/campaign/montecarlo/dies.js';
import { limitsOf, meets } from '../../../generators/campaign/montecarlo/limits.js';
import { TrimCalibrator } from '../../../generators/campaign/montecarlo/self-calibration.js';
import type { Study } from '../../../generators/campaign/montecarlo/study.js';
import { judged, summaryOf } from '../../../generators/campaign/montecarlo/summary.js';
import { thresholdsOf } from '../../../generators/campaign/montecarlo/thresholds.js';
import { Random } from '../../../generators/common/random.js';
import { dieConstants } from '../../../generators/macro/die/constants.js';
import { Die } from '../../../generators/macro/die/die.js';
import { DieConverter } from '../../../generators/macro/die-batch/converter.js';
import { Macro } from '../../../generators/macro/golden/macro.js';
import { packReferences } from '../../../generators/macro/golden/pack.js';
import { linesOfRamp } from '../../../generators/macro/golden/reference-lines.js';
import type { MacroPlan } from '../../../generators/macro/plan/plan.js';
import { maxMagnitude } from '../../../generators/macro/plan/shape.js';
import { knownConversions, offsetConversions } from '../../../generators/macro/trim/known.js';
import { calibrateOffsets, calibrateTrims, settingCells } from '../../../generators/macro/trim/procedure.js';
import { type Configuration, levelsFrom, planOf } from '../../fixtures/configurations.js';
import { type DieInput, EVERY_EFFECT, withDie } from '../../fixtures/dies.js';
import { itLong } from '../../fixtures/every-change.js';
import { programmed, TRIMMED, trimmedWith } from '../../fixtures/trimmed.js';

/** Signed references, spaced widely enough that dies differ in some codes and not in all. */
const SIGNED: Configuration = {
  name: 'signed_dies',
  config: {
    name: 'signed_dies',
    array: { rows: 12, columns: 6 },
    input: { bits: 6, signed: true },
    adc: { bits: 3, reference: { columns: 16, rows: 80, offsetRows: 10 } },
    output: { bits: 9, signed: true },
  },
  levels: [levelsFrom('signed', [-60, -31, -9, 6, 25, 60, 110])],
};
const ONE_ROW: Configuration = {
  ...SIGNED,
  config: { ...SIGNED.config, array: { rows: 1, columns: 6 }, input: { bits: 8, signed: true } },
};

const planWith = (configuration: Configuration, die: DieInput) => planOf(withDie(configuration, die));

function studyOf(plan: MacroPlan, vectors = 200): Study {
  const random = new Random(4);
  const { rows, columns } = plan.shape;
  const most = maxMagnitude(plan.shape);
  return {
    plan,
    bank: 0,
    constants: dieConstants(plan.config.die!, plan.shape),
    weights: Int8Array.from({ length: rows * columns }, () => random.whole(-1, 1)),
    inputs: Int16Array.from({ length: vectors * rows }, () => random.whole(-most, most)),
  };
}

/** Thresholds of a die whose first columns hold +1 alone and whose others hold -1, and its codes at every MAC. */
function sweepOf(plan: MacroPlan, seed: number) {
  const { shape, layers } = plan;
  const { rows, columns } = shape;
  const most = maxMagnitude(shape);
  const macro = Macro.from(plan);
  macro.loadWeights(Int8Array.from({ length: rows * columns }, (_, cell) => (cell % columns < 3 ? 1 : -1)));
  const sums = Array.from({ length: 2 * rows * most + 1 }, (_, at) => at - rows * most);
  const inputs = sums.flatMap((sum) => {
    let left = Math.abs(sum);
    return Array.from({ length: rows }, () => {
      const x = Math.min(most, left);
      left -= x;
      return Math.sign(sum) * x;
    });
  });
  const constants = dieConstants(plan.config.die!, shape);
  const die = new Die(constants, shape, seed);
  const converter = new DieConverter(macro, constants, inputs);
  const codes = converter.convert(die);
  const cells = {
    plus: Int32Array.from({ length: columns }, (_, column) => (column < 3 ? rows : 0)),
    minus: Int32Array.from({ length: columns }, (_, column) => (column < 3 ? 0 : rows)),
  };
  const references = linesOfRamp(
    shape,
    layers[0]!.bits,
    die.groupCurrents(0, packReferences(macro.programmed(0).reference, shape)),
  );
  const thresholds = thresholdsOf(
    ...([die, shape, references, converter.currents(die), cells, new Float64Array(columns)] as const),
  );
  return { sums, codes, thresholds, steps: references.length, columns };
}

describe('thresholds', () => {
  // Where all cells are alike, or where there is one, it does not matter how a MAC is spread over them.
  it.each<[string, Configuration, DieInput]>([
    ['an ideal die', SIGNED, {}],
    ['offset', SIGNED, { offset: 3 }],
    ['compression, leakage and drift', SIGNED, { ...EVERY_EFFECT, mismatch: 0, pulseError: 0, noise: 0 }],
    ['every effect but noise, of one cell a column', ONE_ROW, { ...EVERY_EFFECT, noise: 0 }],
  ])('are the MACs at which the codes of the die change: %s', (_, configuration, effects) => {
    const plan = planWith(configuration, effects);
    for (const seed of [1, 2, 3]) {
      const { sums, codes, thresholds, steps, columns } = sweepOf(plan, seed);
      sums.forEach((sum, at) => {
        // A threshold is about positive inputs, which one cell alone tells from negative ones.
        if (configuration === ONE_ROW && sum < 0) return;
        for (let column = 0; column < columns; column++) {
          const mac = column < 3 ? sum : -sum;
          const above = [...thresholds.subarray(column * steps, (column + 1) * steps)].filter(
            (t) => t <= mac,
          );
          expect(above.length, `mac ${mac} of column ${column}`).toBe(codes[at * columns + column]);
        }
      });
    }
  });

  it('are the 50 % points of noisy decisions', () => {
    const plan = planWith(SIGNED, { noise: 2 });
    const { shape } = plan;
    const macro = Macro.from(plan);
    macro.loadWeights(new Int8Array(shape.rows * shape.columns).fill(1));
    const vector = Int16Array.from({ length: shape.rows }, (_, row) => (row === 0 ? 25 : 0));
    const inputs = Int16Array.from({ length: 1000 * shape.rows }, (_, at) => vector[at % shape.rows]!);
    const codes = new DieConverter(macro, dieConstants(plan.config.die!, shape), inputs).convert(8);
    // 25 u is the fifth reference, and the others are far.
    expect([...new Set(codes)].sort()).toEqual([4, 5]);
    expect(codes.filter((code) => code === 5).length / codes.length).toBeCloseTo(0.5, 1);
  });
});

describe('the record of a die', () => {
  it('of an ideal die has no errors and no INL', () => {
    const study = studyOf(planWith(SIGNED, {}));
    const [record] = simulateDies(study, [1]);
    const { ideal } = new IdealMacro(study);
    expect(record).toMatchObject({ farthest: 0, missing: 0, nonMonotone: 0 });
    expect(Math.max(...record!.wrong, ...record!.inl.most, ...record!.dnl.most)).toBe(0);
    expect(record!.mse - record!.offset ** 2).toBeCloseTo(ideal.quantizer, 9);
  });

  it('says what the golden model of that die says, conversion by conversion', () => {
    const plan = planWith(SIGNED, EVERY_EFFECT);
    const study = studyOf(plan);
    const { rows } = plan.shape;
    const { table, unitActivation } = plan.layers[0]!;
    const ideal = Macro.from(plan);
    const macro = Macro.from(plan, { die: Die.from(plan, 77) });
    for (const each of [ideal, macro]) each.loadWeights(study.weights);
    const wrong = new Array<number>(8).fill(0);
    const errors: number[] = [];
    const value = (code: number) => (table.entries[code]! * table.outputScale) / unitActivation;
    for (let from = 0; from < study.inputs.length; from += rows) {
      const inputs = study.inputs.subarray(from, from + rows);
      const wanted = ideal.convert(inputs);
      macro.convert(inputs).codes.forEach((code, column) => {
        if (code !== wanted.codes[column]) wrong[wanted.codes[column]!]!++;
        errors.push(value(code) - Math.min(value(7), Math.max(value(0), wanted.macs[column]!)));
      });
    }
    const [record] = simulateDies(study, [77]);
    expect(wrong.some((count) => count > 0)).toBe(true);
    expect(record!.wrong).toEqual(wrong);
    const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
    expect(record!.offset).toBeCloseTo(mean(errors), 9);
    expect(record!.mse).toBeCloseTo(mean(errors.map((x) => x * x)), 6);
  });

  it('is a function of study and seed alone', () => {
    const study = studyOf(planWith(SIGNED, EVERY_EFFECT), 50);
    expect(simulateDies(study, [5, 6, 7]).slice(1)).toEqual(simulateDies(study, [6, 7]));
  });

  it('has missing codes and columns that are not monotone where leakage undoes the ramp', () => {
    const levels = levelsFrom('close', [-3, -2, -1, 1, 2, 3, 4]);
    const plan = planWith({ ...SIGNED, levels: [levels] }, { mismatch: 0.5, leakage: 0.01, offset: 1 });
    const records = simulateDies(studyOf(plan, 10), [1, 2, 3, 4, 5]);
    expect(Math.max(...records.map(({ missing }) => missing))).toBeGreaterThan(0);
  });
});

describe('the summary of a study', () => {
  const plan = planWith(SIGNED, EVERY_EFFECT);
  const study = studyOf(plan);
  const layer = plan.layers[0]!;
  const seeds = Array.from({ length: 20 }, (_, at) => at + 1);
  const records = simulateDies(study, seeds);
  const { ideal } = new IdealMacro(study);

  it('splits the CSNR into parts that add up', () => {
    const { csnr, sqnr, analogSnr } = summaryOf(records, ideal, layer, {});
    const share = (value: number | null) => 10 ** (-value! / 10);
    expect(share(csnr)).toBeCloseTo(share(sqnr) + share(analogSnr), 9);
    expect(csnr!).toBeLessThan(sqnr!);
  });

  it('tells INL in three units', () => {
    const { steps } = summaryOf(records, ideal, layer, {});
    // The smallest distance of two references is 15 u.
    for (const { inl, inlSmallest } of steps) {
      expect(inlSmallest!.before.worst).toBeCloseTo(inl.before.worst / 15, 9);
      expect(inlSmallest!.after.sigma).toBeCloseTo(inl.after.sigma / 15, 9);
    }
    const outputStep =
      ((layer.table.entries[3]! - layer.table.entries[2]!) * layer.table.outputScale) / layer.unitActivation;
    expect(steps[2]!.inlOutputSteps!.before.mean).toBeCloseTo(steps[2]!.inl.before.mean / outputStep, 9);
    expect(steps.at(-1)!.dnl).toBeNull();
  });

  it('counts the dies that keep every limit', () => {
    const figures = records.map((record) => judged(record, ideal, layer));
    const median = figures.map(({ inl }) => inl).sort((a, b) => a - b)[10]!;
    const { yield: passed } = summaryOf(records, ideal, layer, { inl: median, csnr: -100 });
    expect(passed).toMatchObject({ passing: 11, share: 0.55, failing: { inl: 9, csnr: 0 } });
    // Wilson at 11 of 20.
    expect(passed.interval.low).toBeCloseTo(0.342, 3);
    expect(passed.interval.high).toBeCloseTo(0.742, 3);
  });
});

describe('limits', () => {
  it('are lists of names and numbers', () => {
    expect(limitsOf('inl=0.5,csnr=20')).toEqual({ inl: 0.5, csnr: 20 });
    for (const text of ['', 'inl', 'inl=', 'inl=x', 'toString=1', 'inl=1,,dnl=1']) {
      expect(limitsOf(text), text).toBeUndefined();
    }
  });

  it('are kept where they are met', () => {
    const die = { inl: 0.5, dnl: 0.2, errors: 0, missing: 1, csnr: 20 };
    expect(meets(die, { inl: 0.5, csnr: 20 })).toEqual([]);
    expect(meets(die, { inl: 0.4, csnr: 21, missing: 0, dnl: 1 })).toEqual(['inl', 'csnr', 'missing']);
  });
});

describe('corners', () => {
  const { shape, config } = planWith(SIGNED, { ...EVERY_EFFECT, globalSpread: 0.05 });
  const typical = dieConstants(config.die!, shape);
  const changed = (corner: CornerName) => {
    const constants = CORNERS[corner].constants(config.die!, shape);
    return Object.keys(typical)
      .filter((key) => constants[key as keyof typeof typical] !== typical[key as keyof typeof typical])
      .sort();
  };

  it('change what they are about', () => {
    expect(changed('typical')).toEqual([]);
    for (const corner of ['slow', 'fast'] as const) {
      expect(changed(corner)).toEqual(['arrayGain', 'globalSpread', 'referenceGain']);
    }
    for (const corner of ['hot', 'cold'] as const) {
      expect(changed(corner)).toEqual(['arrayGain', 'referenceGain']);
    }
    expect(changed('low-supply')).toEqual(['bend', 'bendEnd']);
    expect(changed('calibrated')).toEqual(['mismatch']);
    // The config has 0.1 itself.
    expect(changed('stress')).toEqual([]);
    const slow = CORNERS.slow.constants(config.die!, shape);
    expect(slow.arrayGain / typical.arrayGain).toBeCloseTo(0.85, 4);
  });
});

describe('dies that calibrate their trim rows', () => {
  const plan = planWith(TRIMMED, { offset: 3, mismatch: 0.05, noise: 0.5 });
  const { weights, random } = programmed(plan, 5);
  const inputs = Int16Array.from({ length: 200 * 24 }, () => random.whole(0, 15));
  const study: Study = { ...studyOf(plan), weights, inputs };
  const known = knownConversions(plan, { weights, inputs: inputs.subarray(0, 24 * 40), repeats: 2 });

  it.each([
    ['against offsets', undefined],
    ['by known inputs', known],
  ] as const)('find what the procedure over the registers finds: %s', (_, conversions) => {
    for (const seed of [5, 6]) {
      const { bus, die } = programmed(plan, 5, seed);
      const { settings, reported } =
        conversions === undefined
          ? calibrateOffsets(bus, plan.shape)
          : calibrateTrims(bus, plan.shape, conversions);
      const { cells, record } = new TrimCalibrator(study, conversions).calibrate(die);
      expect(cells).toEqual(settingCells(plan.shape, settings));
      expect(record).toMatchObject({ columns: 20, reported: reported.reduce((sum, one) => sum + one, 0) });
    }
  });

  it.each([
    ['offsets', 'offsets'],
    ['known inputs', known],
  ] as const)('convert with fewer errors, their thresholds where the codes change: %s', (_, calibration) => {
    const seeds = [1, 2, 3, 4];
    const errors = (records: readonly { readonly wrong: readonly number[] }[]) =>
      records.reduce((sum, { wrong }) => sum + wrong.reduce((all, each) => all + each, 0), 0);
    const before = simulateDies(study, seeds);
    const after = simulateDies({ ...study, calibration }, seeds);
    expect(errors(after)).toBeLessThan(0.7 * errors(before));
    const inl = (records: typeof after) => records.reduce((sum, each) => sum + each.inl.squares[3]!, 0);
    expect(inl(after)).toBeLessThan(0.5 * inl(before));
    for (const { trim } of after) {
      expect(trim!.reported).toBeLessThan(12);
      if (calibration === 'offsets') expect(trim!.residual).toBeLessThan(0.5);
      else expect([trim!.residual, trim!.unseen, trim!.within]).toEqual([null, null, null]);
    }
    const { ideal } = new IdealMacro(study);
    const summary = summaryOf(after, ideal, plan.layers[0]!, {});
    const reported = after.reduce((sum, { trim }) => sum + trim!.reported, 0);
    expect(summary.trim).toMatchObject({ columns: 80, reported });
    expect(summaryOf(before, ideal, plan.layers[0]!, {}).trim).toBe(undefined);
  });

  it('are known to lie within half a trim step where conversions without noise say so', () => {
    const quiet = planWith(TRIMMED, { offset: 3, mismatch: 0.15 });
    const { lowerReference, reference, bits } = offsetConversions(quiet.shape);
    let outside = 0;
    for (const seed of [1, 2, 3, 4, 5]) {
      const { bus, die } = programmed(quiet, 5, seed);
      const { settings, reported } = calibrateOffsets(bus, quiet.shape, { repeats: 1 });
      const macro = Macro.from(quiet, { die });
      macro.array.loadTrim(settingCells(quiet.shape, settings));
      const [lower, upper] = [lowerReference, reference].map((one) => {
        macro.programReferences(0, one);
        return macro.convert(new Int8Array(24), 0, bits).codes;
      });
      const isOutside = Array.from(settings, (_, column) => lower![column] === 0 || upper![column] === 1);
      expect([...reported]).toEqual(isOutside.map(Number));
      outside += isOutside.filter(Boolean).length;
      const { record } = new TrimCalibrator(
        { ...study, plan: quiet, constants: die.constants },
        undefined,
      ).calibrate(die);
      expect(record).toMatchObject({ reported: isOutside.filter(Boolean).length, unseen: 0, within: 0 });
    }
    expect(outside).toBeGreaterThan(0);
  });

  itLong.each<[string, DieInput, number]>([
    ['even cells', { offset: 5 }, 0.03],
    ['noise', { offset: 5, noise: 0.25 }, 0.25],
    ['uneven cells', { offset: 5, mismatch: 0.1 }, 0.15],
    ['uneven cells and noise', { offset: 5, mismatch: 0.1, noise: 0.25 }, 0.35],
  ])('lie within half a trim step on 1,000 dies, or are reported: %s', (_, effects, share) => {
    const all = planWith(trimmedWith({ array: { rows: 4, columns: 8, trimRows: 8 } }), effects);
    const calibrator = new TrimCalibrator(studyOf(all, 1), undefined);
    const sums = { columns: 0, reported: 0, unseen: 0, within: 0 };
    for (let seed = 1; seed <= 1000; seed++) {
      const { record } = calibrator.calibrate(Die.from(all, seed));
      sums.columns += record.columns;
      sums.reported += record.reported;
      sums.unseen += record.unseen!;
      sums.within += record.within!;
      // Cells of the reference that are even make half an ideal step.
      if (effects.mismatch === undefined) expect(record.residual).toBeLessThanOrEqual(0.5);
    }
    expect(sums).toMatchObject({ columns: 8000, unseen: 0 });
    expect(sums.reported).toBeLessThan(share * sums.columns);
    if (effects.noise === undefined) expect(sums.within).toBe(0);
  });
});
