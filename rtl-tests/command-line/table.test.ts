import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  paragraphs,
  TERMINAL_COLUMNS,
  textTable,
  wrapped,
} from '../../generators/command-line/report/table.js';

const plain = (...names: string[]) => names.map((name) => ['', name] as const);

describe('a table', () => {
  it('has words to the left, numbers to the right, and no upper line of titles that is empty', () => {
    const body = [
      ['one', '1', '10'],
      ['three', '300', '2'],
    ];
    expect(textTable(plain('name', 'n', 'cells'), body, (column) => column === 0)).toEqual([
      'name     n  cells',
      '-----  ---  -----',
      'one      1     10',
      'three  300      2',
    ]);
    expect(
      textTable(
        [
          ['', 'a'],
          ['of', 'b'],
        ],
        [['1', '2']],
        () => false,
      )[0],
    ).toBe('   of');
  });

  it('goes on below, with its keys, where a terminal has no room', () => {
    const titles = plain(
      'bits',
      'layer',
      ...Array.from({ length: 9 }, (_, at) => `column ${at}.`.padEnd(11, 'x')),
    );
    const body = [['4', 'fc1', ...'abcdefghi']];
    const lines = textTable(titles, body, (column) => column === 1, { keys: 2 });
    expect(lines).toEqual([
      'bits  layer  column 0.xx  column 1.xx  column 2.xx  column 3.xx  column 4.xx',
      '----  -----  -----------  -----------  -----------  -----------  -----------',
      '   4  fc1              a            b            c            d            e',
      '',
      'bits  layer  column 5.xx  column 6.xx  column 7.xx  column 8.xx',
      '----  -----  -----------  -----------  -----------  -----------',
      '   4  fc1              f            g            h            i',
    ]);
  });

  it('keeps the ends of names that are too long', () => {
    const name = `${'features.'.repeat(12)}conv1`;
    const [, , line] = textTable(plain('layer', 'cells'), [[name, '12']], (column) => column === 0);
    expect(line).toMatch(/^\.\.[.a-z]*features\.conv1 {5}12$/);
  });

  it('is never wider than a terminal and loses no column, whatever it holds', () => {
    const cells = fc.array(fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 4, maxLength: 16 }), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(
        cells,
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 0, max: 6 }),
        (rows, keys, indent) => {
          const count = Math.min(...rows.map((row) => row.length));
          const titles = Array.from({ length: count }, (_, at) => ['', `t${at}`] as const);
          const body = rows.map((row) => row.slice(0, count).map((length) => 'x'.repeat(length)));
          const lines = textTable(titles, body, (column) => column < keys, { keys, indent });
          for (const line of lines) {
            expect(line.length).toBeLessThanOrEqual(TERMINAL_COLUMNS);
            expect(line === '' || line.startsWith(' '.repeat(indent))).toBe(true);
          }
          const shown = lines.join(' ').match(/\bt\d+\b/g) ?? [];
          for (const [, title] of titles) expect(shown).toContain(title);
        },
      ),
    );
  });
});

it('words stay whole on lines that fit', () => {
  const lines = wrapped(
    Array.from({ length: 30 }, (_, at) => `word${at}`),
    '    ',
    '  label ',
  );
  expect(lines[0]).toMatch(/^ {2}label word0 word1 /);
  expect(lines.slice(1).every((line) => line.startsWith('    word'))).toBe(true);
  expect(lines.every((line) => line.length <= TERMINAL_COLUMNS)).toBe(true);
  expect(lines.join(' ').match(/word\d+/g)).toHaveLength(30);
  expect(paragraphs(['one.', 'two.'])).toEqual(['one.', 'two.']);
});
