import { rounded } from '../../common/figures.js';
import type { Bus } from '../../macro/config/macro.js';
import { marchCycles } from '../../macro/golden/march.js';
import { registerAddress, sizeInUse, TRIM_ROW_BASE } from '../../macro/plan/addresses.js';
import type { LayerPlan, MacroPlan } from '../../macro/plan/plan.js';
import { readoutOf } from '../../macro/plan/readouts.js';
import {
  type DescribedField,
  describedFields,
  ERROR_TEXTS,
  REGION_TEXTS,
  REGISTER_TEXTS,
} from '../../macro/plan/register-texts.js';
import { resetWord } from '../../macro/plan/register-words.js';
import {
  ADDRESS_BITS,
  type BitField,
  ERRORS,
  errorsOf,
  REGIONS,
  REGISTERS,
  regionsOf,
  registersOf,
} from '../../macro/plan/registers.js';
import { scheduleOf } from '../../macro/plan/schedule.js';
import {
  calibrationCycles,
  MOST_REPEATS,
  USUAL_REPEATS,
  WINDOW_BITS,
  windowReference,
} from '../../macro/plan/self-calibration.js';
import { type MacroShape, stepRows } from '../../macro/plan/shape.js';
import { fieldBytes, hasStreams, inputBeats, outputBeats, streamPeriod } from '../../macro/plan/streams.js';
import { BUSES, type BusPin } from '../rtl/bus-ports.js';
import { streamPins } from '../rtl/stream-ports.js';
import { macroView } from '../rtl/view.js';
import type { Contribution, ReadmeLine } from '../text/contribution.js';
import { render } from '../text/render.js';

export const RESET_STYLES = {
  async_low: 'asynchronous, active low',
  async_high: 'asynchronous, active high',
  sync_low: 'synchronous, active low',
  sync_high: 'synchronous, active high',
} as const;

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
    unitActivation: String(rounded(unitActivation, 6)),
    outputScale: String(rounded(table.outputScale, 6)),
    references: abridged(ramp.references),
    table: abridged(table.entries),
  };
}

function pinOf({ name, direction, width, meaning }: BusPin) {
  return { pin: width === 1 ? name : `${name}[${width - 1}:0]`, direction, meaning };
}

/** Streams as the documents describe them; numbers are 0 where there are none. */
function streamDocument(shape: MacroShape) {
  const found = hasStreams(shape);
  return {
    streamInputBeats: found ? inputBeats(shape) : 0,
    streamOutputBeats: found ? outputBeats(shape) : 0,
    streamFieldBytes: fieldBytes(shape) === 1 ? 'one byte' : 'two bytes',
    streamPeriod: found ? streamPeriod(shape, shape.adcBits) : 0,
    streamPinsTable: streamPins(shape).map(pinOf),
  };
}

/** A bus as the documents describe it. */
function busDocument(bus: Bus) {
  const { pace, refusal, abort, pins } = BUSES[bus];
  return {
    busPace: pace,
    busRefusal: refusal,
    busAbort: abort,
    pins: pins.map(pinOf),
  };
}

/** View of the package's README. */
export function readmeView(plan: MacroPlan, contents: readonly ReadmeLine[]) {
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
    ...streamDocument(shape),
    layers: layers.map(layerView),
    schedules: widths.map((bits) => ({ bits, ...scheduleOf(shape, bits) })),
  };
}

/** `0x2_0000`, the way Verilog groups digits. */
function hex(address: number): string {
  const digits = address.toString(16).padStart(5, '0');
  return `0x${digits.slice(0, -4)}_${digits.slice(-4)}`;
}

/** `31:16`, or `2` for one bit. */
export function bitRange({ msb, lsb }: BitField): string {
  return msb === lsb ? String(msb) : `${msb}:${lsb}`;
}

/** What a field means, with the names of its values. */
export function fieldText({ meaning, values }: DescribedField): string {
  return values === undefined
    ? meaning
    : `${meaning}: ${values.map((name, at) => `${at} ${name}`).join(', ')}`;
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
function selfTestNote(shape: MacroShape): string {
  const { ramp, earlyStop } = shape;
  const notes = [
    ...(ramp === 'falling' && earlyStop
      ? ['columns that the ramp has not found when it stops read one below its last step']
      : []),
    ...(readoutOf(shape).decodes === 'columns' ? ['the decoders of the columns show at `y_o` only'] : []),
  ];
  return notes.map((note) => `; ${note}`).join('');
}

/** View of the address map's page. */
function registersView(plan: MacroPlan) {
  const { shape } = plan;
  const regions = regionsOf(shape);
  const registers = registersOf(shape);
  return {
    ...macroView(plan),
    ...busDocument(plan.config.bus),
    ...streamDocument(shape),
    addressBits: ADDRESS_BITS,
    regions: regions.map((region) => ({
      address: hex(REGIONS[region].base),
      size: `0x${sizeInUse(shape, region).toString(16)}`,
      region,
      meaning: REGION_TEXTS[region].meaning,
    })),
    registers: registers.map((register) => ({
      access: REGISTERS[register].access,
      meaning: REGISTER_TEXTS[register].meaning,
      address: hex(registerAddress(register)),
      register,
      resetValue: `0x${resetWord(shape, register).toString(16).padStart(8, '0')}`,
    })),
    fields: registers.flatMap((register) =>
      describedFields(shape, register).map((field) => ({
        ...{ register, name: field.name, bits: bitRange(field), access: field.access },
        meaning: fieldText(field),
      })),
    ),
    errors: errorsOf(shape).map((error) => ({ error, ...ERRORS[error], meaning: ERROR_TEXTS[error] })),
    referenceGroups: referenceGroups(shape),
    resultText: readoutOf(shape).holds === 'value' ? ' (code 0: this readout keeps values only)' : '',
    marchCycles: marchCycles(shape),
    selfCalibrate: shape.selfCalibrate,
    calibration: calibrationText(shape),
    selfTestNote: selfTestNote(shape),
    trimText: shape.trimRows > 0 ? `, trim rows from row ${TRIM_ROW_BASE}` : '',
    overlapText: shape.doubleBuffer
      ? 'The next inputs and the next start may follow right after the start; results stay until the next `done`.'
      : 'Inputs and results are out of reach while `busy`.',
  };
}

/** Numbers of a calibration of the trim rows by the macro itself, where it has one. */
function calibrationText(shape: MacroShape) {
  const { stepCells, offsetCells } = windowReference(shape);
  return {
    ...{ bits: WINDOW_BITS, below: offsetCells, step: stepCells[1]!, most: 2 ** MOST_REPEATS },
    results: shape.doubleBuffer ? '' : ' until its first conversion',
    ...{ usual: USUAL_REPEATS, times: 2 ** USUAL_REPEATS, cycles: calibrationCycles(shape, USUAL_REPEATS) },
  };
}

/** Pages for whoever builds with the macro; the README is the package's, for it lists what all parts write. */
export const DOCUMENTS: Contribution = {
  readme: () => [
    { file: '`docs/registers.md`', meaning: 'address map, registers, error bits, reference rows' },
  ],
  files: (plan) => [{ path: 'docs/registers.md', text: render('docs/registers.md', registersView(plan)) }],
};
