import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type HandlebarsModule from 'handlebars';
import { TEMPLATE_OPTIONS } from './template-options.js';

/** A template that is ready to run. */
export type Template = (view: object) => string;

/** What the build makes of `templates/`; absent where the sources run. */
const BUILT = fileURLToPath(new URL('../../templates.cjs', import.meta.url));
const FOLDER = fileURLToPath(new URL('../../../templates/', import.meta.url));
const PARTIALS = 'partials/';

/** Loads at once, not when awaited: a module that awaits cannot be required from CommonJS. */
const load = createRequire(import.meta.url);

let templates: ((name: string) => Template) | undefined;

/**
 * A template of `templates/`, without its `.hbs`; where the sources run, one of a full path as well. They are loaded with the
 * first one that is asked for: most commands that can write Verilog often write none.
 */
export function templateNamed(name: string): Template {
  templates ??= existsSync(BUILT) ? builtTemplates() : sourceTemplates();
  return templates(name);
}

/** Without the compiler, which takes longer to load than to generate a macro. */
function builtTemplates(): (name: string) => Template {
  const { runtime, templates: built } = load(BUILT) as {
    readonly runtime: typeof HandlebarsModule;
    readonly templates: Readonly<Record<string, object>>;
  };
  const engine = runtime.create();
  for (const [name, template] of Object.entries(built)) {
    if (name.startsWith(PARTIALS))
      engine.registerPartial(name.slice(PARTIALS.length), engine.template(template));
  }
  return (name) => engine.template(built[name]!);
}

function sourceTemplates(): (name: string) => Template {
  const Handlebars = load('handlebars') as typeof HandlebarsModule;
  const engine = Handlebars.create();
  for (const file of readdirSync(path.join(FOLDER, PARTIALS))) {
    const text = readFileSync(path.join(FOLDER, PARTIALS, file), 'utf8');
    engine.registerPartial(path.basename(file, '.hbs'), text);
  }
  return (name) =>
    engine.compile(readFileSync(path.resolve(FOLDER, `${name}.hbs`), 'utf8'), TEMPLATE_OPTIONS);
}
