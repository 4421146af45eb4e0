import { Argument, type Command } from 'commander';
import type { Published } from '../../macro/config/json-schema.js';

const EXAMPLES = `
Examples:
  imcgen schema macro > macro.schema.json
  imcgen schema levels > levels.schema.json
  imcgen schema network > network.schema.json
  imcgen schema psum > psum.schema.json

An editor that finds "$schema": "./macro.schema.json" in a config completes its keys, shows what they
mean, and marks what is out of range. Rules between values are what imcgen check is for.`;

/** Adds `imcgen schema`. The implementation loads when the command runs. */
export function registerSchema(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of macro.json, levels.json, network.json or psum.json, for editors')
    .addArgument(new Argument('<file>', 'which of them').choices(['macro', 'levels', 'network', 'psum']))
    .addHelpText('after', EXAMPLES)
    .action(async (file: Published | 'network') => {
      if (file === 'network') {
        const { networkJsonSchemaText } = await import('../../network/config/files.js');
        process.stdout.write(networkJsonSchemaText());
        return;
      }
      const { jsonSchemaText } = await import('../../macro/config/json-schema.js');
      process.stdout.write(jsonSchemaText(file));
    });
}
