/** In: a die, conversions whose results are known. Out: its trim rows, calibrated as the chip would do it itself. */
import type { Die } from '../../macro/die/die.js';
import { DieConverter } from '../../macro/die-batch/converter.js';
import type { CellPlanes } from '../../macro/golden/pack.js';
import { Macro } from '../../macro/kernel/macro.js';
import { type KnownConversions, type OffsetConversions, offsetConversions } from '../../macro/trim/known.js';
import { settingCells } from '../../macro/trim/procedure.js';
import { searchTrims, type TrimSettings } from '../../macro/trim/search.js';
import type { Study } from './study.js';

/** How a die calibrates its trim rows: against the offsets of its amplifiers, or by known inputs. */
export type SelfCalibration = 'offsets' | 'inputs';

/** What a calibration has come to on a die. */
export interface TrimRecord {
  /** Columns of the die. */
  readonly columns: number;
  /** Those that are reported. */
  readonly reported: number;
  /**
   * Largest magnitude of what is left of the offset of a column that is not, in trim steps; null where cells were calibrated
   * with it, or where all are reported.
   */
  readonly residual: number | null;
}

/** Calibrates dies of a study, one after the other: the accesses of `calibrateTrims`, on the batch kernel. */
export class TrimCalibrator {
  private readonly known: KnownConversions | OffsetConversions;
  private readonly converter: DieConverter;
  private readonly entries: ArrayLike<number>;

  constructor(
    private readonly study: Study,
    known: KnownConversions | undefined,
  ) {
    const { plan, bank, constants, weights } = study;
    const macro = Macro.from(plan);
    macro.loadWeights(weights);
    if (known === undefined) {
      const offsets = offsetConversions(plan.shape, bank);
      macro.programReferences(bank, offsets.reference);
      this.entries = offsets.entries;
      this.known = offsets;
    } else {
      this.entries = plan.layers[bank]!.table.entries;
      this.known = known;
    }
    const { bits } = this.known;
    this.converter = new DieConverter(macro, constants, repeated(this.known, plan.shape.rows), {
      bank,
      bits,
    });
  }

  /**
   * Calibrates a die whose first conversions these are.
   *
   * @returns trim cells, what they come to, and how many conversions it took
   */
  calibrate(die: Die): {
    readonly cells: CellPlanes;
    readonly record: TrimRecord;
    readonly conversions: number;
  } {
    const { converter, entries, known } = this;
    const { shape } = this.study.plan;
    const { columns } = shape;
    const codes = new Uint8Array(converter.count * columns);
    let conversions = 0;
    const found = searchTrims(shape, known.limits, (settings) => {
      converter.loadTrim(settingCells(shape, settings));
      converter.convert(die, codes, conversions);
      conversions += converter.count;
      const sums = new Float64Array(columns);
      for (let at = 0; at < codes.length; at++) sums[at % columns]! += entries[codes[at]!]!;
      return sums;
    });
    const cells = settingCells(shape, found.settings);
    return { cells, record: this.recordOf(die, cells, found), conversions };
  }

  private recordOf(die: Die, { plus, minus }: CellPlanes, { reported }: TrimSettings): TrimRecord {
    const step = this.study.plan.shape.trimPulses * 2 ** die.constants.fractionBits;
    const left = Array.from(die.trims({ trimPlus: plus, trimMinus: minus }), (trim, column) =>
      Math.abs(trim + die.offset(column)),
    ).filter((_, column) => reported[column] === 0);
    return {
      columns: reported.length,
      reported: reported.reduce((sum, each) => sum + each, 0),
      residual: 'reference' in this.known && left.length > 0 ? Math.max(...left) / step : null,
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
