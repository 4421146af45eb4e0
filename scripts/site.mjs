/**
 * A plugin of TypeDoc for `npm run docs:site`: pages of docs/ are called by their first heading, not by their file, and
 * blocks without a language, which are diagrams and what commands print, are not coloured as code.
 */
import { Converter, ReflectionKind } from 'typedoc';

const plain = (part) =>
  part.kind === 'code' ? { ...part, text: part.text.replace(/^```\n/, '```text\n') } : part;

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    project.readme = project.readme?.map(plain);
    for (const document of project.getReflectionsByKind(ReflectionKind.Document)) {
      document.content = document.content.map(plain);
      const [, title] = /^# (.*)$/m.exec(document.content[0]?.text ?? '') ?? [];
      document.name = title ?? document.name;
    }
  });
}
