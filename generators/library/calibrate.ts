/**
 * Levels of a layer: from activations of a network, or from the levels and thresholds of another tool.
 *
 * {@link calibrate} chooses 2^b levels for samples in memory; {@link readNpy} and {@link writeNpy} exchange arrays with
 * NumPy. {@link readLists}, {@link foreignQuantizer} and {@link importedLevels} take over what another tool has chosen. Either
 * way the outcome is {@link Levels}, the content of `levels.json`, which a macro config names for each of its layers.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { calibrate, orThrow } from 'imcgen';
 *
 * // One array of activations a batch, in activation units.
 * const batches = [Float32Array.of(0, 0.5, 1.25, 3), Float32Array.of(0, 0, 0.75, 2.5)];
 * const levels = orThrow(calibrate(batches, { name: 'fc1', bits: 2 }));
 * console.log(levels.references); // three thresholds: a code is the number of them at or below a value
 * await writeFile('fc1.levels.json', JSON.stringify(levels));
 * ```
 *
 * @module calibrate
 */
import type * as z from 'zod';
import { levelsSchema as schema } from '../macro/config/levels.js';
import type { Levels } from '../macro/config/types.js';

export type { TailFractions } from '../levels/calibrate/batches.js';
export { calibrate } from '../levels/calibrate/calibrate.js';
export { type Distribution, distributionOfSamples } from '../levels/calibrate/distribution.js';
export { type NpyArray, type NpyData, readNpy, writeNpy } from '../levels/calibrate/npy.js';
export {
  type CalibrationOptions,
  type KMeansStart,
  METHODS,
  type Method,
} from '../levels/calibrate/options.js';
export type { TailEnds } from '../levels/calibrate/range.js';
export type { SampleLimits } from '../levels/calibrate/sample-limits.js';
export type { Decimal } from '../levels/import/cells.js';
export { type Foreign, foreignQuantizer } from '../levels/import/conventions.js';
export type { TextStatement } from '../levels/import/csv.js';
export type { Edges } from '../levels/import/edges.js';
export { type ImportSettings, importedLevels, type Samples } from '../levels/import/levels.js';
export type { Lists, NumberList } from '../levels/import/list.js';
export { readLists } from '../levels/import/read.js';
export {
  CONVENTIONS,
  type Convention,
  type Ends,
  type Kind,
  type Statement,
} from '../levels/import/statement.js';
export type { Levels, LevelsHistogram, Provenance } from '../macro/config/types.js';

/** Validates the content of `levels.json`: `parse` takes it. */
export const levelsSchema: z.ZodType<Levels> = schema;
