import type { MergedSweep, SweptRow } from '../../campaign/shards/sweep.js';
import type { Sweep, SweepRow } from '../../campaign/sweep/sweep.js';
import { figure } from '../../common/figures.js';
import { describeProblem } from '../../common/problems.js';
import type { LayerPlan } from '../../macro/plan/plan.js';
import { stepCapacity } from '../../macro/plan/shape.js';
import { planDiffLines } from './diff.js';
import { textTable } from './table.js';
import { verdictJson, verdictText } from './verdict.js';

/** A macro of a sweep that ran at once, or in shards. */
type Row = SweepRow | SweptRow;

/** A layer of a macro that can be built: what a line of the table is about. */
interface Line {
  readonly plan: NonNullable<SweptRow['plan']>;
  readonly layer: LayerPlan;
  readonly levels: SweptRow['levels'][number];
}

const COLUMNS: readonly {
  readonly title: readonly [string, string];
  readonly cell: (line: Line) => string;
}[] = [
  { title: ['', 'levels'], cell: ({ levels }) => levels.origin },
  { title: ['', 'cycles'], cell: ({ layer }) => String(layer.schedule.total) },
  {
    title: ['largest', 'step'],
    cell: ({ layer, plan }) => `${Math.max(...layer.ramp.stepCells)}/${stepCapacity(plan.shape, layer.bits)}`,
  },
  {
    title: ['entry', 'step'],
    cell: ({ layer, levels }) => `${figure(layer.table.outputScale)}${levels.widened ? '*' : ' '}`,
  },
  { title: ['MSE', 'ideal'], cell: ({ layer }) => (layer.error ? figure(layer.error.ideal) : '-') },
  { title: ['MSE', 'realised'], cell: ({ layer }) => (layer.error ? figure(layer.error.realised) : '-') },
];

const WIDENED = "* the macro's outputScale is too fine for these levels; this is the finest that fits";

/** A sweep as a table; below it what changed in packages that were there before, and why others were refused. */
export function sweepText(sweep: Sweep | MergedSweep): string {
  const { dryRun } = sweep;
  const rows: readonly Row[] = sweep.rows;
  const widened = rows.some(({ plan, levels }) => plan && levels.some((layer) => layer.widened));
  const lines = [
    ...tableLines(sweep),
    ...(widened ? [WIDENED] : []),
    ...(dryRun ? [] : rows.flatMap(changeLines)),
    ...rows.flatMap(refusalLines),
    ...rows.flatMap(simulationLines),
    summary(sweep),
  ];
  return `${lines.join('\n')}\n`;
}

function tableLines({ axes, rows }: Sweep | MergedSweep): string[] {
  const several = rows.some(({ levels }) => levels.length > 1);
  const named = several ? [{ title: ['', 'layer'] as const, cell: ({ layer }: Line) => layer.name }] : [];
  const columns = [...named, ...COLUMNS];
  const titles = [
    ...axes.map(({ axis }) => ['', axis.flag] as const),
    ...columns.map(({ title }) => title),
    ['', 'files'] as const,
  ];
  const body = rows.flatMap((row) => {
    const { plan, levels } = row;
    const values = [...row.variant.values.values()].map(String);
    if (plan === undefined || row.state === 'refused') {
      return [[...values, ...columns.map(() => '-'), 'refused']];
    }
    return plan.layers.map((layer, bank) => [
      ...(bank === 0 ? values : values.map(() => '')),
      ...columns.map(({ cell }) => cell({ plan, layer, levels: levels[bank]! })),
      bank === 0 ? filesText(row) : '',
    ]);
  });
  const words = new Set(['layer', 'levels', 'files']);
  const worded = (column: number) => axes[column]?.values.some((value) => typeof value === 'string');
  const left = (column: number) => worded(column) || words.has(titles[column]![1]);
  return textTable(titles, body, left, { keys: axes.length + named.length });
}

function filesText({ state, files }: Row): string {
  if (files === undefined) return state;
  return state === 'new' ? `${files.count} new` : `${files.changed.length} changed`;
}

/** What changed in a package that was there before. */
function changeLines({ folder, state, files, change }: Row): string[] {
  if (state !== 'changed' || files === undefined) return [];
  const plan = change === undefined ? [] : planDiffLines(change);
  const edits = plan.length > 0 ? [] : files.changed.map(({ path }) => `  ${path}: written again`);
  return [`${folder} changed`, ...plan, ...edits];
}

function refusalLines({ folder, state, problems }: Row): string[] {
  if (state !== 'refused') return [];
  return [`${folder} refused`, ...problems.map((problem) => indent(describeProblem(problem)))];
}

function simulationLines({ variant, simulation }: Row): string[] {
  if (simulation === undefined) return [];
  if (!('problems' in simulation)) return [verdictText(variant.name, simulation).trimEnd()];
  const text = simulation.problems.map((problem) => indent(describeProblem(problem)));
  return [`FAIL ${variant.name} does not compile`, ...text];
}

function summary({ output, rows, dryRun }: Sweep | MergedSweep): string {
  const count = (...states: readonly string[]) => rows.filter(({ state }) => states.includes(state)).length;
  if (rows.some(({ state }) => state === 'there'))
    return `${output}: ${count('there')} there, ${count('refused')} refused`;
  const written = dryRun ? 'would be written' : 'written';
  return `${output}: ${count('new', 'changed')} ${written}, ${count('unchanged')} unchanged, ${count('refused')} refused`;
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}

/** The same for machines; levels, which their packages hold, left out. */
export function sweepJson(sweep: Sweep | MergedSweep): string {
  const { macro, output, passed, dryRun } = sweep;
  const all: readonly Row[] = sweep.rows;
  const rows = all.map(({ variant, plan, sha256, levels, simulation, folder, state, problems, ...row }) => ({
    name: variant.name,
    values: Object.fromEntries(variant.values),
    ...{ folder, state, problems, files: row.files, change: row.change },
    sha256,
    shape: plan?.shape,
    schedule: plan?.schedule,
    levels: levels.map(({ origin }) => origin),
    layers: plan?.layers,
    simulation: simulation === undefined || 'problems' in simulation ? simulation : verdictJson(simulation),
  }));
  return `${JSON.stringify({ macro, output, dryRun, passed, rows }, null, 2)}\n`;
}
