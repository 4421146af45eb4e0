import path from 'node:path';
import { Command, CommanderError } from 'commander';
import { execa } from 'execa';
import { vi } from 'vitest';
import { InvalidInput } from '../generators/problems.js';

/** The command line from its sources, as a process of its own: what is tested is never an old build. */
export async function imcgenIn(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  const cli = ['--import', 'tsx', path.resolve('generators/cli.ts')];
  const { exitCode, stdout, stderr } = await execa(process.execPath, [...cli, ...args], {
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
