import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import Handlebars from 'handlebars';
import type { View } from './view.js';

const ROOT = fileURLToPath(new URL('../../templates/', import.meta.url));
const OPTIONS = { noEscape: true, strict: true, assumeObjects: false } as const;

/** What a template must never leave behind: a hole in the view, or a vector of no wires. */
const HOLES = /undefined|NaN|\[object|\[-1:0\]/;

const engine = Handlebars.create();
const compiled = new Map<string, Handlebars.TemplateDelegate>();
let partialsLoaded = false;

/**
 * Renders one template of `templates/`.
 *
 * @throws Error where the view lacks something the template names: a bug of the tool, not of its input
 */
export function render(template: string, view: View): string {
  if (!partialsLoaded) {
    const folder = path.join(ROOT, 'partials');
    for (const file of readdirSync(folder)) {
      engine.registerPartial(path.basename(file, '.hbs'), readFileSync(path.join(folder, file), 'utf8'));
    }
    partialsLoaded = true;
  }
  let run = compiled.get(template);
  if (run === undefined) {
    run = engine.compile(readFileSync(path.join(ROOT, `${template}.hbs`), 'utf8'), OPTIONS);
    compiled.set(template, run);
  }
  const text = run(view);
  const hole = HOLES.exec(text);
  if (hole !== null) {
    const line = text.slice(0, hole.index).split('\n').length;
    throw new Error(`template ${template} left "${hole[0]}" in line ${line}`);
  }
  return alignComments(text.replace(/[ \t]+$/gm, ''));
}

/** Lines up the trailing comments of neighbouring declarations, whatever width their numbers have. */
export function alignComments(text: string): string {
  const lines = text.split('\n');
  const split = (line: string) => /^( +(?:parameter|input|output)\b.*?\S) +(\/\/ .*)$/.exec(line);
  for (let from = 0; from < lines.length; ) {
    let to = from;
    while (to < lines.length && split(lines[to]!) !== null) to++;
    const width = Math.max(0, ...lines.slice(from, to).map((line) => split(line)![1]!.length));
    for (let at = from; at < to; at++) {
      const [, code, comment] = split(lines[at]!)!;
      lines[at] = `${code!.padEnd(width)}  ${comment}`;
    }
    from = to + 1;
  }
  return lines.join('\n');
}
