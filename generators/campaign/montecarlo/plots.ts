/** In: records of dies and their summary. Out: pictures. */
import * as Plot from '@observablehq/plot';
import type { LayerPlan, MacroPlan } from '../../macro/plan/plan.js';
import { BLUE, drawn, GREY, ORANGE } from './chart.js';
import type { DieRecord, Ideal } from './dies.js';
import { csnrOf, type Spread, type Summary } from './summary.js';

/** Dies whose curve is drawn. */
const CURVES = 30;

/** A picture and the name of its file, without its end. */
export interface NamedPlot {
  readonly name: 'inl' | 'dnl' | 'transfer' | 'csnr';
  readonly svg: string;
}

/** INL, DNL, transfer curves of the first column, and the CSNR of the dies. The same records give the same bytes. */
export function plotsOf(
  { name }: MacroPlan,
  layer: LayerPlan,
  study: string,
  records: readonly DieRecord[],
  ideal: Ideal,
  summary: Summary,
): NamedPlot[] {
  const title = (what: string) => `${name}, ${layer.name}, ${study}, ${summary.dies} dies: ${what}`;
  const { steps } = summary;
  return [
    {
      name: 'inl',
      svg: spreads(title('INL, mean, sigma and worst; orange: after gain and offset'), 'step', 'INL (u)', [
        { colour: BLUE, points: steps.map(({ step, inl }) => ({ at: step - 0.1, ...inl.before })) },
        { colour: ORANGE, points: steps.map(({ step, inl }) => ({ at: step + 0.1, ...inl.after })) },
      ]),
    },
    {
      name: 'dnl',
      svg: spreads(title('DNL, mean, sigma and worst'), 'code', 'DNL (ideal widths)', [
        {
          colour: BLUE,
          points: steps.flatMap(({ step, dnl }) => (dnl === null ? [] : [{ at: step, ...dnl }])),
        },
      ]),
    },
    { name: 'transfer', svg: curves(title('codes of column 0; orange: ideal'), layer, records) },
    { name: 'csnr', svg: histogram(title('CSNR of each die'), records, ideal, summary) },
  ];
}

function spreads(
  title: string,
  x: string,
  y: string,
  series: readonly { readonly colour: string; readonly points: readonly (Spread & { at: number })[] }[],
): string {
  const last = Math.max(1, ...series.map(({ points }) => points.length));
  return drawn(title, x, y, {
    x: { domain: [0.5, last + 0.5], ticks: Math.min(last, 16), tickFormat: 'd' },
    marks: [
      Plot.ruleY([0], { stroke: GREY }),
      ...series.flatMap(({ colour, points }) => [
        Plot.ruleX(points, {
          x: 'at',
          y1: (point: Spread) => -point.worst,
          y2: (point: Spread) => point.worst,
          stroke: colour,
          strokeOpacity: 0.35,
        }),
        Plot.ruleX(points, {
          x: 'at',
          y1: (point: Spread) => point.mean - point.sigma,
          y2: (point: Spread) => point.mean + point.sigma,
          stroke: colour,
          strokeWidth: 4,
        }),
        Plot.dot(points, { x: 'at', y: 'mean', r: 4, fill: colour }),
      ]),
    ],
  });
}

/** Corners of the stairs that thresholds are, from a little before the first reference to a little behind the last. */
function stairs(thresholds: readonly (number | null)[], low: number, high: number) {
  const sorted = thresholds.filter((threshold) => threshold !== null).sort((a, b) => a - b);
  const points = [{ mac: low, code: 0 }];
  sorted.forEach((threshold, at) => {
    points.push({ mac: threshold, code: at }, { mac: threshold, code: at + 1 });
  });
  return [...points, { mac: high, code: sorted.length }];
}

function curves(title: string, layer: LayerPlan, records: readonly DieRecord[]): string {
  const { references } = layer.ramp;
  const margin = 0.05 * (references.at(-1)! - references[0]!) + 1;
  const [low, high] = [references[0]! - margin, references.at(-1)! + margin];
  const lines = records.slice(0, CURVES).map(({ transfer }) => stairs(transfer, low, high));
  return drawn(title, 'MAC (u)', 'code', {
    x: { domain: [low, high], clamp: true },
    marks: [
      ...lines.map((line) =>
        Plot.line(line, { x: 'mac', y: 'code', stroke: BLUE, strokeOpacity: 0.35, clip: true }),
      ),
      Plot.line(stairs(references, low, high), { x: 'mac', y: 'code', stroke: ORANGE, strokeWidth: 1.5 }),
    ],
  });
}

function histogram(title: string, records: readonly DieRecord[], ideal: Ideal, summary: Summary): string {
  const values = records.map((record) => csnrOf(record, ideal)).filter((value) => value !== null);
  const limit = summary.yield.limits.csnr;
  return drawn(title, 'CSNR (dB)', 'dies', {
    marks: [
      Plot.rectY(
        values,
        Plot.binX<Plot.RectYOptions>({ y: 'count' }, { x: (value: number) => value, fill: BLUE }),
      ),
      Plot.ruleX(limit === undefined ? [] : [limit], { stroke: ORANGE, strokeWidth: 2 }),
      Plot.ruleY([0]),
    ],
  });
}
