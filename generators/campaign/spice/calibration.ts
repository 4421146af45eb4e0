/** What tells a deck how a cell of the die becomes a transistor. */
export interface CellCalibration {
  /** What one pulse of a nominal cell takes off a line, V. */
  readonly unit: number;
  /** Threshold shift of a driver whose discharge is exp(s) of the nominal one: k1 s + k2 s^2 + k3 s^3, V. */
  readonly shift: readonly [number, number, number];
}

/** That of the default operating point with the 65 nm card, for lines of 76 cascodes, as `imcgen spice --run` measures it. */
export const TYPICAL_CALIBRATION: CellCalibration = {
  unit: 0.0099,
  shift: [-0.0662, -0.004, -0.0037],
};
