import { type Template, templateNamed } from './templates.js';
import type { Shown } from './view.js';

/** What a template must never leave behind: an object where text belongs, or a vector of no wires. */
const HOLES = /\[object |\[-1:0\]/;

/** Tried once a run of blanks, not at each of them. */
const BLANKS_AT_ENDS = /(?<![ \t])[ \t]+$/gm;

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
  const hole = HOLES.exec(text);
  if (hole !== null) {
    const line = text.slice(0, hole.index).split('\n').length;
    throw new Error(`template ${template} left "${hole[0]}" in line ${line}`);
  }
  return alignConnections(alignComments(text.replace(BLANKS_AT_ENDS, '')));
}

/** Where a view holds undefined or NaN, as `.name.name`. Handlebars would print them, or take them for false. */
function gapIn(value: unknown): string | undefined {
  if (value === undefined || Number.isNaN(value)) return '';
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const gap = gapIn(inner);
    if (gap !== undefined) return `.${key}${gap}`;
  }
  return undefined;
}

/** Lines up the trailing comments of neighbouring declarations, whatever width their numbers have. */
export function alignComments(text: string): string {
  const lines = text.split('\n');
  const declares = (line: string | undefined) =>
    line !== undefined && /^ +(?:parameter|input|output|inout)\b/.test(line);
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
  return lines.join('\n');
}

/**
 * Lines up what the connections of an instance connect to. Conditions of the preprocessor may stand between
 * them.
 */
export function alignConnections(text: string): string {
  const lines = text.split('\n');
  const split = (line: string | undefined) => /^( +\.\w+) *(\(.*)$/.exec(line ?? '');
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
  return lines.join('\n');
}
