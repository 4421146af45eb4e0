import { type Template, templateNamed } from './templates.js';
import type { Shown } from './view.js';

/** What a template must never leave behind: an object where text belongs, or a vector of no wires. */
const HOLES = ['[object ', '[-1:0]'];

const ready = new Map<string, Template>();

/**
 * Renders one template of `templates/`, or of a full path, without its `.hbs`.
 *
 * @throws Error where the view lacks something the template names: a bug of the tool, not of its input
 */
export function render<V extends object>(template: string, view: V & Shown<V>): string {
  const run = ready.get(template) ?? templateNamed(template);
  ready.set(template, run);
  const gap = gapIn(view);
  if (gap !== undefined) throw new Error(`template ${template}: view${gap} has no value`);
  const text = run(view);
  for (const hole of HOLES) {
    const at = text.indexOf(hole);
    if (at < 0) continue;
    const line = text.slice(0, at).split('\n').length;
    throw new Error(`template ${template} left "${hole}" in line ${line}`);
  }
  const lines = text.split('\n').map(withoutBlanksAtEnd);
  alignComments(lines);
  alignConnections(lines);
  return lines.join('\n');
}

function withoutBlanksAtEnd(line: string): string {
  let end = line.length;
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end--;
  return line.slice(0, end);
}

/** Where a view holds undefined or NaN, as `.name.name`. Handlebars would print them, or take them for false. */
function gapIn(value: unknown): string | undefined {
  if (value === undefined || Number.isNaN(value)) return '';
  if (typeof value !== 'object' || value === null) return undefined;
  const inside = value as Readonly<Record<string, unknown>>;
  for (const key in inside) {
    const gap = gapIn(inside[key]);
    if (gap !== undefined) return `.${key}${gap}`;
  }
  return undefined;
}

/** Lines up the trailing comments of neighbouring declarations, whatever width their numbers have. */
export function alignComments(lines: string[]): void {
  const declares = (line: string | undefined) =>
    line?.startsWith(' ') && /^ +(?:parameter|input|output|inout)\b/.test(line);
  const split = (line: string) => /^(.*?\S) +(\/\/ .*)$/.exec(line);
  for (let from = 0; from < lines.length; ) {
    let to = from;
    while (declares(lines[to])) to++;
    const width = Math.max(0, ...lines.slice(from, to).map((line) => split(line)?.[1]?.length ?? 0));
    for (let at = from; at < to; at++) {
      const parts = split(lines[at]!);
      if (parts !== null) lines[at] = `${parts[1]!.padEnd(width)}  ${parts[2]}`;
    }
    from = to + 1;
  }
}

/**
 * Lines up what the connections of an instance connect to. Conditions of the preprocessor may stand between
 * them.
 */
export function alignConnections(lines: string[]): void {
  const split = (line: string | undefined) =>
    line?.startsWith(' ') ? /^( +\.\w+) *(\(.*)$/.exec(line) : null;
  for (let from = 0; from < lines.length; ) {
    let to = from;
    while (split(lines[to]) !== null || (to > from && lines[to]?.startsWith('`') === true)) to++;
    const width = Math.max(0, ...lines.slice(from, to).map((line) => split(line)?.[1]?.length ?? 0));
    for (let at = from; at < to; at++) {
      const parts = split(lines[at]);
      if (parts !== null) lines[at] = `${parts[1]!.padEnd(width)} ${parts[2]}`;
    }
    from = to + 1;
  }
}
