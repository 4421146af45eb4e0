import path from 'node:path';
import type { Command } from 'commander';

const EXAMPLES = `
Examples:
  imcgen generate macro.json -o out/demo
  imcgen generate out/demo/config.resolved.json -o out/copy     a package holds all it was made from

Files that imcgen did not write stay where they are. On failure, or Ctrl-C, the old package stays whole.`;

interface GenerateFlags {
  readonly output?: string;
  readonly force: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Adds `imcgen generate`. The implementation loads when the command runs. */
export function registerGenerate(program: Command): void {
  program
    .command('generate')
    .description('write the Verilog package of a macro')
    .argument('<macro>', 'config of the macro (macro.json), - for standard input')
    .option('-o, --output <folder>', 'folder of the package (default: out/<name>)')
    .option('--force', 'write into a folder that imcgen did not make', false)
    .option('--json', 'print the manifest, or the problems, as JSON', false)
    .option('--quiet', 'print nothing on success', false)
    .addHelpText('after', EXAMPLES)
    .action(async (macro: string, { output, force, json, quiet }: GenerateFlags) => {
      const { planFile } = await import('../../macro/plan/file.js');
      const { MANIFEST } = await import('../../package/manifest.js');
      const { packageFiles } = await import('../../package/package.js');
      const { writePackage } = await import('../../package/write.js');
      const { orThrow } = await import('../../common/problems.js');
      const { requireWritable } = await import('../../common/files/output.js');
      if (output !== undefined) requireWritable([{ path: output, kind: 'folder' }]);
      const plan = await planFile(macro);
      const folder = output ?? path.join('out', plan.name);
      requireWritable([{ path: folder, kind: 'folder' }]);
      const files = packageFiles(plan);
      orThrow(await writePackage(folder, files, { force }));
      if (json) process.stdout.write(files.find((file) => file.path === MANIFEST)!.text);
      else if (!quiet) process.stdout.write(`${folder}: ${files.length} files, see README.md\n`);
    });
}
