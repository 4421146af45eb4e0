/** In: a die, conversions whose results are known. Out: its trim rows, calibrated as the chip would do it itself. */
import type { Die } from '../../macro/die/die.js';
import { DieConverter } from '../../macro/die-batch/converter.js';
import { type CellPlanes, packReferences, type ReferenceCells } from '../../macro/golden/pack.js';
import { linesOfRamp } from '../../macro/golden/reference-lines.js';
import { Macro } from '../../macro/kernel/macro.js';
import { type KnownConversions, type OffsetConversions, offsetConversions } from '../../macro/trim/known.js';
import { settingCells } from '../../macro/trim/procedure.js';
import { searchTrims, type TrimSettings } from '../../macro/trim/search.js';
import { calibrateItself, windowLines } from './hardware-calibration.js';
import { residualsOf } from './residuals.js';
import type { Study } from './study.js';

/**
 * How a die calibrates its trim rows: by software against the offsets of its amplifiers, by software and known inputs, or against
 * offsets by the state machine of `array.selfCalibrate`.
 */
export type SelfCalibration = 'offsets' | 'inputs' | 'hardware';

/**
 * What a calibration has come to on a die. What is left of offsets is known where they alone were calibrated: without noise, as
 * comparators see it against half a trim step.
 */
export interface TrimRecord {
  /** Columns of the die. */
  readonly columns: number;
  /** Those that are reported. */
  readonly reported: number;
  /**
   * Those that are not, though they lie beyond half a trim step as the reference cells of the die make it; null where cells were
   * calibrated with the offsets.
   */
  readonly unseen: number | null;
  /** Those that are reported, though they lie within; null alike. */
  readonly within: number | null;
  /**
   * Largest magnitude of what is left of the offset of a column that is not reported, in ideal trim steps; null alike, or where
   * all are reported.
   */
  readonly residual: number | null;
}

/** A die whose trim rows are calibrated. */
export interface CalibratedDie {
  /** Cells of the trim rows. */
  readonly cells: CellPlanes;
  /** What they come to. */
  readonly record: TrimRecord;
  /** How many conversions it took: noise of later ones depends on it. */
  readonly conversions: number;
}

/** Calibrates dies of a study, one after the other. */
export interface DieCalibrator {
  /** Calibrates a die whose first conversions these are. */
  calibrate(die: Die): CalibratedDie;
}

/** What calibrates the dies of a study; undefined where they do not. */
export function calibratorOf(study: Study): DieCalibrator | undefined {
  const { calibration } = study;
  if (calibration === undefined) return undefined;
  if (calibration === 'hardware') return new HardwareCalibrator(study);
  return new TrimCalibrator(study, calibration === 'offsets' ? undefined : calibration);
}

/** The calibration by the macro itself. */
class HardwareCalibrator implements DieCalibrator {
  private readonly converter: DieConverter;

  constructor(private readonly study: Study) {
    const { plan, constants, weights } = study;
    const macro = Macro.from(plan);
    macro.loadWeights(weights);
    this.converter = new DieConverter(macro, constants, new Int8Array(plan.shape.rows));
  }

  calibrate(die: Die): CalibratedDie {
    const { plan, bank } = this.study;
    const { shape } = plan;
    const currents = this.converter.currents(die);
    const { settings, reported, conversions } = calibrateItself(die, shape, bank, currents);
    const cells = settingCells(shape, settings);
    const left = residualsOf(die, shape, windowLines(die, shape, bank), cells, currents, reported);
    return { cells, record: { ...countsOf(reported), ...left }, conversions };
  }
}

function countsOf(reported: Uint8Array): Pick<TrimRecord, 'columns' | 'reported'> {
  return { columns: reported.length, reported: reported.reduce((sum, each) => sum + each, 0) };
}

/** The accesses of `calibrateTrims`, on the batch kernel. */
export class TrimCalibrator implements DieCalibrator {
  private readonly known: KnownConversions | OffsetConversions;
  private readonly converter: DieConverter;
  /** Against the lower edge, where that takes other references. */
  private readonly lower: DieConverter | undefined;
  private readonly entries: ArrayLike<number>;

  constructor(
    private readonly study: Study,
    known: KnownConversions | undefined,
  ) {
    const { plan, bank, constants, weights } = study;
    const macro = Macro.from(plan);
    macro.loadWeights(weights);
    const converterOf = (conversions: KnownConversions) => {
      const { bits } = conversions;
      return new DieConverter(macro, constants, repeated(conversions, plan.shape.rows), { bank, bits });
    };
    if (known === undefined) {
      const offsets = offsetConversions(plan.shape, bank);
      macro.programReferences(bank, offsets.lowerReference);
      this.lower = converterOf(offsets);
      macro.programReferences(bank, offsets.reference);
      this.entries = offsets.entries;
      this.known = offsets;
    } else {
      this.entries = plan.layers[bank]!.table.entries;
      this.known = known;
    }
    this.converter = converterOf(this.known);
  }

  calibrate(die: Die): CalibratedDie {
    const { converter, lower, entries, known } = this;
    const { shape } = this.study.plan;
    const { columns } = shape;
    const codes = new Uint8Array(converter.count * columns);
    let conversions = 0;
    const summedBy = (one: DieConverter, settings: ArrayLike<number>) => {
      one.loadTrim(settingCells(shape, settings));
      one.convert(die, codes, conversions);
      conversions += one.count;
      const sums = new Float64Array(columns);
      for (let at = 0; at < codes.length; at++) sums[at % columns]! += entries[codes[at]!]!;
      return sums;
    };
    const found = searchTrims(
      shape,
      known,
      (settings) => summedBy(converter, settings),
      lower && ((settings) => summedBy(lower, settings)),
    );
    const cells = settingCells(shape, found.settings);
    return { cells, record: this.recordOf(die, cells, found), conversions };
  }

  private recordOf(die: Die, cells: CellPlanes, { reported }: TrimSettings): TrimRecord {
    const counts = countsOf(reported);
    const { known } = this;
    if (!('reference' in known)) return { ...counts, unseen: null, within: null, residual: null };
    const { plan, bank } = this.study;
    const { shape } = plan;
    const lines = (reference: ReferenceCells) =>
      linesOfRamp(shape, known.bits, die.groupCurrents(bank, packReferences(reference, shape)))[0]!;
    const edges = { lower: lines(known.lowerReference), upper: lines(known.reference) };
    return {
      ...counts,
      ...residualsOf(die, shape, edges, cells, this.converter.currents(die), reported),
    };
  }
}

/** Each vector as often as it is converted. */
function repeated({ inputs, repeats }: KnownConversions, rows: number): Int16Array {
  const all = new Int16Array(inputs.length * repeats);
  for (let at = 0; at < all.length; at++) {
    const vector = Math.floor(at / rows / repeats);
    all[at] = inputs[vector * rows + (at % rows)]!;
  }
  return all;
}
