import { figure } from '../../common/figures.js';
import { BASELINES, type Comparison, checkClaim, ratio } from '../../levels/calibrate/compare.js';
import type { Levels, LevelsHistogram } from '../../macro/config/levels.js';

/** Columns of text, the first two left, the others right aligned. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

/** The comparison as it is printed: one table per data set, then the published claim under each protocol. */
export function comparisonText(comparison: Comparison): string {
  const { bits, data, rows } = comparison;
  const parts = data.map((set, index) => {
    const head = `${set.name}: ${set.samples} samples, ${bits} bits; exact optimum of these data: MSE ${figure(set.optimum.all)}, ${decibel(set.optimumSqnr)}`;
    const title = [
      'method',
      'start',
      'MSE',
      'SQNR',
      'x optimum',
      'nearest',
      'floor',
      'interior',
      'x optimum',
    ];
    const body = rows.map(({ label, fitted, scores }) => {
      const { mse, sqnr, overOptimum } = scores[index]!;
      return [
        label,
        fitted.note,
        figure(mse.all.own),
        decibel(sqnr),
        times(overOptimum),
        figure(mse.all.nearest),
        figure(mse.all.floor),
        figure(mse.interior.own),
        times(ratio(mse.interior.own, set.optimum.interior)),
      ];
    });
    return `${head}\n\n${table([title, ...body])}`;
  });
  const last = data.length - 1;
  const claims = checkClaim(comparison, last);
  const claimed = claims.map(({ protocol, ratios, holds }) => [
    protocol.label,
    holds ? 'yes' : 'no',
    ...ratios.map(times),
  ]);
  const legend = [
    'MSE, SQNR: own references and outputs, all samples. nearest, floor: the same outputs, decided otherwise.',
    'interior: samples strictly inside the range of bs-kmq-plain. x optimum: over the optimum fitted to the scored samples.',
    '',
    `Published claim, at least 3x lower error than each baseline: ${data[last]!.name}, baselines scored as named,`,
    'bs-kmq-plain by its own references.',
    '',
  ];
  return `${[...parts, legend.join('\n') + table([['scoring', 'holds', ...BASELINES], ...claimed])].join('\n\n')}\n`;
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
  lines.push(
    `  outputs  ${outputs.length <= 16 ? outputs.map(figure).join(' ') : `${outputs.length} levels`}`,
  );
  const against = (error: number, floor: number) =>
    `${figure(error)}, ${times(ratio(error, floor))} the exact optimum`;
  lines.push(`  MSE      ${against(mse, optimum)}`);
  for (const set of heldOut) lines.push(`           ${against(set.mse, set.optimum)} on ${set.name}`);
  return `${lines.join('\n')}\n`;
}

function times(factor: number): string {
  return Number.isFinite(factor) ? `${factor >= 100 ? factor.toFixed(0) : factor.toFixed(3)}x` : '-';
}

function decibel(level: number): string {
  if (Number.isFinite(level)) return `${level.toFixed(2)} dB`;
  return level < 0 ? 'no signal' : 'no error';
}
