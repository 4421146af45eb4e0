import type { MacroPlan } from '../plan/plan.js';
import { macCycles, scheduleOf } from '../plan/schedule.js';
import type { MacroShape } from '../plan/shape.js';
import { busProof } from './bus-proofs.js';
import { FEW_CYCLES, type Proof, type Witness } from './proof.js';

/** The proofs of a macro, in the order in which they are reported. */
export function proofsOf(plan: MacroPlan): readonly Proof[] {
  return [decoderProof(plan.shape), rampProof(plan.shape), conversionProof(plan), busProof(plan.config.bus)];
}

const TABLE_RANGE = 'BANKS*(1<<ADC_BITS)*OUT_BITS-1:0';

function decoderProof(shape: MacroShape): Proof {
  return {
    name: 'decoder',
    template: 'prove_decoder',
    title: 'decoder = table',
    design: ['_decoder'],
    surroundings: [],
    models: [],
    removed: [],
    driven: [],
    observed: [{ port: 'table_i', range: TABLE_RANGE, net: 'u_decoder.table_q' }],
    combinational: false,
    assumptions: [{ name: 'banks', says: 'a look-up names a bank that exists' }],
    properties: [
      { name: 'contents', says: 'every entry: as planned after reset, then as written' },
      { name: 'read', says: 'what is read is the entry of that bank and code' },
      ...(shape.readout === 'column_lut'
        ? [{ name: 'whole_table', says: 'all columns see the table of their bank' }]
        : []),
      ...(shape.readout === 'broadcast'
        ? [{ name: 'step_read', says: 'the value of a ramp step is its entry' }]
        : []),
    ],
    witnesses: [{ name: 'rewritten', says: 'the last entry differs from the planned one', cycle: 3 }],
    horizon: FEW_CYCLES,
    effort: 10,
  };
}

function rampProof(shape: MacroShape): Proof {
  const falling = shape.ramp === 'falling';
  return {
    name: 'ramp',
    template: 'prove_ramp',
    title: 'ramp groups',
    design: ['_reference_drivers'],
    surroundings: [],
    models: [],
    removed: [],
    driven: [],
    observed: [],
    combinational: true,
    assumptions: [{ name: 'legal', says: 'a width, and steps and a group that it has' }],
    properties: [
      { name: 'own_groups', says: 'a step drives its groups and no others' },
      { name: 'disjoint', says: 'no two steps share a group' },
      {
        name: 'covered',
        says: falling
          ? 'every group of the width is driven, then taken back once'
          : 'every group of the width has its step',
      },
      { name: 'offset', says: 'the offset group is driven in the first step only' },
      {
        name: 'swap',
        says: falling ? 'the lines are swapped after the first step' : 'the lines are never swapped',
      },
      { name: 'silent', says: 'outside the ramp nothing is driven' },
    ],
    witnesses: [{ name: 'driving', says: 'the last step of the narrowest width', cycle: 1 }],
    horizon: 1,
    effort: 5,
  };
}

function conversionProof(plan: MacroPlan): Proof {
  const { shape } = plan;
  const inside = (port: string, net: string, range = '') => ({ port, net: `u_macro.${net}`, range });
  const stateRange = `COLS*${shape.readout === 'broadcast' ? 'OUT_BITS' : 'ADC_BITS'}-1:0`;
  return {
    name: 'conversion',
    template: 'prove_conversion',
    title: 'conversions',
    design: [
      '',
      `_${plan.config.bus}`,
      '_registers',
      '_controller',
      '_reference_drivers',
      columnModule(shape),
      '_decoder',
    ],
    surroundings: ['rtl/*_input_drivers.v', 'blackbox/*_array.v'],
    models: ['naive_schedule'],
    removed: ['u_array', 'u_input_drivers'],
    driven: [
      { net: 'u_macro.sa', by: 'sa_o' },
      { net: 'u_macro.mem_rdata', by: 'cells_i' },
    ],
    observed: [
      inside('req_i', 'req'),
      inside('we_i', 'we'),
      inside('addr_i', 'addr', '19:0'),
      inside('wdata_i', 'wdata', '31:0'),
      inside('strb_i', 'strb', '3:0'),
      inside('rdata_i', 'rdata', '31:0'),
      inside('error_i', 'error'),
      inside('cycle_i', 'cycle', '7:0'),
      inside('step_i', 'step', 'ADC_BITS-1:0'),
      inside('bank_i', 'bank', 'BANK_W-1:0'),
      inside('bits_i', 'bits', '2:0'),
      inside('queued_i', 'queued'),
      inside('sense_i', 'sense'),
      inside('strobe_i', 'strobe'),
      inside('group_i', 'ref_group', '(1<<ADC_BITS)-1:0'),
      inside('swap_i', 'ref_swap'),
      inside('state_i', 'state', stateRange),
      inside('result_i', 'u_columns.result', stateRange),
      inside('table_i', 'u_decoder.table_q', TABLE_RANGE),
      inside('finished_i', 'u_registers.done_q'),
      inside('errors_i', 'u_registers.error_q', '5:0'),
      ...(shape.readout === 'broadcast'
        ? []
        : [inside('result_bank_i', 'u_registers.result_bank_q', 'BANK_W-1:0')]),
      ...(shape.doubleBuffer
        ? [
            inside('next_bank_i', 'u_controller.gen_queue.bank_next_q', 'BANK_W-1:0'),
            inside('next_bits_i', 'u_controller.gen_queue.bits_next_q', '2:0'),
          ]
        : []),
    ],
    combinational: false,
    assumptions: [{ name: 'steady', says: 'the watched column is one of the macro, and stays' }],
    properties: [
      { name: 'schedule', says: 'phases, steps and comparisons are where they are stated' },
      { name: 'in_time', says: 'done within the stated cycles' },
      { name: 'idle', says: 'busy until all that was accepted is done, then idle' },
      { name: 'counters', says: 'no counter passes its end' },
      { name: 'one_each', says: 'one done for every accepted start' },
      { name: 'in_order', says: 'in order, each with its bank and width' },
      { name: 'legal', says: 'only banks and widths that exist run' },
      { name: 'groups', says: 'each step drives its reference groups, in its cycles' },
      { name: 'columns', says: 'every comparison moves every column as it should' },
      { name: 'codes', says: 'code = number of references at or below the input' },
      { name: 'results', says: 'results stay until the next conversion is done' },
      { name: 'read', says: 'a read gives code and decoded value of the column asked for' },
      { name: 'flags', says: 'done and lost are kept until cleared' },
      { name: 'planned', says: 'reset brings the planned tables back' },
      ...(columnsShown(shape)
        ? [{ name: 'values', says: 'the pins show the decoded value of every column' }]
        : []),
    ],
    witnesses: conversionWitnesses(shape),
    horizon: 4 + Math.max(2 * scheduleOf(shape, 1).total, scheduleOf(shape, shape.adcBits).total),
    effort: 100,
  };
}

function conversionWitnesses(shape: MacroShape): readonly Witness[] {
  // Reset, the access, then the conversion.
  const done = (bits: number) => 2 + scheduleOf(shape, bits).total;
  return [{ name: 'converted', says: 'a 1-bit conversion ends with a column at code 1', cycle: done(1) }];
}

export function columnModule(shape: MacroShape): string {
  return shape.readout === 'column_lut' ? '_column_lut' : `_column_${shape.readout}`;
}

function columnsShown(shape: MacroShape): boolean {
  return shape.readout === 'column_lut' || shape.readout === 'broadcast';
}

/** Cycles of the longest phase or ramp step: the cycle counter stays below. */
export function longestPhase(shape: MacroShape): number {
  return Math.max(shape.prechargeCycles, macCycles(shape), shape.referencePulses);
}
