/** In: marks and axes. Out: a picture as SVG. */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

const WIDTH = 960;
const HEIGHT = 420;
/** Colours that stand out on white and on black alike (Okabe and Ito's palette). */
export const BLUE = '#3d8fd1';
export const ORANGE = '#e07b00';
export const GREY = '#8a8f98';

/** A chart with a title and two labelled axes. The same marks give the same bytes. */
export function drawn(title: string, x: string, y: string, options: Plot.PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const axis = (label: string) => ({ label, labelAnchor: 'center', labelArrow: 'none' }) as const;
  const chart = Plot.plot({
    ...{ document: document as never, width: WIDTH, height: HEIGHT },
    ...{
      marginTop: 40,
      marginBottom: 46,
      marginLeft: 64,
      style: { background: 'transparent', fontSize: '12px' },
    },
    ...options,
    x: { ...axis(x), ...options.x },
    y: { ...axis(y), ...options.y },
  });
  chart.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  const svg = chart.outerHTML;
  const escaped = title.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  const style =
    '<style>svg { color: #1f2328; } @media (prefers-color-scheme: dark) { svg { color: #e6edf3; } }</style>';
  const heading = `<text x="56" y="20" text-anchor="start" font-size="15" font-weight="600">${escaped}</text>`;
  const open = svg.indexOf('>') + 1;
  return `${svg.slice(0, open)}<title>${escaped}</title>${style}${heading}${svg.slice(open)}\n`;
}
