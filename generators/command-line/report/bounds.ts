import type { BoundMacroFile, BoundNetworkFile } from '../../campaign/bounds/results.js';
import { wilson } from '../../common/wilson.js';
import { effectsOf } from './chips.js';
import { percent } from './evaluation.js';
import { textTable, wrapped } from './table.js';

const RULE =
  'Within so many sigma: each deviate of each device, and all of them at their worst at once. No die of that kind has other codes. What is not certain is not likely to change for that; imcgen montecarlo counts.';

/** Bounds for a person. */
export function boundsText(found: BoundMacroFile | BoundNetworkFile): string {
  const lines = found.kind === 'macro' ? macroLines(found) : networkLines(found);
  return `${[...lines, '', ...wrapped(RULE.split(' '))].join('\n')}\n`;
}

function macroLines(found: BoundMacroFile): string[] {
  const { macro, layer, codes, certain, kept, widths, alone, checked } = found;
  const share = (count: number) => percent(count / codes);
  const costs = [...alone].sort((one, other) => one.kept - other.kept);
  const titles: [string, string][] = [
    ['effect', 'by itself'],
    ['one code,', '%'],
    ['that of the ideal', 'macro, %'],
  ];
  const points = (count: number) => ((100 * count) / codes).toFixed(2);
  return [
    `${macro}, layer ${layer}: ${codes} codes, every device within ${found.sigmas} sigma`,
    `weights: ${found.weights}; inputs: ${found.inputs}; ${effectsOf(found.die)}`,
    `one code on all dies: ${certain}, ${share(certain)}; that of the ideal macro: ${kept}, ${share(kept)}`,
    `highest less lowest code: ${widths.map((count, width) => `${width}: ${share(count)}`).join(', ')}`,
    '',
    ...textTable(
      titles,
      costs.map((each) => [each.effect, points(each.certain), points(each.kept)]),
      (column) => column === 0,
    ),
    ...(checked === undefined ? [] : ['', ...checkedLines(checked)]),
  ];
}

function checkedLines(checked: NonNullable<BoundMacroFile['checked']>): string[] {
  const { drawn, codes, aimed, reached, outside, counterexamples } = checked;
  return [
    `held against the bounds: ${drawn} dies that were drawn, ${codes} codes; ${aimed} corners aimed at one code each, ${reached} reach the bound`,
    `codes outside: ${outside}`,
    ...counterexamples.map(
      ({ die, conversion, column, code, low, high }) =>
        `  die ${die}, conversion ${conversion}, column ${column}: code ${code}, bounds ${low} .. ${high}`,
    ),
  ];
}

const at = (sigmas: number | null) => (sigmas === null ? 'none' : `${sigmas.toFixed(2)} sigma`);

function networkLines(found: BoundNetworkFile): string[] {
  const { config, images, certain, correct, certainAndCorrect, layers, sigmas, checked } = found;
  const count = images.length;
  const { low, high } = wilson(certain, count);
  const titles: [string, string][] = [
    ['', 'layer'],
    ['ADC codes', 'an image'],
    ['one code on', 'all dies, %'],
  ];
  const none = images.filter((image) => image.sigmas === null).length;
  return [
    `${config.name}: ${count} images of ${found.test}, every device of every macro within ${found.within} sigma`,
    `${config.macro.adc.bits}-bit ADCs; ${effectsOf(found.die)}; ideal macros give ${correct} images their class`,
    `one class on all dies: ${certain} images, ${percent(certain / count)}; 95 % interval (Wilson) ${percent(low)} .. ${percent(high)}; ${certainAndCorrect} of them correct`,
    `certain up to: half of the images ${at(sigmas.half)}, a tenth ${at(sigmas.tenth)}, one ${at(sigmas.one)}` +
      (none === 0 ? '' : `; ${none} images not even without spread`),
    '',
    ...textTable(
      titles,
      layers.map((each) => [
        each.layer,
        String(each.codes / count),
        ((100 * each.certain) / each.codes).toFixed(2),
      ]),
      (column) => column === 0,
    ),
    ...(checked.dies === 0
      ? []
      : [
          '',
          `held against the bounds: ${checked.dies} dies of every macro, ${checked.compared} codes and classes`,
          `outside: ${checked.outside}`,
        ]),
  ];
}

/** The same for machines. */
export function boundsJson(found: BoundMacroFile | BoundNetworkFile): string {
  if (found.kind === 'macro') {
    const { kind: _, ...macro } = found;
    return `${JSON.stringify(macro, null, 2)}\n`;
  }
  const { config, test, within, die, seed, correct, certainAndCorrect, certain, sigmas, layers } = found;
  const head = { name: config.name, test, sigmas: within, die, seed, correct, certain, certainAndCorrect };
  const checked = found.checked.dies === 0 ? {} : { checked: found.checked };
  return `${JSON.stringify({ ...head, certainUpTo: sigmas, layers, ...checked, images: found.images }, null, 2)}\n`;
}

/** Whether dies were found that bounds exclude. */
export function isBroken(found: BoundMacroFile | BoundNetworkFile): boolean {
  return (found.checked?.outside ?? 0) > 0;
}
