import { scheduleOf } from '../../macro/plan/schedule.js';
import { inputBeats, outputBeats, type StreamShape } from '../../macro/plan/streams.js';
import { type Proof, together } from './proof.js';

/** The stream ports with the controller between them; the macro around them is another proof's. */
export function streamsProof(shape: StreamShape): Proof {
  const inside = (port: string, net: string, range = '') => ({ port, net, range });
  const properties = [
    { name: 'registered', says: 'ready and valid are given whatever the other side does' },
    { name: 'stays', says: 'a beat that waits stays as it is' },
    { name: 'whole', says: "a whole vector's last beat starts a conversion, nothing else does" },
    { name: 'reported', says: 'a vector that is dropped sets an error bit, no other does' },
    { name: 'none_lost', says: 'one result vector for every vector that started a conversion' },
    { name: 'in_order', says: 'in order, each with its bank and width' },
    { name: 'beats', says: 'beat after beat of a result, the last one marked' },
    { name: 'values', says: 'what leaves of a column is what was handed over of it' },
    { name: 'schedule', says: 'phases, steps and comparisons are where they are stated' },
    {
      name: 'period',
      says: 'where nobody waits, the next begins within max(conversion, beats)',
    },
  ];
  // Reset, the beats of a vector, its conversion, the first of its results.
  const first = 1 + inputBeats(shape) + scheduleOf(shape, 1).total + 2;
  return {
    name: 'streams',
    template: 'prove_streams',
    title: 'streams',
    design: ['_stream_input', '_controller', '_stream_output'],
    models: ['naive_schedule'],
    removed: [],
    driven: [],
    observed: [
      inside('beat_i', 'u_input.beat_q', 'BEAT_W-1:0'),
      inside('drops_i', 'u_input.drops_q'),
      inside('named_bank_i', 'u_input.bank_q', 'BANK_W-1:0'),
      inside('named_bits_i', 'u_input.bits_q', '2:0'),
      inside('next_bank_i', 'u_controller.gen_queue.bank_next_q', 'BANK_W-1:0'),
      inside('next_bits_i', 'u_controller.gen_queue.bits_next_q', '2:0'),
      inside('full_i', 'u_output.full_q'),
      inside('group_i', 'u_output.group_q', 'GROUP_W-1:0'),
      inside('made_bank_i', 'u_output.bank_q', 'BANK_W-1:0'),
      inside('made_bits_i', 'u_output.bits_q', '2:0'),
      inside('valid_i', 'u_output.valid_q'),
    ],
    clocked: true,
    bitwise: false,
    assumptions: [{ name: 'steady', says: 'the watched column is one of the macro, and stays' }],
    properties,
    stages: together(properties),
    witnesses: [{ name: 'leaves', says: 'a beat of results is taken', cycle: first }],
    // Results that the receiver holds up, and the conversion after them.
    horizon: first + outputBeats(shape) + inputBeats(shape) + scheduleOf(shape, 1).total,
    effort: 20,
  };
}
