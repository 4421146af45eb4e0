/** In: bounds of a macro, how many dies. Out: codes of dies that lie outside, and how many of the bounds are reached. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Random } from '../../common/random.js';
import type { ThreadedWork } from '../../common/work.js';
import { Die } from '../../macro/die/die.js';
import { DieConverter } from '../../macro/die-batch/converter.js';
import { onThreadsOrHere } from '../threads/threads.js';
import { aimedDeviates } from './aimed.js';
import type { CodeBounds } from './codes.js';
import { type BoundStudy, preparedOf } from './study.js';

/** A code that bounds exclude. */
export interface Counterexample {
  /** Seed of the die; where it is aimed, the direction. */
  readonly die: number | 'high' | 'low';
  readonly conversion: number;
  readonly column: number;
  readonly code: number;
  readonly low: number;
  readonly high: number;
}

/** Dies that were held against bounds. */
export interface CheckedDies {
  /** Dies that were drawn, each deviate cut at the bound. */
  readonly drawn: number;
  /** Codes of them. */
  readonly codes: number;
  /** Dies at a corner, aimed at one code. */
  readonly aimed: number;
  /** Of these, codes that are the bound itself. */
  readonly reached: number;
  /** How many codes lie outside; 0 where bounds hold. */
  readonly outside: number;
  /** The first of them. */
  readonly counterexamples: readonly Counterexample[];
}

/** What dies are held against, as plain data. */
export interface CheckStudy extends BoundStudy {
  readonly codes: CodeBounds;
}

/** Seeds from one on. */
export interface Seeds {
  readonly from: number;
  readonly count: number;
}

/** What seeds give: codes outside, and the first of them. */
export interface SeedsChecked {
  readonly seeds: Seeds;
  readonly outside: number;
  readonly counterexamples: readonly Counterexample[];
}

/** Counterexamples that are kept. */
const MOST_SHOWN = 10;
/** Columns that dies are aimed at, in both directions. */
const MOST_AIMED = 100;
/** Codes that a thread compares at a time. */
const AT_ONCE = 2 ** 20;
/** Codes for which another thread pays. */
const LEAST_PER_THREAD = 2 ** 22;
const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));

/** Holds dies that are drawn against bounds. */
export class DrawnDies {
  private readonly converter: DieConverter;
  private readonly found: Uint8Array;

  constructor(private readonly study: CheckStudy) {
    const { bank, inputs, constants, most, codes } = study;
    const cut = { ...constants, mostDeviate: most };
    this.converter = new DieConverter(preparedOf(study).macro, cut, inputs, { bank });
    this.found = new Uint8Array(codes.low.length);
  }

  check(seeds: Seeds): SeedsChecked {
    const { codes, plan } = this.study;
    const { low, high } = codes;
    const { columns } = plan.shape;
    const { found } = this;
    const counterexamples: Counterexample[] = [];
    let outside = 0;
    for (let seed = seeds.from; seed < seeds.from + seeds.count; seed++) {
      this.converter.convert(seed % 2 ** 32, found);
      for (let at = 0; at < found.length; at++) {
        const code = found[at]!;
        if (code >= low[at]! && code <= high[at]!) continue;
        outside++;
        if (counterexamples.length === MOST_SHOWN) continue;
        counterexamples.push({
          ...{ die: seed, conversion: Math.floor(at / columns), column: at % columns },
          ...{ code, low: low[at]!, high: high[at]! },
        });
      }
    }
    return { seeds, outside, counterexamples };
  }
}

/**
 * Looks for a die that bounds do not hold for: dies that are drawn, and dies at corners.
 *
 * @param seed of the first die
 * @throws Interrupted where `stop` aborts
 */
export async function checkDies(
  study: CheckStudy,
  { dies, seed }: { readonly dies: number; readonly seed: number },
  work: ThreadedWork,
): Promise<CheckedDies> {
  const { low } = study.codes;
  const each = Math.max(1, Math.floor(AT_ONCE / low.length));
  const tasks = Array.from({ length: Math.ceil(dies / each) }, (_, at): Seeds => {
    return { from: seed + at * each, count: Math.min(each, dies - at * each) };
  });
  const results: SeedsChecked[] = [];
  let done = 0;
  const use = (some: readonly SeedsChecked[]) => {
    for (const one of some) {
      results.push(one);
      done += one.seeds.count;
      work.onProgress(done, dies, 'dies');
    }
  };
  const pay = Math.max(1, Math.floor((dies * low.length) / LEAST_PER_THREAD));
  const { threads = Math.min(availableParallelism(), pay), stop } = work;
  await onThreadsOrHere({ worker: WORKER, data: study, tasks, atOnce: 1, threads, stop, use }, () => {
    const drawn = new DrawnDies(study);
    return (task) => drawn.check(task);
  });
  results.sort((one, other) => one.seeds.from - other.seeds.from);
  const aimed = checkCorners(study, seed);
  return {
    ...{ drawn: dies, codes: dies * low.length, aimed: aimed.aimed, reached: aimed.reached },
    outside: results.reduce((sum, one) => sum + one.outside, aimed.counterexamples.length),
    counterexamples: [...aimed.counterexamples, ...results.flatMap((one) => one.counterexamples)].slice(
      0,
      MOST_SHOWN,
    ),
  };
}

/** Dies at corners, aimed at a conversion and a column that are drawn, in both directions. */
function checkCorners(study: CheckStudy, seed: number) {
  const { plan, bank, constants, most, inputs, codes } = study;
  const { rows, columns } = plan.shape;
  const { macro, cells } = preparedOf(study);
  const cut = { ...constants, mostDeviate: most };
  const random = new Random(seed);
  const gains = constants.globalSpread > 0 && most > 0 ? [-most, 0, most] : [0];
  const counterexamples: Counterexample[] = [];
  let [aimed, reached] = [0, 0];
  for (let each = 0; each < Math.min(columns, MOST_AIMED); each++) {
    const target = columns <= MOST_AIMED ? each : random.whole(0, columns - 1);
    const conversion = random.whole(0, inputs.length / rows - 1);
    const vector = inputs.subarray(conversion * rows, (conversion + 1) * rows);
    const converter = new DieConverter(macro, cut, vector, { bank, plain: true });
    for (const direction of [1, -1] as const) {
      let found = false;
      for (const global of gains) {
        const aim = { inputs: vector, column: target, direction, global };
        const die = new Die(cut, plan.shape, 0, aimedDeviates(cells, most, aim));
        converter.convert(die).forEach((code, column) => {
          const at = conversion * columns + column;
          const [low, high] = [codes.low[at]!, codes.high[at]!];
          if (column === target && code === (direction === 1 ? high : low)) found = true;
          if (code >= low && code <= high) return;
          const named = direction === 1 ? 'high' : 'low';
          counterexamples.push({ die: named, conversion, column, code, low, high });
        });
      }
      aimed++;
      if (found) reached++;
    }
  }
  return { aimed, reached, counterexamples };
}
