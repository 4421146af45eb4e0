import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type HandlebarsModule from 'handlebars';
import { TEMPLATE_OPTIONS } from './template-options.js';

/** A template that is ready to run. */
export type Template = (view: object) => string;

/** What the build makes of `templates/`; absent where the sources run. */
const BUILT = new URL('../templates.js', import.meta.url);
const FOLDER = fileURLToPath(new URL('../../templates/', import.meta.url));
const PARTIALS = 'partials/';

/** A template of `templates/`, without its `.hbs`; where the sources run, one of a full path as well. */
export const templateNamed = existsSync(fileURLToPath(BUILT))
  ? await builtTemplates()
  : await sourceTemplates();

/** Without the compiler, which takes longer to load than to generate a macro. */
async function builtTemplates(): Promise<(name: string) => Template> {
  const runtime = (await import('handlebars/runtime.js')) as unknown as { default: typeof HandlebarsModule };
  const { default: built } = (await import(BUILT.href)) as { default: Readonly<Record<string, object>> };
  const engine = runtime.default.create();
  for (const [name, template] of Object.entries(built)) {
    if (name.startsWith(PARTIALS))
      engine.registerPartial(name.slice(PARTIALS.length), engine.template(template));
  }
  return (name) => engine.template(built[name]!);
}

async function sourceTemplates(): Promise<(name: string) => Template> {
  const { default: Handlebars } = await import('handlebars');
  const engine = Handlebars.create();
  for (const file of readdirSync(path.join(FOLDER, PARTIALS))) {
    const text = readFileSync(path.join(FOLDER, PARTIALS, file), 'utf8');
    engine.registerPartial(path.basename(file, '.hbs'), text);
  }
  return (name) =>
    engine.compile(readFileSync(path.resolve(FOLDER, `${name}.hbs`), 'utf8'), TEMPLATE_OPTIONS);
}
