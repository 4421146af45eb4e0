import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { figure } from '../../common/figures.js';
import type { Levels } from '../../macro/config/levels.js';
import { isBsKmq } from './options.js';

const WIDTH = 960;
const HEIGHT = 420;
/** Colours that stand out on white and on black alike (Okabe and Ito's palette). */
const BLUE = '#3d8fd1';
const ORANGE = '#e07b00';
const GREY = '#8a8f98';

/**
 * SVG of a layer's calibration: histogram of the samples, centres, references, and the pile-up outside the range
 * that BS-KMQ removes. Text takes the colour of its surroundings, or follows the reader's light or dark setting
 * where the file is opened on its own. The same levels give the same bytes.
 */
export function levelsSvg(levels: Levels): string {
  const { histogram, range, references, outputs, bits, name, provenance } = levels;
  if (histogram === undefined) throw new RangeError(`levels "${name}" carry no histogram`);
  const method = provenance?.method ?? 'levels';
  // Only BS-KMQ takes samples out before it clusters.
  const removes = isBsKmq(method);
  const span = histogram.high - histogram.low || 1;
  const width = span / histogram.counts.length;
  const total = histogram.counts.reduce((sum, count) => sum + count, 0);
  // The far tail is empty to the eye: show what surrounds the levels.
  const [first, last] = [Math.min(range.low, outputs[0]!), Math.max(range.high, outputs.at(-1)!)];
  const margin = 0.08 * (last - first || 1);
  const left = Math.max(histogram.low - 0.01 * span, first - margin);
  const right = Math.min(histogram.high + 0.01 * span, last + margin);
  // Four fine bins a bar, in shares of all samples: readable at slide size.
  const group = Math.max(1, Math.floor(histogram.counts.length / 256));
  const bars = [];
  for (let bin = 0; bin < histogram.counts.length; bin += group) {
    const counts = histogram.counts.slice(bin, bin + group);
    const start = histogram.low + bin * width;
    const share = counts.reduce((sum, count) => sum + count, 0) / total;
    const end = start + counts.length * width;
    const pile = bin === 0 && range.low === histogram.low;
    const inside = !removes || (start >= range.low && end <= range.high && !pile);
    if (share > 0 && end > left && start < right) bars.push({ start, end, share, inside });
  }
  // The pile-up may hold most samples: it is cut above the highest other bar and says its share.
  const interior = Math.max(1 / total, ...bars.filter((bar) => bar.inside).map((bar) => bar.share));
  const ceiling = 1.25 * interior;
  const above = bars.filter((bar) => bar.share > ceiling);
  const cut = above
    .slice(0, 1)
    .map(({ end }) => ({ end, share: above.reduce((sum, bar) => sum + bar.share, 0) }));
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const chart = Plot.plot({
    document: document as never,
    width: WIDTH,
    height: HEIGHT,
    marginTop: 56,
    marginBottom: 46,
    marginLeft: 64,
    style: { background: 'transparent', fontSize: '12px' },
    x: { label: 'activation', labelAnchor: 'center', labelArrow: 'none', domain: [left, right] },
    y: {
      label: 'share of samples',
      labelAnchor: 'center',
      labelArrow: 'none',
      domain: [0, ceiling],
      tickFormat: (share: number) => `${figure(100 * share)}%`,
      clamp: true,
    },
    marks: [
      Plot.rectY(bars, {
        x1: 'start',
        x2: 'end',
        y: 'share',
        fill: (bar: { inside: boolean }) => (bar.inside ? BLUE : GREY),
        fillOpacity: 0.75,
        insetLeft: 0.5,
      }),
      Plot.ruleX(references, { stroke: ORANGE, strokeWidth: 1, strokeDasharray: '4 3' }),
      Plot.ruleX([range.low, range.high], { stroke: GREY, strokeWidth: 1.5 }),
      Plot.dot(outputs, { x: (output: number) => output, y: 0, r: 4.5, fill: ORANGE, stroke: 'none' }),
      Plot.text(cut, {
        x: 'end',
        y: ceiling,
        text: (bar: { share: number }) => `${figure(100 * bar.share)}% of all samples are here`,
        textAnchor: 'start',
        dx: 6,
        dy: 8,
      }),
      Plot.ruleY([0]),
    ],
  });
  chart.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  const title = `${name}: ${method}, ${bits} bits, ${references.length} references`;
  return decorate(chart.outerHTML, title, removes);
}

/** Title, legend and a style that follows the reader's light or dark setting. */
function decorate(svg: string, title: string, removes: boolean): string {
  const escaped = title.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  const style =
    '<style>svg { color: #1f2328; } @media (prefers-color-scheme: dark) { svg { color: #e6edf3; } }</style>';
  const item = (x: number, mark: string, label: string) =>
    `<g transform="translate(${x},40)">${mark}<text x="14" y="4" text-anchor="start">${label}</text></g>`;
  const square = (colour: string) =>
    `<rect x="-2" y="-6" width="11" height="11" fill="${colour}" fill-opacity="0.75"/>`;
  const legend = [
    item(56, square(BLUE), removes ? 'samples clustered' : 'samples'),
    removes ? item(186, square(GREY), 'pile-up and tails removed') : '',
    item(366, `<circle cx="3" cy="0" r="4.5" fill="${ORANGE}"/>`, 'levels'),
    item(434, `<path d="M3,-8V8" stroke="${ORANGE}" stroke-dasharray="4 3"/>`, 'references'),
    item(524, `<path d="M3,-8V8" stroke="${GREY}" stroke-width="1.5"/>`, 'calibrated range'),
  ];
  const heading = `<text x="56" y="20" text-anchor="start" font-size="15" font-weight="600">${escaped}</text>`;
  const open = svg.indexOf('>') + 1;
  return `${svg.slice(0, open)}<title>${escaped}</title>${style}${heading}${legend.join('')}${svg.slice(open)}\n`;
}
