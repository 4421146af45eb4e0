import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type CosimResult, runVectors } from '../../checks/cosim/cosim.js';
import { orThrow, type Result, success } from '../../common/problems.js';
import type { Work } from '../../common/work.js';
import { cellWrites, packTernary, referenceWrites } from '../../macro/golden/pack.js';
import { resultAddress } from '../../macro/plan/addresses.js';
import { packageFiles } from '../../package/package.js';
import { Stimulus } from '../../package/vectors/stimulus.js';
import { writePackage } from '../../package/write.js';
import type { NetworkHardware } from '../engine/hardware.js';
import { openSamples, withImages } from '../runtime/images.js';
import { type SampledMacro, sampledMacros } from './sample.js';

/** A macro of a network in Verilog, beside the golden engine. */
export interface SimulatedMacro {
  /** Name of the layer. */
  readonly layer: string;
  /** Number of the tile in its layer, from 0. */
  readonly tile: number;
  /** What its columns count: values of d_j. */
  readonly digits: readonly number[];
  readonly rows: number;
  readonly columns: number;
  /** Results that were compared: vectors x columns. */
  readonly values: number;
  /** Those of them that differ between the golden engine and the model that follows the macro cycle by cycle. */
  readonly differing: number;
  /** That model beside the Verilog: every answer of the bus, every cycle. */
  readonly verilog: CosimResult;
}

/** Images that give a vector to every macro. */
export const COSIM_IMAGES = 16;

/** How the sample is drawn and simulated. */
export interface NetworkCosimOptions extends Work {
  /** Macros; all where there are no more. */
  readonly macros: number;
  readonly seed?: number;
}

/**
 * Generates some macros of a network and simulates their Verilog on Icarus: weights and references of the network, input
 * vectors of images. Two comparisons hold for every result: golden engine with the model of the macro's cycles, that
 * model with the Verilog.
 *
 * @param file images, `.npy`
 * @throws MissingTool without Icarus, Interrupted where `stop` aborts
 */
export async function cosimNetwork(
  hardware: NetworkHardware,
  file: string,
  { macros, seed = 1, onProgress, stop }: NetworkCosimOptions,
): Promise<Result<SimulatedMacro[]>> {
  return withImages(openSamples(file, hardware.plan, COSIM_IMAGES), async (images) => {
    const [samples] = images.batches(COSIM_IMAGES);
    const chosen = sampledMacros(hardware, samples!, macros, seed);
    const simulated: SimulatedMacro[] = [];
    for (const macro of chosen) {
      onProgress(simulated.length, chosen.length, 'macros in Verilog');
      simulated.push(await simulatedMacro(macro, stop));
    }
    return success(simulated);
  });
}

/** Whether a macro gave in all places what the golden engine gives. */
export function agrees({ differing, verilog }: SimulatedMacro): boolean {
  return differing === 0 && verilog.passed;
}

/** Generates one macro and simulates its Verilog. */
export async function simulatedMacro(sampled: SampledMacro, signal?: AbortSignal): Promise<SimulatedMacro> {
  const { layer, array, vectors } = sampled;
  const { shape } = array.macro;
  const folder = await mkdtemp(path.join(tmpdir(), 'imcgen-network-'));
  try {
    orThrow(await writePackage(folder, packageFiles(array.macro)));
    const { stimulus, differing } = played(sampled);
    const run = { folder, simulator: 'icarus', ...(signal !== undefined && { signal }) } as const;
    const verilog = await runVectors(array.macro, stimulus.vectors(), run);
    return {
      ...{ layer: layer.rule.step.name, tile: array.tileIndex },
      digits: [...new Set(array.digits)].map((digit) => layer.weights.digits[digit]!),
      ...{ rows: shape.rows, columns: shape.columns },
      ...{ values: vectors.length * shape.columns, differing, verilog },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The macro programmed over its bus, every vector converted, every column read. */
function played({ array, vectors, codes, outputs }: SampledMacro) {
  const { macro, weights } = array;
  const { shape, layers } = macro;
  const { bank, ramp, bits } = layers[0]!;
  const stimulus = new Stimulus(macro);
  stimulus.writeAll(referenceWrites(ramp, bank, shape));
  stimulus.writeAll(cellWrites(packTernary(weights), shape.columns));
  let differing = 0;
  for (const [at, vector] of vectors.entries()) {
    stimulus.convert(vector, bank, bits, []);
    for (let column = 0; column < shape.columns; column++) {
      const word = stimulus.read(resultAddress(column));
      const value = (word << 16) >> 16;
      const code = (word >>> 16) & 0xff;
      const place = at * shape.columns + column;
      // Results of a broadcast readout carry no code.
      const sameCode = shape.readout === 'broadcast' || code === codes[place];
      if (value !== outputs[place] || !sameCode) differing++;
    }
  }
  return { stimulus, differing };
}
