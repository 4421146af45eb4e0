import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { trialsOf } from '../../../generators/checks/faults/run.js';
import { faultBench, type Trial } from '../../../generators/checks/faults/simulate.js';
import { type Bed, impatient } from '../../../generators/checks/qualify/bed.js';
import { orThrow } from '../../../generators/common/problems.js';
import { Die } from '../../../generators/macro/die/die.js';
import { BACKGROUNDS, cellWords } from '../../../generators/macro/golden/march.js';
import { TRIM_ROW_BASE, weightAddress } from '../../../generators/macro/plan/addresses.js';
import type { MacroPlan } from '../../../generators/macro/plan/plan.js';
import { packageFiles } from '../../../generators/package/package.js';
import type { Vectors } from '../../../generators/package/vectors/stimulus.js';
import { buildVectors, vectorTexts } from '../../../generators/package/vectors/vectors.js';
import { writePackage } from '../../../generators/package/write.js';
import { arrayVectors } from '../../fixtures/array-vectors.js';
import { planOf } from '../../fixtures/configurations.js';
import { EVERY_EFFECT, withDie } from '../../fixtures/dies.js';
import { MATRIX } from '../../fixtures/matrix.js';

/** A macro of the pairwise plan with a task for it. */
export interface MatrixBed extends Bed {
  /** The kinds whose mutants it is for; undefined: all of them. */
  readonly only: readonly string[] | undefined;
  /** Characters of its vectors, by which the quickest comes first. */
  readonly size: number;
}

/**
 * The macros of the pairwise plan, each with its whole scenario; those with a march once more with faulty cells, where a
 * word reads wrong; those that calibrate themselves once more as a die with noise.
 */
export async function makeBeds(root: string): Promise<MatrixBed[]> {
  const beds: MatrixBed[] = [];
  for (const { row, configuration } of MATRIX) {
    const plan = planOf(row.selfCalibrate ? withDie(configuration, EVERY_EFFECT) : configuration);
    const files = packageFiles(plan);
    const folder = orThrow(await writePackage(path.join(root, plan.name), files));
    const sources = new Map(
      files
        .filter((file) => file.path.startsWith('rtl/'))
        .map(({ path: file, text }) => {
          const module = path.basename(file, '.v');
          const kind = module.slice(plan.name.length + 1) || 'top';
          return [kind, { module, file: path.join(folder, file), text }];
        }),
    );
    const textOf = (file: string) => files.find(({ path: other }) => other === file)!.text;
    const testbench = path.join(folder, 'impatient_tb.v');
    await writeFile(testbench, impatient(textOf(`tb/${plan.name}_tb.v`)));
    const blackbox = textOf(`blackbox/${plan.name}_array.v`);
    const add = async (
      title: string,
      played: Vectors,
      array: string,
      { extra = {}, only }: { extra?: Record<string, string>; only?: readonly string[] } = {},
    ) => {
      const vectors = path.join(folder, title);
      await mkdir(vectors, { recursive: true });
      const written = { ...extra, ...Object.fromEntries(vectorTexts(played)) };
      for (const [file, text] of Object.entries(written)) await writeFile(path.join(vectors, file), text);
      const size = played.operations.length + played.trace.length;
      beds.push({
        ...{ name: plan.name, sources, blackbox, vectors, only, size },
        others: [array, testbench],
      });
    };
    const model = path.join(folder, 'model', `${plan.name}_array.v`);
    await add('scenario', buildVectors(plan, { seed: 3, conversions: 8 }), model);
    if (row.selfCalibrate) {
      // On an ideal array all comparisons of a column with a reference agree: nothing is counted that could be miscounted.
      const die = path.join(folder, 'die', `${plan.name}_array.v`);
      const played = arrayVectors(plan, { seed: 3, conversions: 8 }, Die.from(plan));
      await add('die', played, die, { only: ['calibration'] });
    }
    if (plan.shape.march) {
      const { vectors, files: extra } = faultBench(plan, trials(plan));
      await add('faults', vectors, path.join(folder, 'faults', 'array.v'), {
        extra,
        only: ['march', 'registers'],
      });
    }
  }
  return beds.sort((a, b) => a.size - b.size);
}

/**
 * A random fault of each kind, with one report each; the first of them again, marching on after each report; and a
 * defect in the first and in the last words of each region.
 */
function trials(plan: MacroPlan): Trial[] {
  const each = trialsOf(plan, 1, 5);
  const words = cellWords(plan.shape);
  const regions = [
    words.filter(({ address }) => address >= weightAddress(TRIM_ROW_BASE, 0, 0)),
    words.filter(({ address }) => address >= weightAddress(0, 0, 0)),
    words,
  ];
  const corners = regions.flatMap((region) => [...region.slice(0, 3), ...region.slice(-3)]);
  return [
    ...each,
    ...each.slice(0, 4).map((trial) => ({ ...trial, resume: true })),
    ...corners.map((word, at): Trial => {
      const cell = { word, bit: 0 };
      const fault = { model: 'stuck', value: (at % 2) as 0 | 1, when: 0, cell, other: cell } as const;
      return { fault, background: at % BACKGROUNDS.length };
    }),
  ];
}
