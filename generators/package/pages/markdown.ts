import {
  type Block,
  type Cell,
  type Column,
  type Document,
  type Figure,
  type Prose,
  plainText,
  type Table,
} from './document.js';

/** What says what a picture shows: its own label, written for who does not see it. */
const LABEL = / aria-label="([^"]*)"/;
const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };

/** A document as Markdown of GitHub's kind. Pictures are told in words. */
export function markdownOf({ kind, title, header, facts, sections }: Document): string {
  const blocks = [
    // A comment ends at the first "--" and an angle bracket behind it.
    `<!--\n${header.map((line) => `  ${line.replaceAll('--', '- -')}`).join('\n')}\n-->`,
    `# ${escapedMarkdown(title)}`,
    escapedMarkdown(kind),
    ...(facts.length === 0
      ? []
      : [
          pipes(
            FACTS,
            facts.map(({ label, value, note }) => [label, value, note]),
          ),
        ]),
    ...sections
      .filter(({ screenOnly }) => screenOnly !== true)
      .flatMap((section) => [
        `## ${escapedMarkdown(section.title)}`,
        ...section.blocks.flatMap(blockMarkdown),
      ]),
  ];
  return `${blocks.join('\n\n')}\n`;
}

const FACTS: readonly Column[] = ['', '', ''].map((word, at) => ({ key: String(at), title: word }));

/** The label of a picture. */
export function labelOf({ svg }: Figure): string {
  const label = LABEL.exec(svg.markup)?.[1] ?? '';
  return label.replace(/&(?:amp|lt|gt|quot);/g, (entity) => ENTITIES[entity]!);
}

function blockMarkdown(block: Block): string[] {
  switch (block.kind) {
    case 'text':
      return [proseMarkdown(block.text)];
    case 'notice':
      return [`> ${proseMarkdown(block.text)}`];
    case 'pair':
      return block.figures.map(figureMarkdown);
    case 'figure':
      return [figureMarkdown(block)];
    case 'table':
      return tableMarkdown(block);
    case 'terms':
      return [
        block.entries
          .map(([term, words]) => `- ${escapedMarkdown(term)}: ${proseMarkdown(words)}`)
          .join('\n'),
      ];
    case 'part': {
      const note = block.note === undefined ? '' : ` (${escapedMarkdown(block.note)})`;
      return [`### ${proseMarkdown(block.title)}${note}`, ...block.blocks.flatMap(blockMarkdown)];
    }
    // The table next to a drawing says the same.
    case 'drawing':
    case 'screen':
      return [];
  }
}

function figureMarkdown(figure: Figure): string {
  return `*Figure:* ${proseMarkdown(figure.caption)} ${escapedMarkdown(labelOf(figure))}`;
}

function tableMarkdown({ caption, columns, rows, groups }: Table): string[] {
  if (groups === undefined) return [`*Table:* ${escapedMarkdown(caption)}`, pipes(columns, rows)];
  return groups.flatMap(({ title, rows: some }) => [
    `*Table:* ${escapedMarkdown(caption)}: ${escapedMarkdown(title)}`,
    pipes(columns, some),
  ]);
}

function pipes(columns: readonly Column[], rows: readonly (readonly Cell[])[]): string {
  const cellText = (cell: Cell, { code }: Column) => {
    const words = typeof cell === 'string' ? cell : cell.text;
    if (code === true && words !== '') return codeSpan(words).replaceAll('|', '\\|');
    return escapedMarkdown(words);
  };
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    row(columns.map(({ title }) => escapedMarkdown(title))),
    `|${columns.map(({ numbers }) => (numbers === true ? '---:' : '---')).join('|')}|`,
    ...rows.map((cells) => row(columns.map((column, at) => cellText(cells[at]!, column)))),
  ].join('\n');
}

function proseMarkdown(words: Prose): string {
  if (typeof words === 'string') return escapedMarkdown(words);
  const parts = words.map((part) => (typeof part === 'string' ? escapedMarkdown(part) : codeSpan(part.code)));
  return plainText(words) === '' ? '' : parts.join('');
}

/** Text on one line, every character of which means itself. */
export function escapedMarkdown(words: string): string {
  return (
    oneLine(words)
      .replace(/[\\`*[\]<>|~&$]/g, '\\$&')
      // Within a word an underline means nothing.
      .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_')
      // At the beginning these make headings and lists.
      .replace(/^(\s*)([-+#=])/, '$1\\$2')
      .replace(/^(\s*\d+)([.)])(?=\s|$)/, '$1\\$2')
  );
}

/** Code with as many ticks around it as it takes. */
function codeSpan(name: string): string {
  const inside = oneLine(name);
  const ticks = '`'.repeat(Math.max(0, ...[...inside.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
  const pad = inside.startsWith('`') || inside.endsWith('`') ? ' ' : '';
  return `${ticks}${pad}${inside}${pad}${ticks}`;
}

function oneLine(words: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return words.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
}
