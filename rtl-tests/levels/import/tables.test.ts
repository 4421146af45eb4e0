import { existsSync, readFileSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { orThrow } from '../../../generators/common/problems.js';
import { type Levels, levelsSchema } from '../../../generators/macro/config/levels.js';
import { parse } from '../../../generators/macro/config/parse.js';
import { at, inFolder, run, text } from './import-case.js';

inFolder();

const OUTPUT = 'table.levels.json';
const LEVELS = ['--kind', 'levels', '--convention', 'midpoint'];
const REFERENCES = ['--kind', 'references', '--convention', 'floor', '--range', '-100,10000'];

/** Levels that come of a file, or what is said of it. */
async function tried(file: string, ...args: string[]): Promise<Levels | string> {
  rmSync(at(OUTPUT), { force: true });
  const said = await run(at(file), ...args, '-o', at(OUTPUT), '--quiet');
  if (said !== '') {
    expect(existsSync(at(OUTPUT))).toBe(false);
    return said;
  }
  return orThrow(parse(OUTPUT, levelsSchema, JSON.parse(readFileSync(at(OUTPUT), 'utf8'))));
}

const LIST = [0, 1.5, 3, 6];
const PAIR = { references: [0.75, 2.25, 4.5], outputs: LIST };

describe('one list in a table is understood', () => {
  it.each([
    ['the index of a data frame', ',level\n0,0.0\n1,1.5\n2,3.0\n3,6.0\n'],
    ['the index of a filtered data frame', ',level\n10,0.0\n20,1.5\n21,3.0\n35,6.0\n'],
    ['an index with a name', 'idx,level\n0,0.0\n1,1.5\n2,3.0\n3,6.0\n'],
    ['an index that a second reading named', 'Unnamed: 0,level\n0,0.0\n1,1.5\n2,3.0\n3,6.0\n'],
    ['codes beside levels', 'level,code\n0.0,0\n1.5,1\n3.0,2\n6.0,3\n'],
    ['any title beside an index', ',conv1\n0,0.0\n1,1.5\n2,3.0\n3,6.0\n'],
    ['row names as R writes them', '"","x"\n"1",0\n"2",1.5\n"3",3\n"4",6\n'],
    ['row names without a title', 'x\n1 0\n2 1.5\n3 3\n4 6\n'],
    ['decimal commas', '0,0\n1,5\n3,0\n6,0\n'.replace('0,0\n', 'level\n0,0\n')],
    ['decimal commas in a row', '0,0 1,5 3,0 6,0\n'],
    ['decimal commas and semicolons', ';level\n0;0,0\n1;1,5\n2;3,0\n3;6,0\n'],
    ['decimal commas and tabs', '\tlevel\n0\t0,0\n1\t1,5\n2\t3,0\n3\t6,0\n'],
    ['decimal commas in quotes', '"","level"\r\n"0","0,0"\r\n"1","1,5"\r\n"2","3,0"\r\n"3","6,0"\r\n'],
    ['a byte order mark and CRLF', '\ufeff,level\r\n0,0.0\r\n1,1.5\r\n2,3.0\r\n3,6.0\r\n'],
    ['separators at the ends of lines', 'level;\n0;\n1,5;\n3;\n6;\n'],
    ['comments of every kind', '# made by hand\n% or not\n// at all\nlevel # of conv1\n0\n1.5\n\n3\n6\n'],
    ['units below the title', 'level\nuA\n0\n1.5\n3\n6\n'],
    ['a unit behind every number', '0 uA\n1.5 uA\n3 uA\n6 uA\n'],
    ['a unit at every number', '0mV;1.5mV;3mV;6mV\n'],
    ['a typographic minus', '\u22120\n1.5\n3\n6\n'],
    ['a data frame of one row', ',0,1,2,3\n0,0.0,1.5,3.0,6.0\n', '--header'],
    ['one column by its title', 'a,b,c\n1,0,9\n2,1.5,9\n3,3,9\n4,6,9\n', '--columns', 'b'],
    ['one column by its place', '1,0,9\n2,1.5,9\n3,3,9\n4,6,9\n', '--columns', '2'],
  ])('%s', async (_, content, ...more) => {
    expect(await tried(text('list.csv', content), ...LEVELS, ...more)).toMatchObject(PAIR);
    // What it lists has to be said all the same.
    expect(await tried('list.csv', ...more)).toContain('--kind: is missing');
  });

  it.each([
    ['thousands with commas in quotes', '"1,000.5"\n"2,000.5"\n"3,250.5"\n'],
    ['thousands with points', '1.000,5\n2.000,5\n3.250,5\n'.replaceAll('\n', ';\n')],
    ['thousands with blanks and decimal commas', '1 000,5;2 000,5;3 250,5\n'],
    ['thousands with narrow blanks', '1\u202f000.5\n2\u202f000.5\n3\u202f250.5\n'],
    ['thousands with apostrophes', "1'000.5\n2'000.5\n3'250.5\n"],
    ['thousands with underscores', '1_000.5\n2_000.5\n3_250.5\n'],
  ])('%s', async (_, content) => {
    const found = await tried(text('list.csv', content), ...REFERENCES);
    expect(found).toMatchObject({ references: [1000.5, 2000.5, 3250.5] });
  });
});

describe('references and outputs in a table are understood', () => {
  it.each([
    ['beside an index', ',reference,output\n0,,0\n1,0.75,1.5\n2,2.25,3\n3,4.5,6\n'],
    ['in the other order', ',level,threshold\n0,0,\n1,1.5,0.75\n2,3,2.25\n3,6,4.5\n'],
    ['with absent values by name', 'threshold,value\nNA,0\n0.75,1.5\n2.25,3\n4.5,6\n'],
    ['with decimal commas', 'threshold;value\n;0\n0,75;1,5\n2,25;3\n4,5;6\n'],
    ['with codes', 'code,threshold,value\n0,,0\n1,0.75,1.5\n2,2.25,3\n3,4.5,6\n'],
    ['among other columns', 'a,b,c,d\n7,,9,0\n7,0.75,9,1.5\n7,2.25,9,3\n7,4.5,9,6\n', '--columns', 'b,d'],
    ['by their places', '7,,9,0\n7,0.75,9,1.5\n7,2.25,9,3\n7,4.5,9,6\n', '--columns', '2,4'],
  ])('%s', async (_, content, ...more) => {
    expect(await tried(text('pair.csv', content), ...more)).toMatchObject(PAIR);
  });
});

describe('what can be read in two ways is refused, and every option that is named settles it', () => {
  const numbered = (rows: readonly string[]) => rows.map((row) => `${row}\n`).join('');

  it.each([
    ['whole numbers or decimal commas', numbered(['0,0', '1,5', '3,7', '6,9'])],
    ['thousands or decimal commas', numbered(['"1,500"', '"2,250"', '"3,750"', '"6,125"'])],
    ['two notations', numbered(['0.5', '"1,5"', '3', '6']), true],
    ['an index without a name', numbered(['0,0.0', '1,1.5', '2,3.0', '3,6.0'])],
    ['codes without a name', numbered(['0.5,0', '1.5,1', '2.5,2', '3.5,3'])],
    ['a data frame without names', numbered([',0', '0,0.0', '1,1.5', '2,3.0', '3,6.0'])],
    ['a series of three that could be references', numbered([',0', '0,0.5', '1,1.5', '2,3.5'])],
    [
      'a data frame of two columns without names',
      numbered([',0,1', '0,0.0,0.5', '1,1.5,2.5', '2,3.0,4.5', '3,6.0,7.5']),
    ],
    ['titles that tell nothing', numbered(['a,b', '0.0,0.5', '1.5,2.5', '3.0,4.5', '6.0,7.5'])],
    ['two kinds of levels', numbered(['low_level,high_level', '0,1', '2,3', '4,5', '6,7'])],
    ['three columns', numbered(['0.0,0.5,9', '1.5,2.5,9', '3.0,4.5,9', '6.0,7.5,9'])],
  ])('%s', async (_, content, broken = false) => {
    text('open.csv', content);
    const refusals = [await tried('open.csv', ...LEVELS), await tried('open.csv')] as const;
    for (const refusal of refusals) {
      expect(refusal).toMatch(/^(open\.csv|--kind):/);
      const settled = [
        ...String(refusal).matchAll(/(?:--header )?--(columns|decimal) ([\w,]+\b)|--header(?! --)/g),
      ];
      expect(String(refusal).startsWith('--kind') || settled.length > 1).toBe(true);
      for (const [option] of broken ? [] : settled) {
        const both = option.includes('--columns') && option.includes(',');
        const stated = await tried('open.csv', ...option.split(' '), ...(both ? [] : LEVELS));
        const twofold = String(stated).startsWith('--kind: does not go');
        const levels = twofold ? await tried('open.csv', ...option.split(' ')) : stated;
        // Whichever is chosen, the file is read as it says; what it then holds may still break a rule of levels.
        if (typeof levels === 'string')
          expect(levels).toMatch(/has \d+ (levels|references|outputs)|lies outside the bin|is below/);
        else expect(levels.bits).toBeGreaterThan(0);
      }
    }
  });

  it('names a column that is not there, and those that are', async () => {
    text('named.csv', 'a,b\n0,1\n2,3\n');
    expect(await tried('named.csv', '--columns', 'c')).toBe(
      '--columns: "c" is no column of named.csv\n  Its columns: 1..2, "a", "b".',
    );
    expect(await tried('named.csv', '--columns', '3')).toContain('"3" is no column of named.csv');
    expect(await tried('named.csv', '--columns', 'a,b,c')).toContain(
      'Give one column, or references,outputs.',
    );
  });

  it('refuses units that differ', async () => {
    expect(await tried(text('units.csv', '0 mV;0.5 V;1 V;2 V\n'), ...LEVELS)).toBe(
      'units.csv: has numbers with "mV" and "V"\n  Write all numbers in one unit; --scale says how many activation units that is.',
    );
  });
});
