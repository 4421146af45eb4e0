import { verilog, verilogFile } from '../rtl/verilog.js';
import { macroView } from '../rtl/view.js';
import type { Contribution } from '../text/contribution.js';
import { buildVectors, PACKAGED } from './vectors.js';

const TESTBENCH = verilog('tb', 'testbench', 'self-checking: plays vectors/ over the bus', '_tb');

/** The testbench and what it plays. */
export const VECTORS: Contribution = {
  readme: ({ name }) => [
    { file: `\`tb/${name}_tb.v\`, \`vectors/\``, meaning: 'self-checking testbench and what it plays' },
  ],
  files: (plan) => {
    const { operations, trace } = buildVectors(plan, PACKAGED);
    return [
      verilogFile(plan, macroView(plan), TESTBENCH),
      { path: 'vectors/operations.txt', text: operations },
      { path: 'vectors/trace.txt', text: trace },
    ];
  },
};
