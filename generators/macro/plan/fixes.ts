import { MOST_REFERENCE_ROWS } from '../config/limits.js';
import type { MacroConfig } from '../config/types.js';
import type { FixSearch } from './plan.js';
import { LARGER_SCALE, SMALLER_SCALE, short } from './ramp.js';

/** Most alternatives that are printed. */
const MOST_SHOWN = 3;
/** Eighths of an octave up to a factor of 2^40 either way. */
const SCALE_STEPS = 320;

/** A change of the config, as it is printed and as it is made. */
interface Change {
  readonly text: string;
  readonly config: MacroConfig;
}

/**
 * The problem of a layer with changes of the config that were tried in place of a direction to look in: with each of them
 * the layer plans. For {@link PlanOptions}.
 *
 * @example
 * ```ts
 * import { describeProblem, loadMacro, orThrow, planMacro, triedFix } from 'imcgen';
 *
 * const plan = planMacro(orThrow(await loadMacro('macro.json')), { fixes: triedFix });
 * if (!plan.ok) console.error(plan.problems.map(describeProblem).join('\n'));
 * ```
 */
export const triedFix: FixSearch = (problem, bank, config, plans) => {
  const untried = [SMALLER_SCALE, LARGER_SCALE].some((direction) => problem.fix?.includes(direction));
  if (!untried) return problem;
  // A ramp that rounding to nearest finds is one that the best rounding has to choose from, and is found faster.
  const quick = { ...config, adc: { ...config.adc, rounding: 'nearest' as const } };
  const alone = [scales(bank, quick), rounding(config), offsets(quick), rows(quick), headroom(quick)];
  const found: string[] = [];
  const take = (changes: Iterable<Change>) => {
    for (const change of changes) {
      if (!plans(change.config)) continue;
      found.push(change.text);
      return;
    }
  };
  for (const changes of alone) if (found.length < MOST_SHOWN) take(changes);
  if (found.length === 0) take(together(bank, quick));
  const none = 'Calibrate with fewer bits: no array and no reference block hold these levels.';
  return { ...problem, fix: found.length > 0 ? `Use ${found.join(', or ')}.` : none };
};

/** The input scale, from its own value outwards in both directions. */
function* scales(bank: number, config: MacroConfig): Generator<Change> {
  const own = config.layers[bank]!.inputScale;
  for (let step = 1; step <= SCALE_STEPS; step++) {
    for (const factor of [2 ** (step / 8), 2 ** (-step / 8)]) {
      const inputScale = Number(short(own * factor));
      const layers = config.layers.map((layer, index) => (index === bank ? { ...layer, inputScale } : layer));
      yield { text: `layers.${bank}.inputScale ${inputScale}`, config: { ...config, layers } };
    }
  }
}

/** Several changes at once, each a larger one than those before, with a scale that goes with them. */
function* together(bank: number, config: MacroConfig): Generator<Change> {
  const growths: readonly ((config: MacroConfig) => Change)[] = [
    (from) => referenceChange(from, { pulses: 1 }),
    (from) => referenceChange(from, { rows: MOST_REFERENCE_ROWS }),
    (from) => referenceChange(from, { offsetRows: 128 }),
    (from) => ({ text: 'array.rows 256', config: { ...from, array: { ...from.array, rows: 256 } } }),
    (from) => [...headroom(from)][0] ?? { text: '', config: from },
    (from) => referenceChange(from, { columns: 32 }),
  ];
  let grown: Change = { text: '', config };
  for (const growth of growths) {
    const next = growth(grown.config);
    const text = [grown.text, next.text].filter((part) => part !== '').join(' with ');
    grown = { text, config: next.config };
    for (const scale of scales(bank, grown.config)) yield { ...scale, text: `${text} with ${scale.text}` };
  }
}

function* rounding(config: MacroConfig): Generator<Change> {
  if (config.adc.rounding === 'optimal') return;
  yield {
    text: 'adc.rounding "optimal"',
    config: { ...config, adc: { ...config.adc, rounding: 'optimal' } },
  };
}

function* offsets(config: MacroConfig): Generator<Change> {
  const { reference } = config.adc;
  for (let offsetRows = 1; offsetRows < reference.rows; offsetRows *= 2) {
    if (offsetRows > reference.offsetRows) yield referenceChange(config, { offsetRows });
  }
}

function* rows(config: MacroConfig): Generator<Change> {
  for (let rows = 2; rows <= MOST_REFERENCE_ROWS; rows *= 2) {
    if (rows > config.adc.reference.rows) yield referenceChange(config, { rows });
  }
}

function* headroom(config: MacroConfig): Generator<Change> {
  if (config.array.headroom === undefined) return;
  const { headroom: _, ...array } = config.array;
  yield { text: 'no array.headroom', config: { ...config, array } };
}

function referenceChange(config: MacroConfig, change: Partial<MacroConfig['adc']['reference']>): Change {
  const [[key, value]] = Object.entries(change) as [[string, number]];
  const reference = { ...config.adc.reference, ...change };
  return { text: `adc.reference.${key} ${value}`, config: { ...config, adc: { ...config.adc, reference } } };
}
