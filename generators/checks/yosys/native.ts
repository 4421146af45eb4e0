import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Files } from '../../common/files/text-file.js';
import { runTool } from '../../common/tool.js';
import { SCRIPT, type Yosys, type YosysRun } from './builtin.js';

/** The installed Yosys, in a temporary folder. */
export const yosysNative: Yosys = async (run) => {
  const { finished, messages, written } = await inFolder(run, (folder) =>
    command('yosys', ['-q', SCRIPT], folder, run.signal),
  );
  return { finished, messages, written };
};

/** Lets `use` work in a temporary folder with the files of a run, and brings back what was written. */
export async function inFolder<Result>(
  { script, files }: YosysRun,
  use: (folder: string) => Promise<Result>,
): Promise<Result & { readonly written: Files }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'imcgen-prove-'));
  try {
    for (const [file, text] of [...files, [SCRIPT, script] as const]) {
      await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
      await writeFile(path.join(folder, file), text);
    }
    const result = await use(folder);
    const written = new Map<string, string>();
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (!entry.isFile() || entry.name === SCRIPT || files.has(entry.name)) continue;
      written.set(entry.name, await readFile(path.join(folder, entry.name), 'utf8'));
    }
    return { ...result, written };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @throws MissingTool where it is not installed */
export async function command(
  tool: 'yosys' | 'yosys-smtbmc',
  args: readonly string[],
  folder: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly finished: boolean; readonly messages: string }> {
  const { output, exitCode } = await runTool(tool, args, signal, { cwd: folder });
  return { finished: exitCode === 0, messages: output };
}
