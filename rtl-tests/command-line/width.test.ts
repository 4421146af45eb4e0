import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeDigits } from '../../examples/network/digits-network.js';
import { Random } from '../../generators/common/random.js';
import { writeNpy } from '../../generators/levels/calibrate/npy.js';
import { imcgenIn } from '../fixtures/command-line.js';
import { forEveryChange } from '../fixtures/every-change.js';

const COLUMNS = 80;

let folder: string;
const at = (name: string) => path.join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'imcgen-width-'));
  const random = new Random(1);
  const samples = (name: string) => {
    const data = Float32Array.from({ length: 4096 }, () => Math.max(0, random.next() * 8 - 3));
    writeNpy(at(name), { shape: [4096], fortranOrder: false, data });
  };
  for (const name of ['a.npy', 'heldout.npy']) samples(name);
  const references = Array.from({ length: 15 }, (_, at) => 0.125 + at / 3);
  writeFileSync(at('levels.csv'), references.join('\n'));
  // The widest numbers and the longest names that the tables have.
  await imcgenIn(folder, [
    'calibrate',
    'a.npy',
    '--bits',
    '4',
    '-o',
    'layer_with_a_name_of_some_length.levels.json',
  ]);
  const macro = {
    name: 'a_macro_with_a_name_of_some_length',
    array: { rows: 64, columns: 4, trimRows: 1, trimPulses: 3 },
    input: { bits: 4, coding: 'bit_serial' },
    adc: { bits: 4, banks: 2, reference: { columns: 12, rows: 160, offsetRows: 8, pulses: 2 } },
    output: { bits: 12, signed: true },
    layers: [
      {
        levels: 'layer_with_a_name_of_some_length.levels.json',
        inputScale: 0.1234567,
        weightScale: 0.1234567,
      },
      { levels: 'layer_with_a_name_of_some_length.levels.json', inputScale: 0.12, weightScale: 0.12 },
    ],
    die: { mismatch: 0.1, offset: 1, noise: 1 },
  };
  writeFileSync(at('macro.json'), JSON.stringify(macro));
  await imcgenIn(folder, ['generate', 'macro.json', '-o', 'package', '--quiet']);
  const other = { ...macro, adc: { ...macro.adc, bits: 3 }, array: { ...macro.array, rows: 128 } };
  other.adc.reference = { ...macro.adc.reference, rows: 200 };
  await imcgenIn(folder, ['calibrate', 'a.npy', '--bits', '3', '-o', 'three.levels.json', '--quiet']);
  other.layers = macro.layers.map((layer) => ({ ...layer, levels: 'three.levels.json' }));
  writeFileSync(at('other.json'), JSON.stringify(other));
  writeDigits(at('digits'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const SWEEP = [
  '--readout',
  'counter,column_lut',
  '--bus',
  'apb,axi4lite',
  '--input-bits',
  '3,4',
  '--bits',
  '2..4',
];
const NETWORK = 'digits/network.json';

/** Every command that prints a table, with the options that make it wide. */
const IMPORT = [
  ...['import', 'levels.csv', '--kind', 'references', '--convention', 'midpoint', '--range', '0,6'],
  ...['-o', 'y.levels.json'],
];

const COMMANDS: readonly (readonly string[])[] = [
  ['calibrate', 'a.npy', '--bits', '4', '-o', 'x.levels.json'],
  ['calibrate', 'a.npy', '--bits', '4', '--compare', '--held-out', 'heldout.npy'],
  IMPORT,
  [...IMPORT, '--histogram-from', 'a.npy'],
  ['init', '--list'],
  ['check', 'macro.json'],
  ['sweep', 'macro.json', '--bits', '2..4', '-o', 'one-axis'],
  ['diff', 'package', 'other.json'],
  ['faults', 'package', '--pairs', '50', '--simulate', '1'],
  ['map', NETWORK],
  ['map', NETWORK, '--weights'],
  ['capture', NETWORK, '-o', 'captured', '--count', '5'],
  ['evaluate', NETWORK, '--images', '5'],
  ['evaluate', NETWORK, '--images', '5', '--cosim', '1'],
  ['bits', NETWORK, '--widths', '1,2,3,4,5,6,7', '--measure', '--images', '5'],
  ['bits', NETWORK, '--sensitivity', '--measure', '--images', '5'],
  [
    'compare',
    NETWORK,
    '--weights',
    'ternary,1+2+4,bwma',
    '--levels',
    'bs-kmq,linear-clipped',
    '--images',
    '5',
  ],
  ['montecarlo', 'macro.json', '--dies', '3', '--inputs', '10', '--corner', 'typical,slow'],
  ['bounds', 'macro.json', '--inputs', '10', '--check', '3'],
  ['bounds', NETWORK, '--die', 'macro.json', '--images', '2'],
  ['qualify', 'package', '--sample', '3'],
  ['synth', 'package', '--no-sta'],
  ['sweep', 'macro.json', ...SWEEP, '-o', 'four-axes'],
];

/** Quick ones. */
const OFTEN = ['calibrate', 'import', 'init', 'check', 'diff', 'map'];

/** Lines with columns; a sentence goes on in the next line of a terminal by itself. */
const columnLines = (text: string) =>
  text.split('\n').filter((line) => /\S {2,}\S/.test(line) || /^ *-{2,}/.test(line));

describe('what is printed fits a terminal of 80 columns, and has no colour', () => {
  it.each(forEveryChange(COMMANDS, ([command]) => OFTEN.includes(command!)))(
    'imcgen %s %s',
    async (...args) => {
      const { stdout, stderr } = await imcgenIn(folder, args.map(String), { FORCE_COLOR: '1' });
      const lines = columnLines(stdout);
      expect(lines.length, stdout + stderr).toBeGreaterThan(1);
      expect(lines.filter((line) => line.length > COLUMNS)).toEqual([]);
      expect(stdout + stderr).not.toContain('\u001b');
    },
  );
});
