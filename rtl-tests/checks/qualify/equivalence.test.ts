import { describe, expect, it } from 'vitest';
import { isProvedEqual } from '../../../generators/checks/qualify/equivalence.js';
import { yosysBuiltin } from '../../../generators/checks/yosys/builtin.js';

/** A wire that is looked at for one of two addresses only, and a register behind it. */
const ORIGINAL = `module lookup (input wire clk_i, input wire table_i, input wire [3:0] a_i, b_i, output reg [3:0] q_o);
    wire [3:0] own = b_i;
    always @(posedge clk_i) q_o <= table_i ? a_i : own;
endmodule
`;

const isEqual = (from: string, to: string) => {
  const mutant = ORIGINAL.replace(from, to);
  expect(mutant).not.toBe(ORIGINAL);
  const pair = { top: 'lookup', module: 'lookup', original: ORIGINAL, mutant, others: [] };
  return isProvedEqual(yosysBuiltin, pair, 'module', undefined);
};

describe('a mutant is proved equal', () => {
  it('where it changes a wire that nothing looks at just then', async () => {
    expect(await isEqual('own = b_i', 'own = table_i ? a_i : b_i')).toBe(true);
  });

  it.each([
    ['own = b_i', 'own = table_i ? b_i : a_i'],
    ['table_i ? a_i : own', 'table_i ? own : a_i'],
  ])('but not where %s becomes %s', async (from, to) => {
    expect(await isEqual(from, to)).toBe(false);
  });
});
