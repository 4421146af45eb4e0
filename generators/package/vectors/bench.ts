import type { Random } from '../../common/random.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import type { Stimulus } from './stimulus.js';

/** A macro being exercised: its plan, the stimulus under way and the weights it holds. */
export interface Bench {
  /** What is exercised. */
  readonly plan: MacroPlan;
  /** What has been written so far. */
  readonly stimulus: Stimulus;
  /** Source of its weights and inputs. */
  readonly random: Random;
  /** Columns whose results are read after a conversion; the trace watches all of them. */
  readonly columns: readonly number[];
}
