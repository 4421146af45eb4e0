import { type Command, InvalidArgumentError } from 'commander';

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

interface SynthFlags {
  readonly liberty?: string;
  readonly clock?: number;
  readonly sta?: boolean;
  readonly gateLevel: boolean;
  readonly cells?: string;
  readonly equivalence: boolean;
  readonly output?: string;
  readonly json: boolean;
  readonly quiet: boolean;
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
    .action(async (folder: string, flags: SynthFlags) => {
      const { synthesize } = await import('../../checks/synth/synth.js');
      const { synthesisJson, synthesisText } = await import('../report/synthesis.js');
      const { interruptible } = await import('./interrupt.js');
      const { progressBar } = await import('./progress.js');
      const { requireWritable } = await import('../../common/files/output.js');
      const { writeNewFiles } = await import('../../common/files/writer.js');
      const { orThrow } = await import('../../common/problems.js');
      if (flags.output !== undefined) requireWritable([{ path: flags.output, kind: 'folder' }]);
      const progress = progressBar();
      const synthesis = await interruptible((signal) =>
        synthesize(folder, {
          liberty: flags.liberty,
          clockNs: flags.clock,
          timing: flags.sta === undefined ? 'auto' : flags.sta ? 'required' : 'off',
          gateLevel: flags.gateLevel,
          cells: flags.cells,
          equivalence: flags.equivalence,
          signal,
          progress: progress.show,
        }),
      ).finally(progress.clear);
      const text = synthesisText(synthesis);
      const json = synthesisJson(synthesis);
      if (flags.output !== undefined) {
        const reports = [
          { path: 'report.txt', text },
          { path: 'report.json', text: json },
        ];
        orThrow(await writeNewFiles(flags.output, [...synthesis.files, ...reports], { force: true }));
      }
      const failed = synthesis.gateLevel?.passed === false || synthesis.equivalence?.proved === false;
      if (flags.json) process.stdout.write(json);
      else if (failed || !flags.quiet) process.stdout.write(text);
      if (failed) process.exitCode = 1;
    });
}

function period(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0.01 && value <= 1e6)) {
    throw new InvalidArgumentError('It is outside 0.01..1000000 ns.');
  }
  return value;
}
