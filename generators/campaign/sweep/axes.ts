/** An option of `macro.json` that a sweep varies. */
export interface Axis {
  /** Option of `imcgen sweep` for it, without the dashes. */
  readonly flag: string;
  /** Path in the config: `adc.bits`. */
  readonly path: string;
  /** What it is, in a few words. */
  readonly meaning: string;
}

/** What an option may be: a number, or one of its names. */
export type AxisValue = number | string;

/** An axis and the values it takes. */
export interface AxisValues {
  /** The option, one of {@link AXES}. */
  readonly axis: Axis;
  /** Without repeats, in the order of the variants. */
  readonly values: readonly AxisValue[];
}

/** Every option that a sweep can vary, slowest first, as its table lists them. What a value may be, the config's schema knows. */
export const AXES: readonly Axis[] = [
  { flag: 'rows', path: 'array.rows', meaning: 'word lines' },
  { flag: 'columns', path: 'array.columns', meaning: 'columns' },
  {
    flag: 'input-bits',
    path: 'input.bits',
    meaning: 'input width; inputScale follows, so that full scale stays',
  },
  { flag: 'coding', path: 'input.coding', meaning: 'input coding' },
  { flag: 'reference-columns', path: 'adc.reference.columns', meaning: 'reference cells a row and bank' },
  { flag: 'reference-rows', path: 'adc.reference.rows', meaning: 'reference rows' },
  { flag: 'pulses', path: 'adc.reference.pulses', meaning: 'unit pulses a ramp step' },
  { flag: 'readout', path: 'adc.readout', meaning: 'column converters' },
  { flag: 'ramp', path: 'adc.ramp', meaning: 'ramp direction' },
  {
    flag: 'output-bits',
    path: 'output.bits',
    meaning: 'decoded width; outputScale follows, so that full scale stays',
  },
  { flag: 'bus', path: 'bus', meaning: 'control and data bus' },
  { flag: 'reset', path: 'reset', meaning: 'reset style' },
  { flag: 'bits', path: 'adc.bits', meaning: 'widest nonlinear code, with levels of that width' },
];

/** Most values of one axis, and most macros of a sweep. */
export const MOST_VARIANTS = 1024;

/**
 * The values of an axis as the command line gives them: `2..6`, `64,128`, `counter,broadcast`.
 *
 * @returns the values without repeats, or undefined where the text is no such list
 */
export function axisValues(text: string): AxisValue[] | undefined {
  const values = new Set<AxisValue>();
  for (const part of text.split(',')) {
    const range = /^(\d{1,6})\.\.(\d{1,6})$/.exec(part);
    if (range !== null) {
      const [low, high] = [Number(range[1]), Number(range[2])];
      if (low > high || high - low >= MOST_VARIANTS) return undefined;
      for (let value = low; value <= high; value++) values.add(value);
    } else if (/^\d{1,6}$/.test(part)) values.add(Number(part));
    else if (/^[a-z][a-z0-9_-]*$/.test(part)) values.add(part);
    else return undefined;
  }
  return values.size <= MOST_VARIANTS ? [...values] : undefined;
}
