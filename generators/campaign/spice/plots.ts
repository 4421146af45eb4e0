/** In: the ramps of simulated dies. Out: a picture of them over the ideal one. */
import * as Plot from '@observablehq/plot';
import { BLUE, drawn, GREY, ORANGE } from '../montecarlo/chart.js';
import type { CellMeasurement } from './cell.js';
import { CELLS_AT_ONCE } from './deck.js';

/** The ramp of each die, u, with the references that it should meet. */
export function rampPlot(
  title: string,
  references: readonly number[],
  ramps: readonly (readonly number[])[],
): string {
  const points = (levels: readonly number[]) => levels.map((level, at) => ({ step: at + 1, level }));
  return drawn(`${title}: ramp of transistors; orange: ideal`, 'step', 'reference (u)', {
    x: { ticks: Math.min(references.length, 16), tickFormat: 'd' },
    marks: [
      Plot.line(points(references), {
        x: 'step',
        y: 'level',
        stroke: ORANGE,
        strokeWidth: 4,
        curve: 'step-after',
      }),
      ...ramps.map((ramp) =>
        Plot.line(points(ramp), {
          x: 'step',
          y: 'level',
          stroke: BLUE,
          strokeWidth: 1.2,
          curve: 'step-after',
        }),
      ),
      ...ramps.map((ramp) => Plot.dot(points(ramp), { x: 'step', y: 'level', r: 2.5, fill: BLUE })),
    ],
  });
}

/** What each pulse of one cell takes off its line, for the three read paths. */
export function staircasePlot(title: string, { paths, headroom }: CellMeasurement): string {
  const series = [
    { pulses: paths.under.pulses, colour: BLUE },
    { pulses: paths.plain.pulses, colour: ORANGE },
    { pulses: paths.single.pulses, colour: GREY },
  ];
  return drawn(
    `${title}: a pulse over the first; blue: under-driven, orange: plain cascode, grey: one transistor`,
    `pulse of ${CELLS_AT_ONCE} cells`,
    'share of the first pulse',
    {
      marks: [
        Plot.ruleX([headroom / CELLS_AT_ONCE], { stroke: BLUE, strokeDasharray: '4 3' }),
        Plot.ruleY([1], { stroke: GREY }),
        ...series.map(({ pulses, colour }) =>
          Plot.line(
            pulses.map((volts, at) => ({ pulse: at + 1, share: volts / pulses[0]! })),
            { x: 'pulse', y: 'share', stroke: colour, strokeWidth: 2 },
          ),
        ),
      ],
    },
  );
}
