import type { MacroPlan } from '../../macro/plan/plan.js';
import { readoutOf } from '../../macro/plan/readouts.js';
import { errorsOf } from '../../macro/plan/registers.js';
import { macCycles, scheduleOf } from '../../macro/plan/schedule.js';
import type { MacroShape } from '../../macro/plan/shape.js';
import { hasStreams } from '../../macro/plan/streams.js';
import { fieldsAtOnce } from '../rtl/wide-access.js';
import { busProof } from './bus-proofs.js';
import { calibrationProof } from './calibration-proof.js';
import { type Claim, FEW_CYCLES, outputsOf, type Proof, together } from './proof.js';
import { streamsProof } from './stream-proof.js';

/** The proofs of a macro, in the order in which they are reported. */
export function proofsOf(plan: MacroPlan): readonly Proof[] {
  const { shape, config } = plan;
  return [
    decoderProof(shape),
    rampProof(shape),
    columnsProof(shape),
    conversionProof(plan),
    ...(hasStreams(shape) ? [streamsProof(shape)] : []),
    ...(shape.selfCalibrate ? [calibrationProof(shape)] : []),
    ...(shape.march || shape.selfTest ? [testModesProof(shape)] : []),
    busProof(config.bus),
  ];
}

const TABLE_RANGE = 'BANKS*(1<<ADC_BITS)*OUT_BITS-1:0';

function decoderProof(shape: MacroShape): Proof {
  const contents = { name: 'contents', says: 'every entry: as planned after reset, then as written' };
  const lookups: readonly Claim[] = [
    { name: 'read', says: 'what is read is the entry of that bank and code' },
    ...(readoutOf(shape).decodes === 'columns'
      ? [{ name: 'whole_table', says: 'all columns see the table of their bank' }]
      : []),
    ...(readoutOf(shape).decodes === 'step'
      ? [{ name: 'step_read', says: 'the value of a ramp step is its entry' }]
      : []),
  ];
  // A field at a time: together they are no small proof.
  const fields: readonly Claim[] =
    (hasStreams(shape) || shape.packedWords) && readoutOf(shape).decodes !== 'step'
      ? [
          {
            name: 'fields_read',
            says: `each field of a ${shape.packedWords ? 'packed word' : 'beat'} is the entry of its code`,
            parts: fieldsAtOnce(shape),
          },
        ]
      : [];
  return {
    name: 'decoder',
    template: 'prove_decoder',
    title: 'decoder = table',
    design: ['_decoder'],
    models: [],
    removed: [],
    driven: [],
    observed: [{ port: 'table_i', range: TABLE_RANGE, net: 'u_decoder.table_q' }],
    clocked: true,
    bitwise: false,
    assumptions: [{ name: 'banks', says: 'a look-up or write names a bank that exists' }],
    properties: [contents, ...lookups, ...fields],
    stages: [
      ...together([contents]),
      ...together(lookups, true),
      ...fields.flatMap(outputsOf).map((output) => ({ outputs: [output], anyState: true })),
    ],
    witnesses: [{ name: 'rewritten', says: 'the last entry differs from the planned one', cycle: 3 }],
    horizon: FEW_CYCLES,
    effort: 10,
  };
}

function rampProof(shape: MacroShape): Proof {
  const falling = shape.ramp === 'falling';
  const properties: readonly Claim[] = [
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
  ];
  return {
    name: 'ramp',
    template: 'prove_ramp',
    title: 'ramp groups',
    design: ['_reference_drivers'],
    models: [],
    removed: [],
    driven: [],
    observed: [],
    clocked: false,
    bitwise: false,
    assumptions: [{ name: 'legal', says: 'a width, and steps and a group that it has' }],
    properties,
    stages: together(properties, true),
    witnesses: [{ name: 'driving', says: 'the last step of the narrowest width', cycle: 1 }],
    horizon: 1,
    effort: 5,
  };
}

/** Columns whose converters are proved at a time: proofs grow faster than their parts. */
const COLUMNS_A_PART = 16;

/** Groups of neighbouring columns. */
export function columnParts({
  columns,
}: MacroShape): readonly { readonly from: number; readonly count: number }[] {
  return Array.from({ length: Math.ceil(columns / COLUMNS_A_PART) }, (_, part) => {
    const from = part * COLUMNS_A_PART;
    return { from, count: Math.min(COLUMNS_A_PART, columns - from) };
  });
}

function columnsProof(shape: MacroShape): Proof {
  const { module, moves, holds, decodes, showsAll } = readoutOf(shape);
  const parts = columnParts(shape).length;
  const each: readonly Claim[] = [
    { name: 'moved', says: 'a comparison moves each column by its own comparator', parts },
    { name: 'kept', says: 'each result is that of its own column', parts },
    ...(moves === 'follows'
      ? [{ name: 'followed', says: 'columns may take over the step that is compared', parts }]
      : []),
  ];
  const shown: readonly Claim[] = showsAll
    ? [{ name: 'shown', says: 'the pins show the decoded value of every column', parts }]
    : [];
  const read: readonly Claim[] = [
    { name: 'read', says: 'what is read is the result of the column asked for' },
    ...(shape.packedWords
      ? [{ name: 'beside', says: 'beside it are the results of the columns of its packed word' }]
      : []),
  ];
  const ofPart = (claims: readonly Claim[], part: number) => claims.map((claim) => outputsOf(claim)[part]!);
  return {
    name: 'columns',
    template: 'prove_columns',
    title: 'column converters',
    design: [`_${module}`],
    models: ['naive_column'],
    removed: [],
    driven: [],
    observed: [
      {
        port: 'result_i',
        net: 'u_columns.result',
        range: `COLS*${holds === 'value' ? 'OUT_BITS' : 'ADC_BITS'}-1:0`,
      },
      ...(moves === 'follows' && decodes === 'read'
        ? [{ port: 'code_i', net: 'u_columns.code', range: 'ADC_BITS-1:0' }]
        : []),
    ],
    clocked: true,
    bitwise: true,
    assumptions: [{ name: 'exists', says: 'the column that is read exists' }],
    properties: [...each, ...shown, ...read],
    stages: [
      ...columnParts(shape).map((_, part) => ({ outputs: ofPart(each, part), anyState: false })),
      ...(shown.length > 0
        ? columnParts(shape).map((_, part) => ({ outputs: ofPart(shown, part), anyState: true }))
        : []),
      ...together(read, true),
    ],
    witnesses: [{ name: 'filled', says: 'the last column has a result', cycle: 4 }],
    horizon: FEW_CYCLES,
    effort: 50,
  };
}

function conversionProof(plan: MacroPlan): Proof {
  const { shape } = plan;
  const inside = (port: string, net: string, range = '') => ({ port, net: `u_macro.${net}`, range });
  const given = (net: string) => ({ net: `u_macro.${net}`, by: `${net}_i` });
  const holdsValues = readoutOf(shape).holds === 'value';
  const streams = hasStreams(shape);
  // Of an access, the cycle in which its request reaches the registers.
  const requestCycle = plan.config.bus === 'axi4lite' ? 2 : 1;
  const properties: readonly Claim[] = [
    { name: 'schedule', says: 'phases, steps and comparisons are where they are stated' },
    { name: 'in_time', says: 'done within the stated cycles' },
    { name: 'idle', says: 'busy until all that was accepted is done, then idle' },
    { name: 'counters', says: 'no counter passes its end' },
    { name: 'accepted', says: 'a legal start is accepted, unless there is no room' },
    { name: 'one_each', says: 'one done for every accepted start' },
    { name: 'in_order', says: 'in order, each with its bank and width' },
    { name: 'legal', says: 'only banks and widths that exist run' },
    { name: 'groups', says: 'each step drives its reference groups, in its cycles' },
    { name: 'columns', says: 'every comparison moves the column as it should' },
    { name: 'codes', says: 'code = number of references at or below the input' },
    { name: 'results', says: 'results stay until the next conversion is done' },
    { name: 'read', says: 'a read gives code and decoded value of the column asked for' },
    ...(shape.packedWords
      ? [{ name: 'read_packed', says: 'a packed read gives the decoded value of every column in it' }]
      : []),
    { name: 'flags', says: 'done and lost are kept until cleared' },
    { name: 'empty', says: 'a write without a byte strobe changes nothing, and is no error' },
    { name: 'planned', says: 'reset brings the planned tables back' },
  ];
  return {
    name: 'conversion',
    template: 'prove_conversion',
    title: 'conversions',
    design: ['', `_${plan.config.bus}`, '_registers', '_controller', '_reference_drivers', '_decoder'],
    models: ['naive_schedule', 'naive_column'],
    removed: [
      ...['u_array', 'u_input_drivers', 'u_columns'],
      ...(streams ? ['u_stream_input', 'u_stream_output'] : []),
      ...(shape.selfCalibrate ? ['u_calibration'] : []),
      ...(shape.march ? ['u_march'] : []),
      ...(shape.selfTest ? ['u_self_test'] : []),
    ],
    driven: [
      { net: 'u_macro.sa', by: 'sa_o' },
      { net: 'u_macro.mem_rdata', by: 'cells_i' },
      { net: 'u_macro.code', by: 'code_o' },
      ...(shape.march ? ['march', 'march_address', 'march_data'].map(given) : []),
      ...(shape.selfTest ? ['self_test'].map(given) : []),
      ...(holdsValues ? [{ net: 'u_macro.result', by: 'result_o' }] : []),
      ...(shape.packedWords ? [{ net: 'u_macro.fields', by: 'fields_o' }] : []),
      ...(streams ? ['room', 'stream_busy', 'stream_error'].map(given) : []),
      ...(shape.selfCalibrate ? [{ net: 'u_macro.calibration', by: 'calibration_o' }] : []),
      ...(streams || shape.selfCalibrate
        ? ['start', 'start_bank', 'start_bits'].map((net) => ({ net: `u_macro.${net}`, by: `${net}_o` }))
        : []),
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
      ...(streams
        ? [
            inside('bus_start_i', 'bus_start'),
            inside('stream_enable_i', 'stream_enable'),
            inside('stream_owner_i', 'stream_owner'),
          ]
        : [inside('start_i', shape.selfCalibrate ? 'asked_start' : 'start')]),
      inside('table_write_i', 'table_write'),
      ...(shape.march ? [inside('march_write_i', 'march_write')] : []),
      ...(shape.selfCalibrate ? [inside('calibration_write_i', 'calibration_write')] : []),
      ...(shape.selfTest ? [inside('self_test_write_i', 'self_test_write')] : []),
      inside('queued_i', 'queued'),
      inside('load_i', 'load'),
      inside('mac_i', 'mac'),
      inside('sense_i', 'sense'),
      inside('strobe_i', 'strobe'),
      inside('group_i', 'ref_group', '(1<<ADC_BITS)-1:0'),
      inside('swap_i', 'ref_swap'),
      inside('last_i', 'last', 'ADC_BITS-1:0'),
      inside('clear_i', 'precharge'),
      inside('column_i', 'column', 'COL_W-1:0'),
      ...(holdsValues ? [inside('value_i', 'value', 'OUT_BITS-1:0')] : []),
      inside('table_i', 'u_decoder.table_q', TABLE_RANGE),
      inside('finished_i', 'u_registers.done_q'),
      inside('errors_i', 'u_registers.error_q', `${errorsOf(shape).length - 1}:0`),
      inside('interrupts_i', 'u_registers.interrupt_q', '1:0'),
      ...(holdsValues ? [] : [inside('result_bank_i', 'u_registers.result_bank_q', 'BANK_W-1:0')]),
      ...(shape.doubleBuffer
        ? [
            inside('next_bank_i', 'u_controller.gen_queue.bank_next_q', 'BANK_W-1:0'),
            inside('next_bits_i', 'u_controller.gen_queue.bits_next_q', '2:0'),
          ]
        : []),
    ],
    clocked: true,
    bitwise: false,
    assumptions: [
      { name: 'steady', says: 'the watched column is one of the macro, and stays' },
      ...(streams
        ? [{ name: 'streams', says: 'a stream starts what exists, while it has the data path' }]
        : []),
    ],
    properties,
    stages: together(properties),
    witnesses: [
      {
        name: 'converted',
        says: 'a 1-bit conversion ends with a column at code 1',
        // Reset, the access, then the conversion.
        cycle: 1 + requestCycle + scheduleOf(shape, 1).total,
      },
    ],
    horizon:
      3 + requestCycle + Math.max(2 * scheduleOf(shape, 1).total, scheduleOf(shape, shape.adcBits).total),
    effort: 100,
  };
}

/** The conversion proof takes the test modes away: at rest they change nothing. */
function testModesProof({ march, selfTest }: MacroShape): Proof {
  const properties: readonly Claim[] = [
    ...(march
      ? [
          { name: 'march_rests', says: 'no march runs before its register is written' },
          { name: 'march_passes', says: 'without a march the cell port is that of the bus' },
        ]
      : []),
    ...(selfTest
      ? [
          { name: 'self_test_rests', says: 'no self-test before its register is written' },
          { name: 'self_test_passes', says: 'without it the comparators are those of the array' },
        ]
      : []),
  ];
  return {
    name: 'test_modes',
    template: 'prove_test_modes',
    title: 'test modes at rest',
    design: [...(march ? ['_march'] : []), ...(selfTest ? ['_self_test'] : [])],
    models: [],
    removed: [],
    driven: [],
    observed: [],
    clocked: true,
    bitwise: false,
    assumptions: [],
    properties,
    stages: together(properties),
    witnesses: [{ name: 'testing', says: 'all test modes run', cycle: 3 }],
    horizon: FEW_CYCLES,
    effort: 5,
  };
}

/** Cycles of the longest phase or ramp step: the cycle counter stays below. */
export function longestPhase(shape: MacroShape): number {
  return Math.max(shape.prechargeCycles, macCycles(shape), shape.referencePulses);
}
