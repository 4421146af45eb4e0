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
}
