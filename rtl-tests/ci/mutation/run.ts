/**
 * Mutation test of the generated Verilog: `npm run mutation`.
 *
 *     npm run mutation                        every twentieth mutant of all files: part 0/20
 *     npm run mutation -- --part 3/10         another part: ten runs take all mutants
 *     npm run mutation -- --all               every mutant
 *     npm run mutation -- controller march    every mutant of files with such names
 *     npm run mutation -- --data              one digit of each generated number, in place of logic; also with --all
 *
 * Systematic mutants of every synthesizable file are compiled into small macros and co-simulated with the
 * project's own vectors. A mutant that no macro tells from the original is named, unless it elaborates to the same
 * design in every macro, or Yosys proves it equal in every macro, or generators/checks/qualify/known-equivalents.ts lists it
 * with the reason why no test can tell it; an entry that is killed after all, or matches nothing, is an error. So is a score below 99 % of the
 * mutants that are not equivalent.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { type Bed, baselineOf, originalOf } from '../../../generators/checks/qualify/bed.js';
import { digitMutationsOf } from '../../../generators/checks/qualify/defaults.js';
import type { Scope } from '../../../generators/checks/qualify/equivalence.js';
import {
  EQUIVALENTS,
  isKnownAs,
  type NamedChange,
  plainLines,
} from '../../../generators/checks/qualify/equivalents.js';
import { type Fate, fateOf, type Place } from '../../../generators/checks/qualify/fate.js';
import { mutationsOf } from '../../../generators/checks/qualify/mutants.js';
import { numberAmongEqual } from '../../../generators/checks/qualify/mutation.js';
import { yosysNative } from '../../../generators/checks/yosys/native.js';
import { type MatrixBed, makeBeds } from './beds.js';
import { makePsumBeds } from './psum-beds.js';

/** A run takes every n-th mutant, in the order of the text, unless it is told which: these n. */
const SAMPLE = 20;
/** Percent of the mutants that are not equivalent. */
const LEAST_SCORE = 99;

/** One change of the hardware, as it stands in one or more beds; in data, its line names the bed. */
interface Mutant extends NamedChange {
  readonly kind: string;
  readonly places: Place[];
}

const root = await mkdtemp(path.join(tmpdir(), 'imcgen-mutation-'));
const all = process.argv.includes('--all');
const data = process.argv.includes('--data');
const part = partOf(process.argv);
const only = process.argv
  .slice(2)
  .filter((argument, at, all) => !argument.startsWith('--') && all[at - 1] !== '--part');
const isMeant = (file: string) => only.length === 0 || only.some((part) => file.includes(part));

/** Mutants of all beds; the same change of logic in several beds joined, a digit by itself. */
function mutantsOf(beds: readonly MatrixBed[]): Mutant[] {
  const found = new Map<string, Mutant>();
  for (const bed of beds) {
    for (const [file, { text }] of bed.sources) {
      if (!isMeant(file) || bed.only?.includes(file) === false || (data && bed.only !== undefined)) continue;
      const lines = plainLines(text, bed.name);
      const nthOf = numberAmongEqual();
      for (const mutation of data ? digitMutationsOf(text) : mutationsOf(text)) {
        let line = lines[mutation.line - 1]!;
        let { kind, before, after } = mutation;
        if (kind === 'default') {
          // The same parameter of another macro has another number.
          line = line.replace(/(parameter .*= ).*/, '$1<number>');
          [before, after] = ['<number>', '<number> + 1'];
        } else if (data) line = `${bed.name}: ${line}`;
        const change = JSON.stringify([file, line, kind, before, after]);
        const nth = nthOf(change);
        const key = `${change} ${nth}`;
        const mutant = found.get(key) ?? { ...{ file, line, nth, kind, before, after }, places: [] };
        found.set(key, mutant);
        mutant.places.push({ bed, kind: file, mutation });
      }
    }
  }
  return [...found.values()];
}

/** Something of each bed, made once, when it is first asked for. */
function onceForEach<Value>(
  make: (bed: Bed, at: number) => Promise<Value | undefined>,
): (bed: Bed) => Promise<Value> {
  const known = new Map<Bed, Promise<Value>>();
  return (bed) => {
    const value =
      known.get(bed) ??
      make(bed, known.size).then((result) => {
        if (result === undefined) throw new Error(`${bed.name} fails without any mutant`);
        return result;
      });
    known.set(bed, value);
    return value;
  };
}

/**
 * The order in which beds are tried: the one that told the last mutant of a file comes first for its next, which stands
 * beside it and is mostly told by the same. At the start the quickest comes first.
 */
function bedsThatKill() {
  const order = new Map<string, Bed[]>();
  const rank = (kind: string, bed: Bed) => order.get(kind)?.indexOf(bed) ?? -1;
  return {
    note({ kind, bed }: Place): void {
      order.set(kind, [...(order.get(kind) ?? []).filter((other) => other !== bed), bed]);
    },
    ordered: (places: readonly Place[]) =>
      [...places].sort((a, b) => rank(b.kind, b.bed) - rank(a.kind, a.bed)),
  };
}

/** Macros and partial-sum units; where all files that are meant are of units, those alone. */
async function allBeds(): Promise<MatrixBed[]> {
  const units = await makePsumBeds(root);
  const unitsAlone = only.length > 0 && only.every((name) => name.startsWith('psum'));
  return [...(unitsAlone ? [] : await makeBeds(root)), ...units].sort((a, b) => a.size - b.size);
}

/** `--part 3/10`: which of how many; undefined where it is not given. */
function partOf(argv: readonly string[]): [at: number, of: number] | undefined {
  const at = argv.indexOf('--part');
  if (at < 0) return undefined;
  const [, part, of] = /^(\d+)\/(\d+)$/.exec(argv[at + 1] ?? '') ?? [];
  if (part === undefined || Number(part) >= Number(of))
    throw new RangeError(`--part ${argv[at + 1]}: expected i/n with i in 0 .. n - 1, such as 3/10`);
  return [Number(part), Number(of)];
}

function tell({ file, line, kind, before, after, places }: Mutant): void {
  const { bed, mutation } = places[0]!;
  process.stdout.write(`survived: ${file} (line ${mutation.line} of ${bed.name}): ${line}\n`);
  process.stdout.write(`          ${kind}: ${before} -> ${after}\n`);
}

let problems = 0;
const started = performance.now();
try {
  const every = mutantsOf(await allBeds());
  const [at, of] = part ?? (all || only.length > 0 ? [0, 1] : [0, SAMPLE]);
  const mutants = every.filter((_, place) => place % of === at);
  const equivalents = data ? [] : EQUIVALENTS.filter(({ file }) => isMeant(file));

  const entryOf = (mutant: Mutant) => equivalents.find((entry) => isKnownAs(entry, mutant));
  const isListed = (mutant: Mutant) => entryOf(mutant) !== undefined;
  // What is listed as equivalent costs a run on every macro to confirm: with `--all`.
  const fates = new Map<Mutant, Fate>(
    all ? [] : mutants.filter(isListed).map((mutant) => [mutant, 'survived']),
  );
  const queue = mutants.filter((mutant) => !fates.has(mutant));
  const beds = bedsThatKill();
  const original = onceForEach((bed, at) => originalOf(bed, path.join(root, `original${at}`), undefined));
  const baseline = onceForEach(async (bed) => baselineOf(bed, await original(bed), undefined));
  const laboratory = { original, baseline, yosys: yosysNative, killedBy: beds.note };
  /** What is known has its reason: no proof is looked for but the one it names. */
  const scopesFor = (mutant: Mutant): Scope[] => {
    if (isListed(mutant)) return entryOf(mutant)?.proof === 'design' ? ['design'] : [];
    return data ? ['design'] : all || part !== undefined ? ['module', 'design'] : ['module'];
  };
  const worker = async (scratch: string) => {
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      const places = beds.ordered(mutant.places);
      const fate = await fateOf(places, scratch, { ...laboratory, scopes: scopesFor(mutant) });
      fates.set(mutant, fate);
      if (fate === 'survived' && !isListed(mutant)) tell(mutant);
      if (process.stderr.isTTY) process.stderr.write(`\r${fates.size} of ${mutants.length}`);
    }
  };
  await Promise.all(
    Array.from({ length: availableParallelism() }, (_, at) => worker(path.join(root, `worker${at}`))),
  );
  if (process.stderr.isTTY) process.stderr.write('\r');

  const count = (fate: Fate, of = mutants) => of.filter((mutant) => fates.get(mutant) === fate).length;
  const survivors = mutants.filter((mutant) => fates.get(mutant) === 'survived');
  const unexplained = survivors.filter((mutant) => !isListed(mutant));
  for (const entry of equivalents) {
    const matching = every.filter((mutant) => isKnownAs(entry, mutant));
    const killed = matching.length > 0 && matching.every((mutant) => fates.get(mutant) === 'killed');
    if (matching.length > 0 && !killed) continue;
    problems++;
    process.stdout.write(
      `equivalents.ts: ${killed ? 'is killed' : 'matches nothing'}: ${JSON.stringify(entry)}\n`,
    );
  }

  let below = 0;
  for (const file of [...new Set(mutants.map((mutant) => mutant.file))].sort()) {
    const of = mutants.filter((mutant) => mutant.file === file);
    const open = unexplained.filter((mutant) => mutant.file === file).length;
    const cell = (number: number) => String(number).padStart(5);
    const killed = count('killed', of);
    const equal = count('identical', of) + count('proved equal', of) + count('survived', of) - open;
    const score = scoreOf(killed, open);
    if (all && score < LEAST_SCORE) below++;
    process.stdout.write(
      `${file.padEnd(20)} ${cell(killed)} killed ${cell(equal)} equivalent ${cell(open)} survived  ${score.toFixed(1)} %\n`,
    );
  }
  const killed = count('killed');
  const score = scoreOf(killed, unexplained.length);
  process.stdout.write(
    `${mutants.length} of ${every.length} ${data ? 'digits' : 'mutants'}: ${killed} killed, ` +
      `${count('identical')} elaborate to the same design, ${count('proved equal')} proved equivalent, ` +
      `${survivors.length - unexplained.length} equivalent for a reason given, ${unexplained.length} survived, ` +
      `${count('not viable')} do not compile; score ${score.toFixed(1)} %; ` +
      `${((performance.now() - started) / 60_000).toFixed(1)} minutes\n`,
  );
  if (score < LEAST_SCORE || below > 0) problems += unexplained.length;
  process.stdout.write(`${killed} passed, ${problems} failed\n`);
} finally {
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
}
process.exitCode = problems > 0 ? 1 : 0;

/** Percent of the mutants that are not equivalent. */
function scoreOf(killed: number, survived: number): number {
  return (100 * killed) / Math.max(1, killed + survived);
}
