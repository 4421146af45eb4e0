import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { macroView } from '../../../generators/package/rtl/view.js';
import { render } from '../../../generators/package/text/render.js';
import { CONFIGURATIONS, planOf } from '../../fixtures/configurations.js';
import { type EarlyUse, usedBeforeDeclared } from '../../fixtures/declared-before-use.js';

const inModule = (body: string) => usedBeforeDeclared(`module m (input wire clk_i);\n${body}\nendmodule\n`);
const names = (found: readonly EarlyUse[]) => found.map(({ name }) => name);

describe('a name used above its declaration is found', () => {
  it('with the lines of both', () => {
    expect(inModule('wire a = &b;\n\nwire b = clk_i;')).toEqual([{ name: 'b', used: 2, declared: 4 }]);
  });

  it.each([
    ['a net in the range of another', 'wire [W-1:0] a;\nlocalparam W = 4;', ['W']],
    ['the second name of a list', 'wire a = c;\nwire b, c;', ['c']],
    ['the first name of a list, in the value of the second', 'wire c = b, b;', ['b']],
    ['a net at a port', 'other u_other (.clk_i (late));\nwire late;', ['late']],
    ['a parameter at a parameter', 'other #(.W (W)) u_other (.clk_i (clk_i));\nlocalparam W = 4;', ['W']],
    ['a variable in a function', 'function f(input x);\nf = x ^ late;\nendfunction\nreg late;', ['late']],
    ['a function', 'wire a = f(clk_i);\nfunction f(input x);\nf = x;\nendfunction', ['f']],
    ['an automatic one', 'wire a = f(1);\nfunction automatic f(input x);\nf = x;\nendfunction', ['f']],
    [
      'a genvar',
      'generate for (g = 0; g < 2; g = g + 1) begin end endgenerate\ngenvar g;',
      ['g', 'g', 'g', 'g'],
    ],
    ['a memory', "initial m[0] = 4'd0;\nreg [3:0] m [0:7];", ['m']],
    ['a net of a generated block', 'generate begin : gen_a\nwire x = y;\nwire y;\nend endgenerate', ['y']],
    ['what a macro stands for', '`define LATE (late)\nwire a = `LATE;\nwire late;', ['late']],
    ['in both branches of a condition', '`ifdef A\nwire a = b;\n`else\nwire a = 1;\n`endif\nwire b;', ['b']],
    ['after what only looks like a comment', 'wire a = "//" == b;\nwire b;', ['b']],
    ['a net beside attributes', '(* keep *) wire a = b;\n(* keep *) wire b;', ['b']],
    ['an event', 'always @(posedge late) begin end\nreg late;', ['late']],
    ['a port that is declared inside', 'wire a = b_i;\ninput wire b_i;', ['b_i']],
    ['an escaped name', 'wire a = \\b ;\nwire \\b ;', ['b']],
    ['each use', 'wire a = c;\nwire b = c;\nwire c;', ['c', 'c']],
  ])('%s', (_, body, expected) => {
    expect(names(inModule(body))).toEqual(expected);
  });

  it('in the second module of a text', () => {
    const text = 'module m;\nwire b;\nendmodule\nmodule n;\nwire a = b;\nwire b;\nendmodule\n';
    expect(usedBeforeDeclared(text)).toEqual([{ name: 'b', used: 5, declared: 6 }]);
  });
});

describe('no other name is', () => {
  it.each([
    ['a port of another module', 'other u_other (.late (clk_i));\nwire late;'],
    ['a parameter of another module', 'other #(.late (3)) u_other (.x (clk_i));\nwire late;'],
    ['an instance', 'other late (.x (clk_i));\nwire a;\nother #(.N (f(3))) late_2 (.x (a));\nwire late_2;'],
    ['a part of a hierarchical name', 'wire a = u_x.late;\nwire late;'],
    ['a label', 'initial begin : late\ndisable late;\nend\nwire late;'],
    ['a comment', '// late\n/* late\n late */ wire late;'],
    ['a string', 'initial $display("late \\" late");\nwire late;'],
    ['a digit of a number', "wire [7:0] a = 8'hb + 'hd + 8 'b1x + 1e3;\nwire b, d, e3, b1x, x;"],
    ['a system task', 'initial $late;\nwire late;'],
    ['a macro by itself', '`define late 3\n`ifdef late\n`endif\nwire late;'],
    ['a macro that names itself', '`define late `late\nwire a = `late;\nwire late;'],
    [
      'a name local to another block',
      'initial begin : p\ninteger i;\ni = 1;\nend\ninitial begin : q\ninteger i;\ni = 1;\nend',
    ],
    [
      'an argument',
      'function f(input x, input [1:0] y);\nreg z;\nf = x ^ y[0] ^ z;\nendfunction\nwire x, y, z;\nwire a = f(x);',
    ],
    [
      'a task',
      'initial go;\ntask go(input late);\nback;\nendtask\ntask automatic back;\nif (0) go(1);\nendtask',
    ],
    ['all events', 'wire late;\nalways @(*) begin end\nalways @* begin end'],
    ['its own value', 'integer i = 3, j = i;'],
    ['a delay or strength', 'wire #3 a = clk_i;\nassign (strong0, pull1) #(1, 2) b = a;'],
  ])('%s', (_, body) => {
    expect(inModule(body.replace('assign (strong0', 'wire b;\nassign (strong0'))).toEqual([]);
  });

  it('listed in the head of a module, or in the table of a primitive', () => {
    const module = 'module m (a, y);\ninput a;\noutput y;\nassign y = a;\nendmodule\n';
    const primitive =
      'primitive p (q, r);\noutput q;\ninput r;\nreg q;\ntable\n r : ? : x;\nendtable\nendprimitive';
    expect(usedBeforeDeclared(module + primitive)).toEqual([]);
  });
});

describe.each(CONFIGURATIONS.slice(0, 2))('arrays that stand in for that of $name', (configuration) => {
  const view = { ...macroView(planOf(configuration)), file: 'array.v', purpose: 'cells' };

  it.each([
    'fault/array.v',
    fileURLToPath(new URL('../../../bench/model/per_cell_array.v', import.meta.url)),
  ])('declare everything before it is used: %s', (template) => {
    expect(usedBeforeDeclared(render(template, view))).toEqual([]);
  });
});
