import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Vectors } from '../../generators/cosim/stimulus.js';
import { runTool, type ToolOutput } from '../../generators/cosim/tool.js';
import { buildVectors } from '../../generators/cosim/vectors.js';
import { packageFiles } from '../../generators/emit/package.js';
import { writePackage } from '../../generators/emit/write.js';
import { trialsOf } from '../../generators/faults/run.js';
import { faultBench, type Trial } from '../../generators/faults/simulate.js';
import { BACKGROUNDS, cellWords } from '../../generators/golden/march.js';
import type { MacroPlan } from '../../generators/plan/plan.js';
import { TRIM_ROW_BASE, weightAddress } from '../../generators/plan/registers.js';
import { Interrupted, orThrow } from '../../generators/problems.js';
import { planOf } from '../configurations.js';
import { MATRIX } from '../matrix.js';

/** A generate loop that does not end is nothing that could be built. */
const COMPILE_SECONDS = 20;

/** A macro with a task for it, that mutants are put into. */
export interface Bed {
  readonly name: string;
  /** Its synthesizable files by kind, such as `controller`. */
  readonly sources: ReadonlyMap<string, { readonly file: string; readonly text: string }>;
  /** The kinds whose mutants it is for; undefined: all of them. */
  readonly only: readonly string[] | undefined;
  /** Array model and testbench. */
  readonly others: readonly string[];
  readonly vectors: string;
  readonly checks: number;
  /** Of the simulation without a mutant. */
  seconds: number;
}

export type Outcome = 'differs' | 'same' | 'not viable';

/**
 * The macros of the pairwise plan, each with its whole scenario, and those with a march once more with faulty cells:
 * what a march does where a word reads wrong.
 */
export async function makeBeds(root: string): Promise<Bed[]> {
  const beds: Bed[] = [];
  for (const { configuration } of MATRIX) {
    const plan = planOf(configuration);
    const files = packageFiles(plan);
    const folder = orThrow(await writePackage(path.join(root, plan.name), files));
    const sources = new Map(
      files
        .filter((file) => file.path.startsWith('rtl/'))
        .map(({ path: file, text }) => [
          path.basename(file, '.v').slice(plan.name.length + 1) || 'top',
          { file: path.join(folder, file), text },
        ]),
    );
    const add = async (
      title: string,
      vectors: Vectors,
      array: string,
      { extra = {}, only }: { extra?: Record<string, string>; only?: readonly string[] } = {},
    ) => {
      const at = path.join(folder, title);
      await mkdir(at, { recursive: true });
      const written = { ...extra, 'operations.txt': vectors.operations, 'trace.txt': vectors.trace };
      for (const [file, text] of Object.entries(written)) await writeFile(path.join(at, file), text);
      const others = [array, path.join(folder, 'tb', `${plan.name}_tb.v`)];
      beds.push({ name: plan.name, sources, only, others, vectors: at, checks: vectors.checks, seconds: 60 });
    };
    const model = path.join(folder, 'model', `${plan.name}_array.v`);
    await add('scenario', buildVectors(plan, { seed: 3, conversions: 8 }), model);
    if (plan.shape.march) {
      const { vectors, files: extra } = faultBench(plan, trials(plan));
      await add('faults', vectors, path.join(folder, 'faults', 'array.v'), {
        extra,
        only: ['march', 'registers'],
      });
    }
  }
  return beds;
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

/** Compiles and runs a bed, one of its files replaced by a text of that kind. */
export async function run(
  bed: Bed,
  scratch: string,
  replaced?: { readonly kind: string; readonly text: string },
): Promise<Outcome> {
  const changed = `${scratch}.v`;
  const image = `${scratch}.vvp`;
  if (replaced !== undefined) await writeFile(changed, replaced.text);
  const sources = [...bed.sources].map(([kind, { file }]) => (kind === replaced?.kind ? changed : file));
  const compiled = await limited(COMPILE_SECONDS, 'iverilog', [
    ...['-g2005', '-s', `${bed.name}_tb`, '-o', image],
    ...sources,
    ...bed.others,
  ]);
  if (compiled?.exitCode !== 0) return 'not viable';
  const started = performance.now();
  const simulated = await limited(5 + 10 * bed.seconds, 'vvp', [
    '-n',
    '-N',
    image,
    `+vectors=${bed.vectors}`,
  ]);
  if (replaced === undefined) bed.seconds = (performance.now() - started) / 1000;
  return simulated?.output.split('\n').includes(`PASS n=${bed.checks}`) ? 'same' : 'differs';
}

/** A tool that gets so many seconds; undefined where they are over. */
export async function limited(
  seconds: number,
  tool: string,
  args: readonly string[],
): Promise<ToolOutput | undefined> {
  try {
    return await runTool(tool, args, AbortSignal.timeout(Math.ceil(1000 * seconds)));
  } catch (error) {
    if (error instanceof Interrupted) return undefined;
    throw error;
  }
}
