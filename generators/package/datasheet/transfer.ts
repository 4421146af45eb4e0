import { packReferences } from '../../macro/golden/pack.js';
import type { LayerPlan, MacroPlan } from '../../macro/plan/plan.js';
import { stepCapacity, stepRows } from '../../macro/plan/shape.js';
import { signed } from '../pages/chart.js';
import { type Block, type Figure, NONE, type Section, text } from '../pages/document.js';
import { markup } from '../pages/markup.js';
import { cellMap } from './cell-map.js';
import { errorChart, histogramChart, transferChart, wantedReferences } from './layer-charts.js';
import { exact, many, number } from './words.js';

/** Largest magnitude and root mean square of what references of a layer are off, u. */
export function referenceError({ referenceErrors }: LayerPlan): {
  readonly worst: number;
  readonly rms: number;
} {
  const squares = referenceErrors.reduce((sum, one) => sum + one * one, 0);
  return {
    worst: Math.max(...referenceErrors.map(Math.abs)),
    rms: Math.sqrt(squares / referenceErrors.length),
  };
}

export function transferSection(plan: MacroPlan): Section {
  return {
    id: 'transfer',
    title: 'Transfer',
    blocks: [
      text(
        'A code is the number of references at or below the MAC, so equality takes the upper code. The table entry of the code is the result; times the output scale it is the decoded activation.',
      ),
      ...plan.layers.map(
        (layer): Block => ({
          kind: 'part',
          title: `Bank ${layer.bank}: ${layer.name}`,
          blocks: layerBlocks(layer, plan),
        }),
      ),
    ],
  };
}

function layerBlocks(layer: LayerPlan, plan: MacroPlan): Block[] {
  const { name, bank, bits, unitActivation, table, error } = layer;
  const { worst, rms } = referenceError(layer);
  const { histogram } = plan.levels[bank]!;
  const chart = histogram && histogramChart(layer, plan, histogram);
  const cut = chart?.cut ?? 0;
  const errors =
    error === undefined
      ? ''
      : ` On the calibration samples the mean squared error of the levels is ${signed(error.ideal)}, that of this macro ${signed(error.realised)}.`;
  return [
    text(
      `Codes have ${many(bits, 'bit')}. In activation units one unit discharge is ${signed(unitActivation)}, one step of the result ${signed(table.outputScale)}. The largest reference error is ${signed(worst)} u, the root mean square ${signed(rms)} u.${errors}`,
    ),
    {
      kind: 'pair',
      figures: [
        {
          kind: 'figure',
          scrolls: '',
          svg: markup(transferChart(layer, plan)),
          caption: `Transfer curve of ${name}: what the macro decodes, over what the levels ask for.`,
        },
        {
          kind: 'figure',
          scrolls: '',
          svg: markup(errorChart(layer, plan)),
          caption: `Reference errors of ${name}: a reference is a whole number of cells.`,
        },
      ],
    },
    ...(chart === undefined
      ? []
      : [
          {
            kind: 'figure',
            scrolls: `Calibration samples of ${name}`,
            svg: markup(chart.svg),
            caption: `Calibration samples of ${name} with the levels made of them.${cut > 0 ? ` One bar is cut: it has ${signed(100 * cut)} % of all samples.` : ''}`,
          } as const,
        ]),
    codesTable(layer, plan),
  ];
}

function codesTable(layer: LayerPlan, plan: MacroPlan): Block {
  const { bank, ramp, table, referenceErrors } = layer;
  const wanted = wantedReferences(layer);
  const { outputs } = plan.levels[bank]!;
  return {
    kind: 'table',
    id: `codes${bank}`,
    caption: `References and decoder table of bank ${bank}`,
    columns: [
      { key: 'code', title: 'Code', numbers: true, head: true },
      { key: 'wanted', title: 'Wanted, u', numbers: true },
      { key: 'reference', title: 'Reference, u', numbers: true },
      { key: 'error', title: 'Error, u', numbers: true },
      { key: 'cells', title: 'Cells of the step', numbers: true },
      { key: 'entry', title: 'Table entry', numbers: true },
      { key: 'decoded', title: 'Decoded', numbers: true },
      { key: 'level', title: 'Level', numbers: true },
    ],
    dense: true,
    folded: {
      summary: `References and table of bank ${bank}`,
      open: table.entries.length <= 16,
    },
    rows: table.entries.map((entry, code) => [
      exact(code),
      ...(code === 0
        ? [NONE, NONE, NONE, NONE]
        : [
            number(wanted[code - 1]!),
            exact(ramp.references[code - 1]!),
            number(referenceErrors[code - 1]!),
            exact(ramp.stepCells[code - 1]!),
          ]),
      exact(entry),
      number(entry * table.outputScale),
      number(outputs[code]!),
    ]),
  };
}

export function referencesSection(plan: MacroPlan): Section {
  const pulses = plan.shape.referencePulses;
  return {
    id: 'references',
    title: 'Reference columns',
    blocks: [
      text(
        `Step k of the ramp drives its group of rows for ${pulses === 1 ? 'one unit pulse' : `${pulses} unit pulses`}, and each cell in it that stores 1 discharges the reference line. So reference k is ${pulses} u times the cells of steps 1 to k, less ${pulses} u times the cells of the offset group 0.`,
      ),
      ...plan.layers.map((layer) => bankFigure(layer, plan)),
    ],
  };
}

function bankFigure({ name, bank, bits, ramp }: LayerPlan, { shape }: MacroPlan): Figure {
  const cells = packReferences(ramp, shape);
  const ones = cells.reduce((sum, cell) => sum + cell, 0);
  const label =
    `Reference cells of bank ${bank}, layer ${name}: ${ones} of ${cells.length} cells store 1. ` +
    `Offset group: ${ramp.offsetCells}. Steps: ${ramp.stepCells.join(', ')}.`;
  return {
    kind: 'figure',
    scrolls: `Reference cells of bank ${bank}`,
    svg: markup(cellMap(label, cells, shape)),
    caption: `Bank ${bank}, ${name}: ${ones} of ${cells.length} cells store 1, ${ramp.offsetCells} of them in the offset group. A group has ${many(stepRows(shape), 'row')}. The fullest step has ${Math.max(...ramp.stepCells)} of the ${stepCapacity(shape, bits)} cells that a step of ${bits}-bit codes can have.`,
  };
}
