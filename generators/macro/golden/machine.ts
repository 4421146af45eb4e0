import type { ResetStyle } from '../config/choices.js';
import type { Die } from '../die/die.js';
import type { MacroPlan } from '../plan/plan.js';
import type { MacroShape } from '../plan/shape.js';
import { hasStreams } from '../plan/streams.js';
import { tableBits } from '../plan/table.js';
import { isSilent, type Request, type StartOrder } from './address-map.js';
import { ColumnConverters } from './columns.js';
import type { Sensing } from './comparator.js';
import { Controller } from './controller.js';
import type { CellPort } from './march.js';
import { Observer } from './observer.js';
import { type Answer, RegisterFile } from './register-file.js';
import { SelfCalibration } from './self-calibration.js';
import { SenseAmplifiers } from './sense-amplifiers.js';
import { Storage } from './storage.js';
import { type StreamPartner, StreamPorts } from './streams.js';
import { TestModes } from './test-modes.js';
import type { StartedConversion, Trace } from './trace.js';
import { drivenGroups, swapsReference } from './word-lines.js';

/** What a machine can be given beside its plan. */
export interface MachineOptions extends Sensing {
  /** Where observed states go; nothing is recorded without it. */
  readonly trace?: Trace | undefined;
  /** Decoder contents after reset, code k of bank b at bit (b * 2^B + k) * OUT_BITS; the plan's own where left out. */
  readonly resetTable?: bigint | undefined;
}

/**
 * Golden model of a macro, cycle by cycle: registers, controller, word lines, ramp, comparators,
 * counters and bus answers as the RTL shows them. One call of {@link tick} is one clock edge.
 *
 * @example
 * ```ts
 * import { inputWrites, Machine, type MacroPlan, registers } from 'imcgen';
 *
 * declare const plan: MacroPlan;
 * const machine = Machine.from(plan);
 * const write = (address: number, data: number) => machine.tick({ write: true, address, data, strobes: 0xf });
 * for (const { address, data } of inputWrites(new Uint8Array(plan.shape.rows))) write(address, data);
 * write(registers.registerAddress('start'), registers.startWord(0, plan.shape.adcBits));
 * machine.idle(plan.schedule.total);
 * const address = registers.resultAddress(0);
 * const answer = machine.tick({ write: false, address, data: 0, strobes: 0 });
 * console.log(answer?.data, machine.cycle);
 * ```
 */
export class Machine {
  /** The conversion that began last; a {@link Trace} keeps them all. */
  conversion: StartedConversion | undefined;
  /** The cycle about to be observed. */
  cycle = 0;
  /** The cells as the bus and the march reach them. Replaced, it shows what a test makes of defects. */
  cells: CellPort;

  private readonly storage: Storage;
  private readonly controller: Controller;
  private readonly columns: ColumnConverters;
  private readonly amplifiers: SenseAmplifiers;
  private readonly test: TestModes;
  private readonly registers: RegisterFile;
  /** Undefined where the macro has no stream ports. */
  private readonly streams: StreamPorts | undefined;
  /** Undefined where the macro does not calibrate its trim rows by itself. */
  private readonly calibration: SelfCalibration | undefined;
  private readonly observer: Observer | undefined;
  private readonly trace: Trace | undefined;
  private readonly die: Die | undefined;

  /** Inputs of the conversion under way. */
  private inputs: Int32Array;
  /** Reference groups that are driven. */
  private groups: Uint8Array;
  private readonly noGroups: Uint8Array;
  /** What each group of the bank in use discharges in a pulse. */
  private groupCurrents: ArrayLike<number> = [];

  /** Nothing was on the bus in the last cycle, and nothing ran: stream ports that nobody serves have come to rest. */
  private settled = false;
  /** Something that the trace shows may have changed since it was last looked at. */
  private stirred = true;

  /** @param options decoders hold 0 after reset where `resetTable` is left out */
  constructor(
    /** What is built. */
    readonly shape: MacroShape,
    private readonly resetStyle: ResetStyle,
    options: MachineOptions = {},
  ) {
    this.storage = new Storage(shape, options.resetTable ?? 0n);
    this.cells = this.storage;
    this.inputs = new Int32Array(shape.rows);
    this.noGroups = new Uint8Array(2 ** shape.adcBits);
    this.groups = this.noGroups;
    this.controller = new Controller(shape);
    this.columns = new ColumnConverters(
      shape,
      (bank, code) => this.storage.entry(bank, code),
      () => this.storage.tableChanges,
    );
    this.amplifiers = new SenseAmplifiers(shape, options);
    const cells = () => this.cells;
    this.test = new TestModes(shape, cells);
    const { controller, columns, storage, test } = this;
    const load = (row: number, byte: number) => this.registers.loadRow(row, byte);
    this.streams = hasStreams(shape)
      ? new StreamPorts(shape, { controller, results: columns, load })
      : undefined;
    this.calibration = shape.selfCalibrate ? new SelfCalibration(shape, cells) : undefined;
    const { streams, calibration } = this;
    this.registers = new RegisterFile(shape, {
      ...{ controller, columns, storage, test, streams, calibration, cells },
    });
    this.trace = options.trace;
    this.die = options.die;
    this.observer = options.trace && new Observer(shape, options.trace);
    this.clear();
  }

  /**
   * The macro of a plan after reset: tables hold the plan's entries; references, weights and inputs are memory, all 0
   * until they are written over the bus.
   *
   * @param plan    of the macro
   * @param options how the sense amplifiers decide, and where the trace goes
   */
  static from(plan: MacroPlan, options: MachineOptions = {}): Machine {
    const resetTable = options.resetTable ?? tableBits(plan);
    return new Machine(plan.shape, plan.config.reset, { ...options, resetTable });
  }

  /** Ramps begun so far: what the comparators are told of the next one. */
  get conversions(): number {
    return this.amplifiers.conversions;
  }

  /** Lets the next ramp have another number. */
  set conversions(count: number) {
    this.amplifiers.conversions = count;
  }

  /** Whether a conversion is under way or queued, or a march or a calibration runs. */
  get busy(): boolean {
    return this.registers.busy;
  }

  /**
   * Puts somebody at the stream ports, where the macro has them; nobody is there until then.
   *
   * @param partner sender of inputs and receiver of results
   */
  connect(partner: StreamPartner): void {
    if (this.streams !== undefined) this.streams.partner = partner;
  }

  /**
   * Lets cycles pass with nothing on the bus.
   *
   * @param cycles how many, from 0
   */
  idle(cycles: number): void {
    const { streams, test } = this;
    for (let left = cycles; left > 0; left--) {
      const waits = streams !== undefined && (streams.awaited || !this.settled);
      if (!(this.busy || test.march.stopped || waits)) {
        // Another cycle would change nothing.
        this.observe();
        this.cycle += left;
        return;
      }
      this.tick(undefined);
    }
  }

  /** Holds reset for whole cycles. An asynchronous reset acts at once, a synchronous one at the next edge. */
  reset(cycles: number): void {
    if (this.resetStyle.startsWith('async')) this.clear();
    for (let i = 0; i < cycles; i++) {
      this.streams?.look(undefined);
      this.observe();
      // A synchronous reset is sampled at the end of a cycle in which all that runs still goes on.
      this.test.march.tick();
      this.calibrate();
      if (this.controller.phase === 'ramp') this.pulse();
      this.clear();
      this.cycle++;
    }
  }

  /**
   * One clock edge.
   *
   * @param request what reaches the registers in this cycle; undefined for nothing
   * @returns what the bus shows in the next cycle; undefined without a request
   */
  tick(request: Request | undefined): Answer | undefined {
    const { controller, registers, columns, test, streams } = this;
    streams?.look(this.cycle);
    this.observe();
    const verdict = request && registers.judge(request);
    const calibrating = this.calibration?.busy === true;
    const finishes = controller.phase === 'done' && streams?.room !== false && !calibrating;
    const marching = test.march.busy || test.march.stopped;
    const { busy } = registers;
    const streaming = streams?.owner === true;
    const streamed = streams?.tick(this.cycle, finishes);
    this.stirred ||=
      busy ||
      marching ||
      (streamed !== undefined && (streamed.errors !== 0 || streamed.start !== undefined)) ||
      (verdict !== undefined && verdict.errors !== 0) ||
      (request?.write === true && !isSilent(request));
    if (finishes) columns.finish(controller.bank);
    if (marching) test.march.tick();
    const calibrates = this.calibration?.start;
    this.calibrate();
    this.advance(verdict?.start ?? streamed?.start ?? calibrates);
    registers.tick(verdict, finishes, streaming, streamed?.errors);
    this.cycle++;
    this.settled = !busy && !marching && request === undefined;
    return verdict?.answer;
  }

  /** Lets a calibration of the trim rows see what the conversion under way gives in this cycle. */
  private calibrate(): void {
    const { controller, amplifiers } = this;
    const { strobe, phase } = controller;
    this.calibration?.tick({ strobe, outputs: amplifiers.outputs, ends: phase === 'done' });
  }

  /** Moves the conversion under way on by a cycle, or begins one. */
  private advance(start: StartOrder | undefined): void {
    const { shape, controller, columns, amplifiers } = this;
    const { phase, step, bank, bits } = controller;
    const inRamp = phase === 'ramp';
    const stops = inRamp && controller.strobe && shape.earlyStop && columns.ended(amplifiers.outputs);
    if (controller.strobe) columns.strobe(controller.sensedStep, bank, amplifiers.outputs);
    if (phase === 'precharge') columns.clear(bank, bits);
    if (inRamp) this.pulse();
    const begun = controller.advance(start, stops, this.streams?.room === false);
    if (begun !== undefined) this.begin(begun);
    else if (phase !== 'idle') this.drive(step);
  }

  private begin({ bank, bits }: StartOrder): void {
    const { storage, die, shape } = this;
    const calibrating = this.calibration?.busy === true;
    this.inputs = calibrating ? new Int32Array(shape.rows) : this.registers.inputs.slice();
    const macs = storage.array.mac(this.inputs);
    // Nobody writes cells while a conversion is under way.
    this.groupCurrents = die?.groupCurrents(bank, storage.referenceCells(bank)) ?? storage.groupCells(bank);
    this.amplifiers.begin(macs, die?.lines(storage.array, this.inputs));
    // What the macro converts for itself has no results.
    if (calibrating) return;
    this.conversion = { firstCycle: this.cycle + 1, inputs: this.inputs, macs, bank, bits };
    this.trace?.conversions.push(this.conversion);
  }

  /** The reference cells that are driven discharge. */
  private pulse(): void {
    const { step, bits } = this.controller;
    this.amplifiers.pulse(this.groups, this.groupCurrents, swapsReference(this.shape, step, bits));
  }

  /** Lets reference drivers and sense amplifiers follow the controller. */
  private drive(stepBefore: number): void {
    const { phase, step, bits, sense, sensedStep } = this.controller;
    if (phase !== 'ramp') this.groups = this.noGroups;
    else if (step !== stepBefore) this.groups = drivenGroups(this.shape, step, bits);
    if (sense) this.amplifiers.look(sensedStep, this.test.comparator(sensedStep, bits));
    else this.amplifiers.off();
  }

  /** The state after reset. Cells and loaded inputs have no reset and stay. */
  private clear(): void {
    this.controller.reset();
    this.storage.reset();
    this.test.reset();
    this.calibration?.reset();
    this.columns.reset();
    this.registers.reset();
    this.streams?.reset();
    this.drive(0);
    this.settled = false;
    this.stirred = true;
  }

  private observe(): void {
    if (this.observer === undefined || !this.stirred) return;
    this.stirred = false;
    const { controller, registers, columns, test, streams, inputs, groups, amplifiers } = this;
    const comparators = amplifiers.outputs;
    const calibrating = this.calibration?.busy === true;
    const seen = { controller, registers, columns, test, streams, inputs, groups, comparators, calibrating };
    this.observer.observe(this.cycle, seen);
  }
}
