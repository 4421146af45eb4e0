/** In: requests of the bus. Out: answers, errors, starts; as `<name>_registers` gives them. */
import { registerAddress } from '../plan/addresses.js';
import { packedInputBits, packedRows } from '../plan/packed-words.js';
import { resetWord, streamWord } from '../plan/register-words.js';
import {
  type BitField,
  bitsIn,
  errorBit,
  maskOf,
  PHASES,
  REGISTERS,
  type RegionName,
  type Register,
  registerWord,
  STATUS_DONE,
} from '../plan/registers.js';
import type { MacroShape } from '../plan/shape.js';
import {
  AddressMap,
  fieldIn,
  inputWord,
  isInput,
  isResult,
  packedInputWord,
  packedResultWord,
  type Request,
  regionOf,
  resultColumn,
  type StartOrder,
  startOf,
  strangerBits,
  tableEntry,
  writesNothing,
} from './address-map.js';
import { lowest } from './bits.js';
import type { ColumnConverters } from './columns.js';
import type { Controller } from './controller.js';
import type { CellPort } from './march.js';
import { SelfCalibration } from './self-calibration.js';
import type { Storage } from './storage.js';
import type { StreamPorts } from './streams.js';
import type { TestModes } from './test-modes.js';

/** What the bus shows in the cycle after a request. */
export interface Answer {
  /** The word read; 0 for a write, and for a read that is refused. */
  readonly data: number;
  /** Whether the access was refused; it then changed nothing but its error bit. */
  readonly error: boolean;
}

/** What stands behind the registers. */
export interface Hardware {
  readonly controller: Controller;
  readonly columns: ColumnConverters;
  readonly storage: Storage;
  readonly test: TestModes;
  readonly streams: StreamPorts | undefined;
  readonly calibration: SelfCalibration | undefined;
  cells(): CellPort;
}

/** What a request comes to: its answer, and what it changes at the clock edge. */
export interface Verdict {
  readonly answer: Answer;
  /** Error bits that it sets. */
  readonly errors: number;
  /** The request, where it writes something. */
  readonly written: Request | undefined;
  readonly start: StartOrder | undefined;
}

/** What accesses to the words of a region do. */
interface RegionAccess {
  read?(address: number): number;
  write?(request: Request): void;
}

/** What accesses to a register do. */
interface RegisterAccess {
  read?(): number;
  write?(data: number): void;
}

/** Registers that start what runs by itself. */
const OWN_RUNS = [registerAddress('march'), registerAddress('calibration')];
const STREAM_ADDRESS = registerAddress('stream');
const streamEnable = fieldIn('stream', 'enable');

/** Bits that these registers hold. */
const ERROR_BITS = allBits(REGISTERS.error.fields);
const INTERRUPT_BITS = allBits(REGISTERS.interrupt.fields);
const ERROR_INTERRUPT = bitsIn('interrupt', 'error');
const DONE_INTERRUPT = bitsIn('interrupt', 'done');

/** The address map of a macro and the registers in it. */
export class RegisterFile {
  /** Loaded inputs, one a row. They have no reset. */
  readonly inputs: Int32Array;
  private done = false;
  private errors = 0;
  private interrupts = 0;

  private readonly map: AddressMap;
  private readonly regions: Readonly<Record<RegionName, RegionAccess>>;
  private readonly registers: Readonly<Record<Register, RegisterAccess>>;

  constructor(
    private readonly shape: MacroShape,
    private readonly hardware: Hardware,
  ) {
    const { columns, storage, cells } = hardware;
    this.inputs = new Int32Array(shape.rows);
    this.map = new AddressMap(shape);
    const cellAccess: RegionAccess = {
      read: (address) => cells().readCells(address),
      write: ({ address, data, strobes }) => cells().writeCells(address, data, strobes),
    };
    this.regions = {
      registers: {
        read: (address) => this.registers[this.map.registerAt(address)!].read?.() ?? 0,
        write: ({ address, data }) => this.registers[this.map.registerAt(address)!].write?.(data),
      },
      inputs: { write: (request) => this.load(request) },
      packed_inputs: { write: (request) => this.loadPacked(request) },
      results: { read: (address) => columns.resultWord(resultColumn(address)) },
      packed_results: { read: (address) => columns.packedWord(packedResultWord(address)) },
      tables: {
        read: (address) => {
          const { bank, code } = tableEntry(address);
          return storage.entry(bank, code) & 0xffff;
        },
        write: ({ address, data }) => {
          const { bank, code } = tableEntry(address);
          storage.setEntry(bank, code, data);
        },
      },
      references: cellAccess,
      weights: cellAccess,
    };
    this.registers = this.registerAccesses();
  }

  private registerAccesses(): Readonly<Record<Register, RegisterAccess>> {
    const { shape, hardware } = this;
    const { controller, test, streams, calibration } = hardware;
    const constant = (register: Register): RegisterAccess => {
      const word = resetWord(shape, register);
      return { read: () => word };
    };
    return {
      id: constant('id'),
      dimensions: constant('dimensions'),
      format: constant('format'),
      // Its starts go to the controller.
      start: {},
      status: {
        read: () =>
          registerWord('status', {
            busy: this.busy,
            queued: controller.queued !== undefined,
            done: this.done,
            phase: PHASES.indexOf(controller.phase),
          }),
        write: (data) => {
          if (data & STATUS_DONE) this.done = false;
        },
      },
      error: {
        read: () => this.errors,
        write: (data) => {
          this.errors &= ~(data & ERROR_BITS);
        },
      },
      interrupt: {
        read: () => this.interrupts,
        write: (data) => {
          this.interrupts = data & INTERRUPT_BITS;
        },
      },
      march: { read: () => test.march.status, write: (data) => test.march.write(data) },
      march_address: { read: () => test.march.address },
      march_data: { read: () => test.march.failing },
      self_test: { read: () => test.selfTestWord, write: (data) => test.writeSelfTest(data) },
      stream: {
        read: () => streamWord(shape, { enable: streams?.enabled === true, owner: streams?.owner === true }),
        write: (data) => {
          if (streams !== undefined) streams.enabled = streamEnable(data) === 1;
        },
      },
      calibration: {
        read: () => calibration?.status ?? 0,
        write: (data) => calibration?.write(data),
      },
    };
  }

  reset(): void {
    this.done = false;
    this.errors = 0;
    this.interrupts = 0;
  }

  /** Converting, about to, marching, calibrating, or with results that have not left. */
  get busy(): boolean {
    const { controller, test, streams, calibration } = this.hardware;
    return controller.busy || test.march.busy || streams?.busy === true || calibration?.busy === true;
  }

  /** Level of `irq_o`. */
  get interrupt(): boolean {
    const { done, errors, interrupts } = this;
    return (
      (done && (interrupts & DONE_INTERRUPT) !== 0) || (errors !== 0 && (interrupts & ERROR_INTERRUPT) !== 0)
    );
  }

  /** What a request comes to in the state before the clock edge. */
  judge(request: Request): Verdict {
    const errors = this.errorsOf(request);
    const accepted = errors === 0;
    const region = this.regions[regionOf(request.address)];
    const written = accepted && request.write && !writesNothing(request) ? request : undefined;
    return {
      answer: {
        data: accepted && !request.write ? region.read!(request.address) : 0,
        error: !accepted,
      },
      errors,
      written,
      start: written && startOf(written),
    };
  }

  /**
   * The clock edge, after the rest of the macro has moved on: what is written shows from the next cycle on.
   *
   * @param finishes whether a conversion hands its codes over to the bus at this edge, ..
   * @param streams  .. or to the streams, which lose none
   * @param errors   bits that others than the request set
   */
  tick(verdict: Verdict | undefined, finishes: boolean, streams = false, errors = 0): void {
    // What sets a bit wins over what clears it.
    const lost = finishes && this.done && !streams ? errorBit('lost') : 0;
    const written = verdict?.written;
    if (written !== undefined) this.regions[regionOf(written.address)].write!(written);
    this.errors |= (verdict?.errors ?? 0) | lost | errors;
    this.done ||= finishes;
  }

  /** Error bits that refuse a request; 0 where it is accepted. */
  private errorsOf(request: Request): number {
    if (writesNothing(request)) return 0;
    if (!this.map.isLegal(request)) return errorBit('bad_access');
    const { test, calibration } = this.hardware;
    const { busy } = this;
    const inUse =
      this.inUse(request) || test.refuses(request, busy) || calibration?.refuses(request, busy) === true;
    let errors = inUse ? errorBit('busy') : 0;
    const calibrated = SelfCalibration.bankOf(request) ?? 0;
    if (calibrated >= this.shape.banks) errors |= errorBit('bank');
    const start = startOf(request);
    if (start !== undefined) {
      errors |= strangerBits(this.shape, start);
      if (!this.hardware.controller.ready) errors |= errorBit('overrun');
    }
    return errors;
  }

  /** Whether a conversion, or what runs by itself, is using what a legal request names. */
  private inUse(request: Request): boolean {
    const { write, address } = request;
    const { doubleBuffer } = this.shape;
    const { controller, streams } = this.hardware;
    const streaming = streams?.owner === true;
    if (isInput(address)) return streaming || (doubleBuffer ? controller.queued !== undefined : this.busy);
    if (isResult(address)) return streaming || (!doubleBuffer && this.busy);
    if (regionOf(address) === 'registers') {
      return streams !== undefined && this.refusedByStreams(request, streams);
    }
    return write && this.busy;
  }

  /** The streams start conversions themselves, and let no march or calibration in; they get nothing that is in use. */
  private refusedByStreams(request: Request, { owner }: StreamPorts): boolean {
    const { write, address, data } = request;
    if (!write) return false;
    if (owner) return startOf(request) !== undefined || OWN_RUNS.includes(address);
    return address === STREAM_ADDRESS && streamEnable(data) === 1 && this.busy;
  }

  /** Takes up to four inputs, one a byte. */
  private load({ address, data, strobes }: Request): void {
    for (let lane = 0; lane < 4; lane++) {
      if ((strobes >> lane) & 1) this.loadRow(4 * inputWord(address) + lane, data >>> (8 * lane));
    }
  }

  /** Takes the inputs in the bytes of a packed word that are written. */
  private loadPacked({ address, data, strobes }: Request): void {
    const { shape } = this;
    const bits = packedInputBits(shape);
    const rows = packedRows(shape);
    for (let lane = 0; lane < rows; lane++) {
      const strobed = (strobes >> ((bits * lane) >> 3)) & 1;
      if (strobed) this.loadRow(rows * packedInputWord(address) + lane, data >>> (bits * lane));
    }
  }

  /** Takes the input of a row from the low bits of a number; rows that do not exist are left out. */
  loadRow(row: number, data: number): void {
    const { rows, inputBits, inputSigned } = this.shape;
    if (row >= rows) return;
    this.inputs[row] = lowest(data, inputBits, inputSigned);
  }
}

function allBits(fields: readonly BitField[]): number {
  return fields.reduce((bits, field) => bits + maskOf(field), 0);
}
