import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../../generators/levels/import/csv.js';
import { array, at, inFolder, run, text } from './import-case.js';

inFolder();

const REFUSED = 'refused.levels.json';
const refusal = (file: string, ...args: string[]) => run(at(file), ...args, '-o', at(REFUSED));

describe('what is refused, and what is said of it', () => {
  const levels = ['--kind', 'levels', '--convention', 'midpoint'];
  const references = ['--kind', 'references', '--convention', 'midpoint'];
  const floor = ['--kind', 'references', '--convention', 'floor'];

  it.each([
    ['0\n1\nx\n3\n', levels, 'list.csv: line 3: "x" is not a number'],
    [
      '0,5;1.5;2\n',
      levels,
      'list.csv: has "1.5" and "0,5": two notations\n  Say which mark stands before the fraction: --decimal point, or --decimal comma.',
    ],
    ['0\n1\nnan\n3\n', levels, 'list.csv: line 3: NaN is not a finite number'],
    ['0\n1\n2\ninf\n', levels, 'list.csv: line 4: Infinity is not a finite number'],
    ['0\ninf\n2\n', references, 'list.csv: line 2: Infinity is not a finite number'],
    ['0,1,,3\n', levels, 'list.csv: line 1, value 3: is blank'],
    ['0\n2\n1\n3\n', levels, 'list.csv: line 3: 1 is below 2, the value before it: values must not decrease'],
    [
      '3\n2\n1\n0\n',
      levels,
      'list.csv: line 2: 2 is below 3, the value before it: values must not decrease\n  The whole list decreases: reverse it.',
    ],
    [
      '0\n1\n2\n3\n4\n5\n',
      levels,
      'list.csv: has 6 levels; 2^b are allowed, b in 1..8\n  The nearest: 8, for b = 3.',
    ],
    [
      '0\n1\n2\n3\n4\n5\n',
      references,
      'list.csv: has 6 references; 2^b - 1 are allowed, and up to 2 outer edges, b in 1..8\n  The nearest: 7 references, for b = 3.',
    ],
    [
      '0\n1\n2\n3\n',
      references,
      'list.csv: has 4 references: one of them is an outer edge, of the first bin or of the last\n  Say which: --edges lower, or --edges upper.',
    ],
    [
      '0\n1\n2\n',
      [...references, '--edges', 'upper'],
      'list.csv: has 3 references; with the upper outer edge there are 2^b\n  The nearest: 3 references, for b = 2.',
    ],
    [
      '0\n1\n2\n',
      references,
      'list.csv: does not hold the lower edge of the first bin and the upper edge of the last bin, on which outputs depend\n  Give --range low,high, or --histogram-from samples, whose extremes are then the edges.',
    ],
    [
      '0\n1\n2\n',
      floor,
      'list.csv: does not hold the lower edge of the first bin, on which outputs depend\n  Give --range low,high, or --histogram-from samples, whose extremes are then the edges.',
    ],
    [
      '0\n1\n2\n',
      [...floor, '--range', '0,3'],
      '--range: 0 .. 3 does not enclose the references 0 .. 2\n  Give --range low,high that lies around them.',
    ],
    [
      '0\n1\n2\n3\n4\n',
      [...floor, '--range', '0,3'],
      '--range: list.csv holds the outer edges 0 and 4 itself\n  Leave it out.',
    ],
    [
      '0 1 2\n3 4 5\n',
      levels,
      'list.csv: has 3 columns; one list is read, or references and outputs\n  Say which: --columns 1 for one list, --columns 1,2 for references and outputs, by their places.',
    ],
    ['# nothing\n', levels, 'list.csv: holds no numbers'],
    ['', levels, 'list.csv: holds no numbers'],
    [`${'1\n'.repeat(5000)}`, levels, 'list.csv: holds 5000 numbers, which levels never do'],
    ['0\n1\n', [], '--kind: is missing\n  Say what list.csv lists: references or levels.'],
    [
      '0\n1\n',
      [...levels, '--edges', 'both'],
      '--edges: does not go with levels\n  Leave it out, or use --kind references.',
    ],
    [
      '0\n1\n',
      [...levels, '--refit'],
      '--refit: needs samples\n  Give --histogram-from, or leave --refit out.',
    ],
    [
      ',0\n1,2\n',
      levels,
      '--kind: does not go with references and outputs both\n  Leave it out; or name the one column that is meant, such as --columns 2.',
    ],
    [
      ',0\n1,2\n2,3\n',
      [],
      'list.csv: has 3 outputs; 2^b are allowed, b in 1..8\n  The nearest: 4, for b = 2.',
    ],
    [
      ',0\n,1\n1,2\n2,3\n',
      [],
      'list.csv: has 2 references, 4 outputs need 3, and up to 2 outer edges\n  Use 3 references, or 4 outputs.',
    ],
    [
      ',0\n1,2\n3,5\n4,6\n',
      [],
      'list.csv: line 3, column 2: output 5 lies outside the bin of code 2, 3 .. 4\n  Check that references and outputs belong together, and which outer edges are there (--edges).',
    ],
    [
      ',0\n1,2\n3,4\n5,6\n',
      ['--convention', 'floor'],
      'list.csv: line 2, column 2: 2 does not follow the convention floor, by which it would be 1\n  Leave --convention out to take both lists as they are.',
    ],
    [
      ',0\n1,2\n3.5,4\n5,6\n',
      ['--convention', 'midpoint'],
      'list.csv: line 3, column 1: 3.5 does not follow the convention midpoint, by which it would be 3\n  Leave --convention out to take both lists as they are.',
    ],
  ])('%j %j', async (content, args, message) => {
    expect(await refusal(text('list.csv', content), ...args)).toBe(message);
    expect(existsSync(at(REFUSED))).toBe(false);
  });

  it('a convention that is not stated', async () => {
    const said = await refusal(text('list.csv', '0\n1\n'), '--kind', 'levels');
    expect(said).toMatch(
      /^--convention: is missing\n +Say how the levels are meant\. midpoint: .* floor: .*/,
    );
  });

  it('arrays of other shapes, sizes and kinds', async () => {
    const square = array('square.npy', new Float64Array(8), [2, 4]);
    expect(await refusal(square, ...levels)).toMatch(
      /^square\.npy: has the shape \(2, 4\); lists are read, .*\n +Save references and outputs as two files/,
    );
    const many = array('many.npy', new Float32Array(100_000));
    expect(await refusal(many, ...levels)).toBe('many.npy: holds 100000 numbers, which levels never do');
    expect(await refusal(array('none.npy', new Float32Array(0)), ...levels)).toBe(
      'none.npy: holds no numbers',
    );
    const falling = array('falling.npy', new Float32Array([0, 2, 1, 3]));
    expect(await refusal(falling, ...levels)).toBe(
      'falling.npy: [2]: 1 is below 2, the value before it: values must not decrease',
    );
    writeFileSync(at('array.csv'), readFileSync(at('falling.npy')));
    expect(await refusal('array.csv', ...levels)).toMatch(/^array\.csv: is not a text file/);
  });

  it('two columns where a second file has the outputs', async () => {
    text('table.csv', ',0\n1,2\n');
    const said = await refusal(text('list.csv', '1\n'), '--outputs', at('table.csv'));
    expect(said).toBe(
      'table.csv: has two columns; beside --outputs one list a file is read\n  Import table.csv alone, without --outputs.',
    );
  });

  it('files that are not there, and names that are not allowed', async () => {
    expect(await refusal('nowhere.csv', ...levels)).toBe('nowhere.csv: no such file');
    expect(await refusal('nowhere.npy', ...levels)).toBe('nowhere.npy: no such file');
    expect(await refusal(text('list.csv', '0\n1\n'), ...levels, '--name', '../x')).toMatch(
      /^list\.csv: name: "\.\.\/x" is not a layer name/,
    );
  });

  it.each([
    ['--range', '1'],
    ['--range', '3,1'],
    ['--scale', '0'],
    ['--offset', 'much'],
    ['--kind', 'centres'],
    ['--convention', 'ceil'],
    ['--edges', 'one'],
  ])('%s %s', async (option, value) => {
    expect(await refusal('list.csv', option, value)).toMatch(
      new RegExp(`option '${option} .*' argument '${value}'`),
    );
  });

  it('every fault of a text at once', () => {
    const result = parseCsv('list.csv', '1\nx\ny\n');
    expect(result.ok ? [] : result.problems.map(({ path }) => path)).toEqual(['line 2', 'line 3']);
  });
});
