import type { Request } from '../golden/address-map.js';
import { writesNothing } from '../golden/address-map.js';
import type { Answer } from '../golden/register-file.js';
import { requantize } from './arithmetic.js';
import { beatsOf, type PsumShape } from './plan.js';
import {
  PSUM_ERRORS,
  PSUM_REGISTER_NAMES,
  PSUM_REGISTERS,
  psumResetWord,
  rangeWord,
  resultRange,
} from './registers.js';

/** What a sender puts on the input stream in a cycle. */
export interface TileBeat {
  /** One field a lane, as the pins carry them. */
  readonly fields: readonly number[];
  readonly last: boolean;
  /** Looked at with the first beat of a vector. */
  readonly tile: number;
}

/** Results at the pins. */
export interface ResultBeat {
  /** One result a lane; 0 beyond the last channel. */
  readonly results: readonly number[];
  readonly last: boolean;
  /** With the last: they are not whole. */
  readonly bad: boolean;
}

/** A beat in the pipeline. */
interface Moving {
  readonly fields: readonly number[];
  readonly beat: number;
  readonly weight: number;
  readonly first: boolean;
  readonly final: boolean;
  readonly last: boolean;
  readonly bad: boolean;
}

/** Stages from a beat that is taken to room for its results: value, product, sum, halves, total, shifted. */
const STAGES = 6;
/** Beats that wait for the receiver. */
const ROOM = 2;

/** Bits `bits - 1 .. 0` of a word as a number. */
function numberOf(word: number, bits: number, signed: boolean): number {
  const value = word % 2 ** bits;
  return signed && value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
}

/**
 * Golden twin of a partial-sum unit, cycle by cycle: what its pins show, and its answers on the bus. One call of
 * {@link tick} is one clock edge.
 */
export class PsumMachine {
  /** The cycle about to be observed. */
  cycle = 0;
  /** Beats that were taken so far, and beats of results that were. */
  taken = 0;
  given = 0;

  private readonly beats: number;
  private weights: number[];
  private readonly scales: number[];
  private readonly biases: number[];
  private shift = 0;
  private low = 0;
  private high = 0;
  private errors = 0;

  private readonly accumulators: number[];
  private tile = 0;
  private digit = 0;
  private beat = 0;
  private skip = false;
  private pipeline: (Moving | undefined)[] = new Array(STAGES).fill(undefined);
  /** Results of the beats in the last stages, which coefficients no longer change. */
  private readonly results = new Map<Moving, readonly number[]>();
  private waiting: ResultBeat[] = [];

  /**
   * @param resetWeights digit j of tile g at index g * digits + j
   * @param asynchronous reset acts at once, not at the next edge
   */
  constructor(
    readonly shape: PsumShape,
    private readonly resetWeights: readonly number[],
    private readonly asynchronous: boolean,
  ) {
    this.beats = beatsOf(shape);
    this.weights = [...resetWeights];
    // Unknown until written; whoever looks before finds NaN.
    this.scales = new Array<number>(shape.channels).fill(Number.NaN);
    this.biases = new Array<number>(shape.channels).fill(Number.NaN);
    this.accumulators = new Array<number>(this.beats * shape.lanes).fill(0);
    this.clear();
  }

  /** The beat of results at the pins. */
  get shown(): ResultBeat | undefined {
    return this.waiting[0];
  }

  /** Whether a beat would be taken. */
  get ready(): boolean {
    return this.waiting.length < ROOM;
  }

  get busy(): boolean {
    return (
      this.tile + this.digit + this.beat > 0 ||
      this.skip ||
      this.waiting.length > 0 ||
      // Beyond the product, only what completes a sum is on its way.
      this.pipeline.some((moving, stage) => moving !== undefined && (stage < 2 || moving.final))
    );
  }

  /** Before the first cycle of a reset is observed. */
  beginReset(): void {
    if (this.asynchronous) this.clear();
  }

  /** A cycle in reset. */
  resetTick(): void {
    this.clear();
    this.cycle++;
  }

  /**
   * One clock edge.
   *
   * @param request  of the bus; its answer is what the bus shows in the next cycle
   * @param offered  on the input stream
   * @param receives whether the receiver of results is ready
   */
  tick(request: Request | undefined, offered: TileBeat | undefined, receives: boolean): Answer | undefined {
    const goes = this.ready;
    const verdict = request && this.judge(request);
    const answer = request && {
      data: verdict === 0 && !request.write ? this.read(request.address) : 0,
      error: verdict !== 0,
    };
    let clears = 0;
    if (request?.write && verdict === 0 && !writesNothing(request)) clears = this.store(request);
    let raised = verdict ?? 0;

    if (this.waiting.length > 0 && receives) {
      this.waiting.shift();
      this.given++;
    }
    if (goes) {
      const out = this.pipeline.pop();
      if (out?.final) {
        this.waiting.push({ results: this.results.get(out)!, last: out.last, bad: out.bad });
        this.results.delete(out);
      }
      // What was the product becomes the sum: all that coefficients do is done here.
      const product = this.pipeline[1];
      if (product !== undefined) this.accumulate(product);
      const { moving, misfit } =
        offered === undefined ? { moving: undefined, misfit: false } : this.take(offered);
      if (misfit) raised |= 1 << PSUM_ERRORS.misfit.bit;
      this.pipeline.unshift(moving);
    }
    this.errors = (this.errors & ~clears) | raised;
    this.cycle++;
    return answer;
  }

  // ---- sums ------------------------------------------------------------------------------------

  private take({ fields, last, tile }: TileBeat): { moving: Moving | undefined; misfit: boolean } {
    const { tiles, digits } = this.shape;
    this.taken++;
    if (this.skip) {
      if (last) this.skip = false;
      return { moving: undefined, misfit: false };
    }
    const begins = this.digit === 0 && this.beat === 0;
    const unexpected = begins && tile !== this.tile;
    if (unexpected && tile !== 0) {
      this.restart(!last);
      return { moving: undefined, misfit: true };
    }
    if (begins) this.tile = tile;
    const ends = this.digit === digits - 1 && this.beat === this.beats - 1;
    const bad = last !== ends;
    const moving: Moving = {
      fields,
      beat: this.beat,
      weight: this.tile * digits + this.digit,
      first: this.tile === 0 && this.digit === 0,
      final: this.tile === tiles - 1 && this.digit === digits - 1,
      last: last || this.beat === this.beats - 1,
      bad,
    };
    if (bad) this.restart(!last);
    else this.advance();
    return { moving, misfit: unexpected || bad };
  }

  private restart(skip: boolean): void {
    this.tile = 0;
    this.digit = 0;
    this.beat = 0;
    this.skip = skip;
  }

  private advance(): void {
    if (++this.beat < this.beats) return;
    this.beat = 0;
    if (++this.digit < this.shape.digits) return;
    this.digit = 0;
    if (++this.tile === this.shape.tiles) this.tile = 0;
  }

  private accumulate(moving: Moving): void {
    const { lanes, channels, valueBits, valueSigned } = this.shape;
    const { fields, beat, weight, first, final, last } = moving;
    const { shift, low, high } = this;
    const results = fields.map((field, lane) => {
      const channel = beat * lanes + lane;
      if (channel >= channels) return 0;
      const value = numberOf(field, valueBits, valueSigned);
      const sum = (first ? 0 : this.accumulators[channel]!) + this.weights[weight]! * value;
      if (!final) {
        this.accumulators[channel] = sum;
        return 0;
      }
      // Where a vector ends early, lanes beyond the last channel of a whole one are dark all the same.
      if (last && lane >= channels - (this.beats - 1) * lanes) return 0;
      return requantize(sum, this.scales[channel]!, this.biases[channel]!, { shift, low, high });
    });
    if (final) this.results.set(moving, results);
  }

  // ---- bus -------------------------------------------------------------------------------------

  /** Error bits that refuse a request; 0 where it is accepted. */
  private judge(request: Request): number {
    const { write, address } = request;
    if (writesNothing(request)) return 0;
    if (!this.isLegal(request)) return 1 << PSUM_ERRORS.bad_access.bit;
    const coefficient = address >= 0x1_0000;
    const held = coefficient || (write && address !== PSUM_REGISTERS.error.offset);
    return held && this.busy ? 1 << PSUM_ERRORS.busy.bit : 0;
  }

  private isLegal({ write, address, strobes }: Request): boolean {
    const { tiles, digits, channels } = this.shape;
    if (address % 4 !== 0 || (write && strobes !== 0xf)) return false;
    const word = (address & 0xffff) / 4;
    switch (address >> 16) {
      case 0: {
        const register = PSUM_REGISTER_NAMES.find((name) => PSUM_REGISTERS[name].offset === address);
        return register !== undefined && (!write || PSUM_REGISTERS[register].access !== 'ro');
      }
      case 1:
        return word < tiles * digits;
      case 2:
      case 3:
        return word < channels;
      default:
        return false;
    }
  }

  private read(address: number): number {
    const word = (address & 0xffff) / 4;
    switch (address >> 16) {
      case 0:
        return this.readRegister(address);
      case 1:
        return this.weights[word]!;
      case 2:
        return this.scales[word]!;
      default:
        return this.biases[word]! >>> 0;
    }
  }

  private readRegister(offset: number): number {
    switch (offset) {
      case PSUM_REGISTERS.status.offset:
        return Number(this.busy);
      case PSUM_REGISTERS.error.offset:
        return this.errors;
      case PSUM_REGISTERS.shift.offset:
        return this.shift;
      case PSUM_REGISTERS.range.offset:
        return rangeWord(this.low, this.high);
      default: {
        const constant = PSUM_REGISTER_NAMES.find((name) => PSUM_REGISTERS[name].offset === offset)!;
        return psumResetWord(this.shape, constant);
      }
    }
  }

  /** @returns error bits that the write clears */
  private store({ address, data }: Request): number {
    const { weightBits, scaleBits, biasBits, resultBits, resultSigned } = this.shape;
    const word = (address & 0xffff) / 4;
    if (address >= 0x3_0000) this.biases[word] = numberOf(data, biasBits, true);
    else if (address >= 0x2_0000) this.scales[word] = numberOf(data, scaleBits, false);
    else if (address >= 0x1_0000) this.weights[word] = numberOf(data, weightBits, false);
    else if (address === PSUM_REGISTERS.error.offset) return data & 7;
    else if (address === PSUM_REGISTERS.shift.offset) this.shift = data & 31;
    else {
      this.low = numberOf(data & 0xffff, resultBits, resultSigned);
      this.high = numberOf(data >>> 16, resultBits, resultSigned);
    }
    return 0;
  }

  // ---- reset -----------------------------------------------------------------------------------

  /** The state after reset. Scales, biases and accumulators have no reset and stay. */
  private clear(): void {
    this.restart(false);
    this.pipeline = new Array<undefined>(STAGES).fill(undefined);
    this.results.clear();
    this.waiting = [];
    this.weights = [...this.resetWeights];
    this.shift = 0;
    ({ low: this.low, high: this.high } = resultRange(this.shape));
    this.errors = 0;
  }
}
