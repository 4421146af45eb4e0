import { figure } from '../../common/figures.js';
import type { LayerPlan, MacroPlan } from '../../macro/plan/plan.js';
import type { Schedule } from '../../macro/plan/schedule.js';
import { type MacroShape, offsetCapacity, stepCapacity } from '../../macro/plan/shape.js';
import { TERMINAL_COLUMNS, textTable } from './table.js';

/** What rounding to whole cells and table entries adds to the mean squared error; undefined without samples. */
export function roundingCost({ error }: LayerPlan): number | undefined {
  return error === undefined || error.ideal === 0 ? undefined : error.realised / error.ideal - 1;
}

/** `+5.5 %`. */
export function percent(part: number | undefined): string {
  if (part === undefined) return '-';
  const text = (100 * part).toFixed(1);
  return `${part > 0 ? '+' : ''}${text === '-0.0' ? '0.0' : text} %`;
}

/** One column of the table of layers. */
interface Column {
  readonly title: readonly [string, string];
  readonly cell: (layer: LayerPlan, plan: MacroPlan) => string;
}

const largest = (values: readonly number[]) =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

const COLUMNS: readonly Column[] = [
  { title: ['', 'bank'], cell: ({ bank }) => String(bank) },
  { title: ['', 'layer'], cell: ({ name }) => name },
  { title: ['', 'bits'], cell: ({ bits }) => String(bits) },
  { title: ['', 'cycles'], cell: ({ schedule }) => String(schedule.total) },
  {
    title: ['cells of', 'largest step'],
    cell: ({ ramp, bits }, { shape }) => `${largest(ramp.stepCells)} / ${stepCapacity(shape, bits)}`,
  },
  {
    title: ['cells of', 'ramp'],
    cell: ({ ramp }) => String(ramp.stepCells.reduce((sum, cells) => sum + cells, 0)),
  },
  {
    title: ['offset', 'cells'],
    cell: ({ ramp }, { shape }) => `${ramp.offsetCells} / ${offsetCapacity(shape)}`,
  },
  {
    title: ['largest ref', 'error, u'],
    cell: ({ referenceErrors }) => figure(largest(referenceErrors)),
  },
  { title: ['MSE', 'ideal'], cell: ({ error }) => (error === undefined ? '-' : figure(error.ideal)) },
  { title: ['MSE', 'realised'], cell: ({ error }) => (error === undefined ? '-' : figure(error.realised)) },
  { title: ['', 'cost'], cell: (layer) => percent(roundingCost(layer)) },
];

/**
 * The plan as `imcgen check` prints it: the macro, one line a layer, then what each bank holds.
 *
 * @param plan of the macro
 */
export function planText(plan: MacroPlan): string {
  const { name, shape, layers, schedule, config } = plan;
  const sign = (signed: boolean) => (signed ? 'signed' : 'unsigned');
  const coding = shape.inputCoding === 'pwm' ? 'pulse width' : 'bit serial';
  const facts = [
    ['array', `${shape.rows} rows x ${shape.columns} columns, clips at ${shape.headroom} u`],
    ['trim', `${shape.trimRows} rows of ${shape.trimPulses} u`],
    ['input', `${shape.inputBits} bits ${sign(shape.inputSigned)}, ${coding}`],
    ['adc', `1 .. ${shape.adcBits} bits, ${shape.readout} readout, rounding ${config.adc.rounding}`],
    ['ramp', rampText(shape)],
    [
      'reference',
      `${shape.referenceRows} rows (${shape.offsetRows} offset) x ${shape.referenceColumns} columns x ${shape.banks} ${shape.banks === 1 ? 'bank' : 'banks'}, ${shape.referencePulses} u a cell`,
    ],
    ['output', `${shape.outputBits} bits ${sign(shape.outputSigned)}`],
    ['cycles', scheduleText(schedule)],
  ].filter(([fact]) => fact !== 'trim' || shape.trimRows > 0);
  const lines = [
    `${name}: ${layers.length} ${layers.length === 1 ? 'layer' : 'layers'}`,
    ...facts.map(([fact, text]) => `  ${fact!.padEnd(9)}  ${text}`),
    '',
    ...tableLines(plan),
  ];
  for (const layer of layers) lines.push('', ...contentLines(layer).map((line) => `  ${line}`));
  return `${lines.join('\n')}\n`;
}

/** The same plan for machines; levels, which their own files hold, left out. */
export function planJson(plan: MacroPlan): string {
  const { levels: _, ...rest } = plan;
  return `${JSON.stringify(rest, null, 2)}\n`;
}

function rampText({ ramp, earlyStop, topK, columns }: MacroShape): string {
  if (!earlyStop) return ramp;
  const found = topK === columns ? 'all columns are' : `${topK} of ${columns} columns are`;
  return `${ramp}, stops when ${ramp === 'falling' ? `${found} found` : 'all columns are below it'}`;
}

function scheduleText({ precharge, mac, ramp, overhead, total, fewest }: Schedule): string {
  const range = fewest < total ? `${fewest} .. ${total}` : `${total}`;
  return `${range} a conversion: precharge ${precharge}, mac ${mac}, ramp ${ramp}, overhead ${overhead}`;
}

function tableLines(plan: MacroPlan): string[] {
  const body = plan.layers.map((layer) => COLUMNS.map(({ cell }) => cell(layer, plan)));
  return textTable(
    COLUMNS.map(({ title }) => title),
    body,
    (column) => column === 1,
    { keys: 2, indent: 2 },
  );
}

/** What is written into the reference cells and the table of a bank, wrapped under its label. */
function contentLines({ bank, name, ramp, table }: LayerPlan): string[] {
  return [
    `bank ${bank}, ${name}`,
    ...listed('references, u', ramp.references),
    ...listed('cells a step', ramp.stepCells),
    ...listed('table entries', table.entries),
    `  ${'entry step'.padEnd(LABEL)}  ${figure(table.outputScale)} activation units`,
  ];
}

const LABEL = 'references, u'.length;

function listed(label: string, values: readonly number[]): string[] {
  const width = Math.max(...values.map((value) => String(value).length));
  // Two levels of indentation, the label and a gap.
  const aLine = Math.max(1, 2 ** Math.floor(Math.log2((TERMINAL_COLUMNS - 6 - LABEL + 1) / (width + 1))));
  const lines: string[] = [];
  for (let from = 0; from < values.length; from += aLine) {
    const numbers = values.slice(from, from + aLine).map((value) => String(value).padStart(width));
    lines.push(`  ${(from === 0 ? label : '').padEnd(LABEL)}  ${numbers.join(' ')}`);
  }
  return lines;
}
