import path from 'node:path';
import { failure, orThrow, type Result } from '../../common/problems.js';
import { loadJson } from '../config/load.js';
import { macroSchema } from '../config/macro.js';
import { psumSchema } from '../config/psum.js';
import { type PsumPlan, planPsum, psumInput } from './plan.js';

/**
 * The plan of the partial-sum unit in a config file.
 *
 * @throws InvalidInput with every problem of the config and the plan
 */
export async function planPsumFile(file: string): Promise<PsumPlan> {
  return orThrow(planPsum(psumInput(orThrow(await loadJson(file, psumSchema)), file)));
}

/** The plan that a package was generated from. */
export async function planOfPsumPackage(folder: string): Promise<Result<PsumPlan>> {
  const file = path.join(folder, 'config.resolved.json');
  const config = await loadJson(file, psumSchema);
  if (config.ok) return planPsum(psumInput(config.value, file));
  if ((await loadJson(file, macroSchema)).ok) {
    return failure({
      file,
      path: '',
      message: 'is that of a macro, not of a partial-sum unit',
      fix: 'imcgen cosim, prove and synth take such a package.',
    });
  }
  const missing = config.problems.some(({ message }) => message === 'no such file');
  const fix = 'Name a folder that imcgen psum generate wrote.';
  return failure(...config.problems.map((problem) => (missing ? { ...problem, fix } : problem)));
}
