import type { NetworkConfig } from '../../network/config/network.js';
import type { SimulatedMacro } from '../../network/cosim/simulate.js';
import type { Evaluation } from '../../network/evaluate/evaluate.js';
import type { Score } from '../../network/evaluate/forms.js';
import { simulatedJson, simulatedLines } from './simulated.js';
import { textTable } from './table.js';

interface Evaluated {
  readonly config: NetworkConfig;
  /** Macros of all layers. */
  readonly macros: number;
  /** `reused` is undefined where shards were merged: each has seen for itself. */
  readonly calibration: { readonly key: string; readonly reused?: boolean };
  readonly evaluation: Evaluation;
  readonly test: string;
  readonly simulated?: readonly SimulatedMacro[] | undefined;
}

export const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

/** Accuracy of a network for a person. */
export function evaluationText(evaluated: Evaluated): string {
  const { config, macros, calibration, evaluation, test, simulated } = evaluated;
  const { images, engine, float, hardware: found, agreeing } = evaluation;
  const [slow, fast] = [found.imagesPerSecond, float.imagesPerSecond];
  const timed = slow !== undefined && fast !== undefined;
  const row = (name: string, { correct, accuracy, interval, imagesPerSecond }: Score) => [
    ...[name, String(correct), percent(accuracy), `${percent(interval.low)} .. ${percent(interval.high)}`],
    ...(timed ? [imagesPerSecond!.toPrecision(3)] : []),
  ];
  const titles: [string, string][] = [
    ['', ''],
    ['', 'correct'],
    ['', 'accuracy'],
    ['95 %', 'interval'],
    ...(timed ? [['images', 'a second'] as [string, string]] : []),
  ];
  const body = [row('float model', float), row('hardware', found)];
  const matching = config.digital.matching ? 'matched to the float layers' : 'from the weights alone';
  const lines = [
    `${config.name}: ${images} images of ${test}`,
    config.trained === undefined
      ? `${config.macro.adc.bits}-bit ADCs, a set of levels by ${config.levels.method} for each ${config.levels.sharing}; ` +
        `factors and biases ${matching}, on ${config.images.count} images` +
        (calibration.reused ? ' in an earlier run' : '')
      : `${config.macro.adc.bits}-bit ADCs, a set of levels for each ${config.levels.sharing}; ` +
        `weights, levels, factors and biases as trained: ${config.trained}`,
    '',
    ...textTable(titles, body, (column) => column === 0),
    '',
    `${agreeing} of ${images} images get the class that the float model gives them`,
    `hardware as ${engine === 'onnx' ? 'exported graph' : 'golden model'}` +
      (timed ? `: ${(slow / fast).toPrecision(2)} of the float model's images a second` : ''),
    ...(simulated === undefined ? [] : ['', ...simulatedLines(simulated, macros)]),
  ];
  return `${lines.join('\n')}\n`;
}

/** The same for machines. */
export function evaluationJson({ config, calibration, evaluation, test, simulated }: Evaluated): string {
  const { name, macro, weights, levels, digital, images } = config;
  const settings = { macro, weights, levels, digital, calibrationImages: images.count };
  const verilog = simulated === undefined ? {} : { simulated: simulatedJson(simulated) };
  const result = { name, test, ...evaluation, calibration, settings, ...verilog };
  return `${JSON.stringify(result, null, 2)}\n`;
}
