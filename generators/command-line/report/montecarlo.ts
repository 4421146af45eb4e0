import { CORNERS } from '../../campaign/montecarlo/corners.js';
import type { CornerResult, MonteCarlo } from '../../campaign/montecarlo/montecarlo.js';
import type { Linearity, Spread, StepSummary, Summary } from '../../campaign/montecarlo/summary.js';
import { figure } from '../../common/figures.js';
import { paragraphs, textTable } from './table.js';

const DEFINITIONS = [
  'u: one unit discharge.',
  'Threshold: the MAC, of positive inputs spread evenly over the cells of one line, at which a decision is high in half of all cases.',
  'INL: threshold less reference; after: gain and offset of each column fitted.',
  'Output step: what the table rises by at a threshold.',
  'Smallest step: least distance of two references.',
  'DNL: width of a code over its ideal width, less 1.',
  'Missing code: no whole MAC gives it.',
  "Error rate: conversions with another code than the ideal macro's.",
  'y: the MAC within the range of the table.',
  'Error: decoded value less y.',
  'CSNR = var(y) / (MSE - offset^2), offset and MSE of each die; quantizer part: the same of the ideal macro; analog part: var(y) over what dies add to MSE - offset^2.',
];

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
const decibels = (value: number | null) => (value === null ? 'none' : `${value.toFixed(2)} dB`);
const spread = ({ mean, sigma }: Spread) => `${mean.toFixed(3)} ${sigma.toFixed(3)}`;

/** A Monte Carlo run for a person. */
export function monteCarloText({ macro, layer, seed, samples, corners }: MonteCarlo): string {
  const { dies, conversions } = corners[0]!.summary;
  const lines = [
    `${macro}, layer ${layer}: dies ${seed} to ${seed + dies - 1}, ${conversions} conversions of a column on each`,
    `weights: ${samples.weights}; inputs: ${samples.inputs}`,
    ...corners.flatMap((corner, at) => [
      ...cornerLines(corner),
      ...(corner.calibrated === undefined ? [] : trimLines(corners[at - 1]!.summary, corner.summary)),
    ]),
    '',
    ...paragraphs(DEFINITIONS),
  ];
  return `${lines.join('\n')}\n`;
}

const CALIBRATED = {
  offsets: 'trim rows calibrated against the offsets of the amplifiers',
  inputs: 'trim rows calibrated by known inputs',
  hardware: 'trim rows calibrated by the macro itself',
} as const;

/** What calibration has changed, with the dies as they were before. */
function trimLines(before: Summary, after: Summary): string[] {
  const { columns, reported, unseen, within, residual } = after.trim!;
  return [
    `calibration: ${reported} of ${columns} columns reported${within === null ? '' : `, though ${within} of them lie within half a trim step`}`,
    ...(unseen === null
      ? []
      : [
          `of the others ${unseen} lie beyond it${residual === null ? '' : `; at most ${residual.toFixed(3)} ideal trim steps are left`}`,
        ]),
    `before and after: yield ${percent(before.yield.share)} and ${percent(after.yield.share)}, ` +
      `CSNR ${decibels(before.csnr)} and ${decibels(after.csnr)}${gained(before.csnr, after.csnr)}, ` +
      `errors ${percent(before.errorRate)} and ${percent(after.errorRate)}`,
  ];
}

/** What a CSNR has gained, as a share of its decibels. */
function gained(before: number | null, after: number | null): string {
  if (before === null || after === null || before <= 0) return '';
  const share = 100 * (after / before - 1);
  return ` (${share < 0 ? '' : '+'}${share.toFixed(0)} % of the dB)`;
}

function cornerLines({ corner, summary, asTypical, calibrated }: CornerResult): string[] {
  const { meaning, source } = CORNERS[corner];
  const changesNothing = asTypical && corner !== 'typical' ? ['it changes nothing in this config'] : [];
  return [
    '',
    `${corner}: ${[meaning, source, ...changesNothing, ...(calibrated ? [CALIBRATED[calibrated]] : [])].join('; ')}`,
    ...stepTable(summary),
    ...figures(summary),
  ];
}

function stepTable({ steps, errorRates }: Summary): string[] {
  const unit = (linearity: Linearity | null) =>
    linearity === null ? ['-', '-'] : [linearity.before.worst.toFixed(3), linearity.after.worst.toFixed(3)];
  const row = ({ step, reference, inl, inlOutputSteps, inlSmallest, dnl }: StepSummary) => [
    String(step),
    figure(reference),
    spread(inl.before),
    spread(inl.after),
    ...unit(inl),
    ...unit(inlOutputSteps),
    ...unit(inlSmallest),
    ...(dnl === null ? ['-', '-'] : [spread(dnl), dnl.worst.toFixed(3)]),
    errorRates[step] === null ? '-' : percent(errorRates[step]!),
  ];
  const titles: [string, string][] = [
    ['', 'step'],
    ['reference', 'u'],
    ['INL u', 'mean, sigma'],
    ['after', 'mean, sigma'],
    ['worst', 'u'],
    ['after', 'u'],
    ['worst', 'out. steps'],
    ['after', 'out. steps'],
    ['worst', 'smallest'],
    ['after', 'smallest'],
    ['DNL', 'mean, sigma'],
    ['', 'worst'],
    ['errors', 'of code'],
  ];
  return textTable(titles, steps.map(row), () => false, { keys: 2 });
}

function figures(summary: Summary): string[] {
  const { csnrOfDies, errorRates, yield: passed } = summary;
  const limits = Object.entries(passed.limits).map(
    ([name, limit]) => `${name} ${name === 'csnr' ? '>=' : '<='} ${limit} (${passed.failing[name]} fail)`,
  );
  const { low, high } = passed.interval;
  const zero = errorRates[0] === null ? '' : `, of code 0 ${percent(errorRates[0]!)}`;
  return [
    `error rate ${percent(summary.errorRate)}${zero}; farthest ${summary.farthest} codes off`,
    `missing codes ${summary.missingCodes}, on ${summary.diesWithMissingCodes} dies; non-monotone dies ${summary.nonMonotoneDies}`,
    `offset ${figure(summary.offset)} u, MSE ${figure(summary.mse)} u^2`,
    `CSNR ${decibels(summary.csnr)}; quantizer part ${decibels(summary.sqnr)}, analog part ${decibels(summary.analogSnr)}`,
    `CSNR of a die: least ${decibels(csnrOfDies.least)}, median ${decibels(csnrOfDies.median)}, most ${decibels(csnrOfDies.most)}`,
    `yield ${passed.passing} of ${summary.dies}, ${percent(passed.share)}; ` +
      `95 % interval (Wilson) ${percent(low)} .. ${percent(high)}; limits: ${limits.join(', ')}`,
  ];
}

/** The same for machines. */
export function monteCarloJson(result: MonteCarlo): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}
