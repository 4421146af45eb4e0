import type { Command } from 'commander';

const EXAMPLES = `
Examples:
  imcgen check macro.json
  imcgen check macro.json --json | jq '.layers[0].ramp.references'
  imcgen check macro.json --quiet && echo fits
  jq '.adc.bits = 5' macro.json | imcgen check -          levels are found from the current folder

Prints the plan of the hardware, or every rule that the config breaks, and writes nothing.
Exit code 0: the macro can be built; 1: it cannot.`;

interface CheckFlags {
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Adds `imcgen check`. The implementation loads when the command runs. */
export function registerCheck(program: Command): void {
  program
    .command('check')
    .description('plan the hardware of a macro and print the plan')
    .argument('<macro>', 'config of the macro (macro.json), - for standard input')
    .option('--json', 'print the plan, or the problems, as JSON', false)
    .option('--quiet', 'print nothing on success', false)
    .addHelpText('after', EXAMPLES)
    .action(async (macro: string, { json, quiet }: CheckFlags) => {
      const { planFile } = await import('../../macro/plan/file.js');
      const { planJson, planText } = await import('../report/plan.js');
      const plan = await planFile(macro);
      if (json) process.stdout.write(planJson(plan));
      else if (!quiet) process.stdout.write(planText(plan));
    });
}
