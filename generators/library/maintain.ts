/**
 * Packages over time: whether one is still what was generated, and what tells two apart.
 *
 * @example
 * ```ts
 * import { diffPackages, verifyFiles } from 'imcgen';
 *
 * const { intact, edits } = await verifyFiles('out/demo');
 * if (!intact) for (const { path, first } of edits) console.log(path, 'line', first?.line);
 * const { options } = await diffPackages('out/demo', 'macro.json');
 * for (const { path, from, to } of options) console.log(path, from, '->', to);
 * ```
 *
 * @module maintain
 */
export type { Change, Leaf } from '../checks/maintain/changes.js';
export {
  diffPackages,
  diffPlans,
  type FileDiff,
  type LayerDiff,
  type PackageDiff,
  type PlanDiff,
} from '../checks/maintain/diff.js';
export type { LineChange } from '../checks/maintain/edits.js';
export {
  type Edit,
  type Resimulation,
  resimulate,
  type Uncompiled,
  type Verification,
  verifyFiles,
} from '../checks/maintain/verify.js';
