import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

/** The virtual environment that scripts/python.mjs makes. */
const FOLDER = fileURLToPath(new URL('../../../.cache/python', import.meta.url));

/** Whether it was made: a copy of its requirements is its last file. */
export function hasPython(): boolean {
  return existsSync(path.join(FOLDER, 'requirements.txt'));
}

/** A command of the environment. */
export function pythonTool(name: string): string {
  return path.join(FOLDER, 'bin', name);
}

/** Something inside an installed Python package. */
export function pythonPackage(inside: string): string {
  const library = path.join(FOLDER, 'lib');
  const [version] = readdirSync(library).filter((name) => name.startsWith('python'));
  return path.join(library, version!, 'site-packages', inside);
}

export interface Output {
  readonly exitCode: number | undefined;
  /** Standard output and error, as they came. */
  readonly text: string;
}

/** Runs a command to its end, whatever that is. */
export async function run(command: string, args: readonly string[], cwd: string): Promise<Output> {
  const result = await execa(command, args, {
    cwd,
    all: true,
    reject: false,
    stdin: 'ignore',
    timeout: 600_000,
  });
  return { exitCode: result.exitCode, text: result.all ?? result.message };
}
