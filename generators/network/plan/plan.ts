import { failure, type Problem, type Result, success } from '../../common/problems.js';
import { scheduleOf } from '../../macro/plan/schedule.js';
import { shapeOf } from '../../macro/plan/shape.js';
import type { NetworkConfig } from '../config/network.js';
import { type LayerRule, layerRules } from '../config/rules.js';
import type { Network, SampleShape } from '../graph/steps.js';
import { largestWeight } from '../weights/digits.js';
import { quantizeWeights, type WholeWeights, withCodes } from '../weights/quantize.js';
import { type CodeFormat, codeFormats, codeRange } from './formats.js';
import { tileMacro } from './macro.js';
import { type Tile, tilesOf } from './tiles.js';

/** float32 holds whole numbers below this exactly, in whatever order they are added: exported graphs rest on it. */
export const EXACT_BITS = 24;
/** Fewest bits of a column's factor that are of use: 1.6 % steps. */
const LEAST_SCALE_BITS = 6;

/** A layer on macros, or on a digital unit. */
export interface LayerPlan {
  readonly rule: LayerRule;
  readonly input: CodeFormat;
  readonly outputShape: SampleShape;
  /** Input vectors a sample: one a pixel of the result. */
  readonly positions: number;
  /** One, of all channels, where the layer is digital. */
  readonly tiles: readonly Tile[];
  readonly weights: WholeWeights;
  /** Macros side by side that hold the columns of one tile. */
  readonly columnTiles: number;
  /** 0 where the layer is digital. */
  readonly macros: number;
  /** Weight cells of the macros, cut to the rows and columns that are used. */
  readonly cells: number;
  /** Cells of these macros before they are cut: utilisation is the share that the layer takes of them. */
  readonly fullCells: number;
  /** Sets of references and tables. */
  readonly levelSets: number;
  /** Clock cycles of one conversion, and of a sample: all macros of a layer convert at the same time. */
  readonly conversionCycles: number;
  readonly sampleCycles: number;
  /** Largest sum before the requantization that cells and tables allow. */
  readonly mostSum: number;
  /** Bits of a column's factor. */
  readonly scaleBits: number;
}

export interface NetworkPlan {
  readonly config: NetworkConfig;
  /** The config as the user named it. */
  readonly file: string;
  readonly network: Network;
  readonly formats: ReadonlyMap<string, CodeFormat>;
  readonly layers: readonly LayerPlan[];
}

/** Whole weights that were trained, by layer, in the place of those that follow from the model. */
export interface TrainedWeights {
  readonly file: string;
  readonly codes: ReadonlyMap<string, Int8Array>;
}

/** Plans a network, or returns every rule that it breaks. */
export function planNetwork(
  config: NetworkConfig,
  network: Network,
  file: string,
  trained?: TrainedWeights,
): Result<NetworkPlan> {
  const rules = layerRules(config, network, file);
  if (!rules.ok) return rules;
  if (rules.value.length === 0) {
    const fix = 'Conv, Gemm and MatMul are layers.';
    return failure({ file: network.file, path: '', message: 'has no layer with weights', fix });
  }
  const formats = codeFormats(network, rules.value, config);
  const problems: Problem[] = [];
  const layers: LayerPlan[] = [];
  for (const rule of rules.value) {
    const layer = planLayer(rule, config, network, formats, file, trained);
    if (layer.ok) layers.push(layer.value);
    else problems.push(...layer.problems);
  }
  if (problems.length > 0) return failure(...problems);
  return success({ config, file, network, formats, layers });
}

function planLayer(
  rule: LayerRule,
  config: NetworkConfig,
  network: Network,
  formats: ReadonlyMap<string, CodeFormat>,
  file: string,
  trained: TrainedWeights | undefined,
): Result<LayerPlan> {
  const { step, on, digits } = rule;
  const [height, width] = step.window.kernel;
  const whole: Tile[] = [{ first: 0, channels: step.channels, rows: step.channels * height * width }];
  const shared = on === 'macro' ? tilesOf(step, config.macro.array.rows, file) : success(whole);
  if (!shared.ok) return shared;
  const tiles = shared.value;
  const quantized = quantizeWeights(step, rule.method, digits, rule.granularity, tiles);
  const codes = trained?.codes.get(step.name);
  const most = largestWeight(digits);
  if (codes?.some((code) => Math.abs(code) > most) === true) {
    const message = `holds weights beyond -${most}..${most}, which digits ${digits.join(', ')} can have`;
    return failure({ file: trained!.file, path: `layers.${step.name}.codes`, message });
  }
  const weights = codes === undefined ? quantized : withCodes(step, quantized, codes, tiles);
  const input = formats.get(step.input)!;
  const mostSum = on === 'macro' ? mostTableSum(weights, config) : mostWeightedSum(weights, input);
  const spare = EXACT_BITS - Math.ceil(Math.log2(mostSum + 1)) - 1;
  if (spare < LEAST_SCALE_BITS) return failure(tooWide(rule, mostSum, spare, file));
  const outputShape = network.shapes.get(step.output)!;
  const [, rows, columns] = outputShape;
  const positions = rows * columns;
  return success({
    ...{ rule, input, outputShape, positions, tiles, weights, mostSum },
    ...(on === 'macro' ? hardwareOf(rule, tiles, input, positions, config) : NO_HARDWARE),
    scaleBits: Math.min(config.digital.scaleBits, spare),
  });
}

type Hardware = Pick<
  LayerPlan,
  'columnTiles' | 'macros' | 'cells' | 'fullCells' | 'levelSets' | 'conversionCycles' | 'sampleCycles'
>;

const NO_HARDWARE: Hardware = {
  ...{ columnTiles: 0, macros: 0, cells: 0, fullCells: 0, levelSets: 0 },
  ...{ conversionCycles: 0, sampleCycles: 0 },
};

function hardwareOf(
  { step, digits, bits }: LayerRule,
  tiles: readonly Tile[],
  input: CodeFormat,
  positions: number,
  config: NetworkConfig,
): Hardware {
  const { rows, columns } = config.macro.array;
  const { sharing } = config.levels;
  // Columns of one macro share its ramp: digits with levels of their own stand on macros of their own.
  const sets = sharing === 'digit' ? digits.length : 1;
  const columnsOfSet = (step.outputs * digits.length) / sets;
  const columnTiles = sets * Math.ceil(columnsOfSet / columns);
  const macros = tiles.length * columnTiles;
  const usedRows = tiles.reduce((sum, tile) => sum + tile.rows, 0);
  const shape = shapeOf(
    tileMacro(config, {
      ...{ name: config.name, rows: tiles[0]!.rows, columns: Math.min(columns, columnsOfSet) },
      ...{ inputSigned: input.signed, bits, reference: { columns: 4, rows: 256, offsetRows: 0, pulses: 1 } },
    }),
  );
  const conversionCycles = scheduleOf(shape, bits).total;
  return {
    ...{ columnTiles, macros, conversionCycles, sampleCycles: positions * conversionCycles },
    cells: usedRows * step.outputs * digits.length,
    fullCells: macros * rows * columns,
    levelSets: sharing === 'layer' ? 1 : tiles.length * sets,
  };
}

/** Partial sums are table entries, each weighted with its digit and its tile's factor. */
function mostTableSum({ digits, factors }: WholeWeights, { macro }: NetworkConfig): number {
  const sum = (list: readonly number[]) => list.reduce((total, each) => total + each, 0);
  return sum(factors) * sum(digits) * 2 ** (macro.output.bits - 1);
}

function mostWeightedSum({ codes, scales }: WholeWeights, input: CodeFormat): number {
  const { low, high } = codeRange(input);
  const largest = Math.max(-low, high);
  const size = codes.length / scales.length;
  let most = 0;
  for (let at = 0; at < codes.length; at += size) {
    const sum = codes.subarray(at, at + size).reduce((total, code) => total + Math.abs(code), 0);
    most = Math.max(most, largest * sum);
  }
  return most;
}

function tooWide({ step, on }: LayerRule, mostSum: number, spare: number, file: string): Problem {
  const narrower =
    on === 'macro'
      ? { path: 'macro.output.bits', fix: `Use macro.output.bits <= 8, or fewer digits.` }
      : { path: 'digital.bits', fix: 'Use fewer digital.bits, or fewer digits for this layer.' };
  return {
    ...{ file, ...narrower },
    message: `layer ${step.name}: sums up to ${mostSum} leave ${Math.max(0, spare)} bits for the factor of a column, ${LEAST_SCALE_BITS} are the least: products have to stay below 2^${EXACT_BITS}, where float32 is exact`,
  };
}

/** Macros of all layers. */
export function macrosOf({ layers }: Pick<NetworkPlan, 'layers'>): number {
  return layers.reduce((sum, layer) => sum + layer.macros, 0);
}
