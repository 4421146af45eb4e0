import type { CalibratedNetwork } from '../../network/calibrate/calibrator.js';
import type { SimulatedMacro } from '../../network/cosim/simulate.js';
import type { Evaluation } from '../../network/evaluate/evaluate.js';
import type { Score } from '../../network/evaluate/forms.js';
import { simulatedJson, simulatedLines } from './simulated.js';
import { textTable } from './table.js';

interface Evaluated {
  readonly calibration: CalibratedNetwork;
  readonly evaluation: Evaluation;
  readonly test: string;
  readonly simulated: readonly SimulatedMacro[] | undefined;
}

export const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

/** Accuracy of a network for a person. */
export function evaluationText({ calibration, evaluation, test, simulated }: Evaluated): string {
  const { config, layers } = calibration.hardware.plan;
  const macros = layers.reduce((sum, layer) => sum + layer.macros, 0);
  const { images, engine, float, hardware: found, agreeing } = evaluation;
  const row = (name: string, { correct, accuracy, interval, imagesPerSecond }: Score) => [
    ...[name, String(correct), percent(accuracy), `${percent(interval.low)} .. ${percent(interval.high)}`],
    imagesPerSecond.toPrecision(3),
  ];
  const titles: [string, string][] = [
    ['', ''],
    ['', 'correct'],
    ['', 'accuracy'],
    ['95 %', 'interval'],
    ['images', 'a second'],
  ];
  const body = [row('float model', float), row('hardware', found)];
  const matching = config.digital.matching ? 'matched to the float layers' : 'from the weights alone';
  const lines = [
    `${config.name}: ${images} images of ${test}`,
    `${config.macro.adc.bits}-bit ADCs, a set of levels by ${config.levels.method} for each ${config.levels.sharing}; ` +
      `factors and biases ${matching}, on ${config.images.count} images` +
      (calibration.reused ? ' in an earlier run' : ''),
    '',
    ...textTable(titles, body, (column) => column === 0),
    '',
    `${agreeing} of ${images} images get the class that the float model gives them`,
    `hardware as ${engine === 'onnx' ? 'exported graph' : 'golden model'}: ` +
      `${(found.imagesPerSecond / float.imagesPerSecond).toPrecision(2)} of the float model's images a second`,
    ...(simulated === undefined ? [] : ['', ...simulatedLines(simulated, macros)]),
  ];
  return `${lines.join('\n')}\n`;
}

/** The same for machines. */
export function evaluationJson({ calibration, evaluation, test, simulated }: Evaluated): string {
  const { hardware, key, reused } = calibration;
  const { name, macro, weights, levels, digital, images } = hardware.plan.config;
  const settings = { macro, weights, levels, digital, calibrationImages: images.count };
  const verilog = simulated === undefined ? {} : { simulated: simulatedJson(simulated) };
  const result = { name, test, ...evaluation, calibration: { key, reused }, settings, ...verilog };
  return `${JSON.stringify(result, null, 2)}\n`;
}
