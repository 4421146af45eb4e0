import path from 'node:path';
import { failure, orThrow, type Result } from '../../common/problems.js';
import { loadJson, loadMacro } from '../config/load.js';
import { psumSchema } from '../config/psum.js';
import { triedFix } from './fixes.js';
import { type MacroPlan, planMacro } from './plan.js';

/**
 * The plan of the macro in a config file.
 *
 * @throws InvalidInput with every problem of config, levels and plan, and changes that would mend them
 */
export async function planFile(macro: string): Promise<MacroPlan> {
  return orThrow(planMacro(orThrow(await loadMacro(macro)), { fixes: triedFix }));
}

/** The plan that a package was generated from. */
export async function planOfPackage(folder: string): Promise<Result<MacroPlan>> {
  const file = path.join(folder, 'config.resolved.json');
  const input = await loadMacro(file);
  if (
    !input.ok &&
    input.problems.some((problem) => problem.message === 'no such file' && problem.file === file)
  ) {
    return failure({
      file,
      path: '',
      message: 'no such file',
      fix: 'Name a folder that imcgen generate wrote.',
    });
  }
  if (!input.ok && (await loadJson(file, psumSchema)).ok) {
    return failure({
      file,
      path: '',
      message: 'is that of a partial-sum unit, not of a macro',
      fix: 'imcgen psum cosim, prove and synth take such a package, and so does imcgen qualify.',
    });
  }
  return input.ok ? planMacro(input.value) : input;
}
