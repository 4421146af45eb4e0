import { Random } from '../generators/golden/random.js';

/** Options by name, each with the values it can take. */
export type Options = Readonly<Record<string, readonly (string | number | boolean)[]>>;

/** One value of every option. */
export type Choice<Of extends Options> = { readonly [Name in keyof Of]: Of[Name][number] };

/** Rows that a search tries before it takes the best one. */
const CANDIDATES = 60;

/**
 * A short list of choices in which every pair of values of any two options occurs together.
 *
 * Greedy: each row starts from a pair that is still missing and takes, one option after another in random
 * order, the value that adds most pairs. Deterministic.
 */
export function pairwise<Of extends Options>(options: Of): Choice<Of>[] {
  const names = Object.keys(options);
  const missing = new Set<string>();
  const pair = (a: number, i: number, b: number, j: number) =>
    a < b ? `${a}.${i}-${b}.${j}` : `${b}.${j}-${a}.${i}`;
  names.forEach((nameA, a) => {
    for (let b = a + 1; b < names.length; b++) {
      options[nameA]!.forEach((_, i) => {
        options[names[b]!]!.forEach((_, j) => {
          missing.add(pair(a, i, b, j));
        });
      });
    }
  });

  const random = new Random(1);
  const gain = (row: readonly (number | undefined)[], b: number, j: number) =>
    row.filter((i, a) => i !== undefined && a !== b && missing.has(pair(a, i, b, j))).length;
  const rows: number[][] = [];
  while (missing.size > 0) {
    let best: { row: number[]; covered: number } | undefined;
    for (let candidate = 0; candidate < CANDIDATES; candidate++) {
      const row = new Array<number | undefined>(names.length).fill(undefined);
      const [first, second] = [...missing][random.whole(0, missing.size - 1)]!.split('-');
      for (const chosen of [first!, second!]) {
        const [option, value] = chosen.split('.').map(Number);
        row[option!] = value!;
      }
      let covered = 1;
      const order = names.map((_, b) => b).filter((b) => row[b] === undefined);
      while (order.length > 0) {
        const [b] = order.splice(random.whole(0, order.length - 1), 1);
        const gains = options[names[b!]!]!.map((_, j) => gain(row, b!, j));
        const most = Math.max(...gains);
        const ties = gains.flatMap((value, j) => (value === most ? [j] : []));
        row[b!] = ties[random.whole(0, ties.length - 1)]!;
        covered += most;
      }
      if (best === undefined || covered > best.covered) best = { row: row as number[], covered };
    }
    const { row } = best!;
    rows.push(row);
    row.forEach((i, a) => {
      for (let b = a + 1; b < row.length; b++) missing.delete(pair(a, i, b, row[b]!));
    });
  }
  return rows.map(
    (row) => Object.fromEntries(names.map((name, a) => [name, options[name]![row[a]!]])) as Choice<Of>,
  );
}
