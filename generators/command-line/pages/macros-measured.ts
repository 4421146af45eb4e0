import { exact, number } from '../../package/datasheet/words.js';
import { type Cell, code, NONE, type Section, text } from '../../package/pages/document.js';
import { percent } from '../report/evaluation.js';
import { areaText } from '../report/synthesis.js';
import { type Bar, barFigures } from './figures.js';
import { cornerName, decibels, highestClock } from './measured.js';
import type { StudyResult, SynthesisResult } from './results.js';
import type { NamedMacro } from './subject.js';

/** A macro beside others, with what tools have found of it. */
export interface ComparedMacro extends NamedMacro {
  readonly syntheses: readonly SynthesisResult[];
  readonly studies: readonly StudyResult[];
}

/** Column that says which macro a row is about. */
export const KEY = { key: 'macro', title: 'Macro', code: true, head: true } as const;
/** Area and timing of the macros that were synthesised. */
export function areaSection(all: readonly ComparedMacro[]): Section {
  const each = all.flatMap((macro) => macro.syntheses.map((synthesis) => ({ macro, synthesis })));
  const measured = new Set(each.map(({ macro }) => macro)).size;
  const libraries = new Set(each.map(({ synthesis }) => synthesis.library));
  const name = ({ macro, synthesis }: (typeof each)[number]) =>
    libraries.size > 1 ? `${macro.label} ${synthesis.library}` : macro.label;
  const clocks = each.flatMap((one): Bar[] => {
    const clock = highestClock(one.synthesis);
    return clock === undefined ? [] : [{ name: name(one), value: clock }];
  });
  return {
    id: 'area',
    title: 'Area and timing',
    blocks: [
      text([
        ...['Measured by ', code('imcgen synth'), ' on the digital part of '],
        `${measured === all.length ? 'all macros' : `${measured} of the ${all.length} macros`}, in units of the library; the analog macro and wires count nothing. The conversion time is that of the widest code at the highest clock.`,
      ]),
      ...barFigures([
        [
          'Area of the digital part',
          each.map((one): Bar => {
            const { area } = one.synthesis.area.total;
            return { name: name(one), value: area, words: areaText(area) };
          }),
        ],
        ['Highest clock, MHz', clocks],
      ]),
      {
        kind: 'table',
        id: 'area',
        caption: 'Area, highest clock and conversion time',
        dense: true,
        columns: [
          KEY,
          { key: 'library', title: 'Library' },
          { key: 'area', title: 'Area', numbers: true },
          { key: 'column', title: 'A column', numbers: true },
          { key: 'cells', title: 'Cells', numbers: true },
          { key: 'flops', title: 'Flip-flops', numbers: true },
          { key: 'clock', title: 'Clock, MHz', numbers: true },
          { key: 'time', title: 'Conversion, ns', numbers: true },
        ],
        rows: each.map(({ macro, synthesis }) => {
          const { library, area } = synthesis;
          const clock = highestClock(synthesis);
          const size = (value: number) => ({ value, text: areaText(value) });
          const time = clock === undefined ? undefined : (1000 / clock) * macro.plan.schedule.total;
          return [
            ...[macro.label, library, size(area.total.area), size(area.perColumn)],
            ...[exact(area.total.cells), exact(area.total.flops)],
            clock === undefined ? NONE : { value: clock, text: clock.toFixed(0) },
            time === undefined ? NONE : { value: time, text: time.toFixed(1) },
          ];
        }),
      },
    ],
  };
}

/** Dies of the macros that were simulated with them. */
export function diesSection(all: readonly ComparedMacro[]): Section {
  const each = all.flatMap(({ label, studies }) =>
    studies.flatMap(({ layer, corners }) => corners.map((corner) => ({ label, layer, corner }))),
  );
  const worst = (values: readonly number[]): Cell =>
    values.length === 0 ? NONE : number(Math.max(...values));
  const share = (value: number): Cell => ({ value, text: percent(value) });
  return {
    id: 'dies',
    title: 'Dies',
    blocks: [
      text([
        ...['Found by ', code('imcgen montecarlo'), '. INL, of thresholds as measured, and DNL are '],
        'the worst of all columns of all dies.',
      ]),
      {
        kind: 'table',
        id: 'dies',
        caption: 'Dies by macro, layer and corner',
        dense: true,
        columns: [
          KEY,
          { key: 'layer', title: 'Layer' },
          { key: 'corner', title: 'Corner' },
          { key: 'dies', title: 'Dies', numbers: true },
          { key: 'yield', title: 'Yield', numbers: true },
          { key: 'errors', title: 'Error rate', numbers: true },
          { key: 'inl', title: 'INL, u', numbers: true },
          { key: 'dnl', title: 'DNL', numbers: true },
          { key: 'csnr', title: 'CSNR', numbers: true },
        ],
        rows: each.map(({ label, layer, corner }) => {
          const { dies, steps, errorRate, csnr, yield: passed } = corner.summary;
          return [
            ...[label, layer, cornerName(corner), exact(dies), share(passed.share), share(errorRate)],
            worst(steps.map(({ inl }) => inl.before.worst)),
            worst(steps.flatMap(({ dnl }) => (dnl === null ? [] : [dnl.worst]))),
            csnr === null ? NONE : { value: csnr, text: decibels(csnr) },
          ];
        }),
      },
    ],
  };
}
