import type { Contribution } from '../text/contribution.js';
import { edalizeYosysFile } from './edalize.js';
import { GENERIC, genericLibraryFiles, synthesisScripts } from './synthesis.js';

/** Scripts of synthesis, constraints, static timing and equivalence, and a library to run them without any other. */
export const SYNTHESIS: Contribution = {
  readme: ({ name }) => [
    {
      file: `\`syn/${name}.ys\`, \`syn/${name}_equivalence.ys\``,
      meaning: 'synthesis with Yosys; proof that the netlist is the Verilog',
    },
    {
      file: `\`syn/${name}_edalize.tcl\``,
      meaning: 'synthesis with Yosys where FuseSoC and Edalize run it',
    },
    {
      file: '`syn/generic_cells.lib`, `.v`',
      meaning: 'cells without a technology to map to, and their simulation models',
    },
    {
      file: `\`syn/${name}.sdc\`, \`syn/${name}_sta.tcl\``,
      meaning: 'timing constraints; static timing with OpenSTA and a library of yours',
    },
  ],
  files: (plan) => [edalizeYosysFile(plan), ...genericLibraryFiles(plan.config.license)],
  lists: (plan, files) => synthesisScripts(plan, files, GENERIC),
};
