import { Argument, type Command } from 'commander';
import type { Published } from '../../macro/config/json-schema.js';

const EXAMPLES = `
Examples:
  imcgen schema macro > macro.schema.json
  imcgen schema levels > levels.schema.json

An editor that finds "$schema": "./macro.schema.json" in a config completes its keys, shows what they
mean, and marks what is out of range. Rules between values are what imcgen check is for.`;

/** Adds `imcgen schema`. The implementation loads when the command runs. */
export function registerSchema(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of macro.json or levels.json, for editors')
    .addArgument(new Argument('<file>', 'which of the two').choices(['macro', 'levels']))
    .addHelpText('after', EXAMPLES)
    .action(async (file: Published) => {
      const { jsonSchemaText } = await import('../../macro/config/json-schema.js');
      process.stdout.write(jsonSchemaText(file));
    });
}
