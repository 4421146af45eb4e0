import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { impatient } from '../../../generators/checks/qualify/bed.js';
import { orThrow } from '../../../generators/common/problems.js';
import { psumFiles } from '../../../generators/package/psum/package.js';
import { buildPsumVectors } from '../../../generators/package/psum/scenario.js';
import { writePackage } from '../../../generators/package/write.js';
import { PSUM_LAYER, PSUM_MATRIX } from '../../fixtures/psum.js';
import type { MatrixBed } from './beds.js';

/** Files of a unit that are its own, by the names that reports give them; bus adapters are those of the macros. */
const OWN = ['top', 'registers', 'sequence', 'lane', 'output'].map((file) => `psum_${file}`);

/** Every second unit of the pairwise plan, each with its whole scenario. */
export async function makePsumBeds(root: string): Promise<MatrixBed[]> {
  const plans = [PSUM_LAYER, ...PSUM_MATRIX.filter((_, at) => at % 2 === 0)];
  return Promise.all(
    plans.map(async (plan) => {
      const { name } = plan;
      const files = psumFiles(plan);
      const folder = orThrow(await writePackage(path.join(root, name), files));
      const sources = files
        .filter((file) => file.path.startsWith('rtl/'))
        .map(({ path: file, text }) => {
          const module = path.basename(file, '.v');
          const kind = `psum_${module.slice(name.length + 1) || 'top'}`;
          return [kind, { module, file: path.join(folder, file), text }] as const;
        });
      const testbench = path.join(folder, 'impatient_tb.v');
      const written = files.find((file) => file.path === `tb/${name}_tb.v`)!.text;
      await writeFile(testbench, impatient(written));
      const { operations, streams, trace } = buildPsumVectors(plan, { seed: 3, sums: 10 });
      const vectors = path.join(folder, 'scenario');
      await mkdir(vectors, { recursive: true });
      const texts = { 'operations.txt': operations, 'streams.txt': streams, 'trace.txt': trace };
      for (const [file, text] of Object.entries(texts)) await writeFile(path.join(vectors, file), text);
      return {
        ...{ name, sources: new Map(sources), blackbox: '', vectors, only: OWN },
        others: [testbench],
        size: operations.length + trace.length,
      };
    }),
  );
}
