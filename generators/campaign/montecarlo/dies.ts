/** In: a study and the seed of a die. Out: what the die makes of its inputs, in a few hundred numbers. */
import { Die } from '../../macro/die/die.js';
import { type ColumnCurrents, DieConverter } from '../../macro/die-batch/converter.js';
import { type CellPlanes, packReferences } from '../../macro/golden/pack.js';
import { linesOfRamp } from '../../macro/golden/reference-lines.js';
import { Macro } from '../../macro/kernel/macro.js';
import type { LayerPlan } from '../../macro/plan/plan.js';
import { calibratorOf, type DieCalibrator, type TrimRecord } from './self-calibration.js';
import type { Study } from './study.js';
import { thresholdsOf } from './thresholds.js';

/** A figure of each step or code over the columns of a die. Columns in which it is infinite do not count. */
export interface OverColumns {
  /** Columns that count. */
  readonly columns: readonly number[];
  /** Their sum. */
  readonly sum: readonly number[];
  /** Sum of their squares. */
  readonly squares: readonly number[];
  /** Largest magnitude. */
  readonly most: readonly number[];
}

/** What a die makes of the inputs of its study. `u` is one unit discharge. */
export interface DieRecord {
  /** Seed of the die. */
  readonly die: number;
  /** Conversions of a column that have another code than the ideal macro, by the ideal code. */
  readonly wrong: readonly number[];
  /** Largest distance of a code from the ideal one. */
  readonly farthest: number;
  /** Mean of decoded value less MAC, u. */
  readonly offset: number;
  /** Mean square of decoded value less MAC, u^2. */
  readonly mse: number;
  /** INL of each step, u: threshold less reference. */
  readonly inl: OverColumns;
  /** The same after gain and offset of each column are fitted. */
  readonly inlFitted: OverColumns;
  /** DNL of each code between two thresholds: its width over the ideal width, less 1. */
  readonly dnl: OverColumns;
  /** Codes of all columns that no whole MAC gives. */
  readonly missing: number;
  /** Columns with a threshold below the one before it. */
  readonly nonMonotone: number;
  /** Thresholds of the first column, u; null where no MAC reaches one. */
  readonly transfer: readonly (number | null)[];
  /** What the calibration of its trim rows has come to, where it calibrates them. */
  readonly trim?: TrimRecord;
}

/** What all dies of a study have in common. */
export interface Ideal {
  /** Conversions of a column, by code. */
  readonly conversions: readonly number[];
  /** Variance of the MAC within the range of the table, u^2. */
  readonly variance: number;
  /** Variance of decoded value less MAC of the ideal macro, u^2. */
  readonly quantizer: number;
}

/** A macro without faults on the inputs of a study: what its dies are compared with. */
export class IdealMacro {
  readonly ideal: Ideal;
  readonly macro: Macro;
  readonly codes: Uint8Array;
  /** MAC within the range of the table, u. */
  readonly macs: Float64Array;
  /** What codes decode to, u. */
  readonly values: Float64Array;

  constructor({ plan, bank, weights, inputs }: Study) {
    const { rows, columns } = plan.shape;
    const { table, unitActivation } = plan.layers[bank]!;
    this.macro = Macro.from(plan);
    this.macro.loadWeights(weights);
    this.values = Float64Array.from(table.entries, (entry) => (entry * table.outputScale) / unitActivation);
    const length = (inputs.length / rows) * columns;
    const asked = { codes: new Uint8Array(length), macs: new Int32Array(length) };
    const { codes, macs } = this.macro.convertBatch(inputs, { bank }, asked);
    const [low, high] = [this.values[0]!, this.values.at(-1)!];
    this.codes = codes;
    this.macs = new Float64Array(length);
    for (let at = 0; at < length; at++) this.macs[at] = Math.min(high, Math.max(low, macs[at]!));
    this.ideal = this.statistics();
  }

  private statistics(): Ideal {
    const { codes, macs, values } = this;
    const conversions = new Array<number>(values.length).fill(0);
    const [mac, error] = [new Moments(), new Moments()];
    for (let at = 0; at < macs.length; at++) {
      const code = codes[at]!;
      conversions[code]!++;
      mac.add(macs[at]!);
      error.add(values[code]! - macs[at]!);
    }
    return { conversions, variance: mac.variance, quantizer: error.variance };
  }
}

/** Simulates dies of a study, one after the other. */
export class DieSimulator {
  private readonly converter: DieConverter;
  private readonly layer: LayerPlan;
  private readonly referenceCells: Uint8Array;
  private readonly cells: ColumnCurrents;
  private readonly codes: Uint8Array;
  private readonly calibrator: DieCalibrator | undefined;

  /** @param perfect of the same study, where it is there already */
  constructor(
    private readonly study: Study,
    private readonly perfect: IdealMacro = new IdealMacro(study),
  ) {
    const { plan, bank, constants, inputs } = study;
    const { shape } = plan;
    const { macro, codes } = perfect;
    this.calibrator = calibratorOf(study);
    this.layer = plan.layers[bank]!;
    this.referenceCells = packReferences(macro.programmed(bank).reference, shape);
    this.converter = new DieConverter(macro, constants, inputs, { bank });
    this.codes = new Uint8Array(codes.length);
    const counted = (plane: Uint8Array) => {
      const counts = new Int32Array(shape.columns);
      plane.forEach((bit, cell) => {
        counts[cell % shape.columns]! += bit;
      });
      return counts;
    };
    this.cells = { plus: counted(macro.array.plus), minus: counted(macro.array.minus) };
  }

  /** The record of a die. */
  record(seed: number): DieRecord {
    const { plan, constants } = this.study;
    const die = new Die(constants, plan.shape, seed);
    const calibrated = this.calibrator?.calibrate(die);
    if (calibrated !== undefined) this.converter.loadTrim(calibrated.cells);
    this.converter.convert(die, this.codes, calibrated?.conversions);
    return {
      die: seed,
      ...this.compareCodes(),
      ...this.linearity(die, calibrated?.cells),
      ...(calibrated && { trim: calibrated.record }),
    };
  }

  private compareCodes() {
    const { codes } = this;
    const { codes: idealCodes, macs, values } = this.perfect;
    const wrong = new Array<number>(values.length).fill(0);
    const error = new Moments();
    let farthest = 0;
    for (let at = 0; at < codes.length; at++) {
      const [code, ideal] = [codes[at]!, idealCodes[at]!];
      error.add(values[code]! - macs[at]!);
      if (code === ideal) continue;
      wrong[ideal]!++;
      farthest = Math.max(farthest, Math.abs(code - ideal));
    }
    return { wrong, farthest, offset: error.mean, mse: error.meanSquare };
  }

  private linearity(die: Die, trim: CellPlanes | undefined) {
    const { shape } = this.study.plan;
    const { bits, ramp } = this.layer;
    const { references } = ramp;
    const steps = references.length;
    const lines = linesOfRamp(shape, bits, die.groupCurrents(this.study.bank, this.referenceCells));
    const trims =
      trim === undefined
        ? new Float64Array(shape.columns)
        : die.trims({ trimPlus: trim.plus, trimMinus: trim.minus });
    const all = thresholdsOf(die, shape, lines, this.converter.currents(die), this.cells, trims);
    const [inl, inlFitted, dnl] = [new Columns(steps), new Columns(steps), new Columns(steps - 1)];
    let [missing, nonMonotone] = [0, 0];
    for (let column = 0; column < shape.columns; column++) {
      const thresholds = all.subarray(column * steps, (column + 1) * steps);
      const { gain, offset } = fitted(thresholds, references);
      let falls = false;
      for (let step = 0; step < steps; step++) {
        const threshold = thresholds[step]!;
        inl.add(step, threshold - references[step]!);
        inlFitted.add(step, (threshold - offset) / gain - references[step]!);
        if (step === 0) continue;
        const before = thresholds[step - 1]!;
        dnl.add(step - 1, (threshold - before) / (references[step]! - references[step - 1]!) - 1);
        if (Math.ceil(threshold) <= Math.ceil(before)) missing++;
        if (threshold < before) falls = true;
      }
      if (thresholds[0] === -Infinity) missing++;
      if (thresholds[steps - 1] === Infinity) missing++;
      if (falls) nonMonotone++;
    }
    const transfer = [...all.subarray(0, steps)].map((threshold) =>
      Number.isFinite(threshold) ? threshold : null,
    );
    return { inl, inlFitted, dnl, missing, nonMonotone, transfer };
  }
}

/** Gain and offset of the line of least squares, threshold = offset + gain * reference; a gain of 1 where one point is all. */
function fitted(thresholds: Float64Array, references: readonly number[]): { gain: number; offset: number } {
  let [count, x, y, xx, xy] = [0, 0, 0, 0, 0];
  thresholds.forEach((threshold, step) => {
    if (!Number.isFinite(threshold)) return;
    const reference = references[step]!;
    count++;
    x += reference;
    y += threshold;
    xx += reference * reference;
    xy += reference * threshold;
  });
  const spread = count * xx - x * x;
  const slope = spread > 0 ? (count * xy - x * y) / spread : 1;
  const gain = slope > 0 ? slope : 1;
  return { gain, offset: count > 0 ? (y - gain * x) / count : 0 };
}

class Moments {
  private count = 0;
  private sum = 0;
  private squares = 0;

  add(value: number): void {
    this.count++;
    this.sum += value;
    this.squares += value * value;
  }

  get mean(): number {
    return this.sum / this.count;
  }

  get meanSquare(): number {
    return this.squares / this.count;
  }

  get variance(): number {
    return Math.max(0, this.meanSquare - this.mean ** 2);
  }
}

class Columns implements OverColumns {
  readonly columns: number[];
  readonly sum: number[];
  readonly squares: number[];
  readonly most: number[];

  constructor(steps: number) {
    [this.columns, this.sum, this.squares, this.most] = [0, 1, 2, 3].map(() =>
      new Array<number>(steps).fill(0),
    ) as [number[], number[], number[], number[]];
  }

  add(step: number, value: number): void {
    if (!Number.isFinite(value)) return;
    this.columns[step]!++;
    this.sum[step]! += value;
    this.squares[step]! += value * value;
    this.most[step] = Math.max(this.most[step]!, Math.abs(value));
  }
}

/** Records of some dies of a study: a pure function of both. */
export function simulateDies(study: Study, seeds: readonly number[]): DieRecord[] {
  const simulator = new DieSimulator(study);
  return seeds.map((seed) => simulator.record(seed));
}
