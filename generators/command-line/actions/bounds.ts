import { boundImages } from '../../campaign/bounds/certified.js';
import { checkDies } from '../../campaign/bounds/check.js';
import { boundMacro } from '../../campaign/bounds/macro.js';
import type { BoundMacroFile, BoundNetworkFile } from '../../campaign/bounds/results.js';
import { deviatesWithin } from '../../campaign/bounds/spread.js';
import { layerOf } from '../../campaign/montecarlo/montecarlo.js';
import { InvalidInput, orThrow } from '../../common/problems.js';
import type { Work } from '../../common/work.js';
import { planFile } from '../../macro/plan/file.js';
import { calibratedNetwork } from '../../network/calibrated.js';
import { openSamples, readLabels } from '../../network/runtime/images.js';
import { isNetwork } from '../pages/subject.js';
import { dieOf } from './die.js';
import { loadedWith, testFiles } from './network.js';

/** Options of `imcgen bounds`. */
export interface BoundFlags {
  readonly die?: string;
  readonly sigmas: number;
  readonly seed: number;
  /** Dies that are held against the bounds. */
  readonly check: number;
  readonly threads?: number;
  readonly inputs?: number | string;
  readonly weights?: string;
  readonly layer?: string;
  readonly images?: number;
}

/** Random vectors where nothing is said. */
const VECTORS = 1000;
const OF_MACROS = ['inputs', 'weights', 'layer'] as const;
const OF_NETWORKS = ['images'] as const;

/** `imcgen bounds`. */
export async function boundFile(
  file: string,
  flags: BoundFlags,
  work: Work,
): Promise<BoundMacroFile | BoundNetworkFile> {
  const network = await isNetwork(file);
  const other = (network ? OF_MACROS : OF_NETWORKS).find((name) => flags[name] !== undefined);
  if (other !== undefined) {
    const [is, wanted] = network ? ['a network', 'a macro'] : ['a macro', 'a network'];
    const message = `is an option for ${wanted}, and ${file} is the config of ${is}`;
    throw new InvalidInput([{ file: `--${other}`, path: '', message }]);
  }
  return network ? boundNetworkFile(file, flags, work) : boundMacroFile(file, flags, work);
}

async function boundMacroFile(file: string, flags: BoundFlags, work: Work): Promise<BoundMacroFile> {
  const plan = await planFile(file);
  const die = await dieOf(flags.die, plan.config.die, { file, path: 'die' });
  const { sigmas, seed, inputs = VECTORS, weights, check, threads } = flags;
  const layer = layerOf(file, plan, flags.layer);
  const { bound, study, codes } = await boundMacro(plan, {
    die,
    sigmas,
    seed,
    inputs,
    weights,
    layer,
    ...work,
  });
  if (check === 0) return { kind: 'macro', ...bound };
  const checked = await checkDies({ ...study, codes }, { dies: check, seed }, { ...work, threads });
  return { kind: 'macro', ...bound, checked };
}

async function boundNetworkFile(file: string, flags: BoundFlags, work: Work): Promise<BoundNetworkFile> {
  const loaded = await loadedWith(file, ['calibration', 'test', 'labels']);
  const { config } = loaded.plan;
  const die = await dieOf(flags.die, config.macro.die, { file, path: 'macro.die' });
  const { test, labels } = testFiles(file, loaded);
  const opened = orThrow(openSamples(test, loaded.plan, flags.images));
  const { count } = opened;
  opened.close();
  const classes = orThrow(readLabels(labels, count));
  const { hardware } = orThrow(await calibratedNetwork(file, loaded, work));
  const { sigmas, seed, check: dies, threads } = flags;
  const study = { hardware, die, most: deviatesWithin(sigmas), test, images: count, dies, seed };
  const found = await boundImages(study, { ...work, threads });
  const correct = found.images.filter(({ image, best }) => best === classes[image]);
  return {
    ...{ kind: 'network', config, test, within: sigmas, die, seed, ...found },
    correct: correct.length,
    certainAndCorrect: correct.filter(({ certain }) => certain).length,
  };
}
