import type { CalibratedNetwork } from '../../network/calibrate/calibrator.js';
import type { Evaluation } from '../../network/evaluate/evaluate.js';
import type { Score } from '../../network/evaluate/forms.js';
import { textTable } from './table.js';

interface Evaluated {
  readonly calibration: CalibratedNetwork;
  readonly evaluation: Evaluation;
  readonly test: string;
}

export const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

/** Accuracy of a network for a person. */
export function evaluationText({ calibration, evaluation, test }: Evaluated): string {
  const { config } = calibration.hardware.plan;
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
  ];
  return `${lines.join('\n')}\n`;
}

/** The same for machines. */
export function evaluationJson({ calibration, evaluation, test }: Evaluated): string {
  const { hardware, key, reused } = calibration;
  const { name, macro, weights, levels, digital, images } = hardware.plan.config;
  const settings = { macro, weights, levels, digital, calibrationImages: images.count };
  return `${JSON.stringify({ name, test, ...evaluation, calibration: { key, reused }, settings }, null, 2)}\n`;
}
