import path from 'node:path';
import { Command, CommanderError } from 'commander';
import { execa } from 'execa';
import { vi } from 'vitest';
import { InvalidInput } from '../generators/problems.js';

/** The command line that users have; rtl-tests/fresh-build.ts sees to it that it is never an old build. */
export const CLI = path.resolve('dist/cli.js');

/** The command line as a process of its own. */
export async function imcgenIn(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [CLI, ...args], {
    ...{ cwd: folder, reject: false, env },
  });
  return { exitCode, stdout, stderr };
}

/** One command in this process: what it prints, or why it refuses. */
export async function printedBy(
  register: (program: Command) => void,
  ...args: readonly string[]
): Promise<string> {
  const program = new Command('imcgen').exitOverride();
  register(program);
  for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => {} });
  let printed = '';
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof InvalidInput || error instanceof CommanderError)) throw error;
    printed += error.message;
  } finally {
    spy.mockRestore();
  }
  return printed;
}
