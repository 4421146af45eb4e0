/** One change of one place in a Verilog file. */
export interface Mutation {
  readonly line: number;
  readonly kind:
    | 'operator'
    | 'constant'
    | 'condition'
    | 'negation'
    | 'dropped'
    | 'stuck'
    | 'swapped'
    | 'default'
    | 'digit';
  readonly from: number;
  readonly to: number;
  readonly before: string;
  readonly after: string;
  /** The parameter whose default is changed: kinds `default` and `digit`. */
  readonly parameter?: string;
}

/** Tells the number of a change among those that are the same, from 1, as they are asked for in the order of the text. */
export function numberAmongEqual(): (change: string) => number {
  const seen = new Map<string, number>();
  return (change) => {
    const nth = (seen.get(change) ?? 0) + 1;
    seen.set(change, nth);
    return nth;
  };
}
