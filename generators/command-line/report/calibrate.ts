import { figure } from '../../common/figures.js';
import { BASELINES, type Comparison, checkClaim, ratio } from '../../levels/calibrate/compare.js';
import type { Levels, LevelsHistogram } from '../../macro/config/levels.js';
import { paragraphs, textTable, wrapped } from './table.js';

const TITLES = [
  ['', 'method'],
  ['', 'MSE'],
  ['SQNR', 'dB'],
  ['over', 'optimum'],
  ['', 'nearest'],
  ['', 'floor'],
  ['', 'interior'],
  ['over', 'optimum'],
] as const;

/** The comparison as it is printed: one table per data set, then the published claim under each protocol. */
export function comparisonText(comparison: Comparison): string {
  const { bits, data, rows } = comparison;
  const parts = data.map((set, index) => {
    const head = `${set.name}: ${set.samples} samples, ${bits} bits; exact optimum of these data: MSE ${figure(set.optimum.all)}, ${decibels(set.optimumSqnr)}${Number.isFinite(set.optimumSqnr) ? ' dB' : ''}`;
    const body = rows.map(({ label, scores }) => {
      const { mse, sqnr, overOptimum } = scores[index]!;
      return [
        label,
        figure(mse.all.own),
        decibels(sqnr),
        times(overOptimum),
        figure(mse.all.nearest),
        figure(mse.all.floor),
        figure(mse.interior.own),
        times(ratio(mse.interior.own, set.optimum.interior)),
      ];
    });
    return [head, '', ...textTable(TITLES, body, (column) => column === 0)].join('\n');
  });
  const last = data.length - 1;
  const claims = checkClaim(comparison, last);
  const claimed = claims.map(({ protocol, ratios, holds }) => [
    protocol.label,
    holds ? 'yes' : 'no',
    ...ratios.map(times),
  ]);
  const widest = Math.max(...rows.map(({ label }) => label.length));
  const starts = rows.map(({ label, fitted }) => `  ${label.padEnd(widest)}  ${fitted.note}`);
  const legend = paragraphs([
    'MSE, SQNR: own references and outputs, all samples.',
    'nearest, floor: MSE of the same outputs, decided otherwise.',
    'interior: samples strictly inside the range of bs-kmq-plain.',
    'over optimum: MSE over that of the optimum fitted to the scored samples.',
  ]);
  const claim = paragraphs([
    `Published claim, at least 3x lower error than each baseline: ${data[last]!.name}, baselines scored as named, ` +
      'bs-kmq-plain by its own references.',
  ]);
  const table = textTable(
    ['scoring', 'holds', ...BASELINES].map((title) => ['', title] as const),
    claimed,
    (column) => column < 2,
  );
  return `${[...parts, ['begins with', ...starts].join('\n'), legend.join('\n'), [...claim, ...table].join('\n')].join('\n\n')}\n`;
}

const BLOCKS = ' ▁▂▃▄▅▆▇█';

/** A histogram in one line of `width` characters, heights on a square-root scale so that tails are seen. */
export function sparkline({ counts }: LevelsHistogram, width = 64): string {
  const columns = Array.from({ length: width }, (_, column) => {
    const [from, to] = [column, column + 1].map((edge) => Math.round((edge * counts.length) / width));
    return counts.slice(from, to).reduce((total, count) => total + count, 0);
  });
  // The ReLU zeros would flatten all else: the second highest column sets the scale.
  const scale = [...columns].sort((a, b) => b - a)[1] || Math.max(1, ...columns);
  return columns
    .map(
      (count) => BLOCKS[count === 0 ? 0 : Math.max(1, Math.min(8, Math.round(8 * Math.sqrt(count / scale))))],
    )
    .join('');
}

export interface LevelsSummary {
  /** Mean squared error of the levels on the calibration samples, and that of their exact optimum. */
  readonly mse: number;
  readonly optimum: number;
  readonly heldOut: readonly { readonly name: string; readonly mse: number; readonly optimum: number }[];
}

/** What is printed for one layer: histogram, references below it, and the figures that matter. */
export function levelsText(levels: Levels, { mse, optimum, heldOut }: LevelsSummary): string {
  const { name, bits, outputs, range, histogram, provenance } = levels;
  const { method, batches, samples, options } = provenance!;
  const { note } = options;
  const lines = [`${name}: ${bits} bits, ${method}, ${note}; ${samples} samples in ${batches} batches`];
  if (histogram !== undefined && histogram.high > histogram.low) {
    const width = 64;
    const ticks = new Array<string>(width).fill(' ');
    for (const reference of levels.references) {
      const column = Math.floor(((reference - histogram.low) / (histogram.high - histogram.low)) * width);
      if (column >= 0 && column < width) ticks[column] = '|';
    }
    const ends = [figure(histogram.low), figure(histogram.high)] as const;
    lines.push(`  ${sparkline(histogram, width)}`);
    lines.push(`  ${ticks.join('')}  references`.trimEnd());
    lines.push(`  ${ends[0]}${ends[1].padStart(width - ends[0].length)}`);
  }
  lines.push(`  range    ${figure(range.low)} .. ${figure(range.high)}`);
  const shown = outputs.length <= 16 ? outputs.map(figure) : [`${outputs.length} levels`];
  lines.push(...wrapped(shown, ' '.repeat(11), '  outputs  '));
  const against = (error: number, floor: number) =>
    `${figure(error)}, ${times(ratio(error, floor))} the exact optimum`;
  lines.push(`  MSE      ${against(mse, optimum)}`);
  for (const set of heldOut) lines.push(`           ${against(set.mse, set.optimum)} on ${set.name}`);
  return `${lines.join('\n')}\n`;
}

function times(factor: number): string {
  return Number.isFinite(factor) ? `${factor >= 100 ? factor.toFixed(0) : factor.toFixed(3)}x` : '-';
}

function decibels(level: number): string {
  if (Number.isFinite(level)) return level.toFixed(2);
  return level < 0 ? 'no signal' : 'no error';
}
