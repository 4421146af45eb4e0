import type { MacroPlan } from '../../macro/plan/plan.js';
import type { PackageFile } from '../package.js';
import { cdlFile } from './cdl.js';
import { lefFile } from './lef.js';
import { libertyFile } from './liberty.js';

/** Views of the analog macro for layout, timing and netlist tools, all with the pins of `arrayPorts`. */
export function arrayViews(plan: MacroPlan): PackageFile[] {
  return [lefFile(plan), libertyFile(plan), cdlFile(plan)];
}
