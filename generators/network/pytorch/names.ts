/** Words that name nothing in Python, and what the module itself calls so. */
const TAKEN = [
  ...'False None True and as assert async await break class continue def del elif else except finally for from global if'.split(
    ' ',
  ),
  ...'import in is lambda nonlocal not or pass raise return try while with yield'.split(' '),
  ...['self', 'torch', 'np', 'nn', 'F', 'layers', 'pools', 'max_pool', 'window'],
];

/** Python's names for tensors and steps of a network, whose own may hold any letter: unique, one for each. */
export class PythonNames {
  private readonly given = new Map<string, string>();
  private readonly taken = new Set(TAKEN);

  of(name: string): string {
    const known = this.given.get(name);
    if (known !== undefined) return known;
    const plain = name.replace(/[^A-Za-z0-9_]+/g, '_').replace(/^_+|_+$/g, '') || 'tensor';
    const start = /^\d/.test(plain) ? `t${plain}` : plain;
    let free = start;
    for (let again = 2; this.taken.has(free); again++) free = `${start}_${again}`;
    this.taken.add(free);
    this.given.set(name, free);
    return free;
  }
}

export type Python = null | boolean | number | string | readonly Python[];

/** A value as Python writes it; lists become tuples. */
export function python(value: Python): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  const [first, ...more] = value.map(python);
  if (first === undefined) return '()';
  return more.length === 0 ? `(${first},)` : `(${[first, ...more].join(', ')})`;
}
