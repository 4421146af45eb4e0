import { BitcellArray } from '../../macro/golden/array.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import type { RampPlan } from '../../macro/plan/ramp.js';
import { readoutOf } from '../../macro/plan/readouts.js';
import { scheduleOf } from '../../macro/plan/schedule.js';
import { whole } from '../pages/chart.js';
import { type Block, code, type Section, type Table, text } from '../pages/document.js';
import { markup } from '../pages/markup.js';
import { conversionWave } from './conversion-wave.js';
import { decisionsOf, rampChart } from './ramp-chart.js';
import type { Cycle, ReadResult, Recorded, RecordedCells } from './recorded.js';
import { exact, many, number } from './words.js';

/** What the page shows of the vectors. */
export interface Shown {
  readonly cells: RecordedCells;
  /** Conversions that the live section offers. */
  readonly kept: readonly Recorded[];
  /** The one whose diagrams are drawn. */
  readonly drawn: Recorded | undefined;
  /** Its cycles. */
  readonly cycles: readonly Cycle[];
}

const MOST_DRAWN_COLUMNS = 3;

/** Columns that the diagrams show: within the ramp first, from the largest MAC down; they show where it passes. */
function columnsShown(results: readonly ReadResult[], macs: Int32Array, { references }: RampPlan): number[] {
  const inside = (column: number) => macs[column]! >= references[0]! && macs[column]! < references.at(-1)!;
  return results
    .map(({ column }) => column)
    .sort((a, b) => Number(inside(b)) - Number(inside(a)) || macs[b]! - macs[a]!)
    .slice(0, MOST_DRAWN_COLUMNS);
}

/** The conversion of the diagrams: what its columns hold, and which of them are drawn. */
export function drawnConversion(plan: MacroPlan, { cells, drawn, cycles }: Shown) {
  if (drawn === undefined || cycles.length === 0) return undefined;
  const { shape, layers } = plan;
  const array = new BitcellArray(shape);
  array.load(cells);
  array.loadTrim({ plus: cells.trimPlus, minus: cells.trimMinus });
  const macs = array.mac(Int32Array.from(drawn.inputs));
  // Columns with different values tell more than those that are alike.
  const different = drawn.results.filter(
    ({ value }, at) => drawn.results.findIndex((other) => other.value === value) === at,
  );
  const layer = layers[drawn.bank]!;
  return { drawn, cycles, macs, layer, columns: columnsShown(different, macs, layer.ramp) };
}

export type DrawnConversion = NonNullable<ReturnType<typeof drawnConversion>>;

export function conversionSection(plan: MacroPlan, conversion: DrawnConversion | undefined): Section {
  const { shape } = plan;
  const overlaps = shape.doubleBuffer ? ' Queued conversions repeat with this period.' : '';
  const stops = shape.earlyStop
    ? ' The ramp ends as soon as no code can change; the fewest cycles are those of a ramp that ends after its first step.'
    : '';
  return {
    id: 'conversion',
    title: 'Conversion',
    blocks: [
      text(
        `A conversion takes these clock cycles, from the first precharge cycle to the one that hands the codes over.${overlaps}${stops}`,
      ),
      scheduleTable(plan),
      ...(conversion === undefined ? [] : drawnBlocks(plan, conversion)),
    ],
  };
}

function scheduleTable({ shape }: MacroPlan): Table {
  return {
    kind: 'table',
    id: 'schedule',
    caption: 'Clock cycles by code width',
    dense: true,
    columns: [
      { key: 'bits', title: 'Width', numbers: true, head: true },
      { key: 'precharge', title: 'Precharge', numbers: true },
      { key: 'mac', title: 'MAC', numbers: true },
      { key: 'ramp', title: 'Ramp', numbers: true },
      { key: 'overhead', title: 'Sense, done', numbers: true },
      { key: 'total', title: 'Total', numbers: true },
      ...(shape.earlyStop ? [{ key: 'fewest', title: 'Fewest', numbers: true }] : []),
    ],
    rows: Array.from({ length: shape.adcBits }, (_, at) => {
      const { precharge, mac, ramp, overhead, total, fewest } = scheduleOf(shape, at + 1);
      const cycles = [at + 1, precharge, mac, ramp, overhead, total];
      return [...cycles, ...(shape.earlyStop ? [fewest] : [])].map(exact);
    }),
  };
}

function drawnBlocks({ shape }: MacroPlan, conversion: DrawnConversion): Block[] {
  const { drawn, cycles, macs, layer, columns } = conversion;
  const { ramp, table } = layer;
  const byColumn = [...drawn.results].sort((a, b) => a.column - b.column);
  const about = `Conversion ${drawn.number + 1} of the vectors, bank ${drawn.bank}, ${many(drawn.bits, 'bit')}`;
  const outcome = byColumn
    .map(({ column, value }) => `column ${column}: MAC ${whole(macs[column]!)} u, value ${whole(value)}`)
    .join('; ');
  const busy = cycles.filter(({ phase }) => phase !== 'idle').length;
  return [
    text([
      `The diagrams below are conversion ${drawn.number + 1} of `,
      code('vectors/'),
      `, which the testbench plays: bank ${drawn.bank}, ${layer.name}, code width ${drawn.bits}, ${busy} cycles. They are drawn from `,
      code('vectors/trace.txt'),
      ', to which every simulation of this package is compared.',
    ]),
    {
      kind: 'figure',
      scrolls: 'Timing diagram',
      svg: markup(conversionWave(`${about}: ${outcome}.`, cycles, columns.slice(0, 2), shape)),
      caption:
        'Timing of the conversion, as it was simulated. Cycle 0 is the first precharge cycle. The lanes of word lines show how many rows are driven; pre is the precharge phase.',
    },
    {
      kind: 'figure',
      scrolls: 'Ramp',
      svg: markup(
        rampChart(
          `Ramp of the same conversion; ${outcome}.`,
          ramp.references,
          -shape.referencePulses * ramp.offsetCells,
          columns.map((column) => ({
            name: `column ${column}: ${whole(macs[column]!)} u`,
            mac: macs[column]!,
            decisions: decisionsOf(cycles, column, drawn.bits, shape),
          })),
          shape.ramp === 'falling',
        ),
      ),
      caption:
        'Ramp of the same conversion. A filled dot is a comparison that was high, an empty one a comparison that was low.',
    },
    {
      kind: 'table',
      id: 'results',
      caption: 'Results of the conversion, as they are read over the bus',
      dense: true,
      columns: [
        { key: 'column', title: 'Column', numbers: true, head: true },
        { key: 'mac', title: 'MAC, u', numbers: true },
        { key: 'code', title: 'Code', numbers: true },
        { key: 'value', title: 'Value', numbers: true },
        { key: 'activation', title: 'Activation', numbers: true },
      ],
      rows: byColumn.map(({ column, code: found, value }) => [
        exact(column),
        exact(macs[column]!),
        exact(found),
        exact(value),
        number(value * table.outputScale),
      ]),
    },
    ...(readoutOf(shape).holds === 'value' ? [text('This readout keeps values only, so codes read 0.')] : []),
  ];
}
