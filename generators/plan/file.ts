import { loadMacro } from '../config/load.js';
import { orThrow } from '../problems.js';
import { type MacroPlan, planMacro } from './plan.js';

/**
 * The plan of the macro in a config file.
 *
 * @throws InvalidInput with every problem of config, levels and plan
 */
export async function planFile(macro: string): Promise<MacroPlan> {
  return orThrow(planMacro(orThrow(await loadMacro(macro))));
}
