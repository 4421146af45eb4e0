import { type PsumPlan, productBits, sumCycles } from '../../macro/psum/plan.js';
import { FEW_CYCLES, type Observed, type Proof, together } from '../formal/proof.js';

/** The proofs of a unit, in the order in which they are reported. */
export function psumProofs(plan: PsumPlan): readonly Proof[] {
  return [laneProof(plan), sequenceProof(plan), outputProof()];
}

/** What all of them have in common. */
const SIMPLE = { models: [], removed: [], driven: [], clocked: true, bitwise: false } as const;

const inside = (instance: string) => (port: string, net: string, range: string) => ({
  port,
  net: `${instance}.${net}`,
  range,
});

function laneProof({ shape }: PsumPlan): Proof {
  const lane = inside('u_lane');
  const observed: readonly Observed[] = [
    lane('acc_i', 'acc_q', 'WORDS*ACC_BITS-1:0'),
    lane('scales_i', 'scale_q', 'WORDS*SCALE_BITS-1:0'),
    lane('biases_i', 'bias_q', 'WORDS*BIAS_BITS-1:0'),
    lane('loaded_i', 'value_q', 'VALUE_BITS-1:0'),
    lane('product_i', 'product_q', 'PRODUCT_BITS-1:0'),
    lane('sum_i', 'sum_q', 'ACC_BITS-1:0'),
    lane('scale_now_i', 'scale_now_q', 'SCALE_BITS-1:0'),
    lane('bias_now_i', 'bias_now_q', 'BIAS_BITS-1:0'),
    lane('low_half_i', 'low_q', 'ACC_BITS+LOW_BITS-1:0'),
    lane('high_half_i', 'high_q', 'ACC_BITS+HIGH_BITS-1:0'),
    lane('offset_i', 'offset_q', '32:0'),
    lane('total_i', 'total_q', 'TOTAL_BITS-1:0'),
    lane('shifted_i', 'shifted_q', 'TOTAL_BITS-1:0'),
  ];
  const sums = [
    { name: 'weighed', says: 'a product is value times weight' },
    { name: 'accumulated', says: 'an accumulator holds the exact sum of its products' },
    { name: 'no_overflow', says: 'no sum overflows' },
  ];
  const scaled = [
    { name: 'scaled', says: 'the halves of the scale times the sum' },
    { name: 'biased', says: 'bias and 2^(shift-1), 0 for shift 0' },
    { name: 'totalled', says: 'their sum does not overflow' },
  ];
  const rounded = [{ name: 'rounded', says: 'z 2^shift <= total < (z + 1) 2^shift' }];
  const clamped = [{ name: 'clamped', says: 'low where z < low, else high where z > high, else z' }];
  const stored = [
    { name: 'stored', says: 'scale and bias are as written last' },
    { name: 'looked_up', says: 'what is looked up is the scale and bias of its word' },
  ];
  return {
    ...SIMPLE,
    name: 'lane',
    template: 'prove_lane',
    title: `arithmetic: ${productBits(shape)}-bit products, ${shape.accBits}-bit sums`,
    design: ['_registers', '_lane'],
    observed,
    assumptions: [
      { name: 'steady', says: 'the watched word is one of the lane, and stays' },
      { name: 'counted', says: 'a sum has no more products than tiles and digits' },
    ],
    properties: [...sums, ...scaled, ...rounded, ...clamped, ...stored],
    stages: [
      ...together(sums),
      ...together(scaled),
      ...together(rounded),
      ...together(clamped, true),
      ...together(stored),
    ],
    witnesses: [{ name: 'summed', says: 'a sum is there, below 0 where values can be', cycle: 6 }],
    horizon: FEW_CYCLES,
    effort: 100,
  };
}

function sequenceProof({ shape }: PsumPlan): Proof {
  const sequence = inside('u_sequence');
  const properties = [
    { name: 'due', says: 'the beat that is due is one that there is' },
    { name: 'in_order', says: 'what is in the stages is in order, or begins a sum' },
    { name: 'there', says: 'each stage holds a beat that there is, first and final marked' },
    { name: 'counted', says: 'products so far, by the place of the last one' },
    { name: 'terms', says: 'a product is added to all that came before it, no others' },
    { name: 'whole', says: 'the last result is of the last beat, or marked' },
    { name: 'moves', says: 'the stages move together, and wait together' },
    { name: 'active', says: 'active while a sum has begun or a result is under way' },
    { name: 'kept', says: 'what goes on is kept, what completes a sum leaves' },
    { name: 'misfits', says: 'a misfit is told with its beat only' },
  ];
  return {
    ...SIMPLE,
    name: 'sequence',
    template: 'prove_sequence',
    title: 'order of beats',
    design: ['_sequence'],
    observed: [
      sequence('due_tile_i', 'tile_q', 'TILE_W-1:0'),
      sequence('due_digit_i', 'digit_q', 'DIGIT_W-1:0'),
      sequence('due_beat_i', 'beat_q', 'BEAT_W-1:0'),
      sequence('due_weight_i', 'weight_q', 'WEIGHT_W-1:0'),
      sequence('skip_i', 'skip_q', ''),
      sequence('value_valid_i', 'value_valid_q', ''),
      sequence('value_first_i', 'value_first_q', ''),
      sequence('value_final_i', 'value_final_q', ''),
      sequence('value_last_i', 'value_last_q', ''),
      sequence('value_bad_i', 'value_bad_q', ''),
      sequence('value_beat_i', 'value_beat_q', 'BEAT_W-1:0'),
      sequence('value_weight_i', 'value_weight_q', 'WEIGHT_W-1:0'),
      sequence('product_valid_i', 'product_valid_q', ''),
      sequence('product_final_i', 'product_final_q', ''),
      sequence('product_last_i', 'product_last_q', ''),
      sequence('product_bad_i', 'product_bad_q', ''),
      sequence('valid_stages_i', 'valid_q', '3:0'),
      sequence('last_stages_i', 'last_q', '3:0'),
      sequence('bad_stages_i', 'bad_q', '3:0'),
    ],
    assumptions: [{ name: 'steady', says: 'the watched beat is one of a pass, and stays' }],
    properties,
    stages: together(properties),
    witnesses: [
      {
        name: 'completed',
        says: 'the last beat of a sum is in its stage',
        // Reset, then one beat a cycle, two stages on.
        cycle: sumCycles(shape) + 3,
      },
    ],
    horizon: FEW_CYCLES,
    effort: 30,
  };
}

function outputProof(): Proof {
  const output = inside('u_output');
  const properties = [
    { name: 'fits', says: 'as many beats as a naive queue has, two at most' },
    { name: 'room', says: 'room below two, valid from one on' },
    { name: 'in_order', says: 'the beats of the queue, in its order' },
    { name: 'stable', says: 'a beat stays as it is until it is taken' },
  ];
  return {
    ...SIMPLE,
    name: 'output',
    template: 'prove_output',
    title: 'results wait',
    design: ['_output'],
    observed: [
      output('count_i', 'count_q', '1:0'),
      output('first_i', 'first_q', 'WIDTH-1:0'),
      output('second_i', 'second_q', 'WIDTH-1:0'),
    ],
    assumptions: [],
    properties,
    stages: together(properties),
    witnesses: [{ name: 'full', says: 'two beats wait', cycle: 4 }],
    horizon: FEW_CYCLES,
    effort: 5,
  };
}
