/** In: beats of the input stream, results. Out: starts, beats of the output stream; as `<name>_stream_input` and `_stream_output` give them. */
import { errorBit } from '../plan/registers.js';
import { fieldBytes, fieldsOfBeat, inputBeats, outputBeats, type StreamShape } from '../plan/streams.js';
import { type StartOrder, strangerBits } from './address-map.js';
import { hexOfByte } from './bits.js';
import type { Controller } from './controller.js';

/** One transfer of a stream. */
export interface Beat {
  /** Bytes, that of the lowest lane first. */
  readonly data: Uint8Array;
  /** It is the last of its vector. */
  readonly last: boolean;
  /** Code width in 6:4, bank in 3:0: of an input vector its first beat tells, of a result every beat. */
  readonly user: number;
}

/** Who stands at the stream ports. */
export interface StreamPartner {
  /** The beat that the sender shows in a cycle, until it is taken. */
  offered(cycle: number): Beat | undefined;
  /** Whether the receiver takes a beat in a cycle. */
  ready(cycle: number): boolean;
  /** The beat shown was taken at the end of a cycle. */
  taken(cycle: number): void;
  /** A result left at the end of a cycle. */
  received(beat: Beat, cycle: number): void;
  /** Nothing more is to be sent. */
  readonly exhausted: boolean;
}

/** Nobody: nothing is sent, nothing is taken. */
export const NO_PARTNER: StreamPartner = {
  offered: () => undefined,
  ready: () => false,
  taken: () => {},
  received: () => {},
  exhausted: true,
};

export function userOf({ bank, bits }: StartOrder): number {
  return (bits << 4) | bank;
}

/** What a beat of the input port leads to: bits of the error register, .. */
interface Taken {
  readonly errors: number;
  /** The conversion that starts: the vector is whole. */
  readonly start: StartOrder | undefined;
  /** Row of its first byte. What is dropped was written all the same: the next whole vector covers it. */
  readonly row: number;
}

/** The input port: puts beats together to vectors, and drops those that are no vector. */
class StreamInput {
  private beat = 0;
  private drops = false;
  private named: StartOrder = { bank: 0, bits: 0 };

  constructor(private readonly shape: StreamShape) {}

  reset(): void {
    this.beat = 0;
    this.drops = false;
  }

  take({ last, user }: Beat): Taken {
    const { shape } = this;
    const first = this.beat === 0 && !this.drops;
    if (first) this.named = { bank: user & 0xf, bits: user >> 4 };
    let errors = first ? strangerBits(shape, this.named) : 0;
    const final = this.beat === inputBeats(shape) - 1;
    if (!this.drops && last !== final) errors |= errorBit('stream');
    const row = this.beat * shape.streams.inputBytes;
    const drops = this.drops || errors !== 0;
    this.beat = last || drops ? 0 : this.beat + 1;
    this.drops = drops && !last;
    return { errors, start: last && !drops ? this.named : undefined, row };
  }

  /** A cycle in which the port is off: a vector under way is dropped. @returns bits of the error register */
  leave(): number {
    if (this.beat === 0) return 0;
    this.beat = 0;
    this.drops = true;
    return errorBit('stream');
  }
}

/** Where the output port finds results: codes, or values where the readout keeps those, and what they decode to. */
export interface ResultSource {
  /** What is held of a column since the last hand-over. */
  heldBy(column: number): number;
  /** The decoded value of what is held. */
  decoded(bank: number, held: number): number;
}

/** The output port: holds results back until all of their columns have left. */
class StreamOutput {
  /** Beat of the last results that moves to the pins next; undefined where all have. */
  private group: number | undefined;
  private made: StartOrder = { bank: 0, bits: 0 };
  /** The beat at the pins. No table is written while there is one, so it is decoded once. */
  private shown: Beat | undefined;
  /** What the trace shows of it, but for the lowest digit. */
  private text: string | undefined;

  constructor(
    private readonly shape: StreamShape,
    private readonly source: ResultSource,
  ) {}

  reset(): void {
    this.group = undefined;
    this.show(undefined);
  }

  get busy(): boolean {
    return this.group !== undefined || this.shown !== undefined;
  }

  /** Whether new results can take the place of the last ones in a cycle. */
  room(ready: boolean): boolean {
    return this.group === undefined || (this.group === outputBeats(this.shape) - 1 && this.moves(ready));
  }

  /** The end of a cycle, before results are handed over. @returns the beat that left in it */
  pass(ready: boolean): Beat | undefined {
    const left = ready ? this.shown : undefined;
    const { group } = this;
    if (group !== undefined && this.moves(ready)) {
      const last = group === outputBeats(this.shape) - 1;
      this.show({ data: this.fields(group), last, user: userOf(this.made) });
      this.group = last ? undefined : group + 1;
    } else if (ready) this.show(undefined);
    return left;
  }

  /** Results are handed over, at the end of a cycle that {@link pass} has ended. */
  take(made: StartOrder): void {
    this.made = made;
    this.group = 0;
  }

  /**
   * The pins as the trace shows them, in hexadecimal: data, user in two digits, and a digit of last, valid and the
   * ready of the input port. All but that ready are 0 where there is no beat.
   */
  pinsText(inputReady: boolean): string {
    const { shown } = this;
    const ready = Number(inputReady);
    if (shown === undefined) return String(ready);
    this.text ??= `${hexOfBytes(shown.data)}${hexOfByte(shown.user)}`.replace(/^0+/, '');
    return `${this.text}${(Number(shown.last) << 2) | 2 | ready}`;
  }

  private moves(ready: boolean): boolean {
    return this.shown === undefined || ready;
  }

  private show(beat: Beat | undefined): void {
    this.shown = beat;
    this.text = undefined;
  }

  /** The fields of a beat; those past the last column are 0. */
  private fields(group: number): Uint8Array {
    const { shape, source, made } = this;
    const fields = fieldsOfBeat(shape);
    const bytes = fieldBytes(shape);
    const data = new Uint8Array(shape.streams.outputBytes);
    for (
      let field = 0, column = group * fields;
      field < fields && column < shape.columns;
      field++, column++
    ) {
      const value = source.decoded(made.bank, source.heldBy(column));
      data[field * bytes] = value;
      if (bytes === 2) data[field * bytes + 1] = value >> 8;
    }
    return data;
  }
}

/** What stands behind the stream ports. */
export interface StreamHardware {
  readonly controller: Controller;
  readonly results: ResultSource;
  /** Takes a byte as the input of a row; rows that do not exist are left out. */
  load(row: number, byte: number): void;
}

/** What the streams do at a clock edge. */
export interface Streamed {
  /** Bits of the error register. */
  readonly errors: number;
  readonly start: StartOrder | undefined;
}

const NOTHING: Streamed = { errors: 0, start: undefined };

/** Both ports, and who has the data path. */
export class StreamPorts {
  partner: StreamPartner = NO_PARTNER;
  /** Beats of inputs are taken. */
  enabled = false;
  /** The results under way in this cycle can be handed over. */
  room = true;
  private owned = false;
  private ready = false;
  private readonly input: StreamInput;
  private readonly output: StreamOutput;

  constructor(
    shape: StreamShape,
    private readonly hardware: StreamHardware,
  ) {
    this.input = new StreamInput(shape);
    this.output = new StreamOutput(shape, hardware.results);
  }

  reset(): void {
    this.enabled = false;
    this.owned = false;
    this.input.reset();
    this.output.reset();
    this.look(undefined);
  }

  /** Results have not left yet. */
  get busy(): boolean {
    return this.output.busy;
  }

  /** Inputs, starts and results are the streams': switched on, or not through with what they took. */
  get owner(): boolean {
    return this.enabled || (this.owned && (this.busy || this.hardware.controller.busy));
  }

  /** Another cycle with nothing on the bus can change something. */
  get awaited(): boolean {
    return this.enabled && !this.partner.exhausted;
  }

  /** A cycle begins; without a number it is one in reset, in which nobody takes anything. */
  look(cycle: number | undefined): void {
    this.ready = cycle !== undefined && this.partner.ready(cycle);
    this.room = this.output.room(this.ready);
  }

  /**
   * The end of a cycle that {@link look} began.
   *
   * @param finishes whether results are handed over in it; the converters still hold those before
   */
  tick(cycle: number, finishes: boolean): Streamed {
    const { output, partner, ready, owner } = this;
    const { bank, bits } = this.hardware.controller;
    const left = output.pass(ready);
    if (left !== undefined) partner.received(left, cycle);
    if (finishes && owner) output.take({ bank, bits });
    this.owned = owner;
    return this.take(cycle);
  }

  /** What the trace shows of the pins. */
  text(): string {
    return this.output.pinsText(this.inputReady);
  }

  private get inputReady(): boolean {
    return this.enabled && this.hardware.controller.queued === undefined;
  }

  private take(cycle: number): Streamed {
    if (!this.enabled) return { errors: this.input.leave(), start: undefined };
    const beat = this.inputReady ? this.partner.offered(cycle) : undefined;
    if (beat === undefined) return NOTHING;
    this.partner.taken(cycle);
    const { errors, start, row } = this.input.take(beat);
    beat.data.forEach((byte, lane) => {
      this.hardware.load(row + lane, byte);
    });
    return { errors, start };
  }
}

/** Two digits a byte, the last byte first. */
export function hexOfBytes(data: Uint8Array): string {
  return Array.from(data, hexOfByte).reverse().join('');
}
