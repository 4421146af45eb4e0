/** Text of hierarchical SPICE netlists. */

/** A subcircuit: pins, and instances or devices, one a line. */
export interface Subcircuit {
  readonly name: string;
  readonly remark?: string;
  readonly pins: readonly string[];
  readonly body: readonly string[];
}

const WIDEST_LINE = 100;

/** Breaks a long line between words; what follows begins with `mark`. */
export function wrap(words: readonly string[], mark: string): string {
  const lines: string[] = [];
  let line: string[] = [];
  let width = -1;
  for (const word of words) {
    width += 1 + word.length;
    if (line.length > 0 && width > WIDEST_LINE) {
      lines.push(line.join(' '));
      line = [`${mark}${word}`];
      width = mark.length + word.length;
    } else line.push(word);
  }
  return [...lines, line.join(' ')].join('\n');
}

/** `X<label> <nets..> <subcircuit>`; where lines break does not depend on the macro's name. */
export function instance(label: string, subcircuit: string, nets: readonly string[]): string {
  return `${wrap([`X${label}`, ...nets], '+ ')} ${subcircuit}`;
}

export function subcircuitText({ name, remark, pins, body }: Subcircuit): string {
  return [
    ...(remark === undefined ? [] : [remark.replace(/^/gm, '* ')]),
    `.SUBCKT ${name}`,
    wrap(['+', ...pins], '+ '),
    ...body,
    `.ENDS ${name}`,
  ].join('\n');
}

/**
 * Puts `count` copies of a column side by side, without a netlist that grows with rows times columns:
 * blocks of 2, 4, 8 .. columns, each made of two smaller ones.
 *
 * @param column  one column; its pins are `own` ones, of which each copy has its own, then `shared` ones
 * @returns the block of all columns, last of the subcircuits that make it; its pins are the own pins of
 *   every column, numbered, then the shared ones
 */
export function sideBySide(
  column: { readonly name: string; readonly own: readonly string[]; readonly shared: readonly string[] },
  count: number,
): { readonly name: string; readonly subcircuits: readonly Subcircuit[] } {
  const made = new Map<number, Subcircuit>();
  const nameOf = (columns: number) => (columns === 1 ? column.name : `${column.name}s_${columns}`);
  const own = Array.from({ length: count }, (_, at) => column.own.map((pin) => `${pin}${at}`)).flat();
  const ownOf = (from: number, columns: number) =>
    own.slice(column.own.length * from, column.own.length * (from + columns));
  const make = (columns: number): void => {
    if (columns === 1 || made.has(columns)) return;
    const left = 2 ** Math.ceil(Math.log2(columns) - 1);
    const right = columns - left;
    make(left);
    make(right);
    made.set(columns, {
      name: nameOf(columns),
      pins: [...ownOf(0, columns), ...column.shared],
      body: [
        instance('L', nameOf(left), [...ownOf(0, left), ...column.shared]),
        instance('R', nameOf(right), [...ownOf(left, right), ...column.shared]),
      ],
    });
  };
  make(count);
  return { name: nameOf(count), subcircuits: [...made.values()] };
}
