import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeProblem, orThrow } from '../../../generators/common/problems.js';
import { parseJson } from '../../../generators/macro/config/json.js';

const read = (text: string) => orThrow(parseJson('macro.jsonc', text));
const faultOf = (text: string) => {
  const result = parseJson('macro.jsonc', text);
  return result.ok ? 'no problem' : result.problems.map(describeProblem).join('\n');
};

describe('JSON with comments', () => {
  it('reads plain JSON as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 2, '\t'), (text, indent) => {
        const value: unknown = JSON.parse(text);
        expect(JSON.stringify(read(JSON.stringify(value, null, indent)))).toBe(JSON.stringify(value));
      }),
    );
  });

  it('leaves comments and trailing commas out', () => {
    const text = `// a macro
      { "name": "demo", // its name
        /* rows:
           word lines */
        "rows": [8, 16,],
        "url": "http://example.org", // not a comment in a text
      }`;
    expect(read(text)).toEqual({ name: 'demo', rows: [8, 16], url: 'http://example.org' });
  });

  it('does not mind what Windows editors write', () => {
    expect(read('\ufeff{\r\n  "rows": 8, // word lines\r\n}\r\n')).toEqual({ rows: 8 });
  });

  it('knows no special keys', () => {
    expect(Object.keys(read('{"__proto__": {"rows": 8}, "constructor": 1}') as object)).toEqual([
      '__proto__',
      'constructor',
    ]);
  });

  it('refuses a key that is given twice, which JSON.parse would not tell', () => {
    const text = '{\n  "rows": 8, // default\n  "columns": 4,\n  "rows": 16\n}';
    expect(faultOf(text)).toBe('macro.jsonc: is not JSON: line 4, column 3: "rows" is given twice');
    expect(read('{"array": {"rows": 1}, "trim": {"rows": 1}}')).toBeDefined();
  });

  it.each([
    ['{"rows": 8 "columns": 4}', 'line 1, column 12: comma expected, found "\\"columns\\""'],
    ['{\n  "rows": 8,\n  "columns": }', 'line 3, column 14: value expected, found "}"'],
    ['{"rows": 8', 'line 1, column 11: close brace expected, found the end of the text'],
    ['{"rows": 8 // unfinished\n', 'line 2, column 1: close brace expected, found the end of the text'],
    ['', 'line 1, column 1: value expected, found the end of the text'],
    ['{rows: 8}', 'line 1, column 2: invalid symbol, found "rows"'],
    ['{"rows": 08}', 'line 1, column 11: comma expected, found "8"'],
    ['{"rows": NaN}', 'line 1, column 10: invalid symbol, found "NaN"'],
    ['[1,,2]', 'line 1, column 4: value expected, found ","'],
    ['{} {}', 'line 1, column 4: end of file expected, found "{"'],
    ['{ /* rows', 'line 1, column 3: unexpected end of comment, found "/* rows"'],
    ['{"name": "demo\n"}', 'line 1, column 10: unexpected end of string, found "\\"demo"'],
  ])('%j: where the fault is and what was found', (text, message) => {
    expect(faultOf(text)).toBe(`macro.jsonc: is not JSON: ${message}`);
  });

  it('refuses what would exhaust the stack', () => {
    expect(faultOf('['.repeat(1e6))).toMatch(/nested too deeply/);
  });
});
