import type { Command } from 'commander';
import type { SynthFlags } from './synth-action.js';
import { period } from './values.js';

const EXAMPLES = `
Examples:
  imcgen synth out/demo                                        area in gate equivalents, with npm alone
  imcgen synth out/demo --liberty osu018_stdcells.lib          area and timing in a real library
  imcgen synth out/demo --liberty cells.lib --clock 4 -o out/demo_syn
  imcgen synth out/demo --gate-level --equivalence             the netlist against the golden model and the Verilog
  imcgen synth out/demo --liberty cells.lib --gate-level --cells cells.v
  imcgen synth out/demo --json | jq .area.converter

Yosys comes along, always the same version. The analog macro stays a black box. Latches, nets with several drivers
or with none, and cells that the library lacks are errors. Timing is static, by OpenSTA, where the library has
delays and sta is installed; --sta insists on it; nothing of it knows wires. With -o the folder holds all that ran,
ready to run again with native tools: scripts, sources, library, netlist, constraints, logs.
Exit code 0: mapped, and the netlist passed what was asked for; a violated clock is reported, not an error.`;

interface Flags extends SynthFlags {
  readonly equivalence: boolean;
}

/** Adds `imcgen synth`. The implementation loads when the command runs. */
export function registerSynth(program: Command): void {
  program
    .command('synth')
    .description('map a package to library cells: area, timing, simulation of the netlist')
    .argument('<folder>', 'package that imcgen generate wrote')
    .option('--liberty <file>', 'cell library (default: generic cells, areas in gate equivalents)')
    .option('--clock <ns>', 'target clock period (default: timing.clockNs of the config)', period)
    .option('--sta', 'fail where static timing cannot be run')
    .option('--no-sta', 'leave static timing out')
    .option('--gate-level', 'simulate the netlist with the vectors of the package', false)
    .option('--cells <file>', 'Verilog models of the cells (default: beside the library, ending in .v)')
    .option('--equivalence', 'prove that the netlist is the Verilog of the package', false)
    .option('-o, --output <folder>', 'keep netlist, scripts and logs in this folder')
    .option('--json', 'print the report as JSON', false)
    .option('--quiet', 'print nothing on success', false)
    .addHelpText('after', EXAMPLES)
    .action(async (folder: string, flags: Flags) => {
      const { synthesize } = await import('../../checks/synth/synth.js');
      const { synthesisJson, synthesisText } = await import('../report/synthesis.js');
      const { synthesizeAndTell } = await import('./synth-action.js');
      const passed = await synthesizeAndTell(
        flags,
        (options) => synthesize(folder, { ...options, equivalence: flags.equivalence }),
        (synthesis) => ({
          text: synthesisText(synthesis),
          json: synthesisJson(synthesis),
          passed: synthesis.gateLevel?.passed !== false && synthesis.equivalence?.proved !== false,
        }),
      );
      if (!passed) process.exitCode = 1;
    });
}
