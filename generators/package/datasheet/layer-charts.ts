import type { LevelsHistogram } from '../../macro/config/types.js';
import type { LayerPlan, MacroPlan } from '../../macro/plan/plan.js';
import { maxMac } from '../../macro/plan/shape.js';
import { chart, line, signed, steps } from '../pages/chart.js';
import { box, element, short } from '../pages/svg.js';

const WIDTH = 480;
const HEIGHT = 310;

/** References as the levels want them, unit discharges. */
export function wantedReferences({ ramp, referenceErrors }: LayerPlan): number[] {
  return ramp.references.map((reference, k) => reference - referenceErrors[k]!);
}

/** MAC to decoded activation: what the hardware does, over what the levels ask for. */
export function transferChart(layer: LayerPlan, plan: MacroPlan): string {
  const { ramp, table, name } = layer;
  const levels = plan.levels[layer.bank]!;
  const [first, last] = [ramp.references[0]!, ramp.references.at(-1)!];
  const margin = Math.max(1, (last - first) / 8);
  const most = maxMac(plan.shape);
  const [low, high] = [Math.max(-most, Math.min(0, first) - margin), Math.min(most, last + margin)];
  const decoded = table.entries.map((entry) => entry * table.outputScale);
  const curve = (references: readonly number[], outputs: readonly number[]) =>
    steps(
      outputs.map((output, code) => [code === 0 ? low : references[code - 1]!, output] as const),
      high,
    );
  const wanted = curve(wantedReferences(layer), levels.outputs);
  const values = [...decoded, ...levels.outputs];
  return chart({
    label: `Transfer curve of layer ${name}: ${decoded.length} steps from ${signed(decoded[0]!)} to ${signed(decoded.at(-1)!)}.`,
    ...{ width: WIDTH, height: HEIGHT },
    x: { label: 'MAC, unit discharges u', low, high },
    y: { label: 'decoded activation', ...padded(values) },
    legend: [
      ['line one', 'this macro'],
      ['line two dashed', 'levels'],
    ],
    marks: (x, y) =>
      line(
        'line two dashed',
        wanted.map(([at, value]) => [x(at), y(value)]),
      ) +
      line(
        'line one',
        curve(ramp.references, decoded).map(([at, value]) => [x(at), y(value)]),
      ),
  });
}

function padded(values: readonly number[]): { readonly low: number; readonly high: number } {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = (high - low || 1) / 20;
  return { low: low < 0 ? low - margin : Math.min(0, low), high: high + margin };
}

/** Realised minus wanted reference, step by step; rounding to whole cells alone stays within half a cell. */
export function errorChart({ referenceErrors, name }: LayerPlan, { shape }: MacroPlan): string {
  const half = shape.referencePulses / 2;
  const reach = 1.15 * Math.max(half, ...referenceErrors.map(Math.abs));
  const count = referenceErrors.length;
  return chart({
    label: `Errors of the ${count} references of layer ${name}: ${referenceErrors.map(signed).join(', ')} unit discharges.`,
    ...{ width: WIDTH, height: HEIGHT },
    x: { label: 'step k', low: 0.25, high: count + 0.75, whole: true },
    y: { label: 'realised less wanted reference, u', low: -reach, high: reach },
    legend: [
      ['fill one', 'error'],
      ['line two dashed', 'half a cell'],
    ],
    marks: (x, y) => {
      const wide = Math.max(1, Math.min(22, 0.62 * (x(1) - x(0))));
      const bars = referenceErrors.map((error, k) => {
        const [top, bottom] = [y(Math.max(0, error)), y(Math.min(0, error))];
        return box(x(k + 1) - wide / 2, top, wide, Math.max(1, bottom - top));
      });
      const [from, to] = [x(0.25), x(count + 0.75)].map(short);
      return (
        element('path', { class: 'fill one', d: bars.join('') }) +
        element('path', {
          class: 'line two dashed',
          d: [half, -half].map((u) => `M${from} ${short(y(u))}H${to}`).join(''),
        }) +
        element('path', { class: 'axis', d: `M${from} ${short(y(0))}H${to}` })
      );
    },
  });
}

/** Most bars of a histogram: a pixel or more each. */
const MOST_BARS = 160;

/** References whose lines leave the bars visible. */
const MOST_LINES = 40;

/** A histogram, and the share of the samples in a bar that was cut; 0 where none was. */
export interface HistogramFigure {
  readonly svg: string;
  readonly cut: number;
}

/** Calibration samples, with the references and outputs that were made of them. */
export function histogramChart(
  layer: LayerPlan,
  plan: MacroPlan,
  histogram: LevelsHistogram,
): HistogramFigure {
  const { name, references, outputs, range } = plan.levels[layer.bank]!;
  const { low, high, counts } = histogram;
  const width = (high - low || 1) / counts.length;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const [first, last] = [Math.min(range.low, outputs[0]!), Math.max(range.high, outputs.at(-1)!)];
  const margin = 0.06 * (last - first || 1);
  const [left, right] = [
    Math.max(low, first - margin) - 0.01 * (last - first),
    Math.min(high, last + margin),
  ];
  const shownBins = counts.length * Math.min(1, (right - left) / (high - low || 1));
  const group = Math.max(1, Math.ceil(shownBins / MOST_BARS));
  const bars: { readonly start: number; readonly end: number; readonly share: number }[] = [];
  for (let bin = 0; bin < counts.length; bin += group) {
    const some = counts.slice(bin, bin + group);
    const [start, end] = [low + bin * width, low + (bin + some.length) * width];
    const share = some.reduce((sum, count) => sum + count, 0) / total;
    if (share > 0 && end > left && start < right) bars.push({ start, end, share });
  }
  // A pile-up, the zeros of a ReLU say, may hold most samples: it is cut, and says how much it holds.
  const sorted = bars.map(({ share }) => share).sort((a, b) => b - a);
  const piled = sorted.length > 2 && sorted[0]! > 2.5 * sorted[1]!;
  const ceiling = 1.15 * (piled ? sorted[1]! : (sorted[0] ?? 1));
  const svg = chart({
    label: `Histogram of ${total} calibration samples of layer ${name}, with ${references.length} references and ${outputs.length} outputs.`,
    ...{ width: 2 * WIDTH, height: HEIGHT },
    x: { label: 'activation', low: left, high: right },
    y: { label: 'share of samples', low: 0, high: ceiling, tick: (share) => `${signed(100 * share)} %` },
    legend: [
      ['fill one', 'samples'],
      ['line two dashed', 'references'],
      ['dot two', 'outputs'],
    ],
    marks: (x, y) => {
      const drawn = bars.map(({ start, end, share }) => {
        const [from, to] = [x(Math.max(left, start)), x(Math.min(right, end))];
        const top = y(Math.min(ceiling, share));
        return box(from, top, Math.max(0.6, to - from - 0.6), y(0) - top);
      });
      // Many lines would hide the bars: of them the feet are drawn.
      const top = references.length > MOST_LINES ? y(0) - 16 : y(ceiling);
      const r = references.length > MOST_LINES ? 2.2 : 4;
      const dots = outputs.map((output) =>
        element('circle', { class: 'dot two', cx: x(output), cy: y(0), r }),
      );
      return (
        element('path', { class: 'fill one', d: drawn.join('') }) +
        element('path', {
          class: 'line two dashed',
          d: references.map((reference) => `M${short(x(reference))} ${short(top)}V${short(y(0))}`).join(''),
        }) +
        dots.join('')
      );
    },
  });
  return { svg, cut: piled ? sorted[0]! : 0 };
}
