import type { Yosys } from '../yosys/builtin.js';
import { limited } from './bed.js';

/** Seconds for a proof of one module, and of the whole design around the array. */
const PROOF_SECONDS = { module: 30, design: 180 } as const;

/** Two versions of a design that differ in one file. */
export interface Pair {
  readonly top: string;
  /** Files other than the one that differs, the black box of the array among them. */
  readonly others: readonly string[];
  readonly module: string;
  readonly original: string;
  readonly mutant: string;
}

/** What a proof looks at: the changed module by itself, with its default shape; or the whole design around the array. */
export type Scope = keyof typeof PROOF_SECONDS;

/**
 * Whether Yosys proves that a mutant does the same: equal outputs and equal next states from equal states, of the
 * module or of the design, which says what the module is never asked for. Says nothing of what only states that never
 * occur would tell apart.
 */
export async function isProvedEqual(
  yosys: Yosys,
  pair: Pair,
  scope: Scope,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const versions = scope === 'module' ? ofModule(pair) : ofDesign(pair);
  for (const wires of ['all', 'seen'] as const) {
    const { script, files } = equivalence(versions, wires);
    const proof = await limited(PROOF_SECONDS[scope], signal, (limit) =>
      yosys({ script, files, signal: limit }),
    );
    if (proof?.finished === true) return true;
  }
  return false;
}

/** Files of both versions of a design, and its top level. */
interface Versions {
  readonly top: string;
  readonly gold: ReadonlyMap<string, string>;
  readonly gate: ReadonlyMap<string, string>;
}

function ofModule({ module, original, mutant }: Pair): Versions {
  return { top: module, gold: new Map([['gold.v', original]]), gate: new Map([['gate.v', mutant]]) };
}

function ofDesign({ top, others, original, mutant }: Pair): Versions {
  const shared = others.map((text, at) => [`shared${at}.v`, text] as const);
  return {
    top,
    gold: new Map([...shared, ['gold.v', original]]),
    gate: new Map([...shared, ['gate.v', mutant]]),
  };
}

/**
 * The wires that have to be equal: all of one name, which makes the steps of a proof small; or those that are seen from
 * outside or in the next cycle, where the change is of a wire that nothing looks at just then.
 */
type Wires = 'all' | 'seen';

function equivalence({ top, gold, gate }: Versions, wires: Wires) {
  // Before resets are parted from their registers and memories made of some. Ports keep their names in any case.
  const hidden = wires === 'all' ? [] : ['rename -hide w:* t:*dff* %co1:+[Q] %d'];
  const read = (as: 'gold' | 'gate', files: ReadonlyMap<string, string>) => [
    `read_verilog ${[...files.keys()].join(' ')}`,
    `prep -flatten -top ${top}`,
    ...[...hidden, 'async2sync', 'memory_map', 'opt_clean', `rename ${top} ${as}`, `design -stash ${as}`],
  ];
  const script = [
    ...read('gold', gold),
    ...read('gate', gate),
    ...['gold', 'gate'].map((as) => `design -copy-from ${as} -as ${as} ${as}`),
    ...['equiv_make gold gate equal', 'hierarchy -top equal', 'opt_clean'],
    ...['equiv_simple', 'equiv_induct', 'equiv_status -assert'],
  ];
  return { script: `${script.join('\n')}\n`, files: new Map([...gold, ...gate]) };
}
