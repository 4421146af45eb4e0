/**
 * Mutation test of the generated Verilog: `npm run mutation`, with `--all` for every mutant, with a part of a
 * file's name (`controller`) for the mutants of that file.
 *
 * Systematic mutants of every synthesizable file are compiled into small macros and co-simulated with the
 * project's own vectors. A mutant that no macro tells from the original is named, unless Yosys proves its module equal
 * in every macro, or equivalent.json lists it with the reason why no test can tell it; an entry that is killed after
 * all, or matches nothing, is an error. So is a score below 99 % of the mutants that are not equivalent.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { type Bed, makeBeds, run } from './beds.js';
import { isProvedEqual } from './equivalence.js';
import { type Mutation, mutated, mutationsOf } from './mutants.js';

/** Mutants that a run takes unless told `--all`: every n-th, in the order of the text. */
const SAMPLE = 10;
/** Percent of the mutants that are not equivalent. */
const LEAST_SCORE = 99;

/** One change of the hardware, as it stands in one or more beds. */
interface Mutant {
  readonly file: string;
  /** The line without the macro's name and its reset style. */
  readonly line: string;
  readonly mutation: Mutation;
  readonly places: Place[];
}

interface Place {
  readonly bed: Bed;
  readonly mutation: Mutation;
}

/** A mutant that behaves as the original. */
interface Equivalent {
  readonly file: string;
  readonly line: string;
  readonly before: string;
  readonly after: string;
  readonly reason: string;
}

type Fate = 'killed' | 'proved equal' | 'survived' | 'not viable';

const root = await mkdtemp(path.join(tmpdir(), 'imcgen-mutation-'));
const all = process.argv.includes('--all');
const only = process.argv.slice(2).find((argument) => !argument.startsWith('--'));

/** Mutants of all beds, the same change in several beds joined. */
function mutantsOf(beds: readonly Bed[]): Mutant[] {
  const found = new Map<string, Mutant>();
  for (const bed of beds) {
    for (const [file, { text }] of bed.sources) {
      if (bed.only?.includes(file) === false) continue;
      const lines = text
        .replaceAll(bed.name, '<name>')
        .replaceAll(/!rst_ni|rst_i/g, '<reset>')
        .split('\n');
      const seen = new Map<string, number>();
      for (const mutation of mutationsOf(text)) {
        const line = lines[mutation.line - 1]!.trim().replace(/\s+/g, ' ');
        const change = JSON.stringify([file, line, mutation.kind, mutation.before, mutation.after]);
        const nth = (seen.get(change) ?? 0) + 1;
        seen.set(change, nth);
        const key = `${change} ${nth}`;
        const mutant = found.get(key) ?? { file, line, mutation, places: [] };
        found.set(key, mutant);
        mutant.places.push({ bed, mutation });
      }
    }
  }
  return [...found.values()];
}

async function fateOf({ file, places }: Mutant, scratch: string): Promise<Fate> {
  // The quickest macro first: most mutants die on any.
  const order = places.toSorted((a, b) => a.bed.seconds - b.bed.seconds);
  const text = ({ bed, mutation }: Place) => mutated(bed.sources.get(file)!.text, mutation);
  for (const place of order) {
    const outcome = await run(place.bed, scratch, { kind: file, text: text(place) });
    if (outcome !== 'same') return outcome === 'differs' ? 'killed' : outcome;
  }
  for (const place of order) {
    const { bed } = place;
    if (bed.only !== undefined) continue; // the same text as in the bed for all
    const module = file === 'top' ? bed.name : `${bed.name}_${file}`;
    if (!(await isProvedEqual(module, bed.sources.get(file)!.text, text(place), scratch))) return 'survived';
  }
  return 'proved equal';
}

function tellSurvivor({ file, line, mutation: { kind, before, after } }: Mutant): void {
  process.stdout.write(`survived: ${file}: ${line}\n          ${kind}: ${before} -> ${after}\n`);
}

const sameAs = (entry: Equivalent) => (mutant: Mutant) =>
  entry.file === mutant.file &&
  entry.line === mutant.line &&
  entry.before === mutant.mutation.before &&
  entry.after === mutant.mutation.after;

let problems = 0;
try {
  const beds = await makeBeds(root);
  for (const bed of beds) {
    if ((await run(bed, path.join(root, 'baseline'))) !== 'same')
      throw new Error(`${bed.name} fails without any mutant`);
  }
  const every = mutantsOf(beds).filter(({ file }) => only === undefined || file.includes(only));
  const mutants = all || only !== undefined ? every : every.filter((_, at) => at % SAMPLE === 0);
  const equivalents = JSON.parse(
    await readFile(new URL('./equivalent.json', import.meta.url), 'utf8'),
  ) as Equivalent[];

  const isListed = (mutant: Mutant) => equivalents.some((entry) => sameAs(entry)(mutant));
  // What is listed as equivalent costs a run on every macro to confirm: with `--all`.
  const fates = new Map<Mutant, Fate>(
    all ? [] : mutants.filter(isListed).map((mutant) => [mutant, 'survived']),
  );
  const queue = mutants.filter((mutant) => !fates.has(mutant));
  const worker = async (name: string) => {
    const scratch = path.join(root, name);
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      const fate = await fateOf(mutant, scratch);
      fates.set(mutant, fate);
      if (fate === 'survived' && !isListed(mutant)) tellSurvivor(mutant);
      if (process.stderr.isTTY) process.stderr.write(`\r${fates.size} of ${mutants.length}`);
    }
  };
  await Promise.all(cpus().map((_, at) => worker(`worker${at}`)));
  if (process.stderr.isTTY) process.stderr.write('\r');

  const count = (fate: Fate, of = mutants) => of.filter((mutant) => fates.get(mutant) === fate).length;
  const survivors = mutants.filter((mutant) => fates.get(mutant) === 'survived');
  const unexplained = survivors.filter((mutant) => !isListed(mutant));
  for (const entry of equivalents.filter(({ file }) => only === undefined || file.includes(only))) {
    const matching = every.filter(sameAs(entry));
    const killed = matching.length > 0 && matching.every((mutant) => fates.get(mutant) === 'killed');
    if (matching.length > 0 && !killed) continue;
    problems++;
    process.stdout.write(
      `equivalent.json: ${killed ? 'is killed' : 'matches nothing'}: ${JSON.stringify(entry)}\n`,
    );
  }

  const listed = survivors.length - unexplained.length;
  for (const file of [...new Set(mutants.map((mutant) => mutant.file))].sort()) {
    const of = mutants.filter((mutant) => mutant.file === file);
    const open = unexplained.filter((mutant) => mutant.file === file).length;
    const cell = (number: number) => String(number).padStart(5);
    const equal = count('proved equal', of) + count('survived', of) - open;
    process.stdout.write(
      `${file.padEnd(20)} ${cell(count('killed', of))} killed ${cell(equal)} equivalent ${cell(open)} survived\n`,
    );
  }
  const killed = count('killed');
  const score = (100 * killed) / Math.max(1, killed + unexplained.length);
  process.stdout.write(
    `${mutants.length} of ${every.length} mutants: ${killed} killed, ${count('proved equal')} proved equivalent, ` +
      `${listed} equivalent for a reason given, ${unexplained.length} survived, ` +
      `${count('not viable')} do not compile; score ${score.toFixed(1)} %\n`,
  );
  if (score < LEAST_SCORE) problems += unexplained.length;
  process.stdout.write(`${killed} passed, ${problems} failed\n`);
} finally {
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
}
process.exitCode = problems > 0 ? 1 : 0;
