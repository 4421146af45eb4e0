import fc from 'fast-check';
import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { exact, number } from '../../../generators/package/datasheet/words.js';
import {
  type Block,
  code,
  type Document,
  NONE,
  terms,
  text,
  ticked,
} from '../../../generators/package/pages/document.js';
import { htmlOf } from '../../../generators/package/pages/html.js';
import { jsonOf } from '../../../generators/package/pages/json.js';
import { escapedMarkdown, markdownOf } from '../../../generators/package/pages/markdown.js';
import { markup } from '../../../generators/package/pages/markup.js';
import { picture } from '../../../generators/package/pages/svg.js';

const EVIL = 'a|b `c` <b>*d*</b> _e_ [f](g) & --> $h$\n# i';

/** A page with one of each kind of block, in which all that a config can say is what it is told. */
function page(name: string): Document {
  const blocks: Block[] = [
    text(['The module ', code(name), ' of ', name, '.']),
    { kind: 'notice', text: `Mind ${name}.` },
    terms(['Licence', name], ['Term', ticked('is `ready` now')]),
    {
      kind: 'table',
      id: 'numbers',
      caption: `Numbers of ${name}`,
      columns: [
        { key: 'name', title: 'Name', head: true, code: true },
        { key: 'words', title: 'Words' },
        { key: 'value', title: 'Value', numbers: true },
      ],
      rows: [
        [name, name, number(-0.123456)],
        ['second', 'two', NONE],
      ],
      folded: { summary: name, open: false },
    },
    {
      kind: 'table',
      id: 'grouped',
      caption: 'Groups',
      columns: [{ key: 'pin', title: 'Pin' }],
      rows: [],
      groups: [
        { title: 'Bus', rows: [['psel']] },
        { title: name, rows: [['irq'], ['done']] },
      ],
    },
    {
      kind: 'figure',
      scrolls: 'Curve',
      svg: markup(picture(10, 10, `Curve of ${name}.`, '')),
      caption: name,
    },
    { kind: 'drawing', label: 'Bits', svg: markup(picture(10, 10, 'Bits.', '')) },
    { kind: 'part', title: [code(name)], note: 'at 0', blocks: [text(name)] },
  ];
  return {
    report: 'macro',
    kind: 'A kind of page',
    title: name,
    windowTitle: name,
    header: [`Made of ${name}`],
    facts: [{ label: 'Rows', value: name, note: name }],
    sections: [
      { id: 'all', title: name, blocks },
      {
        id: 'live',
        title: 'Live',
        screenOnly: true,
        blocks: [{ kind: 'screen', html: markup('<form id="x"></form>') }],
      },
    ],
  };
}

describe('a page as HTML', () => {
  const { document } = parseHTML(htmlOf(page(EVIL), '<script>1 </script>\n'));
  // HTML knows no line ends within words.
  const words = (selector: string) => document.querySelector(selector)!.textContent;

  it('shows text as text', () => {
    expect(document.querySelectorAll('b')).toHaveLength(1);
    expect(words('h1')).toBe(EVIL);
    expect(words('#all h2')).toBe(EVIL);
    expect(words('caption')).toBe(`Numbers of ${EVIL}`);
    expect(words('tbody th code')).toBe(EVIL);
    expect(words('.terms dd')).toBe(EVIL);
    expect(words('details summary')).toBe(EVIL);
    expect(document.querySelector('figure svg')!.getAttribute('aria-label')).toBe(`Curve of ${EVIL}.`);
  });

  it('has all sections in its contents, and what only a browser shows', () => {
    const links = [...document.querySelectorAll('nav a')].map((link) => link.getAttribute('href'));
    expect(links).toEqual(['#all', '#live']);
    expect(document.querySelectorAll('form')).toHaveLength(1);
    expect(document.querySelectorAll('script')).toHaveLength(1);
  });

  it('says of every cell what it belongs to', () => {
    const [first] = document.querySelectorAll('tbody tr');
    expect([...first!.children].map((cell) => cell.tagName)).toEqual(['TH', 'TD', 'TD']);
    expect(document.querySelectorAll('th[scope="rowgroup"]')).toHaveLength(2);
    for (const region of document.querySelectorAll('.scroll')) {
      expect(region.getAttribute('aria-label')).not.toBe('');
      expect(region.getAttribute('tabindex')).toBe('0');
    }
  });
});

describe('a page as Markdown', () => {
  const markdown = markdownOf(page(EVIL));

  it('has a line for each row, whatever the cells hold', () => {
    const rows = markdown.split('\n').filter((line) => line.startsWith('| '));
    // Bars that divide cells are those without a backslash before them.
    const cells = rows.map((row) => row.split(/(?<!\\)\|/).length - 2);
    expect(cells).toEqual([3, 3, 3, 3, 3, 1, 1, 1, 1, 1]);
    expect(rows[3]).toContain('``a\\|b `c` <b>*d*</b> _e_ [f](g) & --> $h$ # i``');
    expect(rows[3]).toContain('−0.1235');
    expect(rows[4]).toBe('| `second` | two |  |');
  });

  it('leaves out what only a browser shows, and tells pictures in words', () => {
    expect(markdown).not.toContain('Live');
    expect(markdown).not.toContain('form');
    expect(markdown).toContain(`*Figure:* ${escapedMarkdown(EVIL)} Curve of ${escapedMarkdown(EVIL)}.`);
  });

  it('does not let a config end the comment at its head', () => {
    expect(markdown.indexOf('-->')).toBe(markdown.indexOf('\n-->\n') + 1);
  });

  it.each([
    ['plain', 'plain'],
    ['column_lut', 'column_lut'],
    ['_start and end_', '\\_start and end\\_'],
    ['# no heading', '\\# no heading'],
    ['- no item', '\\- no item'],
    ['12. no item', '12\\. no item'],
    ['14.29 .. 46.62', '14.29 .. 46.62'],
    ['a|b', 'a\\|b'],
    ['<script>', '\\<script\\>'],
    ['a\\b', 'a\\\\b'],
    ['two\nlines\u2028three', 'two lines three'],
  ])('writes %j as %s', (words, written) => {
    expect(escapedMarkdown(words)).toBe(written);
  });

  it('loses no character: without the backslashes of the escapes the words are there again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (words) => {
        expect(escapedMarkdown(words).replace(/\\([!-/:-@[-`{-~])/g, '$1')).toBe(words);
      }),
    );
  });
});

describe('a page as JSON', () => {
  const json = JSON.parse(jsonOf(page(EVIL)));
  const [section] = json.sections;

  it('has tables as records, numbers as numbers, and null where there is none', () => {
    expect(json).toMatchObject({ report: 'macro', name: EVIL, facts: [{ label: 'Rows', value: EVIL }] });
    expect(json.sections).toHaveLength(1);
    expect(section.tables[0]).toEqual({
      id: 'numbers',
      caption: `Numbers of ${EVIL}`,
      rows: [
        { name: EVIL, words: EVIL, value: -0.123456 },
        { name: 'second', words: 'two', value: null },
      ],
    });
    expect(section.tables[1].rows).toEqual([
      { group: 'Bus', pin: 'psel' },
      { group: EVIL, pin: 'irq' },
      { group: EVIL, pin: 'done' },
    ]);
  });

  it('has sentences, terms, figures and parts as text', () => {
    expect(section.text).toEqual([`The module ${EVIL} of ${EVIL}.`, `Mind ${EVIL}.`]);
    expect(section.terms[1]).toEqual({ term: 'Term', meaning: 'is ready now' });
    expect(section.figures).toEqual([{ caption: EVIL, shows: `Curve of ${EVIL}.` }]);
    expect(section.parts).toEqual([{ title: EVIL, note: 'at 0', text: [EVIL] }]);
  });
});

it('numbers of a cell are printed with a minus, and kept exactly', () => {
  expect([number(-1 / 3), exact(-1234567)]).toEqual([
    { value: -1 / 3, text: '−0.3333' },
    { value: -1234567, text: '−1234567' },
  ]);
});
