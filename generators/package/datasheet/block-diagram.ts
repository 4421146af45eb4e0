import type { MacroPlan } from '../../macro/plan/plan.js';
import { readoutOf } from '../../macro/plan/readouts.js';
import { macCycles } from '../../macro/plan/schedule.js';
import { magnitudeBits } from '../../macro/plan/shape.js';
import { hasStreams } from '../../macro/plan/streams.js';
import { element, picture, text } from '../pages/svg.js';
import { BUSES } from '../rtl/bus-ports.js';

interface Block {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly lines: readonly string[];
  readonly kind?: 'analog' | 'test';
}

const READOUT_TITLES = {
  counter: 'counter',
  capture: 'capture register',
  column_lut: 'counter and decoder',
  broadcast: 'value register',
} as const;

/** The macro as blocks, with its own numbers. */
export function blockDiagram(plan: MacroPlan): string {
  const { shape, config, name } = plan;
  const { rows, columns, adcBits, banks, outputBits, inputBits } = shape;
  const n = magnitudeBits(shape);
  const readout = readoutOf(shape);
  const wires = (count: number) => (count === 1 ? '' : `[${count - 1}:0]`);
  const many = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`;
  const streams = hasStreams(shape);
  const block = (
    [x, y, width, height]: readonly [number, number, number, number],
    title: string,
    lines: readonly string[],
    kind?: Block['kind'],
  ): Block => ({ x, y, width, height, title, lines, ...(kind && { kind }) });
  const trim =
    shape.trimRows > 0 ? [`${many(shape.trimRows, 'trim row')}, ${many(shape.trimPulses, 'pulse')}`] : [];
  const clips = shape.headroom < rows * (2 ** n - 1) ? [`clips at ${shape.headroom} u`] : [];
  const blocks: Block[] = [
    block([8, 186, 150, 84], 'Bus adapter', [BUSES[config.bus].title, '20-bit byte address', '32-bit words']),
    block([196, 186, 150, 84], 'Registers', [
      'address map, errors',
      `${rows} x ${inputBits}-bit inputs`,
      'interrupt',
    ]),
    ...(shape.selfCalibrate
      ? [block([8, 62, 150, 66], 'Calibration', [`${many(columns, 'column')} in turn`, 'starts, trim cells'])]
      : []),
    ...(shape.march
      ? [block([196, 62, 150, 66], 'March engine', ['March C- of all cells', '6 elements'], 'test')]
      : []),
    block([380, 62, 150, 66], 'Controller', [
      adcBits === 1 ? 'width 1' : `widths 1 .. ${adcBits}`,
      `${plan.schedule.total} cycles at ${many(adcBits, 'bit')}`,
    ]),
    block([380, 186, 150, 84], 'Input drivers', [
      `${rows} rows, |x| < ${2 ** n}`,
      shape.inputCoding === 'pwm' ? 'pulse width' : 'bit serial',
      `${macCycles(shape)} cycles`,
    ]),
    block([822, 62, 170, 66], 'Reference drivers', [
      `${2 ** adcBits} groups, ${shape.ramp} ramp`,
      `${many(shape.referencePulses, 'pulse')} a step`,
    ]),
    block(
      [604, 186, 196, 108],
      'Bitcell array',
      [`${rows} rows x ${columns} columns`, 'dual-9T, ternary weights', ...trim, ...clips],
      'analog',
    ),
    block(
      [822, 186, 170, 108],
      'Reference columns',
      [
        many(banks, 'bank'),
        `${shape.referenceRows} rows x ${many(shape.referenceColumns, 'column')}`,
        `${shape.offsetRows} offset rows`,
      ],
      'analog',
    ),
    block(
      [604, 330, 388, 50],
      'Sense amplifiers',
      [`${columns}, one a column: MAC at or above the reference`],
      'analog',
    ),
    ...(shape.selfTest ? [block([380, 330, 150, 50], 'Self-test', ['known codes'], 'test')] : []),
    block([604, 432, 388, 66], 'Column converters', [
      `${columns} x ${readout.holds === 'value' ? outputBits : adcBits} bits, ${READOUT_TITLES[shape.readout]} a column`,
      shape.doubleBuffer ? 'and result registers: readout overlaps' : 'read while idle',
    ]),
    block([380, 432, 150, 66], 'Decoder', [
      `${banks} x ${2 ** adcBits} entries`,
      `${shape.outputSigned ? 'signed' : 'unsigned'}, ${outputBits} bits`,
    ]),
    ...(streams
      ? [
          block([8, 330, 150, 66], 'Input stream', [
            'AXI4-Stream',
            `${many(shape.streams.inputBytes, 'byte')} a beat`,
          ]),
          block([8, 432, 150, 66], 'Output stream', [
            'AXI4-Stream',
            `${many(shape.streams.outputBytes, 'byte')} a beat`,
          ]),
        ]
      : []),
  ];
  const arrow = (d: string) => element('path', { class: 'wire', d, 'marker-end': 'url(#arrow)' });
  const label = (x: number, y: number, words: string, at = 'mid') =>
    text(x, y, words, { class: `${at} mono small` });
  const sa = shape.selfTest ? 'M530 355H600' : '';
  const wiring = [
    arrow('M158 222H192'),
    arrow('M192 236H162'),
    arrow('M346 214H376'),
    label(362, 206, 'x'),
    arrow('M530 228H600'),
    label(561, 220, 'rwl'),
    label(561, 243, wires(rows)),
    arrow('M455 128V182'),
    label(462, 158, 'phase', ''),
    arrow('M530 95H818'),
    label(690, 87, adcBits === 1 ? 'step 1' : `step 1 .. ${2 ** adcBits - 1}`),
    arrow('M907 128V182'),
    label(900, 145, `ref_group${wires(2 ** adcBits)}`, 'end'),
    arrow('M702 294V326'),
    label(709, 315, 'RBLP, RBLN', ''),
    arrow('M907 294V326'),
    label(900, 315, 'reference lines', 'end'),
    arrow('M798 380V428'),
    label(805, 409, `sa_o${wires(columns)}`, ''),
    arrow('M604 465H534'),
    label(569, 457, readout.decodes === 'step' ? '' : 'code'),
    arrow('M380 465H271V274'),
    label(326, 457, `value${wires(outputBits)}`),
    ...cellPort(shape).map(arrow),
    label(540, 33, 'cell port: 32 cells a word'),
    sa === '' ? '' : arrow(sa),
    streams ? arrow('M158 363H230V274') : '',
    streams ? arrow('M380 482H162') : '',
    readout.showsAll ? arrow('M798 498V536') : '',
    readout.showsAll ? label(805, 524, `y_o${wires(columns * outputBits)}`, '') : '',
  ];
  const shown = [
    `Block diagram of ${name}: ${rows} rows x ${columns} columns, ${adcBits}-bit ramp ADC, ${many(banks, 'reference bank')}.`,
    ...blocks.map(({ title, lines }) => `${title}: ${lines.join(', ')}.`),
  ].join(' ');
  return picture(
    1000,
    readout.showsAll ? 542 : 506,
    shown,
    [
      '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head" d="M0 0L8 4L0 8z"/></marker></defs>',
      element('rect', { class: 'boundary', x: 592, y: 150, width: 404, height: 240, rx: 6 }),
      text(600, 167, `${name}_array: analog`, { class: 'small' }),
      ...wiring,
      ...blocks.map(drawn),
    ].join(''),
  );
}

/** From the registers to the array, through what takes the cell port over. */
function cellPort({ march, selfCalibrate }: MacroPlan['shape']): string[] {
  const first = selfCalibrate ? 'M230 186V150H83V132' : 'M271 182V132';
  if (march) return [first, ...(selfCalibrate ? ['M158 95H192'] : []), 'M346 78H366V40H776V182'];
  return selfCalibrate ? [first, 'M83 62V40H776V182'] : ['M271 186V40H776V182'];
}

function drawn({ x, y, width, height, title, lines, kind }: Block): string {
  const top = y + (height - 17 * (lines.length + 1)) / 2 + 13;
  return (
    element('rect', { class: `block ${kind ?? ''}`.trim(), x, y, width, height, rx: 4 }) +
    text(x + width / 2, top, title, { class: 'mid strong' }) +
    lines.map((line, at) => text(x + width / 2, top + 17 * (at + 1), line, { class: 'mid' })).join('')
  );
}
