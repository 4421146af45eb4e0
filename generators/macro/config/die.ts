import { section, whole, within } from './fields.js';

/** Most fraction bits: sums of a full column still fit the widths of docs/architecture.md. */
const MOST_FRACTION_BITS = 10;

const temperatureSchema = section('temperature of the die, and what the references make of it', {
  celsius: within(-60, 200, 'junction temperature that is simulated').default(25),
  nominalCelsius: within(-60, 200, 'temperature at which a cell takes one unit discharge').default(25),
  perKelvin: within(
    -0.01,
    0.01,
    'change of the cell current a kelvin, as a share of it (no public figure)',
  ).default(0),
  tracking: within(
    0,
    2,
    'share of that change which the reference cells follow; 1: wholly, as a replica bias aims at (S)',
  ).default(1),
});

/**
 * What tells a real die from the ideal macro. All effects are off by default; docs/analog.md has the source of every
 * number.
 */
export const dieSchema = section(
  'a die with mismatch, offset, noise and drift; where left out, there is no die view',
  {
    seed: whole(0, 2 ** 31 - 1, 'die that is drawn unless a command names another').default(1),
    fractionBits: whole(
      0,
      MOST_FRACTION_BITS,
      'bits below one unit discharge in which dies are computed',
    ).default(8),
    mismatch: within(
      0,
      0.5,
      'local sigma of the cell current, as a share; 0.025: after calibration (S), 0.1: raw, without a cascode (2)',
    ).default(0),
    globalSpread: within(
      0,
      0.3,
      'sigma from die to die of all cell currents, as a share; references follow it (F)',
    ).default(0),
    pulseError: within(
      0,
      0.3,
      'sigma of the pulse width from word line to word line, as a share (F)',
    ).default(0),
    compression: within(
      0,
      0.5,
      'share of its current that a cell has lost once its bitline has discharged by the swing; 0.01 over 700 mV (2)',
    ).default(0),
    swing: whole(
      1,
      2 ** 20,
      'unit discharges at which the compression is stated; default: headroom, or all that a line can lose',
    ).optional(),
    leakage: within(
      0,
      0.01,
      'share of a unit discharge that a cell which holds a 1 loses in each cycle of the ramp (F)',
    ).default(0),
    offset: within(
      0,
      1000,
      'sigma of the offset of the sense amplifiers, unit discharges (no public figure)',
    ).default(0),
    commonOffset: within(
      -1000,
      1000,
      'what comparators add to the MAC on all columns of all dies alike, unit discharges; default: 0 (imcgen spice --fit measures it)',
    ).optional(),
    referenceGain: within(
      0.5,
      1.5,
      'what a reference cell discharges of what an array cell does, on all dies alike; default: 1 (imcgen spice --fit measures it)',
    ).optional(),
    noise: within(
      0,
      1000,
      'sigma of the noise of a comparison, unit discharges; 0.5 to 1 mV at the comparator (S)',
    ).default(0),
    temperature: temperatureSchema.prefault({}),
  },
);
