import type { Contribution } from '../text/contribution.js';
import { cdlFile } from './cdl.js';
import { lefFile } from './lef.js';
import { libertyFile } from './liberty.js';

/** Views of the analog macro for layout, timing and netlist tools, all with the pins of `arrayPorts`. */
export const VIEWS: Contribution = {
  readme: ({ name }) => [
    { file: `\`views/${name}_array.lef\``, meaning: 'outline, pins and blocked layers of the analog macro' },
    {
      file: `\`views/${name}_array.lib\``,
      meaning: 'pins, loads and arcs of the analog macro; its head says where the numbers come from',
    },
    {
      file: `\`views/${name}_array.cdl\``,
      meaning: 'its transistors: cells, reference columns, sense amplifiers; sizes are parameters',
    },
  ],
  files: (plan) => [lefFile(plan), libertyFile(plan), cdlFile(plan)],
};
