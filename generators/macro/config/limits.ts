/** The bounds of a config that rules, scenarios and messages name too: what the address map and the ramp have room for. */

/** Most word lines. */
export const MOST_ROWS = 1024;
/** Most columns. */
export const MOST_COLUMNS = 1024;
/** Widest code: a ramp of 127 steps. */
export const MOST_ADC_BITS = 7;
/** Widest decoded value. */
export const MOST_OUTPUT_BITS = 16;
/** Most reference sets and tables, and so most layers. */
export const MOST_BANKS = 16;
/** Most cells of a reference row and bank: four bus words. */
export const MOST_REFERENCE_COLUMNS = 128;
/** Most reference rows, offset group included. */
export const MOST_REFERENCE_ROWS = 1024;
/** Most unit pulses of a ramp step. */
export const MOST_REFERENCE_PULSES = 64;
/** Widest code that levels can have. The ramp supports {@link MOST_ADC_BITS}; calibration alone goes further. */
export const MAX_LEVEL_BITS = 8;
