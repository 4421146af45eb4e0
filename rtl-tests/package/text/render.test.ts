import { describe, expect, it } from 'vitest';
import { tableBits } from '../../../generators/macro/plan/table.js';
import { packageFiles } from '../../../generators/package/package.js';
import { macroView } from '../../../generators/package/rtl/view.js';
import { alignComments, alignConnections, render } from '../../../generators/package/text/render.js';
import { CONFIGURATIONS, isOneOfFew, planOf } from '../../fixtures/configurations.js';
import { forEveryChange } from '../../fixtures/every-change.js';

const plan = planOf(CONFIGURATIONS[1]!);
const view = { ...macroView(plan), file: 'odd_apb.v', purpose: 'a bus' };

describe('rendering', () => {
  it('refuses a view that lacks what the template names', () => {
    const { tool: _, ...lacking } = view;
    expect(() => render('rtl/apb.v', lacking)).toThrow('"tool" not defined');
  });

  it.each([
    ['rows', undefined],
    ['rows', Number.NaN],
  ])('refuses a view whose %s is %s, whether it is printed or not', (key, value) => {
    expect(() => render('rtl/apb.v', { ...view, [key]: value })).toThrow('view.rows has no value');
  });

  it('does not compile with a view whose values may be missing', () => {
    const rows: number | undefined = [1][view.rows];
    // @ts-expect-error: no template prints undefined.
    expect(() => render('rtl/apb.v', { ...view, rows })).toThrow('view.rows has no value');
  });

  it('refuses an object where text belongs', () => {
    expect(() => render('rtl/apb.v', { ...view, tool: {} })).toThrow('left "[object "');
  });

  it('lines up the comments of neighbouring declarations only', () => {
    const text = [
      '    input wire a,  // one',
      '    input wire longer, // two',
      '',
      '    output wire b // three',
    ];
    alignComments(text);
    expect(text).toEqual([
      '    input wire a,       // one',
      '    input wire longer,  // two',
      '',
      '    output wire b  // three',
    ]);
  });

  it('lines up the connections of one instance, across conditions of the preprocessor', () => {
    const text = [
      '        .W (W)',
      '    ) u_other (',
      '`ifdef USE_POWER_PINS',
      '        .vdd (vdd),',
      '`endif',
      '        .clk_i (clk_i),',
      '        .longer_o  (longer)',
      '    );',
    ];
    alignConnections(text);
    expect(text).toEqual([
      '        .W (W)',
      '    ) u_other (',
      '`ifdef USE_POWER_PINS',
      '        .vdd      (vdd),',
      '`endif',
      '        .clk_i    (clk_i),',
      '        .longer_o (longer)',
      '    );',
    ]);
  });
});

describe.each(forEveryChange(CONFIGURATIONS, isOneOfFew))('the decoder table of $name', (configuration) => {
  it('is the same number however many lines it takes', () => {
    const wanted = planOf(configuration);
    const { banks, adcBits, outputBits } = wanted.shape;
    const file = packageFiles(wanted).find(({ path }) => path.endsWith('_decoder.v'))!;
    const declared = /TABLE = (\{[^}]*\}|\S+)/.exec(file.text)![1]!;
    const literals = [...declared.matchAll(/(\d+)'h([0-9a-f]+)/g)];
    const widths = literals.map(([, width]) => Number(width));
    expect(widths.reduce((sum, width) => sum + width, 0)).toBe(banks * 2 ** adcBits * outputBits);
    const value = literals.reduce(
      (bits, [, width, digits]) => (bits << BigInt(width!)) | BigInt(`0x${digits}`),
      0n,
    );
    expect(value).toBe(tableBits(wanted));
  });
});
