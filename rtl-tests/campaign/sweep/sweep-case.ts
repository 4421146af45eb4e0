import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { AXES } from '../../../generators/campaign/sweep/axes.js';
import { type SweepOptions, type SweepRow, sweep } from '../../../generators/campaign/sweep/sweep.js';
import { describeProblem, InvalidInput, orThrow } from '../../../generators/common/problems.js';
import { calibrate } from '../../../generators/levels/calibrate/calibrate.js';
import { distributionOfSamples } from '../../../generators/levels/calibrate/distribution.js';
import type { Levels } from '../../../generators/macro/config/levels.js';
import { reluBatches } from '../../fixtures/activations.js';

export const BATCHES = reluBatches(4, 4000);
export const ALL = distributionOfSamples(Float64Array.from(BATCHES.flatMap((batch) => [...batch])));

export const levelsOf = (bits: number, more: object = {}): Levels =>
  orThrow(calibrate(BATCHES, { name: 'relu', bits, ...more }));

/** A macro with room for 5-bit codes of the samples: 0 .. about 4 activation units, 0.02 a u. */
export const MACRO = {
  name: 'demo',
  array: { rows: 32, columns: 4, headroom: 300 },
  input: { bits: 4 },
  adc: { bits: 3, reference: { columns: 8, rows: 127 } },
  output: { bits: 6 },
  layers: [{ levels: 'relu.json', inputScale: 0.1, weightScale: 0.2, outputScale: 0.08 }],
};

/** Folder of the case that runs. */
export let folder: string;
export const at = (...names: string[]) => path.join(folder, ...names);
export const save = (name: string, value: unknown) => writeFile(at(name), JSON.stringify(value));

/** Each test of the file that calls it has a folder of its own, with macro and levels. */
export function inFolders(): void {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'imcgen-sweep-'));
  });
  afterAll(() => rm(home, { recursive: true }));
  beforeEach(async () => {
    folder = await mkdtemp(path.join(home, 'case-'));
    await save('relu.json', levelsOf(3));
    await save('macro.json', MACRO);
  });
}

const axesOf = (values: Readonly<Record<string, readonly (number | string)[]>>) =>
  AXES.flatMap((axis) => (axis.flag in values ? [{ axis, values: values[axis.flag]! }] : []));

/** A sweep of `macro.json` into `out`, in this process. */
export const run = (
  values: Readonly<Record<string, readonly (number | string)[]>>,
  options: Partial<SweepOptions> = {},
) => sweep(at('macro.json'), { axes: axesOf(values), output: at('out'), workers: 1, ...options });

export const row = (rows: readonly SweepRow[], name: string) =>
  rows.find(({ variant }) => variant.name === name)!;
export const refusal = ({ problems }: SweepRow) =>
  problems.map(describeProblem).join('\n').replaceAll(`${folder}/`, '');

export async function problemOf(work: Promise<unknown>): Promise<string> {
  const error = await work.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InvalidInput);
  return (error as InvalidInput).message.replaceAll(`${folder}/`, '');
}
