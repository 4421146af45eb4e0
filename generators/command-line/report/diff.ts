import { type Change, type Leaf, lastName } from '../../checks/maintain/changes.js';
import type { FileDiff, LayerDiff, PackageDiff, PlanDiff } from '../../checks/maintain/diff.js';
import { figure } from '../../common/figures.js';
import { percent } from './plan.js';
import { shortened, TERMINAL_COLUMNS } from './table.js';

/** What an engineer calls some of the plan's numbers; all others go by their names in the plan. */
const WORDS: Readonly<Record<string, string>> = {
  'schedule.precharge': 'precharge cycles',
  'schedule.mac': 'mac cycles',
  'schedule.ramp': 'ramp cycles',
  'schedule.total': 'cycles a conversion',
  'schedule.fewest': 'cycles of the shortest',
  unitActivation: 'activation a u',
  'ramp.stepCells': 'reference cells',
  'ramp.references': 'references, u',
  'ramp.offsetCells': 'offset cells',
  'table.entries': 'table entries',
  'table.outputScale': 'entry step',
  referenceErrors: 'largest reference error, u',
  'error.ideal': 'MSE, ideal',
  'error.realised': 'MSE, realised',
};

/** What a package diff says: options, hardware, banks, files. */
export function diffText(diff: PackageDiff): string {
  const { a, b, files, fileCount, same } = diff;
  if (same) return `${a} and ${b}: the same, ${fileCount} files\n`;
  const lines = [`${a} -> ${b}`, ...planDiffLines(diff), ...fileLines(files, fileCount)];
  return `${lines.join('\n')}\n`;
}

/** What changed between two plans, indented below whatever names them. */
export function planDiffLines({ options, hardware, layers }: PlanDiff): string[] {
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [`  ${title}`, ...lines];
  return [
    ...section('options', optionLines(options)),
    ...section('hardware', hardwareLines(hardware)),
    ...layers.flatMap((layer) => section(bankTitle(layer), bankLines(layer))),
  ];
}

function bankTitle({ bank, from, to }: LayerDiff): string {
  return `bank ${bank}, ${from === undefined || from === to ? to : (to ?? from)}`;
}

function bankLines({ from, to, changes }: LayerDiff): string[] {
  if (from === undefined) return ['    new'];
  if (to === undefined) return ['    no more'];
  return hardwareLines(changes);
}

/** Options go by their path; how much one grew tells nothing. */
function optionLines(changes: readonly Change[]): string[] {
  return aligned(changes.map((change) => [change.path, valuesOf(change), '']));
}

function hardwareLines(changes: readonly Change[]): string[] {
  return aligned(changes.map((change) => [wordsFor(change.path), valuesOf(change), growth(change)]));
}

function aligned(rows: readonly (readonly [name: string, values: string, growth: string])[]): string[] {
  const names = Math.max(24, ...rows.map(([name]) => name.length));
  const room = TERMINAL_COLUMNS - names - 16;
  const values = Math.max(
    0,
    ...rows.map(([, text, more]) => (more === '' || text.length > room ? 0 : text.length)),
  );
  return rows.flatMap(([name, text, more]) => {
    const line = `    ${name.padEnd(names)}  ${text.padEnd(values)}  ${more}`.trimEnd();
    const [from, to] = text.split(' -> ');
    if (line.length <= TERMINAL_COLUMNS || to === undefined) return [line];
    // What it was above what it is.
    return [`    ${name.padEnd(names)}  ${from}`, `    ${' '.repeat(names)}  -> ${to}  ${more}`.trimEnd()];
  });
}

/** `referenceColumns` as `reference columns`; a path keeps its parents. */
function wordsFor(path: string): string {
  return (
    WORDS[path] ?? path.replace(/([a-z0-9])([A-Z])/g, (_, end, start) => `${end} ${start.toLowerCase()}`)
  );
}

function valuesOf({ path, from, to }: Change): string {
  if (Array.isArray(from) && Array.isArray(to) && summary(path, from) === summary(path, to)) {
    const moved = to.filter((value, at) => value !== from[at]).length;
    return `${summary(path, to)}; ${moved} of ${to.length} changed`;
  }
  return `${leafText(path, from)} -> ${leafText(path, to)}`;
}

function leafText(path: string, leaf: Leaf | undefined): string {
  if (leaf === undefined || leaf === null) return '-';
  if (typeof leaf === 'number') return number(leaf);
  if (typeof leaf === 'object') return summary(path, leaf);
  return String(leaf);
}

/** A list of numbers by what an engineer asks of it. */
function summary(path: string, values: readonly number[]): string {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  switch (lastName(path)) {
    case 'stepCells':
      return `${values.reduce((sum, cells) => sum + cells, 0)} in ${values.length} steps, largest ${largest}`;
    case 'referenceErrors':
      return number(largest);
    default:
      return `${values.length}: ${number(values[0]!)} .. ${number(values.at(-1)!)}`;
  }
}

function number(value: number): string {
  return Number.isInteger(value) ? String(value) : figure(value);
}

function growth({ from, to }: Change): string {
  if (typeof from !== 'number' || typeof to !== 'number' || from === 0 || from < 0 !== to < 0) return '';
  return percent(to / from - 1);
}

/** Leaves a terminal room for counts of lines. */
const WIDEST_PATH = 52;

function fileLines(files: readonly FileDiff[], fileCount: number): string[] {
  if (files.length === 0) return [`  files: none of ${fileCount} differs, headers aside`];
  const width = Math.min(WIDEST_PATH, Math.max(...files.map(({ path }) => path.length)));
  return [
    `  files: ${files.length} of ${fileCount} differ, headers aside`,
    ...files.map(({ path, state, gone, come }) => {
      const lines = state === 'differs' ? `-${gone} +${come} lines` : state;
      return `    ${shortened(path, width).padEnd(width)}  ${lines}`;
    }),
  ];
}
