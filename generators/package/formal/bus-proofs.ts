import type { Bus } from '../../macro/config/macro.js';
import { type Claim, FEW_CYCLES, type Observed, type Proof, together, type Witness } from './proof.js';

interface BusClaims {
  readonly observed: readonly Observed[];
  readonly assumptions: readonly Claim[];
  readonly properties: readonly Claim[];
  readonly witnesses: readonly Witness[];
}

const claim = (name: string, says: string): Claim => ({ name, says });

const CARRIED = claim('carried', 'with its address, data, strobes and direction');
const ANSWERED = claim('answered', 'the answer is that of the registers to this access');
const EXCLUSIVE = claim('exclusive', 'never wb_ack_o and wb_err_o together');

const held = (register: string, range: string): Observed => ({
  port: `held_${register.replace(/_q$/, '')}_i`,
  range,
  net: `u_bus.${register}`,
});

const CLAIMS: Readonly<Record<Bus, BusClaims>> = {
  apb: {
    observed: [],
    assumptions: [claim('requester', 'access follows setup, unchanged')],
    properties: [
      claim('one_request', 'one request a transfer, in its setup cycle'),
      CARRIED,
      claim('no_wait', 'every transfer ends in its first access cycle'),
      ANSWERED,
      claim('error_phase', 'pslverr_o at the end of a transfer only'),
    ],
    witnesses: [{ ...claim('transferred', 'a transfer ends with an error'), cycle: 3 }],
  },
  axi4lite: {
    observed: [
      held('awaddr_q', '19:0'),
      held('wdata_q', '31:0'),
      held('wstrb_q', '3:0'),
      held('araddr_q', '19:0'),
      held('r_two_q', ''),
      held('r_new_q', ''),
      held('b_error_q', ''),
      held('r_first_q', '32:0'),
      held('r_last_q', '32:0'),
    ],
    assumptions: [claim('manager', 'what is valid stays until it is taken')],
    properties: [
      claim('room', 'ready where there is room or room is made, at most one waits'),
      claim('write_once', 'one request a write, its address and data'),
      claim('read_once', 'one request a read, its address'),
      claim('one_answer', 'one response a request, none without'),
      ANSWERED,
      claim('stable', 'a response stays as it is until it is taken'),
      claim('no_hang', 'a request goes out at once, or after one other'),
      claim('held', 'what waits is kept as it came'),
    ],
    witnesses: [{ ...claim('both_taken', 'a write and a read end in one cycle'), cycle: 5 }],
  },
  wishbone: {
    observed: [],
    assumptions: [claim('master', 'a strobe stays as it is until its answer, or ends')],
    properties: [
      claim('one_request', 'one request a strobe, in its first cycle'),
      CARRIED,
      claim('in_cycle', 'an answer in wb_cyc_i and wb_stb_i only'),
      EXCLUSIVE,
      claim('one_answer', 'one answer a request'),
      claim('in_time', 'a strobe is answered in its second cycle'),
      ANSWERED,
    ],
    witnesses: [{ ...claim('transferred', 'an access ends with an error'), cycle: 3 }],
  },
  wishbone_pipelined: {
    observed: [],
    assumptions: [],
    properties: [
      claim('no_stall', 'an access is taken in every cycle'),
      claim('one_request', 'one request an access'),
      CARRIED,
      claim('in_cycle', 'an answer in wb_cyc_i only, to an access'),
      EXCLUSIVE,
      claim('one_answer', 'one answer an access, in the next cycle'),
      ANSWERED,
    ],
    witnesses: [{ ...claim('transferred', 'answer and next access in one cycle'), cycle: 3 }],
  },
};

/** The rules of the macro's bus. */
export function busProof(bus: Bus): Proof {
  const claims = CLAIMS[bus];
  return {
    name: 'bus',
    title: 'bus protocol',
    design: [`_${bus}`],
    template: `prove_bus_${bus}`,
    models: [],
    removed: [],
    driven: [],
    clocked: true,
    bitwise: false,
    ...claims,
    stages: together(claims.properties),
    horizon: FEW_CYCLES,
    effort: 1,
  };
}
