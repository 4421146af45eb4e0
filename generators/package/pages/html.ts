import { render } from '../text/render.js';
import type { Block, Cell, Column, Document, Figure, Prose, Section, Table } from './document.js';
import { escaped } from './svg.js';

/**
 * A document as a page: one file that needs no other, light and dark, for a browser or a printer.
 *
 * @param scripts elements at its end; the page's policy lets scripts in the page run and nothing else
 */
export function htmlOf(page: Document, scripts = ''): string {
  const { kind, title, windowTitle, header, facts, sections } = page;
  const html = render('docs/page.html', {
    ...{ kind: escaped(kind), title: escaped(title), windowTitle: escaped(windowTitle) },
    header: header.map((line) => `  ${escaped(line)}`).join('\n'),
    facts: facts.map((fact) => ({
      ...{ label: escaped(fact.label), value: escaped(fact.value), note: escaped(fact.note) },
    })),
    sections: sections.map((section) => ({
      ...{ id: section.id, title: escaped(section.title), body: sectionHtml(section) },
    })),
  });
  // Scripts are not text of this tool's own: no template touches them.
  const end = html.lastIndexOf('</body>');
  return `${html.slice(0, end)}${scripts}${html.slice(end)}`;
}

function sectionHtml({ blocks }: Section): string {
  return blocks.map(blockHtml).join('\n');
}

function proseHtml(words: Prose): string {
  if (typeof words === 'string') return escaped(words);
  return words
    .map((part) => (typeof part === 'string' ? escaped(part) : `<code>${escaped(part.code)}</code>`))
    .join('');
}

function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'text':
      return `<p>${proseHtml(block.text)}</p>`;
    case 'notice':
      return `<p class="notice">${proseHtml(block.text)}</p>`;
    case 'pair':
      return lines('<div class="pair">', ...block.figures.map(figureHtml), '</div>');
    case 'table':
      return foldedHtml(block);
    case 'figure':
      return figureHtml(block);
    case 'drawing':
      return scrolling(block.label, block.svg.markup);
    case 'terms':
      return lines(
        '<dl class="terms">',
        ...block.entries.map(([term, meaning]) => `<dt>${escaped(term)}</dt><dd>${proseHtml(meaning)}</dd>`),
        '</dl>',
      );
    case 'part': {
      const note = block.note === undefined ? '' : ` <span class="at">${escaped(block.note)}</span>`;
      const heading = `<h3>${proseHtml(block.title)}${note}</h3>`;
      const body = block.blocks.map(blockHtml);
      // A short part stays on one page of paper.
      return lines(
        block.note === undefined ? '<section>' : '<section class="register">',
        heading,
        ...body,
        '</section>',
      );
    }
    case 'screen':
      return block.html.markup;
  }
}

function lines(...all: readonly string[]): string {
  return all.join('\n');
}

/** What is wider than the page scrolls, also by keyboard, and says what it is. */
function scrolling(label: string, ...inside: readonly string[]): string {
  const inner = inside.length === 1 ? inside[0]! : `\n${lines(...inside)}\n`;
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escaped(label)}">${inner}</div>`;
}

function figureHtml({ scrolls, caption, svg }: Figure): string {
  const drawing = scrolls === '' ? svg.markup : scrolling(scrolls, svg.markup);
  return lines('<figure>', drawing, `<figcaption>${proseHtml(caption)}</figcaption>`, '</figure>');
}

function foldedHtml(table: Table): string {
  const { folded } = table;
  if (folded === undefined) return tableHtml(table);
  return lines(
    `<details${folded.open ? ' open' : ''}>`,
    `<summary>${escaped(folded.summary)}</summary>`,
    tableHtml(table),
    '</details>',
  );
}

function tableHtml({ caption, columns, rows, groups, dense, quiet }: Table): string {
  const titles = columns.map(({ title, numbers }) => {
    const numeric = numbers === true ? ' class="num"' : '';
    return title === '' ? `<td${numeric}></td>` : `<th scope="col"${numeric}>${escaped(title)}</th>`;
  });
  const body = (some: Table['rows']) => some.map((row) => rowHtml(row, columns));
  const bodies =
    groups === undefined
      ? lines('<tbody>', ...body(rows), '</tbody>')
      : lines(
          ...groups.map((group) =>
            lines(
              '<tbody>',
              `<tr class="group"><th colspan="${columns.length}" scope="rowgroup">${escaped(group.title)}</th></tr>`,
              ...body(group.rows),
              '</tbody>',
            ),
          ),
        );
  return scrolling(
    caption,
    dense === true ? '<table class="dense">' : '<table>',
    `<caption${quiet === true ? ' class="quiet"' : ''}>${escaped(caption)}</caption>`,
    `<thead><tr>${titles.join('')}</tr></thead>`,
    bodies,
    '</table>',
  );
}

function rowHtml(row: readonly Cell[], columns: readonly Column[]): string {
  const cells = columns.map(({ numbers, code, head }, at) => {
    const cell = row[at]!;
    const words = escaped(typeof cell === 'string' ? cell : cell.text);
    const inside = code === true && words !== '' ? `<code>${words}</code>` : words;
    const numeric = numbers === true ? ' class="num"' : '';
    return head === true ? `<th scope="row"${numeric}>${inside}</th>` : `<td${numeric}>${inside}</td>`;
  });
  return `<tr>${cells.join('')}</tr>`;
}
