import { exact, number } from '../../package/datasheet/words.js';
import { signed } from '../../package/pages/chart.js';
import {
  type Block,
  code,
  type Figure,
  NONE,
  type Prose,
  type Section,
  text,
} from '../../package/pages/document.js';
import { markup } from '../../package/pages/markup.js';
import { percent } from '../report/evaluation.js';
import { areaText } from '../report/synthesis.js';
import { spreadChart } from './figures.js';
import type { StudyResult, SynthesisResult } from './results.js';

/** What tools have found of one macro, as sections of its datasheet. */
export function measuredSections(
  syntheses: readonly SynthesisResult[],
  studies: readonly StudyResult[],
): Section[] {
  return [
    ...(syntheses.length === 0 ? [] : [synthesisSection(syntheses)]),
    ...(studies.length === 0 ? [] : [diesSection(studies)]),
  ];
}

function synthesisSection(syntheses: readonly SynthesisResult[]): Section {
  return {
    id: 'synthesis',
    title: 'Area and timing',
    blocks: [
      text([
        ...['Measured by ', code('imcgen synth'), ' on the digital part, in units of the library. '],
        'The analog macro is a black box and counts nothing; wires count nothing either.',
      ]),
      ...syntheses.map(
        (synthesis, at): Block => ({
          kind: 'part',
          title: `Library ${synthesis.library}`,
          blocks: synthesisBlocks(synthesis, at),
        }),
      ),
    ],
  };
}

function synthesisBlocks({ macro, yosys, area, timing }: SynthesisResult, at: number): Block[] {
  const { blocks, total, gateArea, perColumn, converter } = area;
  const gates = (value: number) =>
    gateArea === undefined || gateArea === 1 ? '' : `, ${areaText(value / gateArea)} gate equivalents`;
  const entries: (readonly [string, Prose])[] = [
    ['Mapped by', yosys],
    ['Area', `${areaText(total.area)}${gates(total.area)}`],
    ['Cells', `${total.cells}, of them ${total.flops} flip-flops and ${total.buffers} buffers`],
    ['Area a column', `${areaText(perColumn)}${gates(perColumn)}, everything digital`],
    [
      'Area a converter',
      `${areaText(converter.own)} its own, ${areaText(converter.shared)} its part of what all share`,
    ],
    ...timingEntries(timing),
  ];
  return [
    { kind: 'terms', entries },
    {
      kind: 'table',
      id: `area${at}`,
      caption: `Area by block, the largest first`,
      dense: true,
      columns: [
        { key: 'block', title: 'Block', code: true, head: true },
        { key: 'area', title: 'Area', numbers: true },
        { key: 'share', title: 'Share', numbers: true },
        { key: 'cells', title: 'Cells', numbers: true },
        { key: 'flops', title: 'Flip-flops', numbers: true },
        { key: 'buffers', title: 'Buffers', numbers: true },
      ],
      rows: blocks.map((block) => [
        block.instance === '' ? `${macro} itself` : block.module,
        { value: block.area, text: areaText(block.area) },
        { value: block.area / total.area, text: `${((100 * block.area) / total.area).toFixed(1)} %` },
        ...[exact(block.cells), exact(block.flops), exact(block.buffers)],
      ]),
    },
  ];
}

/** Highest clock that closes, MHz; undefined where none was looked for. */
export function highestClock({ timing }: SynthesisResult): number | undefined {
  return 'notRun' in timing ? undefined : 1000 / timing.shortestNs;
}

function timingEntries(timing: SynthesisResult['timing']): (readonly [string, Prose])[] {
  if ('notRun' in timing) return [['Timing', `not run: ${timing.notRun}`]];
  const { targetNs, setupSlackNs, holdSlackNs, shortestNs, path } = timing;
  const verdict = (slack: number) => `${signed(slack)} ns, ${slack < 0 ? 'violated' : 'met'}`;
  return [
    ['Highest clock', `${(1000 / shortestNs).toFixed(0)} MHz, a period of ${shortestNs.toFixed(2)} ns`],
    ['Clock asked for', `${(1000 / targetNs).toFixed(0)} MHz, a period of ${targetNs.toFixed(2)} ns`],
    ['Setup slack', verdict(setupSlackNs)],
    ['Hold slack', verdict(holdSlackNs)],
    [
      'Critical path',
      `${path.arrivalNs.toFixed(2)} ns through ${path.levels} levels of logic, from ${path.from} to ${path.to}`,
    ],
  ];
}

function diesSection(studies: readonly StudyResult[]): Section {
  return {
    id: 'dies',
    title: 'Dies',
    blocks: [
      text([
        ...['Found by ', code('imcgen montecarlo'), ': dies with mismatch, offset and noise as the config '],
        'has them, each held against the ideal macro. INL is the threshold of a step less its reference; DNL is the width of a code over its ideal width, less 1. Worst is the largest magnitude over all columns of all dies.',
      ]),
      ...studies.flatMap((study, at) =>
        study.corners.map(
          (corner, which): Block => ({
            kind: 'part',
            title: `Layer ${study.layer}, corner ${cornerName(corner)}`,
            blocks: cornerBlocks(study, corner, `steps${at}_${which}`),
          }),
        ),
      ),
    ],
  };
}

type Corner = StudyResult['corners'][number];

export function cornerName({ corner, calibrated }: Corner): string {
  return calibrated === undefined ? corner : `${corner}, trim rows calibrated (${calibrated})`;
}

export const decibels = (value: number | null) => (value === null ? 'none' : `${value.toFixed(2)} dB`);

function cornerBlocks(
  { seed, samples }: StudyResult,
  { corner, asTypical, summary }: Corner,
  id: string,
): Block[] {
  const { dies, conversions, steps, errorRates } = summary;
  const { limits, passing, share, interval } = summary.yield;
  const kept = Object.entries(limits).map(
    ([name, limit]) => `${name} ${name === 'csnr' ? 'at least' : 'at most'} ${limit}`,
  );
  const entries: (readonly [string, Prose])[] = [
    ['Dies', `${seed} to ${seed + dies - 1}, ${conversions} conversions of a column on each`],
    ['Samples', `weights: ${samples.weights}; inputs: ${samples.inputs}`],
    [
      'Yield',
      `${passing} of ${dies}, ${percent(share)}; 95 % interval ${percent(interval.low)} to ${percent(interval.high)}; limits: ${kept.join(', ')}`,
    ],
    ['Error rate', `${percent(summary.errorRate)}, the farthest ${summary.farthest} codes off`],
    ['Missing codes', `${summary.missingCodes}; dies that are not monotone ${summary.nonMonotoneDies}`],
    ['CSNR', `${decibels(summary.csnr)}; of the quantizer alone ${decibels(summary.sqnr)}`],
  ];
  const dnl = steps.flatMap((step) => (step.dnl === null ? [] : [{ step: step.step, ...step.dnl }]));
  const figure = (svg: string, caption: string): Figure => ({
    kind: 'figure',
    scrolls: '',
    svg: markup(svg),
    caption,
  });
  const inl = steps.map(({ step, inl: { before } }) => ({ step, ...before }));
  return [
    ...(asTypical && corner !== 'typical' ? [text('The corner changes nothing in this config.')] : []),
    { kind: 'terms', entries },
    {
      kind: 'pair',
      figures: [
        figure(spreadChart('INL', 'u', inl), 'INL of each step, as measured.'),
        ...(dnl.length === 0
          ? []
          : [figure(spreadChart('DNL', 'code widths', dnl), 'DNL of each code with two ends.')]),
      ],
    },
    {
      kind: 'table',
      id,
      caption: 'Steps over all columns of all dies; fitted: gain and offset of each column taken off first',
      dense: true,
      columns: [
        { key: 'step', title: 'Step', numbers: true, head: true },
        { key: 'reference', title: 'Reference, u', numbers: true },
        { key: 'inlMean', title: 'INL mean, u', numbers: true },
        { key: 'inlSigma', title: 'Sigma', numbers: true },
        { key: 'inlWorst', title: 'Worst', numbers: true },
        { key: 'fittedWorst', title: 'Worst, fitted', numbers: true },
        { key: 'dnlSigma', title: 'DNL sigma', numbers: true },
        { key: 'dnlWorst', title: 'Worst', numbers: true },
        { key: 'errors', title: 'Errors of the code', numbers: true },
      ],
      rows: steps.map((step) => [
        ...[exact(step.step), number(step.reference)],
        ...[number(step.inl.before.mean), number(step.inl.before.sigma), number(step.inl.before.worst)],
        number(step.inl.after.worst),
        ...(step.dnl === null ? [NONE, NONE] : [number(step.dnl.sigma), number(step.dnl.worst)]),
        shareCell(errorRates[step.step] ?? null),
      ]),
    },
  ];
}

function shareCell(share: number | null) {
  return share === null ? NONE : { value: share, text: percent(share) };
}
