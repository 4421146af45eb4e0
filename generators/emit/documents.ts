import type { Bus } from '../config/macro.js';
import { marchCycles } from '../golden/march.js';
import type { LayerPlan, MacroPlan } from '../plan/plan.js';
import {
  ADDRESS_BITS,
  ERRORS,
  formatWord,
  IDENTITY,
  inputAddress,
  REGIONS,
  REGISTERS,
  type Register,
  referenceAddress,
  registerAddress,
  registersOf,
  resultAddress,
  TRIM_ROW_BASE,
  tableAddress,
  weightAddress,
} from '../plan/registers.js';
import { scheduleOf } from '../plan/schedule.js';
import { type MacroShape, stepRows } from '../plan/shape.js';
import { BUSES } from './bus-ports.js';
import { macroView, type View } from './view.js';

const RESET_STYLES = {
  async_low: 'asynchronous, active low',
  async_high: 'asynchronous, active high',
  sync_low: 'synchronous, active low',
  sync_high: 'synchronous, active high',
} as const;

/** A number for a reader: six significant digits at most. */
function figure(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** All of a short list, both ends of a long one. */
function abridged(values: readonly number[]): string {
  if (values.length <= 16) return values.join(' ');
  return `${values.slice(0, 6).join(' ')} .. ${values.slice(-3).join(' ')}`;
}

function layerView({ bank, name, bits, unitActivation, ramp, table }: LayerPlan) {
  return {
    bank,
    name,
    bits,
    unitActivation: figure(unitActivation),
    outputScale: figure(table.outputScale),
    references: abridged(ramp.references),
    table: abridged(table.entries),
  };
}

/** A bus as the documents describe it. */
function busDocument(bus: Bus) {
  const { pace, refusal, abort, pins } = BUSES[bus];
  return {
    busPace: pace,
    busRefusal: refusal,
    busAbort: abort,
    pins: pins.map(({ name, direction, width, meaning }) => ({
      pin: width === 1 ? name : `${name}[${width - 1}:0]`,
      direction,
      meaning,
    })),
  };
}

/** View of the package's README. */
export function readmeView(plan: MacroPlan, contents: readonly { file: string; meaning: string }[]): View {
  const { shape, config, layers } = plan;
  const signed = (yes: boolean) => (yes ? 'signed' : 'unsigned');
  const coding = shape.inputCoding === 'pwm' ? 'pulse width' : 'bit serial';
  const widths = Array.from({ length: shape.adcBits }, (_, bits) => bits + 1);
  return {
    ...macroView(plan),
    inputs: `${signed(shape.inputSigned)} ${shape.inputBits}-bit inputs (${coding})`,
    outputs: `${signed(shape.outputSigned)} ${shape.outputBits}-bit results`,
    contents,
    resetStyle: RESET_STYLES[config.reset],
    ...busDocument(config.bus),
    layers: layers.map(layerView),
    schedules: widths.map((bits) => ({ bits, ...scheduleOf(shape, bits) })),
  };
}

/** `0x2_0000`, the way Verilog groups digits. */
function hex(address: number): string {
  const digits = address.toString(16).padStart(5, '0');
  return `0x${digits.slice(0, -4)}_${digits.slice(-4)}`;
}

/** Bytes from the start of a region to the last word that this shape uses. */
function sizesInUse(shape: MacroShape): Readonly<Record<keyof typeof REGIONS, number>> {
  const words = (cells: number) => Math.ceil(cells / 32);
  const lastRow = shape.trimRows > 0 ? TRIM_ROW_BASE + shape.trimRows - 1 : shape.rows - 1;
  const last = {
    registers: registerAddress(registersOf(shape).at(-1)!),
    inputs: inputAddress(Math.ceil(shape.rows / 4) - 1),
    results: resultAddress(shape.columns - 1),
    tables: tableAddress(shape.banks - 1, 2 ** shape.adcBits - 1),
    references: referenceAddress(shape.banks - 1, shape.referenceRows - 1, words(shape.referenceColumns) - 1),
    weights: weightAddress(lastRow, 1, words(shape.columns) - 1),
  };
  const size = (region: keyof typeof REGIONS) => last[region] + 4 - REGIONS[region].base;
  return {
    registers: size('registers'),
    inputs: size('inputs'),
    results: size('results'),
    tables: size('tables'),
    references: size('references'),
    weights: size('weights'),
  };
}

/** Which reference rows belong to which ramp group. */
function referenceGroups(shape: MacroShape) {
  const { offsetRows, referenceRows } = shape;
  const rows = stepRows(shape);
  const groups = 2 ** shape.adcBits - 1;
  const used = offsetRows + groups * rows;
  const first = offsetRows > 0 ? `${offsetRows} + ${rows} (k - 1)` : `${rows} (k - 1)`;
  return [
    ...(offsetRows > 0 ? [{ rows: `0 .. ${offsetRows - 1}`, drive: 'offset group' }] : []),
    { rows: `from ${first}, ${rows} a group`, drive: `group k = 1 .. ${groups}` },
    ...(used < referenceRows ? [{ rows: `from ${used}`, drive: 'none: left over' }] : []),
  ];
}

/** What else test software must know of the codes of a self-test. */
function selfTestNote({ readout, ramp, earlyStop }: MacroShape): string {
  const notes = [
    ...(ramp === 'falling' && earlyStop
      ? ['columns that the ramp has not found when it stops read one below its last step']
      : []),
    ...(readout === 'column_lut' ? ['the decoders of the columns show at `y_o` only'] : []),
  ];
  return notes.map((note) => `; ${note}`).join('');
}

/** View of the address map's page. */
export function registersView(plan: MacroPlan): View {
  const { shape } = plan;
  const sizes = sizesInUse(shape);
  const resets: Partial<Record<Register, number>> = {
    id: IDENTITY,
    array: shape.columns * 2 ** 16 + shape.rows,
    format: formatWord(shape),
    march_address: weightAddress(0, 0, 0),
  };
  const regions = Object.keys(REGIONS) as (keyof typeof REGIONS)[];
  return {
    ...macroView(plan),
    ...busDocument(plan.config.bus),
    addressBits: ADDRESS_BITS,
    regions: regions.map((region) => ({
      address: hex(REGIONS[region].base),
      size: `0x${sizes[region].toString(16)}`,
      region,
      meaning: REGIONS[region].meaning,
    })),
    registers: registersOf(shape).map((register) => ({
      ...REGISTERS[register],
      address: hex(registerAddress(register)),
      register,
      resetValue: `0x${(resets[register] ?? 0).toString(16).padStart(8, '0')}`,
    })),
    errors: Object.entries(ERRORS).map(([error, { bit, meaning }]) => ({ error, bit, meaning })),
    referenceGroups: referenceGroups(shape),
    resultText: shape.readout === 'broadcast' ? ' (code 0: this readout keeps values only)' : '',
    marchCycles: marchCycles(shape),
    selfTestNote: selfTestNote(shape),
    trimText: shape.trimRows > 0 ? `, trim rows from row ${TRIM_ROW_BASE}` : '',
    overlapText: shape.doubleBuffer
      ? 'The next inputs and the next start may follow right after the start; results stay until the next `done`.'
      : 'Inputs and results are out of reach while `busy`.',
  };
}
