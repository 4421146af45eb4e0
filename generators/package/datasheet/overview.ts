import type { MacroPlan } from '../../macro/plan/plan.js';
import { readoutOf } from '../../macro/plan/readouts.js';
import { fullScale, magnitudeBits } from '../../macro/plan/shape.js';
import { hasStreams } from '../../macro/plan/streams.js';
import { RESET_STYLES } from '../documents/documents.js';
import { code, type Fact, type Section, type Table, text } from '../pages/document.js';
import { markup } from '../pages/markup.js';
import { BUSES } from '../rtl/bus-ports.js';
import { parametersOf } from '../rtl/parameters.js';
import { arrayPorts, powerPins, statusPorts, valuePorts } from '../rtl/ports.js';
import { streamPins } from '../rtl/stream-ports.js';
import { resetView } from '../rtl/view.js';
import { blockDiagram } from './block-diagram.js';
import { exact, many } from './words.js';

/** What somebody wants to know first. */
export function factsOf({ shape, config, schedule }: MacroPlan): Fact[] {
  const { rows, columns, adcBits, inputBits, inputSigned, outputBits, outputSigned, readout, ramp } = shape;
  const sign = (yes: boolean) => (yes ? 'signed' : 'unsigned');
  const cycles =
    schedule.fewest === schedule.total
      ? `${schedule.total} cycles`
      : `${schedule.fewest} .. ${schedule.total} cycles`;
  return [
    { label: 'Array', value: `${rows} × ${columns}`, note: 'ternary cells, rows × columns' },
    {
      label: 'Inputs',
      value: `${inputBits} bit`,
      note: `${sign(inputSigned)}, ${shape.inputCoding === 'pwm' ? 'pulse width' : 'bit serial'}`,
    },
    {
      label: 'Converter',
      value: adcBits === 1 ? '1 bit' : `1 .. ${adcBits} bit`,
      note: `nonlinear ${ramp} ramp, ${readout.replace('_', ' ')}`,
    },
    {
      label: 'Results',
      value: `${outputBits} bit`,
      note: `${sign(outputSigned)}, ${many(shape.banks, 'table')}`,
    },
    { label: 'Conversion', value: cycles, note: `all columns at once, at ${many(adcBits, 'bit')}` },
    {
      label: 'Bus',
      value: BUSES[config.bus].title,
      note: hasStreams(shape) ? 'and AXI4-Stream' : '32-bit words',
    },
  ];
}

function summaryOf({ shape }: MacroPlan): string[] {
  const { rows, columns, referenceColumns, referenceRows, banks } = shape;
  const n = magnitudeBits(shape);
  const clips =
    shape.headroom < fullScale(shape)
      ? `A line clips at ${shape.headroom} u.`
      : `A line discharges at most ${fullScale(shape)} u and never clips.`;
  return [
    `${rows} inputs drive the word lines of ${rows} × ${columns} ternary cells. In each column the pulses of the cells that conduct add up on two bitlines; their difference is the multiply-accumulate result (MAC), a whole number of unit discharges u. One u is what one conducting cell takes off a bitline in one pulse. An input has ${n === 1 ? 'one bit' : `${n} bits`} of magnitude. ${clips}`,
    `Reference cells of the same kind, ${many(banks, 'bank')} of ${referenceRows} × ${referenceColumns}, make a ramp. Sense amplifiers compare every column with it at each step. The code of a column is the number of references at or below its MAC, and a table decodes the code to a value. References and tables are memory, so the transfer curve can be rewritten.`,
    readoutOf(shape).showsAll
      ? 'Values are read over the bus, and those of all columns stand on the pins y_o at once.'
      : 'Codes and values are read over the bus.',
  ];
}

export function overviewSection(plan: MacroPlan): Section {
  return {
    id: 'overview',
    title: 'Overview',
    blocks: [
      ...summaryOf(plan).map(text),
      {
        kind: 'figure',
        scrolls: 'Block diagram',
        svg: markup(blockDiagram(plan)),
        caption: [
          'Block diagram. Tinted blocks belong to the analog macro ',
          code(`${plan.name}_array`),
          '; all others are synthesizable Verilog.',
        ],
      },
    ],
  };
}

export function parametersSection({ name, shape }: MacroPlan): Section {
  return {
    id: 'parameters',
    title: 'Parameters',
    blocks: [
      text(['Defaults of the module ', code(name), '. An instance can override the shape.']),
      {
        kind: 'table',
        id: 'parameters',
        caption: 'Verilog parameters',
        columns: [
          { key: 'name', title: 'Parameter', code: true, head: true },
          { key: 'value', title: 'Default', numbers: true },
          { key: 'meaning', title: 'Meaning' },
        ],
        rows: parametersOf(shape).map((one) => [one.name, parameterValue(one.value), one.meaning]),
      },
    ],
  };
}

/** Tables are texts of Verilog. */
function parameterValue(value: number | string) {
  return typeof value === 'number' ? exact(value) : value;
}

const PIN_COLUMNS: Table['columns'] = [
  { key: 'pin', title: 'Pin', code: true, head: true },
  { key: 'direction', title: 'Direction' },
  { key: 'meaning', title: 'Meaning' },
];

export function pinsSection({ name, shape, config }: MacroPlan): Section {
  const ranged = (pin: string, width: number) => (width === 1 ? pin : `${pin}[${width - 1}:0]`);
  const reset = RESET_STYLES[config.reset];
  const widths = new Map([
    ['phase_o', 3],
    ['y_o', shape.columns * shape.outputBits],
  ]);
  const output = (pin: { readonly name: string; readonly meaning: string }) => [
    ranged(pin.name, widths.get(pin.name) ?? 1),
    'output',
    pin.meaning || 'interrupt: a level',
  ];
  const sized = (pin: (typeof BUSES)['apb']['pins'][number]) => [
    ranged(pin.name, pin.width),
    pin.direction,
    pin.meaning,
  ];
  const group = (title: string, rows: readonly (readonly string[])[]) => ({ title, rows });
  const streams = streamPins(shape).map(sized);
  return {
    id: 'pins',
    title: 'Pins',
    blocks: [
      {
        kind: 'table',
        id: 'pins',
        caption: `Pins of the module ${name}`,
        columns: PIN_COLUMNS,
        rows: [],
        groups: [
          group('Clock and reset', [
            ['clk_i', 'input', 'clock, rising edge'],
            [resetView(config.reset).name, 'input', `reset, ${reset}`],
          ]),
          group(BUSES[config.bus].title, BUSES[config.bus].pins.map(sized)),
          ...(streams.length > 0 ? [group('AXI4-Stream', streams)] : []),
          group('Status and results', [...statusPorts(shape), ...valuePorts(shape)].map(output)),
          group(
            'Supply, where USE_POWER_PINS is defined',
            powerPins(config).map((pin) => [pin.name, 'inout', pin.meaning]),
          ),
        ],
      },
      {
        kind: 'table',
        id: 'arrayPins',
        caption: 'Pins of the analog macro',
        columns: PIN_COLUMNS,
        rows: arrayPorts(shape).map((pin) => [ranged(pin.name, pin.width), pin.direction, pin.meaning]),
        folded: { summary: `Pins of the analog macro ${name}_array`, open: false },
      },
    ],
  };
}
