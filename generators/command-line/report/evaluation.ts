import type { NetworkHardware } from '../../network/engine/hardware.js';
import type { Evaluation, Score } from '../../network/evaluate/evaluate.js';
import { textTable } from './table.js';

interface Evaluated {
  readonly hardware: NetworkHardware;
  readonly evaluation: Evaluation;
  readonly test: string;
}

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

/** Accuracy of a network for a person. */
export function evaluationText({ hardware, evaluation, test }: Evaluated): string {
  const { config } = hardware.plan;
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
      `factors and biases ${matching}, on ${config.images.count} images`,
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
export function evaluationJson({ hardware, evaluation, test }: Evaluated): string {
  const { name, macro, weights, levels, digital, images } = hardware.plan.config;
  const settings = { macro, weights, levels, digital, calibrationImages: images.count };
  return `${JSON.stringify({ name, test, ...evaluation, settings }, null, 2)}\n`;
}
