import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cosim } from '../../../generators/checks/cosim/cosim.js';
import { type Bus, macroSchema } from '../../../generators/macro/config/macro.js';
import { inputAddress, registerAddress, weightAddress } from '../../../generators/macro/plan/addresses.js';
import { packageFiles } from '../../../generators/package/package.js';
import { BUSES } from '../../../generators/package/rtl/bus-ports.js';
import {
  NO_STALL,
  type Stall,
  type TimedAccess,
  timingOf,
} from '../../../generators/package/vectors/bus-timing.js';
import { newBench } from '../../../generators/package/vectors/vectors.js';
import { CONFIGURATIONS, planOf } from '../../fixtures/configurations.js';
import { everyNth, forEveryChange } from '../../fixtures/every-change.js';
import { replaceOnce, withPackage } from '../../fixtures/packages.js';

const buses = macroSchema.shape.bus.unwrap().options;
const resets = macroSchema.shape.reset.unwrap().options;

const small = CONFIGURATIONS.find(({ config }) => config.name === 'axi4lite_async_low')!;
/** A start, if it had a byte. */
const EMPTY = { write: true, data: 0x0001_0001, strobes: 0 };
const planWith = (bus: Bus) => planOf({ ...small, config: { ...small.config, name: 'unit', bus } });

describe('the matrix of configurations', () => {
  it.each(
    forEveryChange(
      buses.flatMap((bus) => resets.map((reset) => [bus, reset] as const)),
      everyNth(5),
    ),
  )('has %s with %s', (bus, reset) => {
    const met = CONFIGURATIONS.filter(
      ({ config }) => (config.bus ?? 'apb') === bus && (config.reset ?? 'async_low') === reset,
    );
    expect(met.length).toBeGreaterThan(0);
  });
});

describe.each(buses)('a package with %s', (bus) => {
  const files = new Map(packageFiles(planWith(bus)).map(({ path: file, text }) => [file, text]));

  it('holds this adapter and no other', () => {
    const adapters = buses.filter((other) => files.has(`rtl/unit_${other}.v`));
    expect(adapters).toEqual([bus]);
  });

  it('has the same bus pins on top level, adapter, testbench and in its README', () => {
    const pins = BUSES[bus].pins.map(({ name }) => name);
    const declared = (file: string) =>
      [...files.get(file)!.matchAll(/^ +(?:input|output) +wire +(?:\[.*\] +)?(\w+)/gm)].map(
        (match) => match[1]!,
      );
    expect(declared('rtl/unit.v')).toEqual(expect.arrayContaining(pins));
    expect(declared(`rtl/unit_${bus}.v`)).toEqual(expect.arrayContaining(pins));
    for (const pin of pins) {
      expect(files.get('tb/unit_tb.v')).toMatch(new RegExp(`\\.${pin} +\\(${pin}\\)`));
      expect(files.get('README.md')).toMatch(new RegExp(`^\\| ${pin}(\\[\\d+:0\\])? \\|`, 'm'));
    }
  });

  it('answers a write without a byte strobe, at any address, and does nothing', () => {
    const { stimulus, plan } = newBench(planWith(bus), 1);
    const { machine } = stimulus;
    stimulus.write(registerAddress('interrupt'), 3);
    const one = (address: number) => ({ ...EMPTY, address, stall: NO_STALL });
    for (const address of [registerAddress('start'), registerAddress('id'), inputAddress(0), 0x2c, 0x0e]) {
      expect(machine.tick(one(address))).toEqual({ data: 0, error: false });
      expect(machine.busy).toBe(false);
    }
    stimulus.start(0, plan.layers[0]!.bits);
    expect(machine.tick(one(weightAddress(0, 0, 0)))).toEqual({ data: 0, error: false });
    expect(stimulus.read(registerAddress('error'))).toBe(0);
    expect(stimulus.read(registerAddress('interrupt'))).toBe(3);
  });

  const cycles = bus === 'axi4lite' ? 3 : 2;
  it(`answers an unstalled write in 2 cycles, a read in ${cycles}`, () => {
    const { stimulus } = newBench(planWith(bus), 1);
    for (let access = 1; access <= 3; access++) {
      stimulus.write(registerAddress('interrupt'), access);
      expect(stimulus.read(registerAddress('interrupt'))).toBe(access);
      expect(stimulus.machine.cycle).toBe((2 + cycles) * access);
    }
  });
});

describe('what a master sees of the timing', () => {
  const access = (write: boolean, stall: Partial<Stall> = {}): TimedAccess => ({
    write,
    stall: { ...NO_STALL, ...stall },
  });
  const reads = (count: number) => Array.from({ length: count }, () => access(false));

  it.each([
    ['apb', 10],
    ['wishbone', 10],
    ['wishbone_pipelined', 6],
    ['axi4lite', 7],
  ] as const)('%s: five reads take %i cycles', (bus, cycles) => {
    expect(timingOf(bus).cyclesOf(reads(5)).requests).toHaveLength(cycles);
  });

  it('AXI4-Lite: reads and writes that wait take turns', () => {
    const burst = [access(true), access(true), access(true), ...reads(3)];
    expect(timingOf('axi4lite').cyclesOf(burst).requests).toEqual([undefined, 0, 3, 1, 4, 2, 5, undefined]);
  });

  it('AXI4-Lite: a read response that waits holds up the read after the next, and no write', () => {
    const burst = [access(false, { answer: 9 }), ...reads(2), access(true), access(true)];
    const { requests, answers } = timingOf('axi4lite').cyclesOf(burst);
    expect(answers[4]).toBeLessThan(answers[0]!);
    expect(requests.indexOf(1)).toBeLessThan(answers[0]!);
    expect(requests.indexOf(2)).toBe(answers[0]! + 1);
  });

  it.each([
    ['address first', { before: 0, data: 5 }],
    ['data first', { before: 5, data: 0 }],
  ])('AXI4-Lite: a write waits for its other half, %s', (_, stall) => {
    expect(timingOf('axi4lite').cyclesOf([access(true, stall)])).toEqual({
      requests: [...new Array(6).fill(undefined), 0],
      answers: [6],
    });
  });
});

describe('the testbench sees a broken adapter', () => {
  const faults: readonly (readonly [bus: Bus, fault: string, from: string, to: string, signal: string])[] = [
    ['apb', 'an error outside an access', 'psel_i && penable_i && error_i', 'error_i', 'protocol'],
    ['apb', 'a wait state', "pready_o  = 1'b1", 'pready_o  = !penable_i', 'protocol'],
    ['apb', 'a lost byte strobe', '= pstrb_i;', "= pstrb_i | 4'b0001;", 'bus'],
    ['apb', 'a request without a select', 'psel_i && !penable_i', '!penable_i', 'flags'],
    ['axi4lite', 'a read response that drops', 'read || r_waits ||', 'read ||', 'protocol'],
    ['axi4lite', 'a write response that drops', 'b_waits_q <= b_waits;', "b_waits_q <= 1'b0;", 'protocol'],
    ['axi4lite', 'a response that stays', 'axi_bvalid_o && !axi_bready_i', 'axi_bvalid_o', 'protocol'],
    ['axi4lite', 'a write that waits for no data', 'aw_full && w_full &&', 'aw_full &&', 'protocol'],
    [
      'axi4lite',
      'a read that does not wait',
      'r_new_q ? {error_i, rdata_i} : r_last_q',
      '{error_i, rdata_i}',
      'protocol',
    ],
    ['axi4lite', 'an answer that the next one replaces', 'if (!r_two_q) r_first_q', 'r_first_q', 'protocol'],
    ['axi4lite', 'answers out of order', 'r_two_q ? r_first_q[31:0] :', 'r_two_q ? r_last_q[31:0] :', 'bus'],
    ['axi4lite', 'a third response', 'can_read  = ar_full && !r_two', 'can_read  = ar_full_q', 'protocol'],
    ['axi4lite', 'an address that is not kept', 'we_q ? awaddr_q :', 'we_q ? axi_awaddr_i :', 'bus'],
    ['axi4lite', 'ready with no room', '= !aw_full_q || write;', "= 1'b1;", 'flags'],
    ['axi4lite', 'a response code of its own', "{b_error, 1'b0}", '{b_error, b_error}', 'protocol'],
    ['axi4lite', 'a refusal that is not told', "{r_error, 1'b0}", "2'b00", 'bus'],
    ['axi4lite', 'a response in reset', "b_waits_q <= 1'b0;", 'b_waits_q <= b_waits_q;', 'protocol'],
    ['axi4lite', 'a write with the answer before', 'write ? refused_i : b_error_q', 'b_error_q', 'bus'],
    ['wishbone', 'an answer without a strobe', 'strobe && answer_q && !', 'answer_q && !', 'protocol'],
    ['wishbone', 'an answer to a cycle of others', 'wb_cyc_i && wb_stb_i', 'wb_stb_i', 'protocol'],
    ['wishbone', 'both answers', 'answer_q && !error_i', 'answer_q', 'protocol'],
    [
      'wishbone',
      'an early answer',
      'assign wb_ack_o = strobe && answer_q',
      'assign wb_ack_o = strobe',
      'protocol',
    ],
    ['wishbone', 'a lost byte strobe', '= wb_sel_i;', "= 4'b1111;", 'bus'],
    ['wishbone', 'a refusal that is not told', 'answer_q && error_i', "answer_q && 1'b0", 'protocol'],
    [
      'wishbone_pipelined',
      'an answer without a cycle',
      'wb_cyc_i && answer_q && !',
      'answer_q && !',
      'protocol',
    ],
    [
      'wishbone_pipelined',
      'a request lost',
      '= wb_cyc_i && wb_stb_i;',
      '= wb_cyc_i && wb_stb_i && !answer_q;',
      'protocol',
    ],
    ['wishbone_pipelined', 'a stall', "wb_stall_o = 1'b0", 'wb_stall_o = answer_q', 'protocol'],
    ['wishbone_pipelined', 'a request without a cycle', '= wb_cyc_i && wb_stb_i', '= wb_stb_i', 'protocol'],
  ];

  it.each(forEveryChange(faults, everyNth(4)))('%s: %s', async (bus, _, from, to, signal) => {
    const result = await withPackage(planWith(bus), async (folder) => {
      await replaceOnce(path.join(folder, 'rtl', `unit_${bus}.v`), from, to);
      return cosim(folder, { seed: 3, conversions: 2, simulator: 'icarus' });
    });
    expect(result.passed).toBe(false);
    expect(result.mismatches.map((mismatch) => mismatch.signal)).toContain(signal);
  });

  it.each(forEveryChange(buses, everyNth(2)))(
    '%s: writes without a byte strobe that are refused',
    async (bus) => {
      const result = await withPackage(planWith(bus), async (folder) => {
        const strobed = "req_i && !(we_i && strb_i == 4'd0);";
        await replaceOnce(path.join(folder, 'rtl', 'unit_registers.v'), strobed, 'req_i;');
        return cosim(folder, { seed: 3, conversions: 2, simulator: 'icarus' });
      });
      expect(result.mismatches.map(({ signal }) => signal)).toContain('bus');
    },
  );

  it.each(forEveryChange(buses, everyNth(2)))(
    '%s: a synchronous reset that lets a write pass',
    async (bus) => {
      const plan = planOf({ ...small, config: { ...small.config, name: 'unit', bus, reset: 'sync_low' } });
      const result = await withPackage(plan, async (folder) => {
        await replaceOnce(path.join(folder, 'rtl', 'unit.v'), 'rst_ni && req', 'req');
        return cosim(folder, { seed: 3, conversions: 2, simulator: 'icarus' });
      });
      expect(result.mismatches.map(({ signal }) => signal)).toContain('bus');
    },
  );
});
