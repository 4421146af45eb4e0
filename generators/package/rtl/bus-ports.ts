import type { Bus } from '../../macro/config/macro.js';

/** A pin of the macro's bus. Top level, adapter and testbench are made from the one list of its bus. */
export interface BusPin {
  readonly name: string;
  readonly direction: 'input' | 'output';
  readonly width: number;
  readonly meaning: string;
}

/** What the templates and documents of a bus are made from. */
export interface BusInterface {
  /** As its standard calls it. */
  readonly title: string;
  /** Of the adapter's file. */
  readonly purpose: string;
  readonly pins: readonly BusPin[];
  /** The adapter has flip-flops: it takes clock and reset. */
  readonly clocked: boolean;
  /** How a refused access is answered. */
  readonly refusal: string;
  /** Clock cycles of an access, and how often one can pass. */
  readonly pace: string;
  /** What becomes of an access that the master gives up. */
  readonly abort: string;
}

const ADDRESS = 20;
const DATA = 32;
const BYTES = 4;

function pin(direction: BusPin['direction'], name: string, meaning: string, width = 1): BusPin {
  return { name, direction, width, meaning };
}

const APB: BusInterface = {
  title: 'APB4',
  purpose: 'APB completer: every transfer is one request',
  clocked: false,
  refusal: '`pslverr_o`',
  pace: 'two cycles, no wait states, back to back: one access in two cycles',
  abort: '`psel_i` that drops after the setup cycle: the access has taken effect, nothing is answered',
  pins: [
    pin('input', 'psel_i', 'this completer is meant'),
    pin('input', 'penable_i', 'access phase, after one cycle of setup'),
    pin('input', 'pwrite_i', '1: write'),
    pin('input', 'paddr_i', 'byte address', ADDRESS),
    pin('input', 'pwdata_i', 'write data', DATA),
    pin('input', 'pstrb_i', 'bytes to write', BYTES),
    pin('output', 'pready_o', 'always 1: no wait states'),
    pin('output', 'prdata_o', 'read data, in the access phase', DATA),
    pin('output', 'pslverr_o', 'the access was refused'),
  ],
};

const AXI4LITE: BusInterface = {
  title: 'AXI4-Lite',
  purpose: 'AXI4-Lite subordinate: reads and writes take turns as requests',
  clocked: true,
  refusal: 'SLVERR (2) on `axi_bresp_o` or `axi_rresp_o`',
  pace:
    'write response in the cycle after the last of its handshakes, read response in the second cycle after; up to ' +
    'one access a cycle, reads and writes taking turns where both wait; a response that waits holds up its own ' +
    'direction only',
  abort: 'not possible; only a reset drops what is under way',
  pins: [
    pin('input', 'axi_awvalid_i', 'write address'),
    pin('output', 'axi_awready_o', 'room for a write address'),
    pin('input', 'axi_awaddr_i', 'byte address', ADDRESS),
    pin('input', 'axi_awprot_i', 'accepted, of no effect', 3),
    pin('input', 'axi_wvalid_i', 'write data, before or after its address'),
    pin('output', 'axi_wready_o', 'room for write data'),
    pin('input', 'axi_wdata_i', 'one word', DATA),
    pin('input', 'axi_wstrb_i', 'bytes to write', BYTES),
    pin('output', 'axi_bvalid_o', 'write response, until it is taken'),
    pin('input', 'axi_bready_i', 'write response taken'),
    pin('output', 'axi_bresp_o', '0: done, 2: refused', 2),
    pin('input', 'axi_arvalid_i', 'read address'),
    pin('output', 'axi_arready_o', 'room for a read address'),
    pin('input', 'axi_araddr_i', 'byte address', ADDRESS),
    pin('input', 'axi_arprot_i', 'accepted, of no effect', 3),
    pin('output', 'axi_rvalid_o', 'read response, until it is taken'),
    pin('input', 'axi_rready_i', 'read response taken'),
    pin('output', 'axi_rdata_o', 'one word', DATA),
    pin('output', 'axi_rresp_o', '0: done, 2: refused', 2),
  ],
};

const WISHBONE: BusInterface = {
  title: 'Wishbone B4, classic',
  purpose: 'Wishbone B4 classic device: every cycle is one request',
  clocked: true,
  refusal: '`wb_err_o` in place of `wb_ack_o`',
  pace: 'acknowledged in the second cycle: one access in two cycles',
  abort:
    '`wb_cyc_i` or `wb_stb_i` that drops before the answer: the access has taken effect, nothing is answered',
  pins: [
    pin('input', 'wb_cyc_i', 'a bus cycle is under way'),
    pin('input', 'wb_stb_i', 'this device is meant; stays until answered'),
    pin('input', 'wb_we_i', '1: write'),
    pin('input', 'wb_adr_i', 'byte address', ADDRESS),
    pin('input', 'wb_dat_i', 'write data', DATA),
    pin('input', 'wb_sel_i', 'bytes to write; a read gives all', BYTES),
    pin('output', 'wb_dat_o', 'read data, with wb_ack_o', DATA),
    pin('output', 'wb_ack_o', 'done'),
    pin('output', 'wb_err_o', 'refused'),
  ],
};

const WISHBONE_PIPELINED: BusInterface = {
  ...WISHBONE,
  title: 'Wishbone B4, pipelined',
  purpose: 'Wishbone B4 pipelined device: a request in every cycle',
  pace: 'answered in the next cycle: one access a cycle, answers in order',
  abort: '`wb_cyc_i` that drops before the answer: the access has taken effect, nothing is answered',
  pins: [
    ...WISHBONE.pins.map((one) =>
      one.name === 'wb_stb_i' ? { ...one, meaning: 'this device is meant: one request a cycle' } : one,
    ),
    pin('output', 'wb_stall_o', 'always 0: a request is taken in every cycle'),
  ],
};

export const BUSES: Readonly<Record<Bus, BusInterface>> = {
  apb: APB,
  axi4lite: AXI4LITE,
  wishbone: WISHBONE,
  wishbone_pipelined: WISHBONE_PIPELINED,
};

/**
 * The other side of every adapter, towards the registers: a request lasts one cycle, its answer is there in the
 * next. AXI4-Lite takes the answer of a write in the cycle of its request.
 */
export function requestPins(bus: Bus): readonly BusPin[] {
  return [
    pin('output', 'req_o', 'one cycle an access'),
    pin('output', 'we_o', '1: write'),
    pin('output', 'addr_o', 'byte address', ADDRESS),
    pin('output', 'wdata_o', 'one word', DATA),
    pin('output', 'strb_o', 'bytes to write', BYTES),
    ...(answersWritesAtOnce(bus) ? [pin('input', 'refused_i', 'refused, in the same cycle')] : []),
    pin('input', 'rdata_i', 'answer, in the next cycle', DATA),
    pin('input', 'error_i', 'refused, in the next cycle'),
  ];
}

/** Whether the registers say in the cycle of a request that it is refused. */
export function answersWritesAtOnce(bus: Bus): boolean {
  return bus === 'axi4lite';
}
