import { bitsFor } from '../../common/bits.js';
import type { MacroConfig } from '../../macro/config/macro.js';
import { supplyPins } from '../../macro/config/supply-pins.js';
import { readoutOf } from '../../macro/plan/readouts.js';
import { PHASES } from '../../macro/plan/registers.js';
import type { MacroShape } from '../../macro/plan/shape.js';

/** A pin of the analog macro. Every view of `<name>_array` is made from this one list. */
export interface ArrayPort {
  readonly name: string;
  readonly direction: 'input' | 'output';
  /** Width as an expression of the module's parameters; undefined for a single wire. */
  readonly range: string | undefined;
  readonly width: number;
  /** Net of the macro's top level that it connects to. */
  readonly net: string;
  readonly meaning: string;
}

/** Supply of the analog macro: pins of every view, and of the top level, where USE_POWER_PINS is defined. */
export function powerPins({ physical }: MacroConfig) {
  const { power, ground } = supplyPins(physical.supply);
  return [
    { name: power, use: 'power', meaning: 'supply' },
    { name: ground, use: 'ground', meaning: 'ground' },
  ] as const;
}

/** A pin of the macro beside clock, reset, bus and supply. */
export interface OutputPort {
  readonly name: string;
  /** Width as an expression of the macro's parameters; undefined for a single wire. */
  readonly range: string | undefined;
  /** Empty where the name says it. */
  readonly meaning: string;
}

/** What keeps a macro busy beside conversions. */
function runsOf({ march, selfCalibrate }: MacroShape): string {
  const runs = [...(march ? ['a march'] : []), ...(selfCalibrate ? ['a calibration'] : [])];
  return runs.length > 0 ? `, or ${runs.join(' or ')} runs` : '';
}

/** Pins that tell what the macro does. */
export function statusPorts(shape: MacroShape): readonly OutputPort[] {
  return [
    { name: 'irq_o', range: undefined, meaning: '' },
    {
      name: 'busy_o',
      range: undefined,
      meaning: `converting, a start is queued${runsOf(shape)}`,
    },
    { name: 'done_o', range: undefined, meaning: 'codes of a conversion are final, one cycle' },
    { name: 'phase_o', range: '2:0', meaning: PHASES.join(', ') },
  ];
}

/** Pins with the results, of macros that have all of them at once. */
export function valuePorts(shape: MacroShape): readonly OutputPort[] {
  if (!readoutOf(shape).showsAll) return [];
  return [{ name: 'y_o', range: 'COLS*OUT_BITS-1:0', meaning: 'decoded values, column c at index c' }];
}

/** One wire of the analog macro. */
export interface ArrayPin {
  /** `clk_i`, or `sa_o[3]`. */
  readonly name: string;
  readonly port: ArrayPort;
  /** Number of the wire in its port. */
  readonly bit: number;
}

/** Every wire in the order of the port list, vectors from their highest bit down as they are declared. */
export function arrayPins(shape: MacroShape): readonly ArrayPin[] {
  return arrayPorts(shape).flatMap((port) => {
    if (port.range === undefined) return [{ name: port.name, port, bit: 0 }];
    return Array.from({ length: port.width }, (_, at) => {
      const bit = port.width - 1 - at;
      return { name: `${port.name}[${bit}]`, port, bit };
    });
  });
}

export function rowWidth(shape: MacroShape): number {
  return bitsFor(Math.max(shape.rows + shape.trimRows, shape.referenceRows));
}

export function cellWordWidth(shape: MacroShape): number {
  return bitsFor(Math.ceil(Math.max(shape.columns, shape.referenceColumns) / 32));
}

export function arrayPorts(shape: MacroShape): readonly ArrayPort[] {
  const port = (
    direction: ArrayPort['direction'],
    name: string,
    net: string,
    meaning: string,
    range?: string,
    width = 1,
  ): ArrayPort => ({ name, direction, range, width, net, meaning });
  const { rows, columns, adcBits, banks } = shape;
  // March and calibration take the cell port over, the self-test the place of the sense amplifiers.
  const cellNet = (net: string) => (shape.march || shape.selfCalibrate ? `mem_${net}` : net);
  return [
    port('input', 'clk_i', 'clk_i', 'a word line pulse lasts one cycle'),
    port('input', 'precharge_i', 'precharge', 'bitlines and reference lines back to full'),
    port('input', 'rwl_p_i', 'rwl_p', 'word lines of x > 0', 'ROWS-1:0', rows),
    port('input', 'rwl_n_i', 'rwl_n', 'word lines of x < 0: lines swapped', 'ROWS-1:0', rows),
    port('input', 'trim_rwl_i', 'trim_rwl', 'word line of all trim rows'),
    port('input', 'share_i', 'share', 'share charge: the next slice weighs double'),
    port(
      'input',
      'ref_group_i',
      'ref_group',
      'word lines of a group; 0: offset',
      '(1<<ADC_BITS)-1:0',
      2 ** adcBits,
    ),
    ...(shape.ramp === 'falling'
      ? [port('input', 'ref_swap_i', 'ref_swap', 'reference lines swapped: groups take back')]
      : []),
    port('input', 'ref_bank_i', 'bank', 'reference columns in use', 'BANK_W-1:0', bitsFor(banks)),
    port('input', 'sense_i', 'sense', 'sense amplifiers on'),
    port(
      'output',
      'sa_o',
      shape.selfTest ? 'array_sa' : 'sa',
      'MAC at or above the reference',
      'COLS-1:0',
      columns,
    ),
    port('input', 'mem_en_i', 'mem_en', 'access a word of cells'),
    port('input', 'mem_we_i', 'mem_we', 'write'),
    port('input', 'mem_ref_i', 'mem_ref', '1: reference cells, 0: weights, trim'),
    port('input', 'mem_bank_i', 'mem_bank', 'reference bank', 'BANK_W-1:0', bitsFor(banks)),
    port('input', 'mem_row_i', 'mem_row', 'row; trim rows from ROWS', 'ROW_W-1:0', rowWidth(shape)),
    port('input', 'mem_plane_i', 'mem_plane', 'weights: 0 for wp, 1 for wn'),
    port('input', 'mem_word_i', 'mem_word', '32 columns', 'WORD_W-1:0', cellWordWidth(shape)),
    port('input', 'mem_wdata_i', cellNet('wdata'), 'one bit a cell', '31:0', 32),
    port('input', 'mem_strb_i', cellNet('strb'), 'bytes to write', '3:0', 4),
    port('output', 'mem_rdata_o', 'mem_rdata', 'one cycle after mem_en_i', '31:0', 32),
  ];
}
