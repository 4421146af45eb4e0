import { describe, expect, it } from 'vitest';
import { describeProblem } from '../../../generators/common/problems.js';
import { macroSchema } from '../../../generators/macro/config/macro.js';
import { parse } from '../../../generators/macro/config/parse.js';
import { packageFiles } from '../../../generators/package/package.js';
import { CONFIGURATIONS, planOf } from '../../fixtures/configurations.js';
import { cellOf, readCdl, readLef, readLiberty } from '../../fixtures/view-readers.js';

const SMALL = CONFIGURATIONS.find(({ config }) => config.name === 'odd')!;

/** Views of a small macro whose config has this `physical`. */
function viewsOf(physical: object) {
  const files = packageFiles(planOf({ ...SMALL, config: { ...SMALL.config, physical } }));
  const view = (ending: string) => files.find(({ path }) => path === `views/odd_array.${ending}`)!.text;
  return { lef: readLef(view('lef')), lib: view('lib'), cdl: readCdl(view('cdl')) };
}

function problems(physical: object): string {
  const config = { ...SMALL.config, layers: [{ levels: 'a.json' }], physical };
  const result = parse('macro.json', macroSchema, config);
  return result.ok ? 'no problem' : result.problems.map(describeProblem).join('\n');
}

describe('physical of the config', () => {
  it('sets the size of the macro: cells at their pitch, periphery around them', () => {
    const { lef } = viewsOf({ cell: { widthUm: 20, heightUm: 16 }, periphery: { rowUm: 100, columnUm: 50 } });
    const { columns, banks, referenceColumns, referenceRows } = planOf(SMALL).shape;
    expect(lef.size).toEqual([100 + 20 * (columns + banks * referenceColumns), 50 + 16 * referenceRows]);
  });

  it('names the layers of the LEF view', () => {
    const { lef } = viewsOf({
      lef: { horizontal: { layer: 'M3' }, vertical: { layer: 'M4' }, power: { layer: 'M7' }, blocked: [] },
    });
    const layers = [...lef.metal.values()].flat().map(({ layer }) => layer);
    expect(new Set(layers)).toEqual(new Set(['M3', 'M4', 'M7']));
  });

  it('gives the Liberty view its arcs, which then is no budget', () => {
    const arcs = {
      ...{ setupNs: 0.4, holdNs: 0.1, clockToDataNs: 2.5, clockToSenseNs: 1.5, senseToOutputNs: 0.3 },
      transitionNs: 0.05,
    };
    const { lib } = viewsOf({ arcs, capacitance: { inputPf: 0.01, clockPf: 0.7, loadPf: 0.3 } });
    const cell = cellOf(readLiberty(lib));
    const pin = (name: string) => cell.groups.find(({ names }) => names[0] === name)!;
    const values = (name: string) =>
      pin(name).groups.map(({ groups }) => Number(groups[0]!.attributes.get('values')));
    expect(lib).not.toContain('BUDGET');
    expect(values('rwl_p_i')).toEqual([0.4, 0.1]);
    expect(values('mem_rdata_o')).toEqual([2.5]);
    expect(values('sa_o')).toEqual([1.5, 0.3]);
    expect(pin('clk_i').attributes.get('capacitance')).toBe('0.7');
    expect(pin('sense_i').attributes.get('capacitance')).toBe('0.01');
    expect(pin('sa_o').attributes.get('max_capacitance')).toBe('0.3');
  });

  it('names the devices of the netlist and sizes them', () => {
    const { cdl } = viewsOf({ devices: { nmos: 'nch', pmos: 'pch', lengthUm: 0.06, widthUm: 0.2 } });
    const models = [...cdl.subcircuits.values()]
      .flatMap(({ body }) => body)
      .filter(({ label }) => label.startsWith('M'))
      .map(({ type }) => type);
    expect(new Set(models)).toEqual(new Set(['nch', 'pch']));
    expect(cdl.parameters.get('lmin')).toBe('0.06u');
    expect(cdl.parameters.get('wpd')).toBe('0.4u');
  });

  it.each([
    ['as it is', {}, 'no problem'],
    [
      'a pin off the grid',
      { lef: { vertical: { pitchUm: 0.83 } } },
      'macro.json: physical.lef.vertical.pitchUm: 0.83 um is no multiple of 0.05 um',
    ],
    [
      'pins that touch',
      { lef: { horizontal: { widthUm: 1 } } },
      'macro.json: physical.lef.horizontal.widthUm: 1 um leaves no space at a pitch of 1 um',
    ],
    [
      'rows too low for their pins',
      { cell: { heightUm: 1.5 } },
      'macro.json: physical.cell.heightUm: 1.5 um is too low: two word line pins a row need 2 um',
    ],
    [
      'columns too narrow for their pins',
      { cell: { widthUm: 0.5 } },
      'macro.json: physical.cell.widthUm: 0.5 um is too narrow: an output pin a column needs 0.8 um',
    ],
    [
      'one layer for two uses',
      { lef: { power: { layer: 'metal3' } } },
      'macro.json: physical.lef.power.layer: "metal3" is named twice: every use has a layer of its own',
    ],
    [
      'straps without space',
      { lef: { power: { pitchUm: 10 } } },
      'macro.json: physical.lef.power.pitchUm: 10 um is too narrow: two straps of 4 um and as much space need 16 um',
    ],
    [
      'text that would end a statement',
      { lef: { power: { layer: 'met ; END' } } },
      'macro.json: physical.lef.power.layer: "met ; END" is not a layer name: letters, digits, underscores, a letter first',
    ],
    [
      'a negative load',
      { capacitance: { inputPf: -1 } },
      'macro.json: physical.capacitance.inputPf: -1 is outside 0..1000',
    ],
  ])('%s', (_, physical, expected) => {
    expect(problems(physical)).toBe(expected);
  });
});
