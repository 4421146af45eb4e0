import { type CellMeasurement, READ_PATHS, type ReadPath, TOLERANCES } from '../../campaign/spice/cell.js';
import type { Disagreement } from '../../campaign/spice/compare.js';
import type { Agreement, SpiceMeasurement } from '../../campaign/spice/simulate.js';
import type { SpiceRun } from '../../campaign/spice/spice.js';
import { figure } from '../../common/figures.js';

const percent = (share: number, digits = 2) => `${(100 * share).toFixed(digits)} %`;
const millivolts = (volts: number) => `${(1000 * volts).toFixed(1)} mV`;
const times = (ratio: number) => `${ratio.toFixed(2)}x`;

/** Disagreements that are listed. */
const LISTED = 20;
/** What arXiv 2512.06362 says of its under-driven cascode. */
const PUBLISHED = { single: 2.8, plain: 1.4, variation: 7 } as const;

/** A run of `imcgen spice` for a person. */
export function spiceText(run: SpiceRun): string {
  const { macro, layer, seeds, vectors, columns, transistors, comparator, point, measured } = run;
  const dies = seeds.length === 1 ? `die ${seeds[0]}` : `dies ${seeds[0]} to ${seeds.at(-1)}`;
  const lines = [
    `${macro}, layer ${layer}: ${dies}, ${vectors} conversions of ${columns} columns on each; ${transistors} transistors in read paths, ${comparator} comparators`,
    `lines precharged to ${point.precharge} V with a load of ${point.capacitance} fF, word lines ${point.wordLine} V, bias ${point.bias} V, pulses of ${point.cycle / 2} ns; transistors ${point.width} x ${point.length} nm`,
    ...(measured === undefined
      ? [`decks: ${run.folder}; simulate them with --run`]
      : [...measuredLines(run, measured), `decks, report and plots: ${run.folder}`]),
    ...(run.fitted === undefined ? [] : [`fitted config: ${run.fitted}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function measuredLines({ references, point }: SpiceRun, measured: SpiceMeasurement): string[] {
  const { cell, comparator, beyond, asConfigured, fitted, ramps } = measured;
  const { unit } = cell.calibration;
  const worst = Math.max(
    ...ramps.flatMap(({ levels }) => levels.map((level, at) => Math.abs(level - references[at]!))),
  );
  const reach = cell.headroomReached ? '' : ' at least: the bench ends there';
  return [
    `simulated with ${measured.engine}`,
    '',
    `unit discharge ${(1000 * unit).toFixed(3)} mV`,
    `headroom ${cell.headroom} u, ${millivolts(cell.headroomVolts)}${reach}, where a pulse has lost ${percent(point.loss, 1)} of the first`,
    `compression ${percent(cell.compression)} at the headroom; the staircase lies within ${cell.residual.toFixed(3)} u of that line`,
    ...headroomLines(measured),
    ...(comparator === undefined
      ? []
      : [
          comparator.offset === undefined
            ? 'latch: no decision within the sweep'
            : `latch: offset ${millivolts(comparator.offset)}, ${figure(comparator.offset / unit)} u, within ${millivolts(comparator.step / 2)}; a threshold shift of ${millivolts(comparator.shift)} adds ${comparator.shifted === undefined ? 'more than the sweep' : millivolts(comparator.shifted)}`,
        ]),
    `tracking, of a nominal die: reference lines discharge ${measured.tracking.referenceGain.toFixed(5)} of what they should, comparators see ${measured.tracking.commonOffset.toFixed(4)} u more`,
    `ramps of ${ramps.length} dies lie within ${worst.toFixed(3)} u of the ideal references`,
    '',
    ...cascodeLines(cell),
    '',
    ...(beyond === 0
      ? []
      : [`lines of ${beyond} of ${asConfigured.all.codes} codes reach beyond the headroom`]),
    `codes like those of the die of the config: ${agreement(asConfigured)}`,
    `codes like those of the die with measured compression and tracking: ${agreement(fitted)}`,
    ...fitted.disagreements.slice(0, LISTED).map(disagreement),
    ...(fitted.disagreements.length > LISTED
      ? [`and ${fitted.disagreements.length - LISTED} more: report.json has all`]
      : []),
  ];
}

function headroomLines({ headrooms }: SpiceMeasurement): string[] {
  const said = (value: number | undefined) => (value === undefined ? 'none' : `${value} u`);
  return [
    'longest even ramp that is monotone and within half a step of INL, by bits (gain fitted):',
    `  ${headrooms.map(({ bits, plain, fitted }) => `${bits} b ${said(plain)} (${said(fitted)})`).join(', ')}`,
  ];
}

function cascodeLines({ paths, swing }: CellMeasurement): string[] {
  const { under } = paths;
  const order: readonly ReadPath[] = ['single', 'plain', 'under'];
  const ratios = (other: ReadPath) =>
    TOLERANCES.map(
      (tolerance, at) => `${times(under.ranges[at]! / paths[other].ranges[at]!)} at ${percent(tolerance, 1)}`,
    );
  return [
    'current of a read path as its line goes down:',
    ...order.map((path) => {
      const { current, ranges, variation } = paths[path];
      const named = TOLERANCES.map(
        (tolerance, at) => `${millivolts(ranges[at]!)} at ${percent(tolerance, 1)}`,
      );
      return `  ${READ_PATHS[path].padEnd(21)} ${(1e6 * current).toFixed(3)} uA; +-${percent(variation)} over ${millivolts(swing)}; range ${named.join(', ')}`;
    }),
    `range of the under-driven cascode over one transistor (published ${PUBLISHED.single}x): ${ratios('single').join(', ')}`,
    `range of the under-driven cascode over a plain one (published ${PUBLISHED.plain}x): ${ratios('plain').join(', ')}`,
    `variation of one transistor over that of the under-driven cascode (published ${PUBLISHED.variation}x): ${times(paths.single.variation / under.variation)}; of a plain cascode: ${times(paths.plain.variation / under.variation)}`,
  ];
}

function agreement({ codes, agreeing, all, marginError, marginShift, disagreements }: Agreement): string {
  const others =
    all.codes === codes
      ? 'all codes lie within the headroom'
      : `of all codes ${all.agreeing} of ${all.codes}, ${percent(all.agreeing / all.codes)}`;
  if (codes === 0) return `none lies within the headroom; ${others}`;
  const farthest = Math.max(...disagreements.map(({ references }) => references));
  const far = disagreements.filter(({ references }) => references > 1).length;
  const thresholds =
    disagreements.length === 0
      ? ''
      : `; ${far === 0 ? 'each' : `${disagreements.length - far} of ${disagreements.length}`} that differs lies within one reference of its threshold, the farthest ${farthest.toFixed(3)} off`;
  return `${agreeing} of ${codes}, ${percent(agreeing / codes)}; ${others}${thresholds}; margins differ by ${marginError.toFixed(3)} u (rms), ${marginShift.toFixed(3)} u in the mean`;
}

function disagreement({
  die,
  vector,
  column,
  spice,
  model,
  step,
  modelMargin,
  spiceMargin,
  references,
}: Disagreement): string {
  return (
    `  die ${die}, input ${vector}, column ${column}: code ${spice} of transistors, ${model} of the model; at step ${step} the MAC lies ` +
    `${modelMargin.toFixed(3)} u above the reference in the model, ${spiceMargin.toFixed(3)} u of transistors: ${references.toFixed(3)} references off`
  );
}

/** The same for machines. */
export function spiceJson(run: SpiceRun): string {
  return `${JSON.stringify(run, null, 2)}\n`;
}
