/**
 * The Verilog package of a macro, in memory and on the disk.
 *
 * {@link packageFiles} gives the text of every file of a plan: the same plan gives the same bytes. {@link writePackage} writes
 * them as a whole or not at all. {@link writeNewFiles} puts files, such as those of a preset, among others.
 *
 * @example
 * ```ts
 * import { loadMacro, orThrow, packageFiles, planMacro, writePackage } from 'imcgen';
 *
 * const plan = orThrow(planMacro(orThrow(await loadMacro('macro.json'))));
 * orThrow(await writePackage('out/demo', packageFiles(plan)));
 * ```
 *
 * @module package
 */
export type { NewFile, TextFile } from '../common/files/text-file.js';
export { writeNewFiles } from '../common/files/writer.js';
export type { Manifest } from '../package/manifest.js';
export { packageFiles } from '../package/package.js';
export type { PackageFile } from '../package/text/contribution.js';
export { writePackage } from '../package/write.js';
