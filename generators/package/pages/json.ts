import { type Block, type Cell, type Document, plainText, type Section, type Table } from './document.js';
import { labelOf } from './markdown.js';

/**
 * A document for machines: sections by their names, tables as records with numbers as numbers, sentences and pictures as
 * text. What is empty is left out; a number that there is none of is null.
 */
export function jsonOf({ report, title, header, facts, sections }: Document): string {
  const said = sections.filter(({ screenOnly }) => screenOnly !== true);
  return `${JSON.stringify({ report, name: title, origin: header, facts, sections: said.map(sectionJson) }, null, 2)}\n`;
}

function sectionJson({ id, title, blocks }: Section) {
  return { id, title, ...blocksJson(blocks) };
}

function blocksJson(blocks: readonly Block[]): object {
  const flat = blocks.flatMap((block): readonly Block[] => (block.kind === 'pair' ? block.figures : [block]));
  const of = <Kind extends Block['kind']>(kind: Kind) =>
    flat.filter((block): block is Extract<Block, { readonly kind: Kind }> => block.kind === kind);
  const lists = {
    text: [...of('text'), ...of('notice')].map((block) => plainText(block.text)),
    terms: of('terms').flatMap(({ entries }) =>
      entries.map(([term, words]) => ({ term, meaning: plainText(words) })),
    ),
    tables: of('table').map(tableJson),
    figures: of('figure').map((figure) => ({ caption: plainText(figure.caption), shows: labelOf(figure) })),
    parts: of('part').map((part) => ({
      title: plainText(part.title),
      ...(part.note !== undefined && { note: part.note }),
      ...blocksJson(part.blocks),
    })),
  };
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0));
}

function tableJson({ id, caption, columns, rows, groups }: Table) {
  const value = (cell: Cell) => (typeof cell === 'string' ? cell : (cell.value ?? null));
  const records = (some: Table['rows']) =>
    some.map((row) => Object.fromEntries(columns.map(({ key }, at) => [key, value(row[at]!)])));
  const all = groups?.flatMap(({ title, rows: some }) =>
    records(some).map((record) => ({ group: title, ...record })),
  );
  return { id, caption, rows: all ?? records(rows) };
}
