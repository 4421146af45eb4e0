import { rounded } from '../../common/figures.js';
import type { Physical } from '../../macro/config/physical.js';
import { supplyPins } from '../../macro/config/supply-pins.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import { groupOfRow, type MacroShape, magnitudeBits } from '../../macro/plan/shape.js';
import { arrayPins } from '../rtl/ports.js';
import type { PackageFile } from '../text/contribution.js';
import { headerLines } from '../text/header.js';
import { render } from '../text/render.js';
import { instance, type Subcircuit, sideBySide, subcircuitText, wrap } from './netlist.js';

/** Names 0 .. count - 1 of a group of nets. */
function nets(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${name}${at}`);
}

/** Supply nets of every subcircuit but the macro itself, whose supply pins the config names. */
const POWER = ['VDD', 'VSS'];
const BITLINES = ['blp', 'blpb', 'bln', 'blnb'] as const;

/** What a netlist of one shape is made of; `prefix` opens the name of every subcircuit. */
interface Parts {
  readonly prefix: string;
  readonly shape: MacroShape;
  readonly supply: { readonly power: string; readonly ground: string };
}

const bitSerial = ({ shape }: Parts) => shape.inputCoding === 'bit_serial';
const falling = ({ shape }: Parts) => shape.ramp === 'falling';

/** Word lines of the array: write word lines of all rows, read word lines, the one of the trim rows. */
function wordLines({ rows, trimRows }: MacroShape): string[] {
  return [
    ...nets('w', rows + trimRows),
    ...nets('p', rows),
    ...nets('n', rows),
    ...(trimRows > 0 ? ['t'] : []),
  ];
}

/** Nets that every column shares. */
function columnNets(parts: Parts): string[] {
  const share = bitSerial(parts) ? ['sh', 'shb'] : [];
  return [...wordLines(parts.shape), 'preb', ...share, 'sclk', 'sen', 'refp', 'refn', ...POWER];
}

/** One column: its cells, trim cells on the same lines, and what stands below them. */
function column(parts: Parts): Subcircuit {
  const { prefix, shape } = parts;
  const { rows, trimRows } = shape;
  const own = BITLINES.map(String);
  const cell = (row: number) => {
    const read = row < rows ? [`p${row}`, `n${row}`] : ['t', 'VSS'];
    const pins = [`w${row}`, ...own, ...read, 'rblp', 'rbln', ...POWER];
    return instance(row < rows ? `C${row}` : `T${row - rows}`, `${prefix}_cell`, pins);
  };
  const lines = ['rblp', 'rbln'];
  return {
    name: `${prefix}_column`,
    remark: 'A column: cells of all rows, trim rows after the others.',
    pins: [...own, 'sa', ...columnNets(parts)],
    body: [
      ...Array.from({ length: rows + trimRows }, (_, row) => cell(row)),
      instance('PRE', `${prefix}_precharge`, ['preb', ...lines, 'VDD']),
      ...lines.map((line, at) => `C${'PN'[at]} ${line} VSS C=cline`),
      ...(bitSerial(parts)
        ? lines.map((line, at) => instance(`H${'PN'[at]}`, `${prefix}_share`, ['sh', 'shb', line, ...POWER]))
        : []),
      instance('SA', `${prefix}_sense`, [...lines, 'refp', 'refn', 'sclk', 'sen', 'sa', ...POWER]),
    ],
  };
}

/** Ramp group of a reference row, or undefined where it is left over. */
function drivenGroup(shape: MacroShape, row: number): number | undefined {
  const group = groupOfRow(shape, row);
  return group < 2 ** shape.adcBits ? group : undefined;
}

/** Groups with cells: without an offset group the first has none. */
function groups({ adcBits, offsetRows }: MacroShape): number[] {
  return Array.from({ length: 2 ** adcBits }, (_, group) => group).filter(
    (group) => group > 0 || offsetRows > 0,
  );
}

/** Nets that every reference column of a bank shares: write word lines, straight and crossed read word lines. */
function referenceNets(parts: Parts): string[] {
  const { shape } = parts;
  const crossed = falling(parts) ? groups(shape).map((group) => `x${group}`) : [];
  const straight = groups(shape).map((group) => `s${group}`);
  return [...nets('w', shape.referenceRows), ...straight, ...crossed, 'rp', 'rn', ...POWER];
}

/** A column of reference cells; those of the offset group discharge the other line. */
function referenceColumn(parts: Parts): Subcircuit {
  const { prefix, shape } = parts;
  const bit = (_: unknown, row: number) => {
    const group = drivenGroup(shape, row);
    const straight = group === undefined ? 'VSS' : `s${group}`;
    const crossed = group === undefined || !falling(parts) ? 'VSS' : `x${group}`;
    const lines = group === 0 ? ['rn', 'rp'] : ['rp', 'rn'];
    return instance(`C${row}`, `${prefix}_bit`, [
      ...[`w${row}`, 'bl', 'blb'],
      ...[straight, crossed, ...lines, ...POWER],
    ]);
  };
  return {
    name: `${prefix}_ref_column`,
    remark: 'A column of reference cells: one bit each, the read stack of the array.',
    pins: ['bl', 'blb', ...referenceNets(parts)],
    body: Array.from({ length: shape.referenceRows }, bit),
  };
}

/** One bank: its reference columns on one pair of lines, their word line drivers, the way to the columns. */
function bank(parts: Parts, columns: string): Subcircuit {
  const { prefix, shape } = parts;
  const own = nets('', shape.referenceColumns).flatMap((at) => [`bl${at}`, `blb${at}`]);
  const driver = (group: number, line: 's' | 'x', swap: readonly string[]): string[] => {
    const [enable, label] = [`e${line}${group}`, `${line}${group}`.toUpperCase()];
    const gate = swap.length === 0 ? `${prefix}_nand2` : `${prefix}_nand3`;
    return [
      instance(`E${label}`, gate, [`g${group}`, 'sel', ...swap, enable, ...POWER]),
      instance(`D${label}`, `${prefix}_driver`, [enable, 'clk', `${line}${group}`, ...POWER]),
    ];
  };
  return {
    name: `${prefix}_bank`,
    remark: 'A bank: driven and connected while sel is high.',
    pins: [
      ...[...own, ...nets('w', shape.referenceRows), ...groups(shape).map((group) => `g${group}`)],
      ...(falling(parts) ? ['swap', 'swapb'] : []),
      ...['sel', 'clk', 'preb', 'refp', 'refn', ...POWER],
    ],
    body: [
      ...groups(shape).flatMap((group) =>
        falling(parts)
          ? [...driver(group, 's', ['swapb']), ...driver(group, 'x', ['swap'])]
          : driver(group, 's', []),
      ),
      instance('CELLS', columns, [...own, ...referenceNets(parts)]),
      instance('PRE', `${prefix}_precharge`, ['preb', 'rp', 'rn', 'VDD']),
      instance('I', `${prefix}_inv`, ['sel', 'selb', ...POWER]),
      instance('SP', `${prefix}_pass`, ['rp', 'refp', 'sel', 'selb', ...POWER]),
      instance('SN', `${prefix}_pass`, ['rn', 'refn', 'sel', 'selb', ...POWER]),
    ],
  };
}

/** Pins of the cell port towards the cells. */
function portNets({ shape }: Parts): string[] {
  const { rows, trimRows, columns, banks, referenceRows, referenceColumns } = shape;
  const references = nets('', banks).flatMap((at) =>
    nets('', referenceColumns).flatMap((column) => [`rbl${at}_${column}`, `rblb${at}_${column}`]),
  );
  return [
    ...[...nets('w', rows + trimRows), ...nets('', columns).flatMap((at) => BITLINES.map((bl) => bl + at))],
    ...[...nets('wr', referenceRows), ...references, ...nets('sel', banks)],
  ];
}

/** Pins of the macro that belong to the cell port, in the order of the port list. */
function portPins(shape: MacroShape): string[] {
  return arrayPins(shape)
    .filter(({ port }) => ['clk_i', 'ref_bank_i'].includes(port.name) || port.name.startsWith('mem_'))
    .map(({ name }) => name);
}

function port(parts: Parts): Subcircuit {
  return {
    name: `${parts.prefix}_port`,
    remark:
      'Cell port: DIGITAL PERIPHERY, NOT INCLUDED. w, wr: write word lines of rows and reference rows;\n' +
      'blp.., rbl..: their bitlines, true and complement; sel: one-hot of ref_bank_i.',
    pins: [...portPins(parts.shape), ...portNets(parts), ...POWER],
    body: [],
  };
}

function array(parts: Parts, columns: string): Subcircuit {
  const { prefix, shape } = parts;
  const { rows, trimRows, banks, referenceRows, referenceColumns } = shape;
  const { power, ground } = parts.supply;
  const gate = (label: string, type: string, pins: readonly string[]) =>
    instance(label, `${prefix}_${type}`, [...pins, power, ground]);
  const driver = (label: string, pin: string, line: string) => [
    gate(`E${label}`, 'inv', [pin, `e${line}`]),
    gate(`D${label}`, 'driver', [`e${line}`, 'clk_i', line]),
  ];
  const own = nets('', shape.columns).flatMap((at) => [...BITLINES.map((bl) => bl + at), `sa_o[${at}]`]);
  const outside: Readonly<Record<string, string>> = { sen: 'sense_i', VDD: power, VSS: ground };
  const shared = columnNets(parts).map((net) => outside[net] ?? net);
  const bankPins = (at: number) => [
    ...nets('', referenceColumns).flatMap((c) => [`rbl${at}_${c}`, `rblb${at}_${c}`]),
    ...nets('wr', referenceRows),
    ...groups(shape).map((group) => `ref_group_i[${group}]`),
    ...(falling(parts) ? ['ref_swap_i', 'swapb'] : []),
    ...[`sel${at}`, 'clk_i', 'preb', 'refp', 'refn'],
  ];
  return {
    name: prefix,
    pins: [...arrayPins(shape).map(({ name }) => name), power, ground],
    body: [
      gate('PREB', 'buf', ['precharge_i', 'preb']),
      gate('SCLKB', 'nand2', ['clk_i', 'sense_i', 'sclkb']),
      gate('SCLK', 'buf', ['sclkb', 'sclk']),
      ...(bitSerial(parts)
        ? [
            gate('CLKB', 'inv', ['clk_i', 'clkb']),
            gate('SHQ', 'latch', ['share_i', 'clk_i', 'clkb', 'shq']),
            gate('SHN', 'nand2', ['clk_i', 'shq', 'shn']),
            gate('SH', 'buf', ['shn', 'sh']),
            gate('SHB', 'buf', ['sh', 'shb']),
          ]
        : []),
      ...(falling(parts) ? [gate('SWAPB', 'inv', ['ref_swap_i', 'swapb'])] : []),
      ...nets('', rows).flatMap((row) => [
        ...driver(`P${row}`, `rwl_p_i[${row}]`, `p${row}`),
        ...driver(`N${row}`, `rwl_n_i[${row}]`, `n${row}`),
      ]),
      ...(trimRows > 0 ? driver('T', 'trim_rwl_i', 't') : []),
      instance('COLUMNS', columns, [...own, ...shared]),
      instance('PRE', `${prefix}_precharge`, ['preb', 'refp', 'refn', power]),
      ...['refp', 'refn'].map((line, at) => `C${'PN'[at]} ${line} ${ground} C=cref`),
      ...nets('', banks).map((at) => gate(`BANK${at}`, 'bank', bankPins(Number(at)))),
      gate('PORT', 'port', [...portPins(shape), ...portNets(parts)]),
    ],
  };
}

/** A size as a parameter: metres or farads, with a unit letter. */
function parameters(shape: MacroShape, { lengthUm, widthUm }: Physical['devices'], serial: boolean) {
  const width = (name: string, times: number, meaning: string) => ({
    assignment: `${name}=${rounded(times * widthUm, 6)}u`,
    meaning,
  });
  const length = (name: string, times: number, meaning: string) => ({
    assignment: `${name}=${rounded(times * lengthUm, 6)}u`,
    meaning,
  });
  const femto = (name: string, value: number, meaning: string) => ({
    assignment: `${name}=${value}f`,
    meaning,
  });
  // F: one femtofarad of metal a cell; what the transistors add comes with their models.
  const line = shape.rows + shape.trimRows;
  return [
    length('lmin', 1, 'channel length'),
    width('wn', 1, 'gates, n-channel'),
    width('wp', 2, 'gates, p-channel'),
    width('wbn', 8, 'inverters that drive all columns, n-channel'),
    width('wbp', 16, 'the same, p-channel'),
    width('wsw', 2, 'switches'),
    width('wpu', 1, 'cell: pull-up'),
    width('wpd', 2, 'cell: pull-down'),
    width('wax', 1.5, 'cell: write access'),
    width('wrd', 1, 'cell: read driver'),
    width('wrc', 1, 'cell: read cascodes'),
    length('lrd', 4, 'cell: channel length of the read stack'),
    width('wpc', 4, 'precharge'),
    width('wwl', 8, 'word line driver'),
    width('wst', 4, 'sense amplifier: tail'),
    width('wsa', 4, 'sense amplifier: inputs that pull towards above'),
    width('wsb', 4, 'sense amplifier: inputs that pull towards below'),
    width('wsl', 2, 'sense amplifier: latch'),
    femto('cline', line, 'a bitline, outside its transistors'),
    ...(serial ? [femto('cshare', line, 'what a bitline shares with: as much as the whole line')] : []),
    femto(
      'cref',
      line * (serial ? 2 ** magnitudeBits(shape) : 1),
      serial
        ? 'a reference line: 2^n bitlines, as much as n shared slices shrink a unit'
        : 'a reference line: as a bitline, so that a unit moves both alike',
    ),
  ];
}

/** Where the circuit and the model differ, or a pin does nothing. */
function remarksOn(parts: Parts): string[] {
  const { trimRows, offsetRows, headroom } = parts.shape;
  return [
    ...(bitSerial(parts) ? [] : ['share_i: pulse width inputs share no charge; the pin has no gate.']),
    ...(trimRows > 0
      ? [
          `Trim cells sit on the bitlines, so they clip with them (the model clips at ${headroom} u before trim).`,
        ]
      : ['trim_rwl_i: no trim rows; the pin has no gate.']),
    ...(offsetRows > 0 ? [] : ['ref_group_i[0]: no offset rows; the pin has no gate.']),
  ];
}

/** `views/<name>_array.cdl`: the transistors, hierarchical, sizes as parameters. */
export function cdlFile(plan: MacroPlan): PackageFile {
  const { shape, name } = plan;
  const prefix = `${name}_array`;
  const { devices, supply } = plan.config.physical;
  const parts: Parts = { prefix, shape, supply: supplyPins(supply) };
  const { power, ground } = parts.supply;
  const one = column(parts);
  const columns = sideBySide(
    { name: one.name, own: [...BITLINES, 'sa'], shared: columnNets(parts) },
    shape.columns,
  );
  const oneReference = referenceColumn(parts);
  const references = sideBySide(
    { name: oneReference.name, own: ['bl', 'blb'], shared: referenceNets(parts) },
    shape.referenceColumns,
  );
  const top = array(parts, columns.name);
  const directions = arrayPins(shape).map(
    ({ name: pin, port: { direction } }) => `${pin}:${direction === 'input' ? 'I' : 'O'}`,
  );
  const pinInfo = wrap(['*.PININFO', ...directions, `${power}:B`, `${ground}:B`], '*.PININFO ');
  const structure = [
    ...[one, ...columns.subcircuits],
    ...[oneReference, ...references.subcircuits, bank(parts, references.name)],
    port(parts),
  ].map(subcircuitText);
  const topText = subcircuitText({ ...top, body: [pinInfo, ...top.body] });
  const text = render('views/array.cdl', {
    header: headerLines(plan, `${prefix}.cdl`, 'transistors of the analog macro', '* '),
    prefix,
    ...{ nmos: devices.nmos, pmos: devices.pmos },
    bitSerial: bitSerial(parts),
    falling: falling(parts),
    remarks: remarksOn(parts),
    parameters: parameters(shape, devices, bitSerial(parts)),
    structure: [...structure, topText].join('\n\n'),
  });
  return { path: `views/${prefix}.cdl`, text };
}
