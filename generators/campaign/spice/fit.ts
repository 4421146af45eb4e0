/** In: what the bench of a read path says. Out: parameters of a die that compresses like it. */
import type { DieConfig } from '../../macro/die/constants.js';
import type { CellMeasurement } from './cell.js';

/** Most compression that a config takes. */
const MOST_COMPRESSION = 0.5;

/** The section of a config with compression and swing as measured; four digits of the first. */
export function fittedDie(die: DieConfig, { compression, headroom }: CellMeasurement): DieConfig {
  return {
    ...die,
    compression: Number(Math.min(MOST_COMPRESSION, compression).toPrecision(4)),
    swing: headroom,
  };
}
