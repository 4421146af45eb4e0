/**
 * A plugin of TypeDoc for `npm run docs:site`: pages of docs/ are called by their first heading, not by their file, and
 * blocks without a language, which are diagrams and what commands print, are not coloured as code. What TypeDoc's theme
 * lacks for who does not see a page, or uses it without a pointer, is added to its HTML.
 */
import { Converter, PageEvent, ReflectionKind } from 'typedoc';

const plain = (part) =>
  part.kind === 'code' ? { ...part, text: part.text.replace(/^```\n/, '```text\n') } : part;

/** @param {string} html of a page */
export function accessible(html) {
  let last = 1;
  return (
    html
      // Readers of screens jump to what is said, and know where they are.
      .replace('<div class="col-content">', '<div class="col-content" role="main">')
      .replace('<div class="page-menu">', '<div class="page-menu" role="region" aria-label="This page">')
      .replace('<nav class="tsd-navigation">', '<nav class="tsd-navigation" aria-label="All pages">')
      // Nor is there a control within a control: what unfolds needs no link to itself.
      .replace(/<summary[\s\S]*?<\/summary>/g, (summary) =>
        summary.replace(/<a [^>]*tsd-anchor-icon[^>]*>[\s\S]*?<\/a>/g, ''),
      )
      // A corner of a table is no heading.
      .replaceAll('<th></th>', '<td></td>')
      // What is wider than a telephone scrolls, also by keyboard.
      .replaceAll('<pre>', '<pre tabindex="0">')
      .replaceAll('<table>', '<table tabindex="0">')
      .replaceAll('<div class="tsd-signature">', '<div class="tsd-signature" tabindex="0">')
      // No level of headings is left out on the way down: the theme begins with the fourth.
      .replace(/<h([1-6])([^>]*)>([\s\S]*?)<\/h\1>/g, (whole, level, attributes, inside) => {
        const shown = Math.min(Number(level), last + 1);
        last = shown;
        if (shown === Number(level)) return whole;
        return `<h${shown}${attributes} data-level="${level}">${inside}</h${shown}>`;
      })
  );
}

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
  app.renderer.on(PageEvent.END, (page) => {
    page.contents &&= accessible(page.contents);
  });
}
