import { describe, expect, it } from 'vitest';
import { describeProblem } from '../../../generators/common/problems.js';
import { macroSchema } from '../../../generators/macro/config/macro.js';
import { parse } from '../../../generators/macro/config/parse.js';
import { supplyPinFault } from '../../../generators/macro/config/supply-pins.js';
import { packageFiles } from '../../../generators/package/package.js';
import { macroView } from '../../../generators/package/rtl/view.js';
import { render } from '../../../generators/package/text/render.js';
import { cdlFile } from '../../../generators/package/views/cdl.js';
import { CONFIGURATIONS, planOf } from '../../fixtures/configurations.js';
import { MATRIX } from '../../fixtures/matrix.js';
import { readCdl } from '../../fixtures/view-readers.js';

const ODD = CONFIGURATIONS.find(({ config }) => config.name === 'odd')!;

function problems(supply: object): string {
  const config = { ...ODD.config, layers: [{ levels: 'a.json' }], physical: { supply } };
  const result = parse('macro.json', macroSchema, config);
  return result.ok ? 'no problem' : result.problems.map(describeProblem).join('\n');
}

describe('names of the supply pins', () => {
  it.each([
    'VDD',
    'VPWR',
    'VGND',
    'vccd1',
    'vssd1',
    'AVDD',
    'DVSS',
    'GND',
    'gnd',
    'VDD_CORE',
    'V0P8',
    'power',
    'supply',
  ])('%s is one', (name) => {
    expect(supplyPinFault(name)).toBeUndefined();
  });

  it.each([
    ['VDD!', 'is not a pin name: letters, digits, underscores, a letter first'],
    ['1V8', 'is not a pin name: letters, digits, underscores, a letter first'],
    ['', 'is not a pin name: letters, digits, underscores, a letter first'],
    ['V'.repeat(41), 'has 41 characters, at most 40 are allowed'],
    ['supply0', 'is a reserved word of Verilog or SystemVerilog'],
    ['Wire', 'is a reserved word of Verilog or SystemVerilog'],
    ['clk_i', 'has another use in the macro'],
    ['core_rail', 'does not say that it is a supply: vdd, vss, vcc, vee, gnd, pwr, power, ground or supply'],
    ['pwrite_i', 'has another use in the macro'],
    ['power_up', 'has another use in the macro'],
    ['ROWS', 'has another use in the macro'],
    ['Bank', 'has another use in the macro'],
    ['refp', 'has another use in the macro'],
    ['P12', 'has another use in the macro'],
  ])('%s is none', (name, says) => {
    expect(problems({ power: name })).toContain(
      `macro.json: physical.supply.power: ${JSON.stringify(name)} ${says}`,
    );
    expect(problems({ power: name })).toContain('such as "VPWR"');
  });

  it('differ, capitals or not', () => {
    expect(problems({ power: 'vdd', ground: 'VDD' })).toContain(
      'physical.supply.ground: "VDD" names both supply pins',
    );
    expect(problems({ power: 'Vss' })).toContain('physical.supply.power: "Vss" names both supply pins');
    expect(problems({ power: 'VSS', ground: 'VDD' })).toBe('no problem');
  });

  it('change no byte where they are those that no name gives', () => {
    const config = { ...ODD.config, physical: { supply: { power: 'VDD', ground: 'VSS' } } };
    const named = new Map(packageFiles(planOf({ ...ODD, config })).map(({ path, text }) => [path, text]));
    const differing = packageFiles(planOf(ODD)).filter(({ path, text }) => {
      const plain = (from: string) => from.replace(/sha256:? ?(?:<code>)?[0-9a-f]{12}/g, '');
      return plain(named.get(path)!) !== plain(text);
    });
    expect(differing.map(({ path }) => path)).toEqual(['config.resolved.json', 'manifest.json']);
  });
});

/** Words of a Verilog text's code, those left out that its modules are called by. */
function wordsOf(text: string, macro: string): string[] {
  const code = text.replace(/\/\/.*|"[^"\n]*"|`\w+.*|'[bdhs]+[0-9a-fxz_]+/gi, '');
  return (code.match(/(?<![\w$.])[A-Za-z_]\w*/g) ?? []).filter((word) => !word.startsWith(macro));
}

it('every word of the modules with supply pins, and every net of the netlist, is refused as a name', () => {
  const free = new Set<string>();
  for (const configuration of [...CONFIGURATIONS, ...MATRIX.map((row) => row.configuration)]) {
    const plan = planOf(configuration);
    const view = { ...macroView(plan), file: '', purpose: '' };
    const modules = ['rtl/top.v', 'model/array.v', 'blackbox/array.v', 'digital/array.v'];
    const array = readCdl(cdlFile(plan).text).subcircuits.get(`${plan.name}_array`)!;
    const nets = [...array.pins, ...array.body.flatMap((element) => element.nets)];
    const words = [
      ...modules.flatMap((template) => wordsOf(render(template, view), plan.name)),
      ...nets.map((net) => net.replace(/\[\d+\]$/, '')),
    ];
    for (const word of words) if (supplyPinFault(word) === undefined) free.add(word);
  }
  expect([...free].sort()).toEqual(['VDD', 'VSS']);
});
