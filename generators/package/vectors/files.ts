import { verilog, verilogFile } from '../rtl/verilog.js';
import { macroView } from '../rtl/view.js';
import type { Contribution } from '../text/contribution.js';
import { buildVectors, PACKAGED, vectorTexts } from './vectors.js';

const TESTBENCH = verilog('tb', 'testbench', 'self-checking: plays vectors/ over the bus', '_tb');

/** The testbench and what it plays. */
export const VECTORS: Contribution = {
  readme: ({ name }) => [
    { file: `\`tb/${name}_tb.v\`, \`vectors/\``, meaning: 'self-checking testbench and what it plays' },
  ],
  files: (plan) => {
    const texts = [...vectorTexts(buildVectors(plan, PACKAGED))];
    return [
      verilogFile(plan, macroView(plan), TESTBENCH),
      ...texts.map(([name, text]) => ({ path: `vectors/${name}`, text })),
    ];
  },
};
