/** In: starts, and the end of a ramp that stops early. Out: phases, ramp steps and strobes, as `<name>_controller` gives them. */
import type { PHASES } from '../plan/registers.js';
import { macCycles } from '../plan/schedule.js';
import type { MacroShape } from '../plan/shape.js';
import type { StartOrder } from './address-map.js';
import { firstStep, lastStep } from './word-lines.js';

export type Phase = (typeof PHASES)[number];

/** The controller of a macro, cycle by cycle: phases, ramp steps and the queue of one start. */
export class Controller {
  phase: Phase = 'idle';
  /** Cycle within the phase, or within the ramp step. */
  count = 0;
  /** Ramp step; 0 outside the ramp. */
  step = 0;
  bank = 0;
  /** Code width of the conversion. */
  bits = 0;
  /** The start that waits for the conversion under way. */
  queued: StartOrder | undefined;
  /** The sense amplifiers are on. */
  sense = false;
  /** The column converters take what the sense amplifiers say. */
  strobe = false;
  /** Ramp step that the sense amplifiers compare: that of the cycle before. */
  sensedStep = 0;

  constructor(private readonly shape: MacroShape) {}

  reset(): void {
    this.sense = false;
    this.strobe = false;
    this.bank = 0;
    this.bits = 0;
    this.queued = undefined;
    this.enter('idle');
  }

  /** Converting, or about to. */
  get busy(): boolean {
    return this.phase !== 'idle' || this.queued !== undefined;
  }

  /** Whether a start would be taken. */
  get ready(): boolean {
    return this.shape.doubleBuffer ? this.queued === undefined : this.phase === 'idle';
  }

  /**
   * One clock edge.
   *
   * @param start an accepted start
   * @param stops whether the comparison of this cycle ends the ramp early
   * @param waits whether codes cannot be handed over: the last phase goes on
   * @returns the conversion that begins
   */
  advance(start: StartOrder | undefined, stops: boolean, waits = false): StartOrder | undefined {
    const { shape } = this;
    const held = this.phase === 'done' && waits;
    const free = this.phase === 'idle' || (shape.doubleBuffer && this.phase === 'done' && !held);
    const next = this.queued ?? start;
    if (free && next !== undefined) {
      // A start that arrives while another waits is refused, so nothing is left behind here.
      this.queued = undefined;
      this.bank = next.bank;
      this.bits = next.bits;
      this.enter('precharge');
      return next;
    }
    if (start !== undefined) this.queued = start;
    if (this.phase === 'idle' || held) return undefined;

    const inRamp = this.phase === 'ramp';
    const stepEnds = inRamp && this.count === shape.referencePulses - 1;
    this.sense = inRamp && !stops;
    this.strobe = stepEnds && !stops;
    this.sensedStep = this.step;
    this.count++;
    switch (this.phase) {
      case 'precharge':
        if (this.count === shape.prechargeCycles) this.enter('mac');
        break;
      case 'mac':
        if (this.count === macCycles(shape)) this.enter('ramp');
        break;
      case 'ramp':
        if (stops) this.enter('done');
        else if (stepEnds) this.leaveStep();
        break;
      case 'sense':
        this.enter('done');
        break;
      default:
        this.enter('idle');
    }
    return undefined;
  }

  private leaveStep(): void {
    this.count = 0;
    if (this.step === lastStep(this.shape, this.bits)) this.enter('sense');
    else this.step += this.shape.ramp === 'falling' ? -1 : 1;
  }

  private enter(phase: Phase): void {
    this.phase = phase;
    this.count = 0;
    this.step = phase === 'ramp' ? firstStep(this.shape, this.bits) : 0;
  }
}
