/** What stands at the end of a path: a value, or a list of numbers as a whole. */
export type Leaf = string | number | boolean | null | readonly number[];

/** One thing that differs between two configs or plans; undefined where one of them does not have it. */
export interface Change {
  /** Where it stands: `adc.reference.rows`. */
  readonly path: string;
  /** What the first one has. */
  readonly from: Leaf | undefined;
  /** What the second one has. */
  readonly to: Leaf | undefined;
}

/** Every leaf of a plain value by its path, in order. Whatever fields there are, they are found. */
export function leavesOf(value: unknown, at = ''): Map<string, Leaf> {
  if (typeof value !== 'object' || value === null) {
    return new Map(value === undefined ? [] : [[at, value as Leaf]]);
  }
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number')) {
    return new Map([[at, value as number[]]]);
  }
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => [...leavesOf(inner, at === '' ? key : `${at}.${key}`)]),
  );
}

/** What differs between two plain values, in the order of the second one, then what only the first one has. */
export function changesBetween(from: unknown, to: unknown): Change[] {
  const [before, after] = [leavesOf(from), leavesOf(to)];
  const paths = new Set([...after.keys(), ...before.keys()]);
  return [...paths]
    .map((path) => ({ path, from: before.get(path), to: after.get(path) }))
    .filter((change) => !sameLeaf(change.from, change.to));
}

export function sameLeaf(a: Leaf | undefined, b: Leaf | undefined): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** The last name of a path: `rows` of `adc.reference.rows`. */
export function lastName(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
