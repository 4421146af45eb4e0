import type { Qualification, QualifiedMutant } from '../../checks/qualify/qualify.js';
import { textTable } from './table.js';

const TITLES = ['file', 'mutants', 'killed', 'equivalent', 'survived'].map((title) => ['', title] as const);

/** What a package's vectors are worth, as a reviewer reads it: one line a file, each survivor, the score. */
export function qualificationText(result: Qualification): string {
  const { macro, mutants, all, data, seed, edited, run } = result;
  const what = data ? 'digits of generated numbers' : 'mutants';
  const sample =
    mutants.length < all ? `${mutants.length} of ${all} ${what}, seed ${seed}` : `all ${all} ${what}`;
  const rows = [...new Set(mutants.map(({ file }) => file))].map((file) => rowOf(file, mutants));
  const table = textTable(TITLES, rows, (column) => column === 0, { indent: 2 });
  const count = (fate: QualifiedMutant['fate']) => countOf(mutants, fate);
  const survivors = mutants.filter(({ fate }) => fate === 'survived');
  const lines = [
    `${macro}: ${sample}, each simulated with the package's own vectors`,
    ...edited.map((file) => `  edited by hand: ${file}`),
    ...table,
    ...survivors.flatMap(({ file, line, text, kind, before, after }) => [
      `  survived: ${file}:${line}: ${kind}: ${before} -> ${after}`,
      `    ${text}`,
    ]),
    `  ${count('killed')} killed, ${count('survived')} survived; do not count: ${count('not viable')} that do not compile, ` +
      `${equivalent(mutants)} equivalent`,
    ...(equivalent(mutants) === 0
      ? []
      : [
          `  of these ${count('identical')} elaborate to the same design, ${count('proved equal')} Yosys proves equal, ` +
            `${count('explained')} nothing can tell for a known reason`,
        ]),
    `${scoreText(result)}${run === undefined ? '' : `; ${runText(run)}`}`,
  ];
  return `${lines.join('\n')}\n`;
}

function runText({ seconds, jobs }: NonNullable<Qualification['run']>): string {
  return `${seconds.toFixed(1)} s, ${jobs} ${jobs === 1 ? 'simulation' : 'simulations'} at a time`;
}

/** The same for machines. */
export function qualificationJson(result: Qualification): string {
  const { mutants, run, ...rest } = result;
  const survivors = mutants.filter(({ fate }) => fate === 'survived').map(({ fate: _, ...mutant }) => mutant);
  const counts = {
    sampled: mutants.length,
    killed: countOf(mutants, 'killed'),
    survived: survivors.length,
    identical: countOf(mutants, 'identical'),
    provedEqual: countOf(mutants, 'proved equal'),
    explained: countOf(mutants, 'explained'),
    notViable: countOf(mutants, 'not viable'),
  };
  return `${JSON.stringify({ ...rest, ...run, counts, survivors, mutants }, null, 2)}\n`;
}

function scoreText({ macro, score, interval }: Qualification): string {
  if (score === undefined) return `${macro}: no score, for no mutant counts`;
  const percent = (share: number) => (100 * share).toFixed(1);
  const range =
    interval === undefined
      ? 'of all mutants, so nothing is estimated'
      : `95 % confidence interval ${percent(interval.low)} .. ${percent(interval.high)} % (Wilson)`;
  return `${macro}: score ${percent(score)} %, ${range}`;
}

function rowOf(file: string, mutants: readonly QualifiedMutant[]): string[] {
  const of = mutants.filter((mutant) => mutant.file === file);
  return [file, ...[of.length, countOf(of, 'killed'), equivalent(of), countOf(of, 'survived')].map(String)];
}

function equivalent(mutants: readonly QualifiedMutant[]): number {
  const fates = ['identical', 'proved equal', 'explained'] as const;
  return fates.reduce((sum, fate) => sum + countOf(mutants, fate), 0);
}

function countOf(mutants: readonly QualifiedMutant[], fate: QualifiedMutant['fate']): number {
  return mutants.filter((mutant) => mutant.fate === fate).length;
}
