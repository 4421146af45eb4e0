import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MacroPlan } from '../../../generators/macro/plan/plan.js';
import { packageFiles } from '../../../generators/package/package.js';
import { CONFIGURATIONS, planOf } from '../../fixtures/configurations.js';
import { everyNth, forEveryChange } from '../../fixtures/every-change.js';
import { MATRIX } from '../../fixtures/matrix.js';
import { withPackage } from '../../fixtures/packages.js';
import { type CHeader, readCHeader, readRdl } from '../../fixtures/register-readers.js';

const ALL = [...CONFIGURATIONS, ...MATRIX.map(({ configuration }) => configuration)];
const named = (...names: readonly string[]) => ALL.filter(({ config }) => names.includes(config.name));
const MANY = named('packed2', 'tiny', 'odd', 'demo', 'banked', 'one_row', 'pair2', 'packed1', 'stream2');

function textOf(plan: MacroPlan, file: string): string {
  return packageFiles(plan).find(({ path: at }) => at === file)!.text;
}

/** The C header of a macro, its macros named without the macro's prefix. */
function headerOf(plan: MacroPlan): CHeader {
  const prefix = `${plan.name.toUpperCase()}_`;
  return readCHeader(textOf(plan, `include/${plan.name}_regs.h`).replaceAll(`#define ${prefix}`, '#define '));
}

/** Whether there is a C compiler; without one the header is only read. */
const COMPILER = (await execa('cc', ['--version'], { reject: false })).exitCode === 0;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'imcgen-registers-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe.each(forEveryChange(MANY, everyNth(3)))('include/ of $name', (configuration) => {
  const plan = planOf(configuration);
  const { name, shape } = plan;
  const prefix = name.toUpperCase();

  it('params.vh has the parameters of the top level, as Icarus elaborates them', async () => {
    const top = textOf(plan, `rtl/${name}.v`);
    const head = top.slice(top.indexOf('\nmodule '), top.indexOf('TABLE ='));
    const parameters = [...head.matchAll(/^ {4}parameter (\w+)/gm)].map(([, parameter]) => parameter!);
    const defined = textOf(plan, `include/${name}_params.vh`).matchAll(/^`define (\w+) \d+$/gm);
    // Sizes of packed words follow from those of inputs and results.
    const macros = [...defined].filter(([, macro]) => !macro!.startsWith(`${prefix}_PACKED_`));
    expect(macros.map(([, macro]) => macro)).toEqual(parameters.map((parameter) => `${prefix}_${parameter}`));
    const bench = [
      `\`include "include/${name}_params.vh"`,
      `\`include "include/${name}_params.vh"`,
      'module parameters;',
      `    ${name} dut ();`,
      '    initial begin',
      ...parameters.map((one) => `        $display("${one} %0d %0d", dut.${one}, \`${prefix}_${one});`),
      '        $finish(0);',
      '    end',
      'endmodule',
    ].join('\n');
    const { stdout } = await withPackage(plan, async (folder) => {
      await writeFile(path.join(folder, 'parameters.v'), bench);
      const files = ['-f', `${name}.f`, 'parameters.v'];
      await execa('iverilog', ['-g2005', '-s', 'parameters', '-o', 'p.vvp', ...files], { cwd: folder });
      return execa('vvp', ['-n', 'p.vvp'], { cwd: folder });
    });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    expect(lines.map(([parameter]) => parameter)).toEqual(parameters);
    expect(lines.filter(([, value, macro]) => value !== macro)).toEqual([]);
  });

  it('SystemRDL and C header describe the same words and bits', () => {
    const header = headerOf(plan);
    const registers = readRdl(textOf(plan, `include/${name}_regs.rdl`));
    const plain = registers.filter(({ path: at }) => !at.includes('['));
    const arrays = registers.filter(({ path: at }) => at.includes('['));
    /** `_MASK` macros of a label. */
    const masks = (label: string) =>
      [...header.values.keys()].filter((macro) => new RegExp(`^${label}_\\w+_MASK$`).test(macro));
    const maskOf = (msb: number, lsb: number) => (2 ** (msb - lsb + 1) - 1) * 2 ** lsb;

    for (const { path: at, address, fields } of plain) {
      const label = at.toUpperCase();
      expect(header.value(label)).toBe(address);
      const reset = fields.reduce((word, field) => word + (field.reset ?? 0) * 2 ** field.lsb, 0);
      expect(header.value(`${label}_RESET`)).toBe(reset);
      for (const field of fields) {
        const macro = `${label}_${field.name.toUpperCase()}`;
        expect(header.value(`${macro}_MASK`)).toBe(maskOf(field.msb, field.lsb));
        expect(header.value(`${macro}_SHIFT`)).toBe(field.lsb);
        field.values.forEach((value, number) => {
          expect(header.value(`${macro}_${value.toUpperCase()}`)).toBe(number);
        });
      }
    }
    const labels = [...header.values.keys()].filter((macro) => header.values.has(`${macro}_RESET`));
    expect(plain.map(({ path: at }) => at.toUpperCase())).toEqual(labels);

    for (const { path: at, address, fields } of arrays) {
      const label = at.replace(/\[.*/, '').toUpperCase();
      const indices = [...at.matchAll(/\[(\d+)\]/g)].map(([, index]) => Number(index));
      const trim = label === 'TRIM';
      const [row, ...others] = indices;
      const expected = trim
        ? header.value('WEIGHTS', header.value('TRIM_ROW') + row!, ...others)
        : header.value(label, ...indices);
      expect([at, address]).toEqual([at, expected]);
      expect(fields).toHaveLength(masks(trim ? 'WEIGHTS' : label).length);
    }
    for (const region of header.functions.keys()) {
      const words = arrays.filter(({ path: at }) => {
        const label = at.replace(/\[.*/, '').toUpperCase();
        return label === region || (label === 'TRIM' && region === 'WEIGHTS');
      });
      const zeros = header.functions.get(region)!.map(() => 0);
      const size = Math.max(...words.map(({ address }) => address)) + 4 - header.value(region, ...zeros);
      expect([region, size]).toEqual([region, header.value(`${region}_SIZE`)]);
    }
    expect(registers.filter(({ address }, at) => address === registers[at + 1]?.address)).toEqual([]);
  });

  it('SystemRDL: bits lie in their word and overlap only where one is read and the other written', () => {
    for (const { fields } of readRdl(textOf(plan, `include/${name}_regs.rdl`))) {
      for (const [at, one] of fields.entries()) {
        expect(one.msb <= 31 && one.lsb >= 0 && one.msb >= one.lsb).toBe(true);
        for (const other of fields.slice(at + 1)) {
          if (one.msb < other.lsb || other.msb < one.lsb) continue;
          expect([one.access, other.access].sort()).toEqual(['r', 'w']);
        }
      }
    }
  });

  it.skipIf(!COMPILER)('the C header compiles in silence, and C computes the same', async () => {
    const header = headerOf(plan);
    const samples = [...header.functions].flatMap(([region, indices]) =>
      [
        [0, 0, 0],
        [1, 1, 1],
        [shape.rows, 1, 3],
      ].map((all) => ({ region, args: indices.map((_, at) => all[at]!) })),
    );
    const program = [
      `#include "${name}_regs.h"`,
      '#include <stdio.h>',
      'int main(void)',
      '{',
      ...[...header.values.keys()].map((macro) => `    printf("%lu\\n", (unsigned long)${prefix}_${macro});`),
      ...samples.map(({ region, args }) => {
        const call = `${prefix}_${region}(${args.map((value) => `${value} + 0`).join(', ')})`;
        return `    printf("%lu\\n", (unsigned long)${call});`;
      }),
      '    return 0;',
      '}',
      '',
    ].join('\n');
    const folder = await mkdtemp(path.join(root, 'c-'));
    await writeFile(path.join(folder, `${name}_regs.h`), textOf(plan, `include/${name}_regs.h`));
    await writeFile(path.join(folder, 'print.c'), program);
    const flags = ['-std=c99', '-Wall', '-Wextra', '-Wpedantic', '-Werror'];
    const { all } = await execa('cc', [...flags, 'print.c', '-o', 'print'], { cwd: folder, all: true });
    expect(all).toBe('');
    const { stdout } = await execa(path.join(folder, 'print'));
    expect(stdout.split('\n').map(Number)).toEqual([
      ...header.values.values(),
      ...samples.map(({ region, args }) => header.value(region, ...args)),
    ]);
  });
});
