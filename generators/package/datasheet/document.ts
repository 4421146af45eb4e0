import { TOOL } from '../../common/version.js';
import { configHash } from '../../macro/config/hash.js';
import type { LayerPlan, MacroPlan } from '../../macro/plan/plan.js';
import { magnitudeBits } from '../../macro/plan/shape.js';
import { code, type Document, type Section, terms, text } from '../pages/document.js';
import { inHtml, markup } from '../pages/markup.js';
import { headerLines } from '../text/header.js';
import { render } from '../text/render.js';
import { busSection, registersSection } from './bus.js';
import { conversionSection, type DrawnConversion, drawnConversion, type Shown } from './conversion.js';
import { isLive, MOST_LIVE_CELLS } from './live.js';
import { factsOf, overviewSection, parametersSection, pinsSection } from './overview.js';
import { referencesSection, transferSection } from './transfer.js';
import { exact, many } from './words.js';

/** What tools have measured of a macro goes between its registers and its origin. */
export function datasheetDocument(
  plan: MacroPlan,
  shown: Shown,
  measured: readonly Section[] = [],
): Document {
  const { name } = plan;
  const drawn = drawnConversion(plan, shown);
  const purpose = 'datasheet with figures and a live model';
  return {
    report: 'macro',
    kind: 'In-memory-computing macro with a nonlinear ramp ADC',
    title: name,
    windowTitle: `${name}: datasheet`,
    header: headerLines(plan, `${name}: datasheet.html`, purpose, '').split('\n'),
    facts: factsOf(plan),
    sections: [
      overviewSection(plan),
      parametersSection(plan),
      pinsSection(plan),
      transferSection(plan),
      referencesSection(plan),
      conversionSection(plan, drawn),
      liveSection(plan, shown, drawn),
      busSection(plan),
      registersSection(plan),
      ...measured,
      originSection(plan, measured.length > 0),
    ],
  };
}

function liveSection(plan: MacroPlan, shown: Shown, drawn: DrawnConversion | undefined): Section {
  const { shape } = plan;
  const size =
    `The live model is in the pages of macros with up to ${MOST_LIVE_CELLS} cells; this one has ${shape.rows * shape.columns}. ` +
    'The model itself is the module ';
  const away = text([size, code('imcgen/model'), ', which runs wherever there is JavaScript.']);
  const controls = () => ({
    kind: 'screen' as const,
    html: markup(render('docs/datasheet_live.html', inHtml(liveView(plan, shown, drawn))).trimEnd()),
  });
  const blocks = [isLive(shape) ? controls() : away];
  return { id: 'live', title: 'Live model', screenOnly: true, blocks };
}

function liveView({ shape, layers }: MacroPlan, { kept }: Shown, drawn: DrawnConversion | undefined) {
  const most = 2 ** magnitudeBits(shape) - 1;
  return {
    conversions: kept.map(({ number: at, bank, bits }, index) => ({
      index,
      isDrawn: at === drawn?.drawn.number,
      label: `${at + 1}: bank ${bank}, ${many(bits, 'bit')}`,
    })),
    firstColumn: drawn?.columns[0] ?? 0,
    lastRow: shape.rows - 1,
    lastColumn: shape.columns - 1,
    banks: layers.map(({ bank, name }) => ({ bank, name })),
    widths: Array.from({ length: shape.adcBits }, (_, at) => at + 1),
    leastInput: shape.inputSigned ? -most - 1 : 0,
    mostInput: most,
    pulses: shape.referencePulses,
  };
}

function originSection(plan: MacroPlan, isMeasured: boolean): Section {
  const { name, config, layers } = plan;
  const hash = configHash(plan).slice(0, 12);
  return {
    id: 'origin',
    title: 'Origin',
    blocks: [
      terms(
        ['Generator', TOOL],
        [
          'Config',
          [
            ...[code('config.resolved.json'), ' and ', code('levels/'), ', sha256 ', code(hash)],
            ...[' (', code('manifest.json'), ' has all digits)'],
          ],
        ],
        ['Command', [code(`imcgen generate config.resolved.json -o ${name}`)]],
        ['Licence', config.license],
      ),
      {
        kind: 'table',
        id: 'levels',
        caption: 'Where the levels come from',
        dense: true,
        columns: [
          { key: 'bank', title: 'Bank', numbers: true },
          { key: 'layer', title: 'Layer', head: true },
          { key: 'bits', title: 'Bits', numbers: true },
          { key: 'file', title: 'File', code: true },
          { key: 'method', title: 'Method' },
          { key: 'tool', title: 'Tool' },
          { key: 'source', title: 'Source' },
          { key: 'samples', title: 'Samples', numbers: true },
        ],
        rows: layers.map((layer) => originRow(layer, plan)),
      },
      text(
        isMeasured
          ? [
              'The same config gives the same page, but for what tools have measured: area and timing of ',
              ...[code('imcgen synth'), ', dies of ', code('imcgen montecarlo'), '.'],
            ]
          : [
              'The same config gives the same bytes. This page holds what follows from the config and from the simulation of the golden model; area and timing depend on a cell library and are measured by ',
              ...[code('imcgen synth'), '.'],
            ],
      ),
    ],
  };
}

function originRow({ name, bank, bits }: LayerPlan, { config, levels }: MacroPlan) {
  const { provenance, histogram } = levels[bank]!;
  const unknown = 'not recorded';
  const samples = provenance?.samples ?? histogram?.counts.reduce((sum, count) => sum + count, 0);
  return [
    ...[exact(bank), name, exact(bits), config.layers[bank]!.levels],
    ...[provenance?.method ?? unknown, provenance?.tool ?? unknown, provenance?.source ?? unknown],
    samples === undefined ? { value: undefined, text: unknown } : exact(samples),
  ];
}
