/** In: the state of a machine, cycle by cycle. Out: a trace of what its pins show. */
import { PHASES } from '../plan/registers.js';
import type { MacroShape } from '../plan/shape.js';
import { hexOfBits, packBits } from './bits.js';
import type { ColumnConverters } from './columns.js';
import type { Controller } from './controller.js';
import type { RegisterFile } from './register-file.js';
import type { StreamPorts } from './streams.js';
import type { TestModes } from './test-modes.js';
import { hexOfNumber, type Trace } from './trace.js';
import { drivenRows, shares, swapsReference, trimDriven } from './word-lines.js';

/** What can be seen of a machine. */
export interface Observed {
  readonly controller: Controller;
  readonly registers: RegisterFile;
  readonly columns: ColumnConverters;
  readonly test: TestModes;
  readonly streams: StreamPorts | undefined;
  /** Inputs of the conversion under way. */
  readonly inputs: Int32Array;
  /** Reference groups that are driven; another array where they are others. */
  readonly groups: Uint8Array;
  /** The macro converts for itself: nobody is told of results. */
  readonly calibrating: boolean;
  /** A bit a column, as the converters see it; another array where they are others. */
  readonly comparators: Uint32Array;
}

/** Writes the state of a machine into a trace, as the testbench compares it. */
export class Observer {
  // Texts are renewed only where what they show has changed.
  private groups: Uint8Array | undefined;
  private groupText = '';
  private comparators: Uint32Array | undefined;
  private comparatorText = '';

  constructor(
    private readonly shape: MacroShape,
    private readonly trace: Trace,
  ) {}

  observe(cycle: number, seen: Observed): void {
    const { phase, step, bank } = seen.controller;
    const numbers = `${hexOfNumber(this.flags(seen))} ${PHASES.indexOf(phase)} ${hexOfNumber(step)} ${hexOfNumber(bank)}`;
    const streams = seen.streams === undefined ? '' : ` ${seen.streams.text()}`;
    const converters = `${seen.columns.stateText()}${seen.columns.valuesText()}${seen.test.text()}${streams}`;
    this.trace.record(
      cycle,
      `${numbers} ${this.wordLines(seen)} ${this.groupsOf(seen)} ${this.comparatorsOf(seen)} ${converters}`,
    );
  }

  /** Reference swap, irq, done, busy, sense, share, trim word line, precharge, from bit 7 down. */
  private flags({ controller, registers, streams, calibrating }: Observed): number {
    const { shape } = this;
    const { phase, step, bits, count, sense } = controller;
    const inputs = phase === 'mac';
    let flags = 0;
    const next = (flag: boolean) => {
      flags = (flags << 1) | Number(flag);
    };
    next(phase === 'ramp' && swapsReference(shape, step, bits));
    next(registers.interrupt);
    next(phase === 'done' && streams?.room !== false && !calibrating);
    next(registers.busy);
    next(sense);
    next(inputs && shares(shape, count));
    next(inputs && trimDriven(shape, count));
    next(phase === 'precharge');
    return flags;
  }

  private wordLines({ controller, inputs }: Observed): string {
    if (controller.phase !== 'mac') return '0 0';
    const { straight, crossed } = drivenRows(this.shape, inputs, controller.count);
    return `${hexOfBits(straight)} ${hexOfBits(crossed)}`;
  }

  private groupsOf({ groups }: Observed): string {
    if (groups !== this.groups) {
      this.groups = groups;
      this.groupText = hexOfBits(packBits(groups.length, (group) => groups[group] === 1));
    }
    return this.groupText;
  }

  private comparatorsOf({ comparators }: Observed): string {
    if (comparators !== this.comparators) {
      this.comparators = comparators;
      this.comparatorText = hexOfBits(comparators);
    }
    return this.comparatorText;
  }
}
