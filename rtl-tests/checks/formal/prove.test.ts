import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUILTIN, type Engine, engineOf, SMT } from '../../../generators/checks/formal/engines.js';
import { filesOf, isProved, prove, proveMacro } from '../../../generators/checks/formal/prove.js';
import { vcdOf } from '../../../generators/checks/formal/waveform.js';
import { orThrow } from '../../../generators/common/problems.js';
import { isInstalled } from '../../../generators/common/tool.js';
import type { MacroPlan } from '../../../generators/macro/plan/plan.js';
import { outputsOf, type Proof, together } from '../../../generators/package/formal/proof.js';
import { proofsOf } from '../../../generators/package/formal/proofs.js';
import { moduleOf } from '../../../generators/package/formal/script.js';
import { packageFiles } from '../../../generators/package/package.js';
import { writePackage } from '../../../generators/package/write.js';
import { CLI } from '../../fixtures/command-line.js';
import {
  CONFIGURATIONS,
  type ConfigurationInput,
  levelsFrom,
  planOf,
} from '../../fixtures/configurations.js';
import { everyNth, forEveryChange } from '../../fixtures/every-change.js';
import { replaceOnce, withPackage } from '../../fixtures/packages.js';

/** Two columns, two banks: small, and nothing in it is the only one of its kind. */
function small({ adc, ...changes }: Partial<Omit<ConfigurationInput, 'adc'>> & { adc?: object }): MacroPlan {
  const levels = [levelsFrom('first', [1, 3, 4]), levelsFrom('second', [2, 3, 5])];
  return planOf({
    name: 'two columns, two banks',
    config: {
      name: 'pair',
      array: { rows: 4, columns: 2 },
      input: { bits: 2 },
      adc: { bits: 2, banks: 2, reference: { columns: 3, rows: 3 }, ...adc },
      output: { bits: 3 },
      ...changes,
    },
    levels,
  });
}

const named = (name: string) => planOf(CONFIGURATIONS.find(({ config }) => config.name === name)!);

const PLANS = {
  tiny: named('tiny'),
  odd: named('odd'),
  counter: small({}),
  capture: small({ adc: { readout: 'capture', ramp: 'falling' }, bus: 'axi4lite', reset: 'sync_low' }),
  column_lut: small({
    adc: { readout: 'column_lut', earlyStop: true },
    bus: 'wishbone',
    reset: 'async_high',
  }),
  broadcast: small({
    adc: { readout: 'broadcast' },
    bus: 'wishbone_pipelined',
    output: { bits: 3, doubleBuffer: false },
  }),
} as const;

let engine: Engine;
beforeAll(async () => {
  engine = await engineOf('auto');
});

describe('every property holds', () => {
  it.concurrent.each(forEveryChange(Object.entries(PLANS), everyNth(3)))('%s', async (_, plan) => {
    await withPackage(plan, async (folder) => {
      const results = await proveMacro(folder, plan, { engine, jobs: 2 });
      expect(results.filter((result) => !isProved(result)).map(({ proof }) => proof.title)).toEqual([]);
      expect(results.map(({ proof }) => proof)).toEqual(proofsOf(plan));
    });
  });
});

/** A fault in the generated Verilog, and the property that has to find it by itself. */
interface Planted {
  readonly plan: keyof typeof PLANS;
  readonly proof: Proof['name'];
  readonly property: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

function planted(plan: Planted['plan'], place: string, file: string, from: string, to: string): Planted {
  const [proof, property] = place.split('.') as [Proof['name'], string];
  return { plan, proof, property, file, from, to };
}

const PLANTED: readonly Planted[] = [
  planted('tiny', 'decoder.contents', 'decoder', 'table_q <= TABLE;', 'table_q <= ~TABLE;'),
  planted('counter', 'decoder.contents', 'decoder', 'index == e', 'index >= e'),
  planted('tiny', 'decoder.read', 'decoder', 'value_o = entry', 'value_o = ~entry'),
  planted('column_lut', 'decoder.whole_table', 'decoder', '{entries_bank_i, CODE', '{bank_i, CODE'),
  planted('broadcast', 'decoder.step_read', 'decoder', '{step_bank_i, step_code_i}', '{bank_i, step_code_i}'),

  planted('odd', 'ramp.own_groups', 'reference_drivers', 'owner == step;', 'owner >= step;'),
  planted('odd', 'ramp.disjoint', 'reference_drivers', 'owner == step;', 'owner >= step;'),
  planted('odd', 'ramp.covered', 'reference_drivers', 'owner == step;', 'owner == step && k > 1;'),
  planted('capture', 'ramp.covered', 'reference_drivers', 'owner == step_i)', 'owner + 1 == step_i)'),
  planted(
    'odd',
    'ramp.offset',
    'reference_drivers',
    'ref_group_o[0] = ramp_i && first',
    'ref_group_o[0] = ramp_i',
  ),
  planted('odd', 'ramp.swap', 'reference_drivers', '(FALLING != 0) && ramp_i && !first', 'ramp_i && !first'),
  planted(
    'odd',
    'ramp.silent',
    'reference_drivers',
    'ref_group_o[0] = ramp_i && first',
    'ref_group_o[0] = first',
  ),

  planted('counter', 'columns.moved', 'column_counter', '+: COLS] ^ carry', '+: COLS] | carry'),
  planted(
    'column_lut',
    'columns.moved',
    'column_lut',
    '(clear_i) count_q <= start',
    '(clear_i) count_q <= count_q',
  ),
  planted('capture', 'columns.moved', 'column_capture', '~sa_i : sa_i', 'sa_i : sa_i'),
  planted('counter', 'columns.kept', 'column_counter', 'result_q <= count_q', 'result_q <= count_d'),
  planted('counter', 'columns.read', 'column_counter', 'result[k*COLS + column]', 'result[k*COLS]'),
  planted('capture', 'columns.followed', 'column_capture', "? step_i - 1'b1", '? step_i'),
  planted('column_lut', 'columns.shown', 'column_lut', 'result[p*COLS + c]', 'result[p*COLS]'),
  planted('broadcast', 'columns.shown', 'column_broadcast', 'result[j*COLS + c]', 'result[j*COLS]'),

  planted(
    'tiny',
    'conversion.schedule',
    'controller',
    'sense_q  <= phase_q == RAMP;',
    'sense_q  <= phase_q == MAC;',
  ),
  planted(
    'tiny',
    'conversion.in_time',
    'controller',
    'default: phase_q <= IDLE;',
    'default: phase_q <= DONE;',
  ),
  planted(
    'tiny',
    'conversion.in_time',
    'controller',
    'SENSE:   phase_q <= DONE;',
    'SENSE:   phase_q <= SENSE;',
  ),
  planted('tiny', 'conversion.idle', 'controller', '= !idle || queued;', '= (!idle && !done) || queued;'),
  planted(
    'tiny',
    'conversion.counters',
    'controller',
    'MAC: if (cycle_q == MAC_LAST[7:0])',
    "MAC: if (cycle_q == 8'd9)",
  ),
  planted('tiny', 'conversion.counters', 'controller', '= phase_q == PRECHARGE;', "= 1'b0;"),
  planted(
    'counter',
    'conversion.accepted',
    'registers',
    '= is_start && !start_ready_i;',
    '= is_start && busy_i;',
  ),
  planted('counter', 'conversion.one_each', 'controller', "queued_q    <= 1'b1;", "queued_q    <= 1'b0;"),
  planted(
    'counter',
    'conversion.one_each',
    'controller',
    'done_o      = done;',
    'done_o      = done || phase_q == SENSE;',
  ),
  planted(
    'counter',
    'conversion.in_order',
    'controller',
    'bank_next_q <= start_bank_i',
    'bank_next_q <= bank_q',
  ),
  planted('tiny', 'conversion.legal', 'controller', 'bits_q   <= next_bits;', 'bits_q   <= next_bits << 1;'),
  planted('counter', 'conversion.groups', 'reference_drivers', 'owner == step;', 'owner >= step;'),
  planted('tiny', 'conversion.columns', 'controller', 'strobe_q <= step_ends;', "strobe_q <= 1'b0;"),
  planted('tiny', 'conversion.codes', 'controller', '= phase_q == PRECHARGE;', "= 1'b0;"),
  planted('tiny', 'conversion.results', 'controller', 'done_o      = done;', 'done_o      = done || mac_o;'),
  planted('counter', 'conversion.read', 'registers', ': code_i;', ": {ADC_BITS{1'b0}};"),
  planted('broadcast', 'conversion.read', 'registers', "{16'd0, result[15:0]}", "{16'd0, place}"),
  planted('tiny', 'conversion.flags', 'registers', 'done_i || (done_q && !clear_done)', 'done_i || done_q'),
  planted('tiny', 'conversion.empty', 'registers', 'writable && &strb_i', 'writable'),
  planted('tiny', 'conversion.empty', 'registers', 'acts && !legal,', 'req_i && !legal,'),
  planted('tiny', 'conversion.empty', 'registers', '<= acts && refused;', '<= refused;'),
  planted('tiny', 'conversion.planned', 'decoder', 'table_q <= TABLE;', 'table_q <= ~TABLE;'),

  planted('tiny', 'test_modes.march_rests', 'march', "run_q        <= 1'b0;", "run_q        <= 1'b1;"),
  planted('tiny', 'test_modes.march_passes', 'march', ': cell_row_i;', ': ~cell_row_i;'),
  planted('tiny', 'test_modes.self_test_rests', 'self_test', "on_q   <= 1'b0;", "on_q   <= 1'b1;"),
  planted('tiny', 'test_modes.self_test_passes', 'self_test', '{COLS{!on_q}}', '{COLS{on_q}}'),

  planted('tiny', 'bus.one_request', 'apb', 'psel_i && !penable_i;', 'psel_i;'),
  planted('tiny', 'bus.carried', 'apb', 'strb_o    = pstrb_i', 'strb_o    = ~pstrb_i'),
  planted('tiny', 'bus.no_wait', 'apb', "pready_o  = 1'b1", 'pready_o  = pwrite_i'),
  planted('tiny', 'bus.answered', 'apb', 'prdata_o  = rdata_i', 'prdata_o  = pwdata_i'),
  planted('tiny', 'bus.error_phase', 'apb', 'psel_i && penable_i && error_i', 'psel_i && error_i'),

  planted('capture', 'bus.room', 'axi4lite', 'axi_wready_o  = !w_full_q  || write', "axi_wready_o  = 1'b1"),
  planted(
    'capture',
    'bus.write_once',
    'axi4lite',
    'axi_wvalid_i  || !axi_wready_o',
    'axi_wvalid_i || w_full_q',
  ),
  planted(
    'capture',
    'bus.read_once',
    'axi4lite',
    'axi_arvalid_i || !axi_arready_o',
    'axi_arvalid_i || ar_full_q',
  ),
  planted('capture', 'bus.one_answer', 'axi4lite', 'axi_bvalid_o && !axi_bready_i', 'axi_bvalid_o'),
  planted('capture', 'bus.answered', 'axi4lite', '{error_i, rdata_i} : r_last_q', "33'd0 : r_last_q"),
  planted('capture', 'bus.stable', 'axi4lite', 'if (!r_two_q) r_first_q', 'r_first_q'),
  planted('capture', 'bus.no_hang', 'axi4lite', 'can_write && !(can_read && we_q)', 'can_write'),
  planted('capture', 'bus.held', 'axi4lite', 'if (axi_awready_o) awaddr_q', 'awaddr_q'),

  planted('column_lut', 'bus.one_request', 'wishbone', 'strobe && !answer_q;', 'strobe;'),
  planted('column_lut', 'bus.carried', 'wishbone', 'we_o     = wb_we_i', 'we_o     = !wb_we_i'),
  planted('column_lut', 'bus.in_cycle', 'wishbone', 'strobe && answer_q && !error_i', 'answer_q && !error_i'),
  planted('column_lut', 'bus.exclusive', 'wishbone', 'strobe && answer_q && !error_i', 'strobe && answer_q'),
  planted('column_lut', 'bus.one_answer', 'wishbone', 'strobe && answer_q && !error_i', 'strobe && !error_i'),
  planted(
    'column_lut',
    'bus.in_time',
    'wishbone',
    'else answer_q <= req_o',
    'else answer_q <= req_o && wb_we_i',
  ),
  planted('column_lut', 'bus.answered', 'wishbone', 'wb_dat_o = rdata_i', 'wb_dat_o = wb_dat_i'),

  planted('broadcast', 'bus.no_stall', 'wishbone_pipelined', "wb_stall_o = 1'b0", 'wb_stall_o = answer_q'),
  planted('broadcast', 'bus.one_request', 'wishbone_pipelined', 'wb_cyc_i && wb_stb_i;', 'wb_stb_i;'),
  planted(
    'broadcast',
    'bus.carried',
    'wishbone_pipelined',
    'addr_o     = wb_adr_i',
    'addr_o     = ~wb_adr_i',
  ),
  planted(
    'broadcast',
    'bus.in_cycle',
    'wishbone_pipelined',
    'wb_cyc_i && answer_q && error_i',
    'answer_q && error_i',
  ),
  planted(
    'broadcast',
    'bus.exclusive',
    'wishbone_pipelined',
    'wb_cyc_i && answer_q && error_i',
    'wb_cyc_i && answer_q',
  ),
  planted(
    'broadcast',
    'bus.one_answer',
    'wishbone_pipelined',
    'else answer_q <= req_o',
    'else answer_q <= answer_q || req_o',
  ),
  planted('broadcast', 'bus.answered', 'wishbone_pipelined', 'wb_dat_o   = rdata_i', 'wb_dat_o   = wb_dat_i'),
];

/** A proof that is about one of its properties only. */
function only(proof: Proof, name: string): Proof {
  const claim = proof.properties.find((one) => one.name === name)!;
  const outputs = outputsOf(claim);
  const stages = proof.stages
    .map((stage) => ({ ...stage, outputs: stage.outputs.filter((output) => outputs.includes(output)) }))
    .filter((stage) => stage.outputs.length > 0);
  return { ...proof, stages };
}

const proofOf = (plan: MacroPlan, name: Proof['name']) =>
  proofsOf(plan).find((proof) => proof.name === name)!;

describe('a planted fault', () => {
  it.concurrent.each(forEveryChange(PLANTED, everyNth(8)))(
    'is found by $proof / $property: $to in $file of $plan',
    async (fault) => {
      const plan = PLANS[fault.plan];
      const proof = only(proofOf(plan, fault.proof), fault.property);
      await withPackage(plan, async (folder) => {
        await replaceOnce(path.join(folder, `rtl/${plan.name}_${fault.file}.v`), fault.from, fault.to);
        const { outcome } = await prove(folder, plan, proof, engine, undefined);
        expect(outcome).toMatchObject({ kind: 'failed', properties: [fault.property] });
        if (outcome.kind !== 'failed') return;
        const names = outcome.run.signals.map(({ name }) => name);
        expect(names).toContain(`${proof.stages[0]!.outputs[0]}_o`);
        expect(vcdOf(outcome.run, moduleOf(plan, proof))).toMatch(/^\$timescale.*\$enddefinitions/s);
      });
    },
  );

  it('is there for every property', () => {
    const all = Object.values(PLANS).flatMap((plan) =>
      proofsOf(plan).flatMap((proof) =>
        proof.properties.map(
          ({ name }) => `${proof.name === 'bus' ? `${plan.config.bus}.` : ''}${proof.name}.${name}`,
        ),
      ),
    );
    const found = PLANTED.map(
      ({ plan, proof, property }) =>
        `${proof === 'bus' ? `${PLANS[plan].config.bus}.` : ''}${proof}.${property}`,
    );
    expect([...new Set(all)].filter((property) => !found.includes(property))).toEqual([]);
  });
});

describe('a proof is not empty', () => {
  const plan = PLANS.tiny;

  it.each(proofsOf(plan))('$name: what is false cannot be proved', async (proof) => {
    await withPackage(plan, async (folder) => {
      const [witness] = proof.witnesses;
      const never = { ...proof, stages: together([witness!], !proof.clocked) };
      const { outcome } = await prove(folder, plan, never, engine, undefined);
      expect(outcome.kind).toBe('failed');
    });
  });

  it('assumptions that exclude each other are found out', async () => {
    await withPackage(plan, async (folder) => {
      const proof = proofOf(plan, 'decoder');
      const [contents, witness] = [proof.properties[0]!, proof.witnesses[0]!];
      // The last entry differs from the planned one in every cycle, those of reset too: there is no such run.
      const impossible = {
        ...proof,
        assumptions: [...proof.assumptions, witness],
        stages: together([contents, witness]),
      };
      const files = await filesOf(folder, plan, proof);
      const task = { folder, plan, proof: impossible, files, signal: undefined };
      const { outcome, reached } = await engine.prove(task);
      expect(outcome.kind).toBe('proved');
      expect([...reached]).toEqual([]);
    });
  });
});

describe('imcgen prove', () => {
  const plan = PLANS.tiny;
  let home: string;
  let folder: string;
  beforeAll(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'imcgen-test-'));
    folder = orThrow(await writePackage(path.join(home, 'tiny'), packageFiles(plan)));
  });
  afterAll(() => rm(home, { recursive: true }));

  const imcgen = async (...args: readonly string[]) => {
    const { exitCode, stdout, stderr } = await execa(process.execPath, [CLI, 'prove', ...args], {
      reject: false,
    });
    return { exitCode, stdout, stderr };
  };

  it('needs nothing but npm packages', async () => {
    const proof = proofOf(plan, 'conversion');
    expect(isProved(await prove(folder, plan, proof, BUILTIN, undefined))).toBe(true);
  });

  it('has a second opinion where z3 is installed', async ({ skip }) => {
    if (!isInstalled('yosys-smtbmc') || !isInstalled('z3')) skip();
    const proof = proofOf(plan, 'bus');
    expect(isProved(await prove(folder, plan, proof, SMT, undefined))).toBe(true);
    await withPackage(plan, async (broken) => {
      await replaceOnce(path.join(broken, 'rtl/tiny_apb.v'), 'psel_i && !penable_i;', 'psel_i;');
      const { outcome } = await prove(broken, plan, proof, SMT, undefined);
      expect(outcome.kind).toBe('failed');
    });
  });

  it('says every property', async () => {
    const { exitCode, stdout, stderr } = await imcgen(folder);
    const properties = proofsOf(plan).flatMap((proof) => proof.properties);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    for (const { says } of properties) expect(stdout).toContain(`  PROVED  ${says}\n`);
    expect(stdout.split('\n').at(-1)).toMatch(
      `PROVED tiny: ${properties.length} of ${properties.length} properties`,
    );
  });

  it('shows what breaks a property, and keeps its waveform', async () => {
    const waves = path.join(home, 'waves');
    const controller = path.join(folder, 'rtl/tiny_controller.v');
    const text = await readFile(controller, 'utf8');
    await replaceOnce(controller, '= !idle || queued;', '= (!idle && !done) || queued;');
    const { exitCode, stdout } = await imcgen(folder, '--json', '--waves', waves);
    expect(exitCode).toBe(1);
    const { passed, proofs } = JSON.parse(stdout);
    const broken = proofs.find((proof: { name: string }) => proof.name === 'conversion');
    expect(passed).toBe(false);
    expect(broken.properties).toContainEqual(expect.objectContaining({ name: 'idle', verdict: 'failed' }));
    expect(broken.waveform).toBe(path.join(waves, 'conversion.vcd'));
    expect(await readFile(broken.waveform, 'utf8')).toMatch(/\$var wire 1 \S+ idle_o \$end/);
    await replaceOnce(controller, '= (!idle && !done) || queued;', '= !idle || queued;');
    expect(await readFile(controller, 'utf8')).toBe(text);
  });

  it('names a file that is missing', async () => {
    const { exitCode, stderr } = await imcgen(path.join(home, 'nowhere'));
    expect(exitCode).toBe(1);
    expect(stderr).toContain('no such file');
  });
});
