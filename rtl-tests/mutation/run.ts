/**
 * Mutation test of the generated Verilog: `npm run mutation`, with `--all` for every mutant, with a part of a
 * file's name (`controller`) for the mutants of that file.
 *
 * Systematic mutants of every synthesizable file are compiled into small macros and co-simulated with the
 * project's own vectors. A mutant that no macro tells from the original is named, unless equivalent.json lists it with
 * the reason why no test can tell it; an entry that is killed after all, or matches nothing, is an error. So is a score
 * below 99 % of the mutants that are not equivalent.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { runTool, type ToolOutput } from '../../generators/cosim/tool.js';
import { buildVectors } from '../../generators/cosim/vectors.js';
import { packageFiles } from '../../generators/emit/package.js';
import { writePackage } from '../../generators/emit/write.js';
import { Interrupted, orThrow } from '../../generators/problems.js';
import { planOf } from '../configurations.js';
import { MATRIX } from '../matrix.js';
import { type Mutation, mutated, mutationsOf } from './mutants.js';

/** Mutants that a run takes unless told `--all`: every n-th, in the order of the text. */
const SAMPLE = 10;
/** Percent of the mutants that are not equivalent. */
const LEAST_SCORE = 99;
/** A generate loop that does not end is nothing that could be built. */
const COMPILE_SECONDS = 20;
/** A macro that mutants are put into. */
interface Bed {
  readonly name: string;
  readonly folder: string;
  /** Its synthesizable files by kind, such as `controller`. */
  readonly sources: ReadonlyMap<string, { readonly file: string; readonly text: string }>;
  readonly others: readonly string[];
  readonly checks: number;
  seconds: number;
}

/** One change of the hardware, as it stands in one or more beds. */
interface Mutant {
  readonly file: string;
  /** The line without the macro's name. */
  readonly line: string;
  readonly mutation: Mutation;
  readonly places: { readonly bed: Bed; readonly mutation: Mutation }[];
}

/** A mutant that behaves as the original. */
interface Equivalent {
  readonly file: string;
  readonly line: string;
  readonly before: string;
  readonly after: string;
  readonly reason: string;
}

type Fate = 'killed' | 'survived' | 'not viable';

const root = await mkdtemp(path.join(tmpdir(), 'imcgen-mutation-'));
const all = process.argv.includes('--all');
const only = process.argv.slice(2).find((argument) => !argument.startsWith('--'));

async function makeBeds(): Promise<Bed[]> {
  const beds: Bed[] = [];
  for (const { configuration } of MATRIX) {
    const plan = planOf(configuration);
    const files = packageFiles(plan);
    const folder = orThrow(await writePackage(path.join(root, plan.name), files));
    const vectors = buildVectors(plan, { seed: 3, conversions: 8 });
    await writeFile(path.join(folder, 'vectors', 'operations.txt'), vectors.operations);
    await writeFile(path.join(folder, 'vectors', 'trace.txt'), vectors.trace);
    const rtl = files.filter((file) => file.path.startsWith('rtl/'));
    beds.push({
      name: plan.name,
      folder,
      sources: new Map(
        rtl.map(({ path: file, text }) => [
          path.basename(file, '.v').slice(plan.name.length + 1) || 'top',
          { file: path.join(folder, file), text },
        ]),
      ),
      others: [
        path.join(folder, 'model', `${plan.name}_array.v`),
        path.join(folder, 'tb', `${plan.name}_tb.v`),
      ],
      checks: vectors.checks,
      seconds: 60,
    });
  }
  return beds;
}

/** Compiles and runs a bed, one of its files replaced. */
async function run(bed: Bed, worker: string, replaced?: { kind: string; text: string }): Promise<Fate> {
  const changed = path.join(root, `${worker}.v`);
  const image = path.join(root, `${worker}.vvp`);
  if (replaced !== undefined) await writeFile(changed, replaced.text);
  const sources = [...bed.sources].map(([kind, { file }]) => (kind === replaced?.kind ? changed : file));
  const compiled = await limited(COMPILE_SECONDS, 'iverilog', [
    ...['-g2005', '-s', `${bed.name}_tb`, '-o', image],
    ...sources,
    ...bed.others,
  ]);
  if (compiled?.exitCode !== 0) return 'not viable';
  const started = performance.now();
  const vectors = `+vectors=${path.join(bed.folder, 'vectors')}`;
  const simulated = await limited(5 + 10 * bed.seconds, 'vvp', ['-n', '-N', image, vectors]);
  if (replaced === undefined) bed.seconds = (performance.now() - started) / 1000;
  return simulated?.output.trim() === `PASS n=${bed.checks}` ? 'survived' : 'killed';
}

/** A tool that gets so many seconds; undefined where they are over. */
async function limited(
  seconds: number,
  tool: string,
  args: readonly string[],
): Promise<ToolOutput | undefined> {
  try {
    return await runTool(tool, args, AbortSignal.timeout(Math.ceil(1000 * seconds)));
  } catch (error) {
    if (error instanceof Interrupted) return undefined;
    throw error;
  }
}

/** Mutants of all beds, the same change in several beds joined. */
function mutantsOf(beds: readonly Bed[]): Mutant[] {
  const found = new Map<string, Mutant>();
  for (const bed of beds) {
    for (const [file, { text }] of bed.sources) {
      const lines = text.replaceAll(bed.name, '<name>').split('\n');
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
  const beds = await makeBeds();
  for (const bed of beds) {
    if ((await run(bed, 'baseline')) !== 'survived') throw new Error(`${bed.name} fails without any mutant`);
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
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      let fate: Fate = 'survived';
      // The quickest macro first: most mutants die on any.
      for (const { bed, mutation } of mutant.places.toSorted((a, b) => a.bed.seconds - b.bed.seconds)) {
        const text = mutated(bed.sources.get(mutant.file)!.text, mutation);
        fate = await run(bed, name, { kind: mutant.file, text });
        if (fate !== 'survived') break;
      }
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

  for (const file of [...new Set(mutants.map((mutant) => mutant.file))].sort()) {
    const of = mutants.filter((mutant) => mutant.file === file);
    const explained = count('survived', of) - unexplained.filter((mutant) => mutant.file === file).length;
    process.stdout.write(
      `${file.padEnd(20)} ${String(count('killed', of)).padStart(5)} killed ${String(explained).padStart(4)} equivalent ` +
        `${String(count('survived', of) - explained).padStart(4)} survived\n`,
    );
  }
  const killed = count('killed');
  const score = (100 * killed) / Math.max(1, killed + unexplained.length);
  process.stdout.write(
    `${mutants.length} of ${every.length} mutants: ${killed} killed, ${survivors.length - unexplained.length} equivalent, ` +
      `${unexplained.length} survived, ${count('not viable')} do not compile; score ${score.toFixed(1)} %\n`,
  );
  if (score < LEAST_SCORE) problems += unexplained.length;
  process.stdout.write(`${killed} passed, ${problems} failed\n`);
} finally {
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
}
process.exitCode = problems > 0 ? 1 : 0;
