import type { MacroShape } from '../../macro/plan/shape.js';
import { type CosimOptions, type CosimResult, cosim, cosimOverride } from './cosim.js';
import { OVERRIDES } from './overrides.js';

/** One of several simulations of a package that do not depend on each other. */
export interface CosimRun {
  /** What a report calls it. */
  readonly name: string;
  readonly seed: number;
  /** Parameters that are overridden; undefined for the macro as generated. */
  readonly shape: Partial<MacroShape> | undefined;
}

/** What to simulate: the scenario with one seed after the other and, where asked for, each with other shapes as well. */
export function cosimRuns(seed: number, runs: number, overrides: boolean): CosimRun[] {
  const shapes = [{ name: 'as generated', shape: undefined }, ...(overrides ? OVERRIDES : [])];
  return Array.from({ length: runs }, (_, at) => seed + at).flatMap((each) =>
    shapes.map(({ name, shape }) => ({
      name: runs === 1 ? name : `${name}, seed ${each}`,
      seed: each,
      shape,
    })),
  );
}

/**
 * Simulates one of them; cells that power up random follow its seed.
 *
 * @throws as `cosim`
 */
export function cosimOf(
  folder: string,
  { seed, shape }: CosimRun,
  { powerUp, ...options }: Omit<CosimOptions, 'seed'>,
): Promise<CosimResult> {
  const own = { ...options, seed, ...(powerUp && { powerUp: { ...powerUp, seed } }) };
  return shape === undefined ? cosim(folder, own) : cosimOverride(folder, shape, own);
}
