import { type Command, Option } from 'commander';
import { PRESETS } from '../../macro/presets/presets.js';
import type { InitFlags } from '../actions/init.js';

const EXAMPLES = `
Examples:
  imcgen init                                  the 6/2/3b macro, into the current folder
  imcgen init first --preset small-signed      a small macro into the folder first
  imcgen init net --network                    a trained network: network.jsonc into the folder net
  imcgen init --list                           what there is to start from

Writes macro.jsonc, in which every key stands with its meaning, range and default; levels that the tool
calibrated on data it ships, to be replaced by yours; and JSON Schemas, by which editors complete and check.
Nothing is overwritten without --force; either all files are written or none.`;

/** Adds `imcgen init`. The implementation loads when the command runs. */
export function registerInit(program: Command): void {
  program
    .command('init')
    .description('write a commented macro config to start from, with levels')
    .argument('[folder]', 'where to write; made where it is missing', '.')
    .addOption(
      new Option('--preset <name>', 'macro to start from')
        .choices(PRESETS.map(({ name }) => name))
        .default(PRESETS[0]!.name),
    )
    .addOption(
      new Option('--network', 'write a network config, network.jsonc, in its place')
        .default(false)
        .conflicts(['preset', 'list']),
    )
    .option('--list', 'print the presets and write nothing', false)
    .option('--force', 'replace files that are there already', false)
    .option('--json', 'print what was written, or the presets, as JSON', false)
    .option('--quiet', 'print nothing on success', false)
    .addHelpText('after', EXAMPLES)
    .action(async (folder: string, flags: InitFlags) => {
      const { runInit } = await import('../actions/init.js');
      await runInit(folder, flags);
    });
}
