import { describe, expect, it } from 'vitest';
import { packageFiles } from '../../../generators/package/package.js';
import type { PackageFile } from '../../../generators/package/text/contribution.js';
import { CONFIGURATIONS, type Configuration, planOf } from '../../fixtures/configurations.js';
import { everyNth, forEveryChange } from '../../fixtures/every-change.js';
import { MATRIX } from '../../fixtures/matrix.js';
import {
  cdlPins,
  cellOf,
  countOf,
  type Group,
  libertyPins,
  misfits,
  type Pin,
  readCdl,
  readInstance,
  readLef,
  readLiberty,
  readVerilog,
  sorted,
} from '../../fixtures/view-readers.js';

/** One cell, odd sizes, 256 x 128, banks, trim, one row, one column, and two falling ramps. */
const NAMES = ['tiny', 'odd', 'demo', 'banked', 'fine', 'one_row'];
const LONG = 'a_name_as_long_as_the_limit_allows_it_to';
const FALLING = MATRIX.map(({ configuration }) => configuration).filter(
  ({ config }) => config.adc.ramp === 'falling',
);
const VIEWED: readonly Configuration[] = [
  ...CONFIGURATIONS.filter(({ config }) => [...NAMES, LONG].includes(config.name)),
  ...FALLING.slice(0, 2),
];

type Texts = ReadonlyMap<string, string>;

function textsOf(files: readonly PackageFile[]): Texts {
  return new Map(files.map(({ path, text }) => [path, text]));
}

/** Pins by view, all in the same order. */
async function pinsByView(name: string, texts: Texts): Promise<Record<string, Pin[]>> {
  const array = (folder: string, ending: string) => texts.get(`${folder}/${name}_array.${ending}`)!;
  const views = {
    blackbox: readVerilog(array('blackbox', 'v')),
    model: readVerilog(array('model', 'v')),
    digital: readVerilog(array('digital', 'v')),
    instance: await readInstance(name, texts.get(`rtl/${name}.v`)!, array('blackbox', 'v')),
    lef: [...readLef(array('views', 'lef')).pins],
    liberty: libertyPins(readLiberty(array('views', 'lib'))),
    cdl: cdlPins(readCdl(array('views', 'cdl')), `${name}_array`),
  };
  return Object.fromEntries(Object.entries(views).map(([view, pins]) => [view, sorted(pins)]));
}

/** Views that differ from the black box. */
async function differing(name: string, texts: Texts): Promise<string[]> {
  const { blackbox, ...others } = await pinsByView(name, texts);
  return Object.entries(others)
    .filter(([, pins]) => JSON.stringify(pins) !== JSON.stringify(blackbox))
    .map(([view]) => view);
}

describe.each(forEveryChange(VIEWED, everyNth(4)))('the views of $name', (configuration) => {
  const plan = planOf(configuration);
  const { shape, name } = plan;
  const texts = textsOf(packageFiles(plan));
  const view = (ending: string) => texts.get(`views/${name}_array.${ending}`)!;

  it('agree pin for pin: names, directions, widths, supplies', async () => {
    const { blackbox } = await pinsByView(name, texts);
    expect(blackbox!.find((pin) => pin.name === 'rwl_p_i')?.width).toBe(shape.rows);
    expect(blackbox!.find((pin) => pin.name === 'sa_o')?.width).toBe(shape.columns);
    expect(blackbox!.some((pin) => pin.name === 'ref_swap_i')).toBe(shape.ramp === 'falling');
    expect(blackbox!.filter(({ use }) => use !== 'signal').map((pin) => pin.name)).toEqual(['VDD', 'VSS']);
    expect(await differing(name, texts)).toEqual([]);
  });

  it.each([
    { power: 'vccd1', ground: 'vssd1' },
    { power: 'CORE_POWER', ground: 'GND' },
  ])('agree where the config names the supply pins $power and $ground', async (supply) => {
    const config = { ...configuration.config, physical: { ...configuration.config.physical, supply } };
    const named = textsOf(packageFiles(planOf({ ...configuration, config })));
    const { blackbox } = await pinsByView(name, named);
    const supplies = blackbox!.filter(({ use }) => use !== 'signal').map((pin) => `${pin.use} ${pin.name}`);
    expect(supplies.sort()).toEqual([`ground ${supply.ground}`, `power ${supply.power}`]);
    expect(await differing(name, named)).toEqual([]);
    const { VDD_NETS, GND_NETS, PDN_MACRO_CONNECTIONS } = JSON.parse(named.get('librelane/config.json')!);
    const both = `${supply.power} ${supply.ground}`;
    expect([VDD_NETS, GND_NETS, PDN_MACRO_CONNECTIONS]).toEqual([
      [supply.power],
      [supply.ground],
      [`u_array ${both} ${both}`],
    ]);
    // Inside the netlist, subcircuits have supply nets of their own.
    const left = [...named].filter(([file, text]) => !file.endsWith('.cdl') && /\b(VDD|VSS)\b/.test(text));
    expect(left.map(([file]) => file)).toEqual([]);
  });

  it('LEF: every wire has metal at its edge, none meets another or an obstruction', () => {
    const { macro, size, metal, blocked } = readLef(view('lef'));
    const [width, height] = size;
    expect(macro).toBe(`${name}_array`);
    const all = [...metal].flatMap(([pin, boxes]) => boxes.map((box) => ({ pin, ...box })));
    for (const { pin, box } of all) {
      const [left, bottom, right, top] = box;
      expect(left >= 0 && bottom >= 0 && right <= width && top <= height).toBe(true);
      const edge = pin.startsWith('rwl_') || pin.startsWith('trim_') ? left === 0 : undefined;
      const south = pin.startsWith('sa_o') ? bottom === 0 : undefined;
      const north = pin.startsWith('mem_') ? top === height : undefined;
      expect(edge ?? south ?? north ?? right === width).toBe(true);
    }
    const rest = blocked.map((box, at) => ({ pin: `OBS ${at}`, ...box }));
    const layers = new Set(all.map(({ layer }) => layer));
    const meeting = [...layers].flatMap((layer) =>
      overlaps([...all, ...rest].filter((metal) => metal.layer === layer)),
    );
    expect(meeting).toEqual([]);
  });

  it('LEF: word lines stand in the order of the rows, outputs in the order of the columns', () => {
    const { metal } = readLef(view('lef'));
    const rows = Array.from({ length: shape.rows }, (_, row) => [
      metal.get(`rwl_p_i[${row}]`)![0]!.box[1],
      metal.get(`rwl_n_i[${row}]`)![0]!.box[1],
    ]).flat();
    const columns = Array.from(
      { length: shape.columns },
      (_, column) => metal.get(`sa_o[${column}]`)![0]!.box[0],
    );
    expect(rows).toEqual([...rows].sort((a, b) => a - b));
    expect(columns).toEqual([...columns].sort((a, b) => a - b));
  });

  it('Liberty: every pin has a load and an arc from the clock, as the budget says', () => {
    const cell = cellOf(readLiberty(view('lib')));
    const arcs = (group: Group) =>
      group.groups.map(
        ({ attributes }) => `${attributes.get('related_pin')} ${attributes.get('timing_type')}`,
      );
    const signals = cell.groups.filter(({ kind }) => kind !== 'pg_pin');
    for (const pin of signals) {
      const [name, input] = [pin.names[0]!, pin.attributes.get('direction') === 'input'];
      expect(Number(pin.attributes.get(input ? 'capacitance' : 'max_capacitance'))).toBeGreaterThan(0);
      const edge = /^(rwl_|trim_|ref_)/.test(name) ? 'falling' : 'rising';
      const expected =
        name === 'clk_i'
          ? []
          : input
            ? [`clk_i setup_${edge}`, 'clk_i hold_rising']
            : ['clk_i rising_edge', ...(name === 'sa_o' ? ['sense_i combinational'] : [])];
      expect([name, arcs(pin)]).toEqual([name, expected]);
    }
    expect(view('lib')).toContain('BUDGET, NOT A CHARACTERISATION');
  });

  it('netlist: cells, reference cells and sense amplifiers as planned', () => {
    const netlist = readCdl(view('cdl'));
    const top = `${name}_array`;
    const count = (part: string) => countOf(netlist, top, `${top}_${part}`);
    const { rows, trimRows, columns, banks, referenceRows, referenceColumns } = shape;
    const cells = (rows + trimRows) * columns;
    const references = banks * referenceRows * referenceColumns;
    expect(misfits(netlist)).toEqual([]);
    expect(count('cell')).toBe(cells);
    expect(count('bit')).toBe(2 * cells + references);
    expect(count('sense')).toBe(columns);
    expect(count('precharge')).toBe(columns + banks + 1);
    const line = shape.ramp === 'falling' ? 2 : 1;
    const groups = 2 ** shape.adcBits - (shape.offsetRows > 0 ? 0 : 1);
    expect(count('driver')).toBe(2 * rows + Number(trimRows > 0) + line * banks * groups);
    expect(netlist.subcircuits.get(`${top}_bit`)!.body).toHaveLength(9);
  });
});

/** Pairs of different pins of one layer whose metal overlaps. */
function overlaps(boxes: readonly { pin: string; box: readonly [number, number, number, number] }[]) {
  const byLeft = [...boxes].sort((a, b) => a.box[0] - b.box[0]);
  return byLeft.flatMap((one, at) => {
    const meeting: string[] = [];
    for (let next = at + 1; next < byLeft.length && byLeft[next]!.box[0] < one.box[2]; next++) {
      const other = byLeft[next]!;
      const apart = other.box[1] >= one.box[3] || one.box[1] >= other.box[3];
      if (!apart && other.pin !== one.pin) meeting.push(`${one.pin} ${other.pin}`);
    }
    return meeting;
  });
}

describe('what the comparison of the views sees', () => {
  const plan = planOf(FALLING[0]!);
  const { name } = plan;
  const texts = textsOf(packageFiles(plan));
  const lefPin = /( {2}PIN sense_i\n[\s\S]*?END sense_i\n)/;
  const libertyPin = /( {4}pin \(sense_i\) \{[\s\S]*?\n {4}\}\n)/;

  it.each([
    ['a pin that the LEF lacks', 'lef', 'views/_array.lef', lefPin, ''],
    [
      'a wire that the LEF lacks',
      /rwl_p_i has wires 1 2/,
      'views/_array.lef',
      /rwl_p_i\[0\]/g,
      'rwl_p_i[99]',
    ],
    ['a supply that is a signal', 'lef', 'views/_array.lef', /USE POWER/, 'USE SIGNAL'],
    ['a direction in the LEF', 'lef', 'views/_array.lef', /DIRECTION OUTPUT/g, 'DIRECTION INPUT'],
    ['a pin that the Liberty view lacks', 'liberty', 'views/_array.lib', libertyPin, ''],
    ['a width in the Liberty view', 'liberty', 'views/_array.lib', /bit_width : 32/, 'bit_width : 31'],
    [
      'supplies swapped in the Liberty view',
      'liberty',
      'views/_array.lib',
      /primary_power/,
      'primary_ground',
    ],
    ['a pin that the netlist lacks', 'cdl', 'views/_array.cdl', / ref_swap_i(?=[\s\S]*PININFO)/g, ''],
    ['a direction in the netlist', 'cdl', 'views/_array.cdl', /sense_i:I/, 'sense_i:O'],
    ['a width of the model', 'model', 'model/_array.v', /\[COLS-1:0\]( +)sa_o/, '[COLS-2:0]$1sa_o'],
    ['a pin that the model lacks', 'model', 'model/_array.v', /^ +input +wire +sense_i.*\n/m, ''],
    ['a net of another width in the top level', 'instance', 'rtl/.v', /\.sa_o +\(\w+\)/, '.sa_o (cycle)'],
    ['a pin that the top level leaves open', 'instance', 'rtl/.v', /^ +\.rwl_p_i .*\n/m, ''],
  ])('%s', async (_, found, file, from, to) => {
    const path = file.replace(/\/(_array)?\./, `/${name}$1.`);
    const text = texts.get(path)!;
    const broken = text.replace(from, to);
    expect(broken).not.toBe(text);
    const differ = await differing(name, new Map([...texts, [path, broken]])).catch(String);
    expect(differ).toEqual(found instanceof RegExp ? expect.stringMatching(found) : [found]);
  });
});
