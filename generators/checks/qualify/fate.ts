import type { Yosys } from '../yosys/builtin.js';
import { type Baseline, type Bed, build, type Original, passes } from './bed.js';
import { isProvedEqual, type Pair, type Scope } from './equivalence.js';
import { mutated } from './mutants.js';
import type { Mutation } from './mutation.js';
import { isOverridden } from './overridden.js';

/**
 * What becomes of a mutant:
 *
 * | fate         |                                                                                  |
 * |--------------|----------------------------------------------------------------------------------|
 * | killed       | the vectors tell it from the original, or it does not end                        |
 * | identical    | equivalent: it elaborates to the very same design wherever it is, as the default |
 * |              | of a parameter does that every instance sets                                     |
 * | proved equal | equivalent: Yosys proves its module, or the design around the array, to be equal |
 * | survived     | it passes, and nobody knows that it has to                                       |
 * | not viable   | it does not compile                                                              |
 */
export type Fate = 'killed' | 'identical' | 'proved equal' | 'survived' | 'not viable';

/** A mutation of a file of a bed. */
export interface Place {
  readonly bed: Bed;
  readonly kind: string;
  readonly mutation: Mutation;
}

/** What it takes to find out. */
export interface Laboratory {
  /** Asked for where a mutant has to be compiled. */
  readonly original: (bed: Bed) => Promise<Original>;
  /** Asked for where a mutant has to be simulated. */
  readonly baseline: (bed: Bed) => Promise<Baseline>;
  readonly yosys: Yosys;
  /** What is proved: the module by itself, and where that fails the whole design. */
  readonly scopes: readonly Scope[];
  readonly signal?: AbortSignal | undefined;
  /** Is told where a mutant was killed. */
  readonly killedBy?: (place: Place) => void;
}

/** Beds that are simulated before a proof is looked for: most mutants die on any. */
const FIRST_BEDS = 8;

/**
 * The fate of one change that stands in one or more beds: killed where any bed tells it, equivalent where each bed that
 * does not has a proof. A proof of the changed module takes less time than most simulations, so it comes first in all
 * but the first beds; one of the whole design comes last.
 *
 * @param places  the quickest bed first
 * @param scratch path that files of its own may begin with
 */
export async function fateOf(
  places: readonly Place[],
  scratch: string,
  laboratory: Laboratory,
): Promise<Fate> {
  const { original, baseline, signal, scopes } = laboratory;
  const proofs = new Map<string, boolean>();
  /** The answer for a bed is that for each bed with the same text. */
  const isProved = async (scope: Scope, place: Place) => {
    const pair = pairAt(place);
    const texts =
      scope === 'module' ? [pair.original, pair.mutant] : [pair.original, pair.mutant, ...pair.others];
    const key = texts.map((text) => text.replaceAll(place.bed.name, '')).join();
    const known = proofs.get(key);
    const proved = known ?? (await isProvedEqual(laboratory.yosys, pair, scope, signal));
    proofs.set(key, proved);
    return proved;
  };
  let byModule = scopes.includes('module');
  const open: Place[] = [];
  const equal: Place[] = [];
  const proveModule = async (place: Place) => {
    byModule &&= await isProved('module', place);
    if (byModule) equal.push(place);
    return byModule;
  };
  for (const [at, place] of places.entries()) {
    const { bed, kind, mutation } = place;
    if (isOverridden(bed, kind, mutation)) continue;
    const text = textOf(place);
    const built = await build(bed, await original(bed), scratch, { kind, text }, signal);
    if (built === 'not viable') return built;
    if (built === 'identical') continue;
    if (at >= FIRST_BEDS && (await proveModule(place))) continue;
    if (!(await passes(bed, await baseline(bed), built.image, signal))) {
      laboratory.killedBy?.(place);
      return 'killed';
    }
    open.push(place);
  }
  if (open.length + equal.length === 0) return 'identical';
  for (const place of open) {
    if (await proveModule(place)) continue;
    if (!scopes.includes('design') || !(await isProved('design', place))) return 'survived';
  }
  return 'proved equal';
}

function textOf({ bed, kind, mutation }: Place): string {
  return mutated(bed.sources.get(kind)!.text, mutation);
}

function pairAt(place: Place): Pair {
  const { name, sources, blackbox } = place.bed;
  const { kind } = place;
  const { module, text: original } = sources.get(kind)!;
  const others = [...sources].filter(([other]) => other !== kind).map(([, { text }]) => text);
  return {
    ...{ top: name, module, original, mutant: textOf(place) },
    others: [...others, blackbox],
  };
}
