import { writeFile } from 'node:fs/promises';
import { limited } from './beds.js';

const PROOF_SECONDS = 30;

/**
 * Whether Yosys proves that two texts of a module do the same: equal outputs and equal next states from equal states.
 * Says nothing of what only states that never occur would tell apart.
 */
export async function isProvedEqual(
  module: string,
  original: string,
  mutant: string,
  scratch: string,
): Promise<boolean> {
  const read = async (as: 'gold' | 'gate', text: string) => {
    await writeFile(`${scratch}.${as}.v`, text);
    return [
      `read_verilog ${scratch}.${as}.v`,
      `prep -flatten -top ${module}`,
      ...['async2sync', 'memory_map', 'opt_clean', `rename ${module} ${as}`, `design -stash ${as}`],
    ];
  };
  const script = [
    ...(await read('gold', original)),
    ...(await read('gate', mutant)),
    ...['gold', 'gate'].map((as) => `design -copy-from ${as} -as ${as} ${as}`),
    ...['equiv_make gold gate equal', 'hierarchy -top equal', 'opt_clean'],
    ...['equiv_simple', 'equiv_induct', 'equiv_status -assert'],
  ];
  await writeFile(`${scratch}.ys`, `${script.join('\n')}\n`);
  return (await limited(PROOF_SECONDS, 'yosys', ['-q', '-s', `${scratch}.ys`]))?.exitCode === 0;
}
