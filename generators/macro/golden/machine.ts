import type { ResetStyle } from '../config/macro.js';
import { ERRORS, formatWord, IDENTITY, REGISTERS, STATUS_DONE } from '../plan/registers.js';
import { macCycles } from '../plan/schedule.js';
import type { MacroShape } from '../plan/shape.js';
import {
  isLegal,
  isSilent,
  isStart,
  type Request,
  startOf,
  tableEntry,
  writesNothing,
} from './address-map.js';
import { hexOfBits, packBits } from './bits.js';
import { ColumnConverters } from './columns.js';
import { atOrAbove, type Comparator } from './comparator.js';
import type { CellPort } from './march.js';
import { Storage } from './storage.js';
import { TestModes } from './test-modes.js';
import { hexOfNumber, type StartedConversion, type Trace } from './trace.js';
import {
  drivenGroups,
  drivenRows,
  firstStep,
  lastStep,
  shares,
  swapsReference,
  trimDriven,
} from './word-lines.js';

/** Phases as the RTL numbers them. */
const [IDLE, PRECHARGE, MAC, RAMP, SENSE, DONE] = [0, 1, 2, 3, 4, 5] as const;

export interface Answer {
  readonly data: number;
  readonly error: boolean;
}

/**
 * Golden model of a macro, cycle by cycle: registers, controller, word lines, ramp, comparators,
 * counters and bus answers as the RTL shows them. One call of {@link tick} is one clock edge.
 */
export class Machine {
  /** The conversion that began last; a {@link Trace} keeps them all. */
  conversion: StartedConversion | undefined;

  /** The cycle about to be observed. */
  cycle = 0;
  private phase = IDLE as number;
  private count = 0; // cycle within the phase or ramp step
  private step = 0;
  private sense = false;
  private strobe = false;
  private bank = 0;
  private bits = 0;
  private queued: { bank: number; bits: number } | undefined;

  private readonly loaded: Int32Array;
  private active: Int32Array;
  private macs: Int32Array;
  private reference = 0;

  private readonly storage: Storage;
  /** The cells as the bus and the march reach them. Replaced, it shows what a test makes of defects. */
  cells: CellPort;
  private readonly test: TestModes;
  /** Reference groups that are driven. */
  private groups: Uint8Array = new Uint8Array(0);
  private readonly columns: ColumnConverters;
  /** Step whose comparison the strobe ends. */
  private strobedStep = 0;

  private done = false;
  private errors = 0;
  private interrupts = 0;

  /** True when another idle cycle would change nothing. */
  private settled = false;
  /** Something that the trace shows may have changed since it was last looked at. */
  private stirred = true;

  // Texts of the trace, renewed only when what they show changes.
  private wordLines = '';
  private groupText = '';
  private comparators: Uint32Array;
  private comparatorText = '';
  private readonly dark: Uint32Array;

  /**
   * @param resetTable decoder contents after reset, code k of bank b at bit (b * 2^B + k) * OUT_BITS
   * @param trace      where observed states go; nothing is recorded without it
   * @param comparator how the sense amplifiers decide; exactly where left out
   */
  constructor(
    readonly shape: MacroShape,
    resetTable: bigint,
    private readonly resetStyle: ResetStyle,
    private readonly trace?: Trace,
    private readonly comparator: Comparator = atOrAbove,
  ) {
    const { rows, columns } = shape;
    this.storage = new Storage(shape, resetTable);
    this.cells = this.storage;
    this.test = new TestModes(shape, () => this.cells);
    this.loaded = new Int32Array(rows);
    this.active = new Int32Array(rows);
    this.macs = new Int32Array(columns);
    this.columns = new ColumnConverters(shape, (bank, code) => this.storage.entry(bank, code));
    this.dark = new Uint32Array(Math.ceil(columns / 32));
    this.comparators = this.dark;
    this.clear();
  }

  get busy(): boolean {
    return this.phase !== IDLE || this.queued !== undefined || this.test.march.busy;
  }

  /** Lets cycles pass with nothing on the bus. */
  idle(cycles: number): void {
    for (let left = cycles; left > 0; left--) {
      if (!this.busy && this.settled) {
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
      this.observe();
      // A synchronous reset is sampled at the end of a cycle in which the march still goes on.
      this.test.march.tick();
      this.clear();
      this.cycle++;
    }
  }

  /** One clock edge; the answer to a request is what the bus shows in the next cycle. */
  tick(request: Request | undefined): Answer | undefined {
    this.observe();
    const verdict = request && this.judge(request);
    const accepted = request !== undefined && verdict === 0;
    const answer = request && {
      data: accepted && !request.write ? this.read(request.address) : 0,
      error: !accepted,
    };
    const written = accepted && request.write && !writesNothing(request) ? request : undefined;
    const start = written && isStart(written) ? startOf(written) : undefined;
    const wasDone = this.phase === DONE;
    const { march } = this.test;
    const marching = march.busy || march.stopped;

    let clearDone = false;
    let clearErrors = 0;
    if (written) {
      const { address, data } = written;
      if (address === REGISTERS.status.offset) clearDone = (data & STATUS_DONE) !== 0;
      else if (address === REGISTERS.error.offset) clearErrors = data & 0x3f;
      else if (address === REGISTERS.interrupt.offset) this.interrupts = data & 3;
    }
    this.errors = (this.errors & ~clearErrors) | (verdict ?? 0);
    if (wasDone && this.done) this.errors |= 1 << ERRORS.lost.bit;
    this.done = wasDone || (this.done && !clearDone);
    if (wasDone) this.columns.finish(this.bank);
    this.stirred ||=
      this.busy ||
      marching ||
      (verdict !== undefined && verdict !== 0) ||
      (request?.write === true && !isSilent(request));
    if (marching) march.tick();
    this.advance(start);
    if (written) this.store(written);
    this.cycle++;
    this.settled = !wasDone && !marching && request === undefined;
    return answer;
  }

  // ---- controller ----------------------------------------------------------------------------

  private advance(start: { bank: number; bits: number } | undefined): void {
    const { shape } = this;
    const free = this.phase === IDLE || (shape.doubleBuffer && this.phase === DONE);
    const next = this.queued ?? start;
    if (free && next !== undefined) {
      // A start that arrives while another waits is refused, so nothing is left behind here.
      this.queued = undefined;
      this.begin(next);
      return;
    }
    if (start !== undefined) this.queued = start;
    if (this.phase === IDLE) return;

    const inRamp = this.phase === RAMP;
    const stepEnds = inRamp && this.count === shape.referencePulses - 1;
    const stops = inRamp && this.strobe && shape.earlyStop && this.columns.ended(this.comparators);
    if (this.strobe) this.columns.strobe(this.strobedStep, this.bank, this.comparators);
    if (this.phase === PRECHARGE) this.columns.clear(this.bank, this.bits);
    if (inRamp) this.pulseRamp();
    this.sense = inRamp && !stops;
    this.strobe = stepEnds && !stops;
    this.strobedStep = this.step;
    this.count++;
    switch (this.phase) {
      case PRECHARGE:
        if (this.count === shape.prechargeCycles) this.enter(MAC);
        break;
      case MAC:
        if (this.count === macCycles(shape)) this.enter(RAMP);
        break;
      case RAMP:
        if (stops) this.enter(DONE);
        else if (stepEnds) {
          this.count = 0;
          if (this.step === lastStep(shape, this.bits)) this.enter(SENSE);
          else this.enterStep(this.step + (shape.ramp === 'falling' ? -1 : 1));
        }
        break;
      case SENSE:
        this.enter(DONE);
        break;
      default:
        this.enter(IDLE);
    }
    this.driveRows();
    this.lookAtComparators();
  }

  private driveRows(): void {
    if (this.phase !== MAC) {
      this.wordLines = '0 0';
      return;
    }
    const { straight, crossed } = drivenRows(this.shape, this.active, this.count);
    this.wordLines = `${hexOfBits(straight)} ${hexOfBits(crossed)}`;
  }

  private begin({ bank, bits }: { bank: number; bits: number }): void {
    this.bank = bank;
    this.bits = bits;
    this.active = this.loaded.slice();
    this.macs = this.storage.array.mac(this.active);
    this.reference = 0;
    this.conversion = { firstCycle: this.cycle + 1, inputs: this.active, macs: this.macs, bank, bits };
    this.trace?.conversions.push(this.conversion);
    this.enter(PRECHARGE);
  }

  private enter(phase: number): void {
    this.phase = phase;
    this.count = 0;
    this.enterStep(phase === RAMP ? firstStep(this.shape, this.bits) : 0);
  }

  private enterStep(step: number): void {
    this.step = step;
    this.groups =
      this.phase === RAMP
        ? drivenGroups(this.shape, step, this.bits)
        : new Uint8Array(2 ** this.shape.adcBits);
    this.groupText = hexOfBits(packBits(this.groups.length, (group) => this.groups[group] === 1));
  }

  // ---- ramp, comparators and counters ---------------------------------------------------------

  private pulseRamp(): void {
    const cells = this.storage.groupCells(this.bank);
    const sign = swapsReference(this.shape, this.step, this.bits) ? -1 : 1;
    this.groups.forEach((driven, group) => {
      if (driven) this.reference += sign * (group === 0 ? -cells[0]! : cells[group]!);
    });
  }

  private lookAtComparators(): void {
    if (!this.sense) {
      this.comparators = this.dark;
      this.comparatorText = '0';
      return;
    }
    const { macs, reference } = this;
    const above =
      this.test.comparator(this.strobedStep, this.bits) ??
      ((column: number) => this.comparator(macs[column]!, reference, column));
    this.comparators = packBits(macs.length, above);
    this.comparatorText = hexOfBits(this.comparators);
  }

  // ---- bus -----------------------------------------------------------------------------------

  /** Error bits that refuse a request; 0 where it is accepted. */
  private judge(request: Request): number {
    const { write, address, data } = request;
    if (writesNothing(request)) return 0;
    if (!isLegal(this.shape, request)) return 1 << ERRORS.bad_access.bit;
    const region = address >> 16;
    const cells = region >= 4;
    const inUse =
      ((cells || region === 3) && write && this.busy) ||
      (region === 1 && (this.shape.doubleBuffer ? this.queued !== undefined : this.busy)) ||
      (region === 2 && !this.shape.doubleBuffer && this.busy) ||
      this.test.refuses(request, this.busy);
    let errors = inUse ? 1 << ERRORS.busy.bit : 0;
    if (write && isStart(request)) {
      const { bank, bits } = startOf({ data });
      if (bank >= this.shape.banks) errors |= 1 << ERRORS.bank.bit;
      if (bits < 1 || bits > this.shape.adcBits) errors |= 1 << ERRORS.width.bit;
      const ready = this.shape.doubleBuffer ? this.queued === undefined : this.phase === IDLE;
      if (!ready) errors |= 1 << ERRORS.overrun.bit;
    }
    return errors;
  }

  private read(address: number): number {
    if (address >= 0x4_0000) return this.cells.readCells(address);
    const offset = address & 0xffff;
    switch (address >> 16) {
      case 0:
        return this.readRegister(offset);
      case 2:
        return this.columns.resultWord(offset / 4);
      default: {
        const { bank, code } = tableEntry(address);
        return this.storage.entry(bank, code) & 0xffff;
      }
    }
  }

  private readRegister(offset: number): number {
    switch (offset) {
      case REGISTERS.id.offset:
        return IDENTITY;
      case REGISTERS.dimensions.offset:
        return ((this.shape.columns << 16) | this.shape.rows) >>> 0;
      case REGISTERS.format.offset:
        return formatWord(this.shape);
      case REGISTERS.status.offset:
        return (
          Number(this.busy) |
          (Number(this.queued !== undefined) << 1) |
          (Number(this.done) << 2) |
          (this.phase << 8)
        );
      case REGISTERS.error.offset:
        return this.errors;
      case REGISTERS.interrupt.offset:
        return this.interrupts;
      default:
        return this.test.read(offset);
    }
  }

  private store(request: Request): void {
    const { address, data, strobes } = request;
    const { shape } = this;
    if (address >= 0x4_0000) this.cells.writeCells(address, data, strobes);
    else if (address >= 0x3_0000) {
      const { bank, code } = tableEntry(address);
      this.storage.setEntry(bank, code, data);
    } else if (address >= 0x1_0000) {
      for (let lane = 0; lane < 4; lane++) {
        const row = (address & 0xffff) + lane;
        if (row >= shape.rows || !((strobes >> lane) & 1)) continue;
        const shift = 32 - shape.inputBits;
        const raw = (data >>> (8 * lane)) << shift;
        this.loaded[row] = shape.inputSigned ? raw >> shift : raw >>> shift;
      }
    } else this.test.write(request);
  }

  // ---- reset and observation -----------------------------------------------------------------

  /** The state after reset. Cells and loaded inputs have no reset and stay. */
  private clear(): void {
    this.sense = false;
    this.strobe = false;
    this.bank = 0;
    this.bits = 0;
    this.queued = undefined;
    this.done = false;
    this.errors = 0;
    this.interrupts = 0;
    this.storage.reset();
    this.test.reset();
    this.columns.reset();
    this.enter(IDLE);
    this.driveRows();
    this.lookAtComparators();
    this.settled = false;
    this.stirred = true;
  }

  private observe(): void {
    if (this.trace === undefined || !this.stirred) return;
    this.stirred = false;
    const interrupt =
      (this.done && (this.interrupts & 1) !== 0) || (this.errors !== 0 && (this.interrupts & 2) !== 0);
    const swaps = this.phase === RAMP && swapsReference(this.shape, this.step, this.bits);
    const flags =
      (Number(swaps) << 7) |
      (Number(interrupt) << 6) |
      (Number(this.phase === DONE) << 5) |
      (Number(this.busy) << 4) |
      (Number(this.sense) << 3) |
      (Number(this.phase === MAC && shares(this.shape, this.count)) << 2) |
      (Number(this.phase === MAC && trimDriven(this.shape, this.count)) << 1) |
      Number(this.phase === PRECHARGE);
    this.trace.record(
      this.cycle,
      `${hexOfNumber(flags)} ${this.phase} ${hexOfNumber(this.step)} ${hexOfNumber(this.bank)} ${this.wordLines} ${this.groupText} ${this.comparatorText} ${this.columns.stateText()}${this.columns.valuesText()}${this.test.text()}`,
    );
  }
}
