import type { Command } from 'commander';

const EXAMPLES = `
Examples:
  imcgen diff out/sweep/bits4 out/sweep/bits5
  imcgen diff out/demo macro.json             what generating again would change
  imcgen diff a.json b.json --json | jq '.hardware'

Compares options, the hardware that follows from them, reference cells, tables and errors of each bank, and the
generated files line by line, their headers (version, config hash) aside. Writes nothing.
Exit code 0: the same; 1: something differs, or one of the two cannot be read or planned (said on stderr).`;

interface DiffFlags {
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Adds `imcgen diff`. The implementation loads when the command runs. */
export function registerDiff(program: Command): void {
  program
    .command('diff')
    .description('say in hardware words what changed between two packages or configs')
    .argument('<a>', 'folder of a package, or a config (macro.json), - for standard input')
    .argument('<b>', 'the other one')
    .option('--json', 'print what changed as JSON', false)
    .option('--quiet', 'print nothing, only end with 0 or 1', false)
    .addHelpText('after', EXAMPLES)
    .action(async (a: string, b: string, { json, quiet }: DiffFlags) => {
      const { diffPackages } = await import('../../checks/maintain/diff.js');
      const { diffText } = await import('../report/diff.js');
      const diff = await diffPackages(a, b);
      if (json) process.stdout.write(`${JSON.stringify(diff, null, 2)}\n`);
      else if (!quiet) process.stdout.write(diffText(diff));
      if (!diff.same) process.exitCode = 1;
    });
}
