import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { outputProblem } from '../common/files/output.js';
import { replaceFolder } from '../common/files/writer.js';
import { failure, type Problem, type Result, success } from '../common/problems.js';
import { MANIFEST, type Manifest, SAFE_PATH } from './manifest.js';
import type { PackageFile } from './text/contribution.js';

/**
 * Writes a package as a whole or not at all. Files that imcgen did not write stay where they are.
 *
 * @param dir     folder of the package, made where it is missing
 * @param files   as `packageFiles` gives them
 * @param options `force`: replace files in a folder that imcgen did not make
 * @returns the folder written, or why it could not be
 * @throws Error for a file whose path is not a plain relative one: a bug of the tool, not of its input
 *
 * @example
 * ```ts
 * import { type MacroPlan, packageFiles, writePackage } from 'imcgen';
 *
 * declare const plan: MacroPlan;
 * const written = await writePackage('out/demo', packageFiles(plan), { force: true });
 * console.log(written.ok ? `${written.value} is written` : written.problems);
 * ```
 */
export async function writePackage(
  dir: string,
  files: readonly PackageFile[],
  { force = false }: { readonly force?: boolean } = {},
): Promise<Result<string>> {
  const paths = new Set(files.map((file) => file.path));
  for (const name of paths) if (!SAFE_PATH.test(name)) throw new Error(`unsafe path in a package: ${name}`);
  if (paths.size !== files.length) throw new Error('two files of a package have the same path');

  const impossible = outputProblem({ path: dir, kind: 'folder' });
  if (impossible !== undefined) return failure(impossible);
  const previous = existsSync(dir) ? manifestAt(dir) : undefined;
  const refusal = refuse(dir, force || previous !== undefined);
  if (refusal !== undefined) return failure(refusal);
  const ours = new Set([...Object.keys(previous?.files ?? {}), MANIFEST]);
  const problem = await replaceFolder(dir, files, ours);
  return problem === undefined ? success(dir) : failure(problem);
}

function refuse(dir: string, mayReplace: boolean): Problem | undefined {
  if (!existsSync(dir)) return undefined;
  const fromTarget = path.relative(realpathSync(dir), process.cwd());
  if (fromTarget.split(path.sep)[0] !== '..' && !path.isAbsolute(fromTarget)) {
    return {
      file: dir,
      path: '',
      message: 'holds the current folder, which cannot be replaced',
      fix: 'Run the command from outside, or name another folder.',
    };
  }
  if (mayReplace || readdirSync(dir).length === 0) return undefined;
  return {
    file: dir,
    path: '',
    message: 'is not empty and was not made by imcgen',
    fix: 'Name another folder, or use --force to write into this one.',
  };
}

/** The manifest of a package, or undefined where the folder is not one. */
function manifestAt(folder: string): Manifest | undefined {
  try {
    const manifest = JSON.parse(readFileSync(path.join(folder, MANIFEST), 'utf8')) as Partial<Manifest>;
    const { tool, files } = manifest;
    const ours = typeof tool === 'string' && tool.startsWith('imcgen ') && typeof files === 'object';
    return ours ? (manifest as Manifest) : undefined;
  } catch {
    return undefined;
  }
}
