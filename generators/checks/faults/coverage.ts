import { Random } from '../../common/random.js';
import {
  BACKGROUNDS,
  type CellWord,
  cellWords,
  MARCH_C_MINUS,
  March,
  type MarchElement,
} from '../../macro/golden/march.js';
import { marchWord } from '../../macro/plan/register-words.js';
import type { MacroShape } from '../../macro/plan/shape.js';
import { type Cell, type Fault, type FaultModel, FaultyCells } from './fault.js';

/** What a march reports of a fault. */
export interface Report {
  /** Address of the first word that read wrong. */
  readonly address: number;
  readonly failing: number;
}

/** Faults of one kind, and how many a march finds. */
export interface Coverage {
  /** Name of the kind, such as `state coupling, same word`. */
  readonly kind: string;
  /** Whether these are all faults of the kind, or a random sample of them. */
  readonly all: boolean;
  /** Faults that were put in, one at a time. */
  readonly faults: number;
  /** Found with the solid background. */
  readonly solid: number;
  /** Found with at least one background. */
  readonly found: number;
  /** Found, and the first report names the defective word and, for a cell, exactly its bit. */
  readonly located: number;
  /** Some that no background finds. */
  readonly escapes: readonly Fault[];
}

/** Kinds of faults, in the order of the report. */
interface Kind {
  readonly kind: string;
  readonly models: readonly FaultModel[];
  readonly values: readonly (readonly [when: 0 | 1, value: 0 | 1])[];
  /** Where the other cell may be. */
  readonly other: 'none' | 'other word' | 'same word';
}

const EITHER = [
  [0, 0],
  [0, 1],
] as const;
const ALL = [...EITHER, [1, 0], [1, 1]] as const;
const RISE_OR_FALL = [
  [0, 0],
  [1, 0],
] as const;

export const KINDS: readonly Kind[] = [
  { kind: 'stuck-at', models: ['stuck'], values: EITHER, other: 'none' },
  { kind: 'transition', models: ['transition'], values: EITHER, other: 'none' },
  {
    kind: 'address decoder',
    models: ['no word', 'lent', 'elsewhere', 'both'],
    values: EITHER,
    other: 'other word',
  },
  ...(['other word', 'same word'] as const).flatMap((other): Kind[] => [
    { kind: `state coupling, ${other}`, models: ['state'], values: ALL, other },
    { kind: `idempotent coupling, ${other}`, models: ['idempotent'], values: ALL, other },
    { kind: `inversion coupling, ${other}`, models: ['inversion'], values: RISE_OR_FALL, other },
  ]),
];

/** A march and the words it goes through; the hardware's own where left out. */
export interface MarchPlan {
  readonly elements: readonly MarchElement[];
  readonly words: readonly CellWord[];
}

/**
 * What a march reports of one fault; undefined where it finds nothing.
 *
 * Only words that the fault touches are visited: all others read right, whatever the march does.
 */
export function reportOf(
  shape: MacroShape,
  fault: Fault,
  background: number,
  plan: Partial<MarchPlan> = {},
): Report | undefined {
  const touched = [fault.cell.word, fault.other.word].filter((word, at, both) => both.indexOf(word) === at);
  const visited = touched.filter(
    (word) => plan.words?.some(({ address }) => address === word.address) ?? true,
  );
  if (visited.length === 0) return undefined;
  const cells = new FaultyCells(fault);
  const words = visited.sort((a, b) => rank(a) - rank(b));
  const march = new March(shape, () => cells, words, plan.elements ?? MARCH_C_MINUS);
  march.write(marchWord(background));
  while (march.busy) march.tick();
  return march.failing === 0 ? undefined : { address: march.address, failing: march.failing };
}

/** Addresses in the order of the march: weights come before references. */
function rank({ address }: CellWord): number {
  return address >= 0x8_0000 ? address - 0x8_0000 : address + 0x8_0000;
}

/** Whether a kind is simulated as a whole: single cells always, pairs where there are at most so many. */
function isWhole(words: readonly CellWord[], kind: Kind, most: number): boolean {
  if (kind.other === 'none') return true;
  const sites = words.map((word) => sitesOf(word, kind).length);
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const pairs = kind.other === 'same word' ? sum(sites.map((count) => count ** 2)) : sum(sites) ** 2;
  return pairs * kind.models.length * kind.values.length <= most;
}

/** All faults of a kind or, where they are too many pairs, `most` random ones. */
export function* faultsOf(
  shape: MacroShape,
  kind: Kind,
  most: number,
  seed: number,
  whole = isWhole(cellWords(shape), kind, most),
): Generator<Fault> {
  const words = cellWords(shape);
  const { models, values, other } = kind;
  if (whole) {
    for (const cell of sites(words, kind)) {
      for (const by of other === 'none' ? [cell] : sites(other === 'same word' ? [cell.word] : words, kind)) {
        if (!meet(kind, cell, by)) continue;
        for (const model of models)
          for (const [when, value] of values) yield { model, when, value, cell, other: by };
      }
    }
    return;
  }
  const random = new Random(seed);
  const any = <Item>(items: readonly Item[]) => items[random.whole(0, items.length - 1)]!;
  // A macro may have no pair of the kind at all.
  for (let tries = 0, found = 0; found < most && tries < 100 * most; tries++) {
    const cell = any(sitesOf(any(words), kind));
    const by = other === 'none' ? cell : any(sitesOf(other === 'same word' ? cell.word : any(words), kind));
    if (!meet(kind, cell, by)) continue;
    const [when, value] = any(values);
    found++;
    yield { model: any(models), when, value, cell, other: by };
  }
}

/** Where a word can be defective: at each cell or, by a wrong address, as a whole. */
function sitesOf(word: CellWord, { models }: Kind): Cell[] {
  const sites = models.includes('no word') ? 1 : 32 - Math.clz32(word.mask);
  return Array.from({ length: sites }, (_, bit) => ({ word, bit }));
}

function* sites(words: readonly CellWord[], kind: Kind): Generator<Cell> {
  for (const word of words) yield* sitesOf(word, kind);
}

/** Whether two sites can be a pair of a kind; words that meet by a wrong address have the same cells. */
function meet({ other, models }: Kind, a: Cell, b: Cell): boolean {
  if (other === 'none') return true;
  if (other === 'same word') return a.word === b.word && a.bit !== b.bit;
  return a.word !== b.word && (!models.includes('no word') || a.word.mask === b.word.mask);
}

/** So many faults are counted together. */
const BLOCK = 1000;
/** Of the faults of a kind that no background finds, so many are named. */
const MOST_ESCAPES = 5;

/** Faults of one kind that follow each other. */
export interface FaultBlock {
  readonly kind: Kind;
  /** Whether these are of all faults of the kind, or of a random sample of them. */
  readonly all: boolean;
  /** Place of the first one among those of the kind that are tried. */
  readonly first: number;
}

interface FaultChoice extends Partial<MarchPlan> {
  /** Most faults of a kind between two cells that are all tried; of kinds with more, this many random ones. */
  readonly most: number;
  readonly seed: number;
}

/** All faults that are tried, in blocks, kind after kind. */
export function blocksOf(shape: MacroShape, { most, seed }: FaultChoice): FaultBlock[] {
  const words = cellWords(shape);
  return KINDS.flatMap((kind) => {
    const all = isWhole(words, kind, most);
    let faults = all ? 0 : most;
    if (all) for (const _ of faultsOf(shape, kind, most, seed, all)) faults++;
    return Array.from({ length: Math.ceil(faults / BLOCK) }, (_, at) => ({ kind, all, first: at * BLOCK }));
  });
}

/** What a march finds of the faults of some blocks, one by one, in their order. */
export function* countsOf(
  shape: MacroShape,
  blocks: readonly FaultBlock[],
  choice: FaultChoice,
): Generator<Coverage> {
  let [source, next]: [Generator<Fault> | undefined, number] = [undefined, 0];
  for (const [at, { kind, all, first }] of blocks.entries()) {
    if (blocks[at - 1]?.kind !== kind) source = undefined;
    if (source === undefined || next > first) {
      [source, next] = [faultsOf(shape, kind, choice.most, choice.seed, all), 0];
    }
    for (; next < first; next++) source.next();
    const faults: Fault[] = [];
    for (; next < first + BLOCK; next++) {
      const fault = source.next();
      if (!fault.done) faults.push(fault.value);
    }
    yield { kind: kind.kind, all, ...countsOfBlock(shape, faults, choice) };
  }
}

function countsOfBlock(shape: MacroShape, faults: readonly Fault[], plan: Partial<MarchPlan>) {
  const counts = { faults: faults.length, solid: 0, found: 0, located: 0 };
  const escapes: Fault[] = [];
  for (const fault of faults) {
    let report: Report | undefined;
    let background = 0;
    for (; background < BACKGROUNDS.length && report === undefined; background++) {
      report = reportOf(shape, fault, background, plan);
    }
    if (report === undefined) {
      if (escapes.length < MOST_ESCAPES) escapes.push(fault);
      continue;
    }
    counts.found++;
    if (background === 1) counts.solid++;
    if (locates(report, fault)) counts.located++;
  }
  return { ...counts, escapes };
}

/** Blocks of the same kinds together, in the order of the report; kinds without a fault are left out. */
export function joined(blocks: readonly Coverage[]): Coverage[] {
  return KINDS.flatMap(({ kind }) => {
    const own = blocks.filter((block) => block.kind === kind);
    const sum = (count: 'faults' | 'solid' | 'found' | 'located') =>
      own.reduce((total, block) => total + block[count], 0);
    if (sum('faults') === 0) return [];
    const counts = {
      ...{ faults: sum('faults'), solid: sum('solid') },
      ...{ found: sum('found'), located: sum('located') },
    };
    const escapes = own.flatMap((block) => block.escapes).slice(0, MOST_ESCAPES);
    return [{ kind, all: own[0]!.all, ...counts, escapes }];
  });
}

/** Coverage of every kind of fault by the macro's march, on the golden model. */
export function coverageOf(shape: MacroShape, choice: FaultChoice): Coverage[] {
  return joined([...countsOf(shape, blocksOf(shape, choice), choice)]);
}

/** Whether a report names the defect: the very cell, or for an address one of the two words that meet. */
export function locates({ address, failing }: Report, { model, cell, other }: Fault): boolean {
  const decoder = ['no word', 'lent', 'elsewhere', 'both'].includes(model);
  if (decoder) return address === cell.word.address || address === other.word.address;
  return address === cell.word.address && failing === (1 << cell.bit) >>> 0;
}
