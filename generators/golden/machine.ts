import type { ResetStyle } from '../config/macro.js';
import { ERRORS, formatWord, IDENTITY, REGISTERS, TRIM_ROW_BASE } from '../plan/registers.js';
import { macCycles, rampSteps } from '../plan/schedule.js';
import { groupsPerStep, type MacroShape, magnitudeBits, maxMagnitude, stepRows } from '../plan/shape.js';
import { BitcellArray } from './array.js';
import { hexOfBits, hexOfNumber, type Trace } from './trace.js';

/** Phases as the RTL numbers them. */
export const PHASES = ['idle', 'precharge', 'mac', 'ramp', 'sense', 'done'] as const;
const [IDLE, PRECHARGE, MAC, RAMP, SENSE, DONE] = [0, 1, 2, 3, 4, 5] as const;

/** A request of the internal bus: one cycle long, answered in the next. */
export interface Request {
  readonly write: boolean;
  readonly address: number;
  readonly data: number;
  readonly strobes: number;
}

export interface Answer {
  readonly data: number;
  readonly error: boolean;
}

/** Which conversion a cycle belongs to, so that a mismatch can show its inputs. */
export interface ConversionLog {
  readonly firstCycle: number;
  readonly inputs: Int32Array;
  readonly macs: Int32Array;
  readonly bank: number;
  readonly bits: number;
}

/**
 * Golden model of a macro, cycle by cycle: registers, controller, word lines, ramp, comparators,
 * counters and bus answers as the RTL shows them. One call of {@link tick} is one clock edge.
 */
export class Machine {
  readonly conversions: ConversionLog[] = [];
  readonly array: BitcellArray;

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

  private readonly referenceCells: Uint8Array[];
  private readonly groups: Int32Array[];
  private tables: Int32Array;
  private readonly counts: Uint8Array;
  private readonly countPlanes: Uint8Array;
  private results: Uint8Array;
  private resultBank = 0;

  private done = false;
  private errors = 0;
  private interrupts = 0;

  // Texts of the trace, renewed only when what they show changes.
  private wordLines = '';
  private groupText = '';
  private comparators: Uint8Array;
  private comparatorText = '';
  private countText = '';
  private readonly darkRows: string;
  private readonly darkColumns: string;

  /**
   * @param resetTable decoder contents after reset, code k of bank b at bit (b * 2^B + k) * OUT_BITS
   * @param trace      where observed states go; nothing is recorded without it
   */
  constructor(
    readonly shape: MacroShape,
    private readonly resetTable: bigint,
    private readonly resetStyle: ResetStyle,
    private readonly trace?: Trace,
  ) {
    const { rows, columns, banks, referenceRows, referenceColumns, adcBits } = shape;
    this.array = new BitcellArray(shape);
    this.loaded = new Int32Array(rows);
    this.active = new Int32Array(rows);
    this.macs = new Int32Array(columns);
    this.referenceCells = Array.from(
      { length: banks },
      () => new Uint8Array(referenceRows * referenceColumns),
    );
    this.groups = Array.from({ length: banks }, () => new Int32Array(2 ** adcBits));
    this.counts = new Uint8Array(columns);
    this.countPlanes = new Uint8Array(columns * adcBits);
    this.results = new Uint8Array(columns);
    this.comparators = new Uint8Array(columns);
    this.darkRows = hexOfBits(new Uint8Array(rows));
    this.darkColumns = hexOfBits(new Uint8Array(columns));
    this.tables = this.tablesAfterReset();
    this.clear();
  }

  get busy(): boolean {
    return this.phase !== IDLE || this.queued !== undefined;
  }

  /** Lets cycles pass with nothing on the bus. */
  idle(cycles: number): void {
    for (let left = cycles; left > 0; left--) {
      if (!this.busy && this.phase === IDLE && this.settled) {
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
    const start = accepted && request.write && isStart(request) ? startOf(request) : undefined;
    const wasDone = this.phase === DONE;

    let clearDone = false;
    let clearErrors = 0;
    if (accepted && request.write) {
      if (request.address === REGISTERS.status.offset) clearDone = (request.data & 4) !== 0;
      else if (request.address === REGISTERS.error.offset) clearErrors = request.data & 0x3f;
      else if (request.address === REGISTERS.interrupt.offset) this.interrupts = request.data & 3;
    }
    this.errors = (this.errors & ~clearErrors) | (verdict ?? 0);
    if (wasDone && this.done) this.errors |= 1 << ERRORS.lost.bit;
    this.done = wasDone || (this.done && !clearDone);
    if (wasDone) {
      this.resultBank = this.bank;
      this.results = this.counts.slice();
    }
    this.stirred ||=
      this.phase !== IDLE || request?.write === true || (verdict !== undefined && verdict !== 0);
    this.advance(start);
    if (accepted && request.write) this.store(request);
    this.cycle++;
    this.settled = !wasDone && request === undefined;
    return answer;
  }

  /** True when another idle cycle would change nothing. */
  private settled = false;
  /** Something that the trace shows may have changed since it was last looked at. */
  private stirred = true;

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
    if (this.strobe) this.countComparators();
    if (this.phase === PRECHARGE) this.clearCounts();
    if (inRamp) this.pulseRamp();
    this.sense = inRamp;
    this.strobe = stepEnds;
    this.count++;
    switch (this.phase) {
      case PRECHARGE:
        if (this.count === shape.prechargeCycles) this.enter(MAC);
        break;
      case MAC:
        if (this.count === macCycles(shape)) this.enter(RAMP);
        break;
      case RAMP:
        if (stepEnds) {
          this.count = 0;
          if (this.step === rampSteps(this.bits)) this.enter(SENSE);
          else this.enterStep(this.step + 1);
        }
        break;
      case SENSE:
        this.enter(DONE);
        break;
      default:
        this.enter(IDLE);
    }
    this.wordLines = this.phase === MAC ? this.drivenRows() : `${this.darkRows} ${this.darkRows}`;
    this.lookAtComparators();
  }

  private begin({ bank, bits }: { bank: number; bits: number }): void {
    this.bank = bank;
    this.bits = bits;
    this.active = this.loaded.slice();
    this.macs = this.array.mac(this.active);
    this.reference = 0;
    this.conversions.push({ firstCycle: this.cycle + 1, inputs: this.active, macs: this.macs, bank, bits });
    this.enter(PRECHARGE);
  }

  private enter(phase: number): void {
    this.phase = phase;
    this.count = 0;
    this.enterStep(phase === RAMP ? 1 : 0);
  }

  private enterStep(step: number): void {
    this.step = step;
    this.groupText = hexOfBits(this.drivenGroups());
  }

  // ---- word lines ----------------------------------------------------------------------------

  /** rwl_p and rwl_n of this MAC cycle. */
  private drivenRows(): string {
    const { rows, inputCoding } = this.shape;
    const limit = maxMagnitude(this.shape);
    const straight = new Uint8Array(rows);
    const crossed = new Uint8Array(rows);
    for (let row = 0; row < rows; row++) {
      const x = this.active[row]!;
      const magnitude = Math.min(limit, Math.abs(x));
      const driven = inputCoding === 'pwm' ? magnitude > this.count : (magnitude >> this.count) & 1;
      if (driven) (x < 0 ? crossed : straight)[row] = 1;
    }
    return `${hexOfBits(straight)} ${hexOfBits(crossed)}`;
  }

  private trimDriven(): boolean {
    if (this.phase !== MAC) return false;
    const { trimPulses, inputCoding } = this.shape;
    return inputCoding === 'pwm' ? this.count < trimPulses : ((trimPulses >> this.count) & 1) === 1;
  }

  private sharing(): boolean {
    return (
      this.phase === MAC && this.shape.inputCoding === 'bit_serial' && this.count < magnitudeBits(this.shape)
    );
  }

  /** Reference groups that this ramp step drives; group 0 is the offset group. */
  private drivenGroups(): Uint8Array {
    const driven = new Uint8Array(2 ** this.shape.adcBits);
    if (this.phase !== RAMP) return driven;
    const each = groupsPerStep(this.shape, this.bits);
    driven.fill(1, (this.step - 1) * each + 1, this.step * each + 1);
    if (this.step === 1) driven[0] = 1;
    return driven;
  }

  private pulseRamp(): void {
    const cells = this.groups[this.bank]!;
    this.drivenGroups().forEach((driven, group) => {
      if (driven) this.reference += group === 0 ? -cells[0]! : cells[group]!;
    });
  }

  // ---- comparators and counters --------------------------------------------------------------

  private lookAtComparators(): void {
    if (!this.sense) {
      if (this.comparatorText === this.darkColumns) return;
      this.comparators = new Uint8Array(this.shape.columns);
      this.comparatorText = this.darkColumns;
      return;
    }
    const { macs, reference, comparators } = this;
    for (let column = 0; column < macs.length; column++)
      comparators[column] = macs[column]! >= reference ? 1 : 0;
    this.comparatorText = hexOfBits(comparators);
  }

  private clearCounts(): void {
    this.counts.fill(0);
    this.countText = hexOfBits(this.countPlanes.fill(0));
  }

  private countComparators(): void {
    const { counts, comparators } = this;
    const mask = 2 ** this.shape.adcBits - 1;
    for (let column = 0; column < counts.length; column++) {
      counts[column] = (counts[column]! + comparators[column]!) & mask;
    }
    this.showCounts();
  }

  /** Plane j of the text holds bit j of every column's counter. */
  private showCounts(): void {
    const { counts } = this;
    const { columns, adcBits } = this.shape;
    const planes = this.countPlanes;
    for (let bit = 0, at = 0; bit < adcBits; bit++) {
      for (let column = 0; column < columns; column++) planes[at++] = (counts[column]! >> bit) & 1;
    }
    this.countText = hexOfBits(planes);
  }

  // ---- bus -----------------------------------------------------------------------------------

  /** Error bits that refuse a request; 0 where it is accepted. */
  private judge(request: Request): number {
    const { write, address, data } = request;
    if (!this.isLegal(request)) return 1 << ERRORS.access.bit;
    const region = address >> 16;
    const cells = region >= 4;
    const inUse =
      ((cells || region === 3) && write && this.busy) ||
      (region === 1 && (this.shape.doubleBuffer ? this.queued !== undefined : this.busy)) ||
      (region === 2 && !this.shape.doubleBuffer && this.busy);
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

  private isLegal({ write, address, strobes }: Request): boolean {
    const { rows, columns, trimRows, banks, adcBits, referenceRows, referenceColumns } = this.shape;
    if (address % 4 !== 0) return false;
    const whole = strobes === 0xf;
    if (address >= 0x8_0000) {
      const { row, word } = weightCell(address);
      const exists = row < rows || (row >= TRIM_ROW_BASE && row < TRIM_ROW_BASE + trimRows);
      return exists && word < Math.ceil(columns / 32);
    }
    if (address >= 0x4_0000) {
      const { bank, row, word } = referenceCell(address);
      return bank < banks && row < referenceRows && word < Math.ceil(referenceColumns / 32);
    }
    const offset = address & 0xffff;
    switch (address >> 16) {
      case 0:
        return write ? offset >= 0x0c && offset <= 0x18 && whole : offset <= 0x18;
      case 1:
        return write && offset < rows;
      case 2:
        return !write && offset / 4 < columns;
      default:
        return offset >> 9 < banks && (offset & 0x1ff) / 4 < 2 ** adcBits && (!write || whole);
    }
  }

  private read(address: number): number {
    const { shape } = this;
    if (address >= 0x8_0000) {
      const { planes, at } = this.weightPlane(address);
      return wordAt(planes, at.from, at.end);
    }
    if (address >= 0x4_0000) {
      const { cells, from, end } = this.referenceWord(address);
      return wordAt(cells, from, end);
    }
    const offset = address & 0xffff;
    switch (address >> 16) {
      case 0:
        return this.readRegister(offset);
      case 2: {
        const code = (shape.doubleBuffer ? this.results : this.counts)[offset / 4]!;
        const value = this.tables[this.resultBank * 2 ** shape.adcBits + code]!;
        return ((code << 16) | (value & 0xffff)) >>> 0;
      }
      default: {
        const value = this.tables[(offset >> 9) * 2 ** shape.adcBits + (offset & 0x1ff) / 4]!;
        return value & 0xffff;
      }
    }
  }

  private readRegister(offset: number): number {
    switch (offset) {
      case REGISTERS.id.offset:
        return IDENTITY;
      case REGISTERS.array.offset:
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
        return 0;
    }
  }

  private store({ address, data, strobes }: Request): void {
    const { shape } = this;
    const mask = strobeMask(strobes);
    if (address >= 0x8_0000) {
      const { planes, at } = this.weightPlane(address);
      setWord(planes, at.from, at.end, data, mask);
      this.array.changed();
    } else if (address >= 0x4_0000) {
      const { cells, bank, from, end } = this.referenceWord(address);
      setWord(cells, from, end, data, mask);
      this.groups[bank] = groupCounts(cells, shape);
    } else if (address >= 0x3_0000) {
      const offset = address & 0xffff;
      this.tables[(offset >> 9) * 2 ** shape.adcBits + (offset & 0x1ff) / 4] = this.asEntry(data);
    } else if (address >= 0x1_0000) {
      for (let lane = 0; lane < 4; lane++) {
        const row = (address & 0xffff) + lane;
        if (row >= shape.rows || !((strobes >> lane) & 1)) continue;
        const shift = 32 - shape.inputBits;
        const raw = (data >>> (8 * lane)) << shift;
        this.loaded[row] = shape.inputSigned ? raw >> shift : raw >>> shift;
      }
    }
  }

  private weightPlane(address: number) {
    const { columns } = this.shape;
    const { row, plane, word } = weightCell(address);
    const trim = row >= TRIM_ROW_BASE;
    const planes = trim
      ? plane === 0
        ? this.array.trimPlus
        : this.array.trimMinus
      : plane === 0
        ? this.array.plus
        : this.array.minus;
    const first = (trim ? row - TRIM_ROW_BASE : row) * columns;
    return {
      planes,
      at: { from: first + 32 * word, end: Math.min(first + 32 * word + 32, first + columns) },
    };
  }

  private referenceWord(address: number) {
    const { bank, row, word } = referenceCell(address);
    const first = row * this.shape.referenceColumns;
    return {
      bank,
      cells: this.referenceCells[bank]!,
      from: first + 32 * word,
      end: Math.min(first + 32 * word + 32, first + this.shape.referenceColumns),
    };
  }

  private asEntry(data: number): number {
    const shift = 32 - this.shape.outputBits;
    return this.shape.outputSigned ? (data << shift) >> shift : (data << shift) >>> shift;
  }

  // ---- reset and observation -----------------------------------------------------------------

  private tablesAfterReset(): Int32Array {
    const { banks, adcBits, outputBits } = this.shape;
    return Int32Array.from({ length: banks * 2 ** adcBits }, (_, index) =>
      this.asEntry(Number(BigInt.asUintN(outputBits, this.resetTable >> BigInt(index * outputBits)))),
    );
  }

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
    this.resultBank = 0;
    this.results = new Uint8Array(this.shape.columns);
    this.clearCounts();
    this.tables = this.tablesAfterReset();
    this.enter(IDLE);
    this.wordLines = `${this.darkRows} ${this.darkRows}`;
    this.lookAtComparators();
    this.settled = false;
    this.stirred = true;
  }

  private observe(): void {
    if (this.trace === undefined || !this.stirred) return;
    this.stirred = false;
    const interrupt =
      (this.done && (this.interrupts & 1) !== 0) || (this.errors !== 0 && (this.interrupts & 2) !== 0);
    const flags =
      (Number(interrupt) << 6) |
      (Number(this.phase === DONE) << 5) |
      (Number(this.busy) << 4) |
      (Number(this.sense) << 3) |
      (Number(this.sharing()) << 2) |
      (Number(this.trimDriven()) << 1) |
      Number(this.phase === PRECHARGE);
    this.trace.record(
      this.cycle,
      `${hexOfNumber(flags)} ${this.phase} ${hexOfNumber(this.step)} ${hexOfNumber(this.bank)} ${this.wordLines} ${this.groupText} ${this.comparatorText} ${this.countText}`,
    );
  }
}

function isStart({ address, data }: Request): boolean {
  return address === REGISTERS.start.offset && (data & 1) === 1;
}

function startOf({ data }: { readonly data: number }) {
  return { bank: (data >>> 8) & 0xf, bits: (data >>> 16) & 7 };
}

function weightCell(address: number) {
  return { row: (address >> 8) & 0x7ff, plane: (address >> 7) & 1, word: (address >> 2) & 31 };
}

function referenceCell(address: number) {
  return { bank: (address >> 14) & 0xf, row: (address >> 4) & 0x3ff, word: (address >> 2) & 3 };
}

function strobeMask(strobes: number): number {
  let mask = 0;
  for (let lane = 0; lane < 4; lane++) if ((strobes >> lane) & 1) mask |= 0xff << (8 * lane);
  return mask;
}

function wordAt(bits: Uint8Array, from: number, end: number): number {
  let word = 0;
  for (let i = from; i < end; i++) if (bits[i]) word |= 1 << (i - from);
  return word >>> 0;
}

function setWord(bits: Uint8Array, from: number, end: number, data: number, mask: number): void {
  for (let i = from; i < end; i++) if ((mask >>> (i - from)) & 1) bits[i] = (data >>> (i - from)) & 1;
}

/** 1-cells of every group of a bank: the offset rows, then stepRows rows a group; rows left over are never driven. */
function groupCounts(cells: Uint8Array, shape: MacroShape): Int32Array {
  const counts = new Int32Array(2 ** shape.adcBits);
  const rows = stepRows(shape);
  for (let row = 0; row < shape.referenceRows; row++) {
    const group = row < shape.offsetRows ? 0 : Math.floor((row - shape.offsetRows) / rows) + 1;
    if (group >= counts.length) break;
    for (let column = 0; column < shape.referenceColumns; column++) {
      counts[group]! += cells[row * shape.referenceColumns + column]!;
    }
  }
  return counts;
}
