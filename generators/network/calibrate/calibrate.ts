import { Interrupted, type Result, success } from '../../common/problems.js';
import type { Work } from '../../common/work.js';
import { type CalibrationSamples, fixedTails } from '../../levels/calibrate/methods.js';
import { AUTO_TAILS } from '../../levels/calibrate/tails.js';
import { type ArrayColumns, arraysOf } from '../engine/arrays.js';
import { GoldenNetwork } from '../engine/golden.js';
import { type LayerHardware, mostSums, type NetworkHardware } from '../engine/hardware.js';
import { bareMacros, eachArray } from '../engine/layer.js';
import { type Requantizer, requantizedAll, requantizerFor } from '../engine/requantizer.js';
import { boundedRange, inputCodes, pooledSums, stepCodes } from '../engine/steps.js';
import { inputsOf, type LinearStep, type PoolStep, UNBOUNDED } from '../graph/steps.js';
import { fullReach } from '../plan/formats.js';
import type { LayerPlan, NetworkPlan } from '../plan/plan.js';
import type { ImageSet } from '../runtime/images.js';
import { BATCH, type FloatStatistics, MomentSums, type Moments } from './float-statistics.js';
import { codeScales } from './grids.js';
import { SumHistogram } from './sum-histogram.js';
import { levelSettings, programmed, type SumLimits, sumLevels } from './tile-levels.js';

/** What is told of calibration as it goes on. */
export interface CalibrationHooks extends Work {
  /** Is told what a layer on macros sums up. */
  readonly onSums?: ((sums: LayerSums) => void) | undefined;
}

/** Sums of the columns of a layer over all images, by set of levels, and what became of them. */
export interface LayerSums {
  readonly layer: LayerPlan;
  /** One a set of levels. */
  readonly sets: readonly {
    readonly samples: CalibrationSamples;
    readonly limits: SumLimits;
  }[];
  /** Of the sums of each output channel, decoded; unit discharges. */
  readonly deviation: Float64Array;
}

/**
 * Finds levels, factors and biases of a network, layer by layer in the order of computation: each layer is fitted on
 * what the calibrated hardware before it makes of the images. Sums of columns are counted, not kept, so memory grows
 * by the codes of the tensors that are alive alone: two bytes a value and image.
 *
 * @throws Interrupted where `stop` aborts
 */
export async function calibrateNetwork(
  plan: NetworkPlan,
  statistics: FloatStatistics,
  images: ImageSet,
  { onProgress, stop, onSums }: CalibrationHooks,
): Promise<Result<NetworkHardware>> {
  const { network, formats } = plan;
  const groups = codeScales(formats, statistics.distributions);
  const scales = new Map([...formats].map(([tensor, { group }]) => [tensor, groups.get(group)!]));
  const layers = new Map<string, LayerHardware>();
  const pools = new Map<string, Requantizer>();
  const hardware: NetworkHardware = { plan, scales, layers, pools };
  /** Codes of the tensors that are still needed, batch by batch. */
  const alive = new Map<string, Int16Array[]>();
  const inputFormat = formats.get(network.input)!;
  alive.set(
    network.input,
    Array.from(images.batches(BATCH), (batch) => inputCodes(batch, scales.get(network.input)!, inputFormat)),
  );
  for (const [index, step] of network.steps.entries()) {
    // Lets Ctrl-C and the progress bar have their turn.
    await new Promise(setImmediate);
    if (stop?.aborted) throw new Interrupted();
    onProgress(index, network.steps.length, step.name);
    const inputs = inputsOf(step).map((name) => alive.get(name)!);
    if (step.kind === 'linear') {
      const made = calibrateLayer(step, hardware, statistics, inputs[0]!, onSums);
      if (!made.ok) return made;
      layers.set(step.name, made.value.layer);
      alive.set(step.output, made.value.codes);
    } else if (step.kind === 'averagePool') {
      pools.set(step.name, poolRequantizer(step, hardware));
      alive.set(
        step.output,
        inputs[0]!.map((codes) => averaged(step, hardware, codes)),
      );
    } else {
      const batches = inputs[0]!.map((_, batch) =>
        stepCodes(
          step,
          hardware,
          inputs.map((each) => each[batch]!),
        ),
      );
      alive.set(step.output, batches);
    }
    for (const name of inputsOf(step)) {
      const later = network.steps.slice(index + 1).some((each) => inputsOf(each).includes(name));
      if (!later) alive.delete(name);
    }
  }
  return success(hardware);
}

function calibrateLayer(
  step: LinearStep,
  hardware: NetworkHardware,
  statistics: FloatStatistics,
  batches: readonly Int16Array[],
  onSums: CalibrationHooks['onSums'],
): Result<{ layer: LayerHardware; codes: Int16Array[] }> {
  const { plan, scales } = hardware;
  const layer = plan.layers.find(({ rule }) => rule.step === step)!;
  const bareArrays = layer.macros === 0 ? [] : arraysOf(plan, layer);
  const sets = sumsOfSets(plan, layer, bareArrays, batches);
  const settings = levelSettings(layer.rule);
  const levels = sets.map(({ samples, limits }) => sumLevels(samples, settings, limits));
  const arrays = programmed(plan, layer, bareArrays, levels);
  if (!arrays.ok) return arrays;
  const format = plan.formats.get(step.output)!;
  const range = boundedRange(format, step.bounds, scales.get(step.output)!);
  const bare: LayerHardware = {
    ...{ plan: layer, arrays: arrays.value },
    requantizer: { factors: new Int32Array(), biases: new Int32Array(), shift: 0, ...range },
  };
  const golden = new GoldenNetwork({ ...hardware, layers: new Map([[step.name, bare]]) });
  const sums = batches.map((codes) => golden.sums(bare, codes));
  const found = new MomentSums(step.outputs);
  for (const each of sums) found.add(each, layer.positions);
  const moments = found.moments();
  if (layer.macros > 0) {
    const unit = tableUnit(arrays.value);
    onSums?.({ layer, sets, deviation: moments.deviation.map((each) => unit * each) });
  }
  const most = mostSums(layer, arrays.value);
  const lines = wantedLines(layer, bare, hardware, statistics.moments.get(step.name)!, moments);
  const requantizer = requantizerFor(
    lines.map((line, channel) => ({ ...line, mostSum: most[channel]! })),
    layer.scaleBits,
    range,
  );
  const codes = sums.map((each) => requantizedAll(each, layer.positions, requantizer));
  return success({ layer: { ...bare, requantizer }, codes });
}

/** Slope and offset of each channel, codes of the output a sum: of the weights, or matched to the float layer. */
function wantedLines(
  { rule, weights }: LayerPlan,
  { arrays }: LayerHardware,
  { plan, scales }: NetworkHardware,
  float: Moments,
  found: Moments,
): { readonly slope: number; readonly offset: number }[] {
  const { step } = rule;
  const unit = scales.get(step.input)! / scales.get(step.output)!;
  const decoded = tableUnit(arrays);
  return Array.from({ length: step.outputs }, (_, channel) => {
    const slope = unit * weights.scales[channel]! * decoded;
    const offset = step.bias[channel]! / scales.get(step.output)!;
    // A channel without variation, here or in the float layer, has nothing that could be matched.
    const [wanted, had] = [float.deviation[channel]!, found.deviation[channel]!];
    if (!plan.config.digital.matching || !(wanted > 0) || !(had > 0)) return { slope, offset };
    const matched = wanted / had / scales.get(step.output)!;
    const mean = float.mean[channel]! / scales.get(step.output)!;
    return { slope: matched, offset: mean - matched * found.mean[channel]! };
  });
}

/** Unit discharges of a table entry; sums of digital layers are whole already. */
function tableUnit(arrays: LayerHardware['arrays']): number {
  return arrays.length === 0 ? 1 : arrays[0]!.macro.layers[0]!.table.outputScale;
}

/** Sums of the columns of every set of levels, over all images. */
function sumsOfSets(
  plan: NetworkPlan,
  layer: LayerPlan,
  arrays: readonly ArrayColumns[],
  batches: readonly Int16Array[],
): LayerSums['sets'] {
  const settings = levelSettings(layer.rule);
  const tails = [fixedTails(settings), ...AUTO_TAILS.map((tail) => ({ low: tail, high: tail }))];
  const macros = bareMacros(plan, layer, arrays);
  const { headroom = Number.POSITIVE_INFINITY } = plan.config.macro.array;
  const pulses = plan.config.macro.adc.reference?.pulses ?? 1;
  const limits = Array.from({ length: layer.levelSets }, (_, set): SumLimits => {
    const reaches = arrays
      .filter(({ levelSet }) => levelSet === set)
      .map(({ tile }) => fullReach(tile.rows, layer.input));
    const clips = reaches.some((reach) => reach > headroom);
    return {
      most: Math.min(headroom, Math.max(...reaches)),
      ramp: clips ? Math.floor(headroom / pulses) : Number.POSITIVE_INFINITY,
    };
  });
  const histograms = limits.map(({ most }) => new SumHistogram(most, tails));
  const shape = plan.network.shapes.get(layer.rule.step.input)!;
  for (const codes of batches) {
    eachArray(layer, arrays, shape, codes, ({ levelSet, outputs }, index, { inputs, images }) => {
      const macs = new Int32Array(images * layer.positions * outputs.length);
      histograms[levelSet]!.add(macros[index]!.convertBatch(inputs, {}, { macs }).macs);
    });
    for (const histogram of histograms) histogram.endBatch();
  }
  return histograms.map((histogram, set) => ({ samples: histogram.samples(), limits: limits[set]! }));
}

function poolRequantizer(step: PoolStep, { plan, scales }: NetworkHardware): Requantizer {
  const { formats, config, network } = plan;
  const area = step.window.kernel[0] * step.window.kernel[1];
  const input = formats.get(step.input)!;
  const slope = scales.get(step.input)! / scales.get(step.output)! / area;
  const line = { slope, offset: 0, mostSum: area * 2 ** (input.bits - Number(input.signed)) };
  const channels = network.shapes.get(step.output)![0];
  const range = boundedRange(formats.get(step.output)!, UNBOUNDED, scales.get(step.output)!);
  return requantizerFor(new Array(channels).fill(line), config.digital.scaleBits, range);
}

function averaged(step: PoolStep, { plan, pools }: NetworkHardware, codes: Int16Array): Int16Array {
  const { shapes } = plan.network;
  const to = shapes.get(step.output)!;
  const sums = pooledSums(step, shapes.get(step.input)!, to, codes);
  return requantizedAll(sums, to[1] * to[2], pools.get(step.name)!);
}
