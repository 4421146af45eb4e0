import type { Random } from '../../common/random.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import type { Stimulus } from './stimulus.js';

/** A macro being exercised: its plan, the stimulus under way and the weights it holds. */
export interface Bench {
  readonly plan: MacroPlan;
  readonly stimulus: Stimulus;
  readonly random: Random;
  /** Columns whose results are read after a conversion; the trace watches all of them. */
  readonly columns: readonly number[];
}
