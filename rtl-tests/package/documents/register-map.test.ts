import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import type { MacroPlan } from '../../../generators/macro/plan/plan.js';
import { packageFiles } from '../../../generators/package/package.js';
import { CONFIGURATIONS, type Configuration, planOf } from '../../fixtures/configurations.js';
import { everyNth, forEveryChange } from '../../fixtures/every-change.js';
import { bench, Driver } from '../../fixtures/header-driver.js';
import { MATRIX } from '../../fixtures/matrix.js';
import { replaceOnce, withPackage } from '../../fixtures/packages.js';
import { readCHeader } from '../../fixtures/register-readers.js';

/*
 * A driver that knows a macro by its C header alone, on the RTL: every register, every field and every
 * region is written and read through the bus, and what happens is compared with what the name promises.
 */

const odd = CONFIGURATIONS.find(({ config }) => config.name === 'odd')!;

/** One macro with all that is optional in the register map: some of it excludes the rest. */
const OPTIONAL = [
  {
    ...{ ...odd, name: 'odd, packed words' },
    config: { ...odd.config, name: 'odd_packed', packedWords: true },
  },
  {
    ...{ ...odd, name: 'odd, streams' },
    config: {
      ...{ ...odd.config, name: 'odd_streams', output: { ...odd.config.output, doubleBuffer: true } },
      streams: { inputBytes: 2, outputBytes: 4 },
    },
  },
  {
    ...{ ...odd, name: 'odd, calibrated' },
    config: {
      ...{ ...odd.config, name: 'odd_calibrated', output: { ...odd.config.output, doubleBuffer: true } },
      array: { ...odd.config.array, trimPulses: 2, selfCalibrate: true },
    },
  },
] satisfies Configuration[];

const APB = [...CONFIGURATIONS, ...OPTIONAL, ...MATRIX.map(({ configuration }) => configuration)]
  .map((configuration) => ({ name: configuration.name, plan: planOf(configuration) }))
  .filter(({ plan }) => plan.config.bus === 'apb' && plan.shape.march && plan.shape.selfTest);
const NAMES = ['tiny', 'odd', 'fine', 'one_row', 'clipped'];
const DRIVEN = [
  ...APB.filter(({ name }) => OPTIONAL.some((one) => one.name === name)),
  ...APB.filter(({ plan }) => NAMES.includes(plan.name)),
  ...APB.filter(({ plan }) => plan.name.startsWith('pair')).slice(0, 3),
];

/** Registers and what reset leaves in them; read-only ones refuse writes. */
function identify(driver: Driver, { shape }: MacroPlan): void {
  const registers = [
    'ID',
    'DIMENSIONS',
    'FORMAT',
    'STATUS',
    'ERROR',
    'INTERRUPT',
    'MARCH',
    'MARCH_ADDRESS',
    'MARCH_DATA',
  ];
  for (const register of [...registers, 'SELF_TEST', 'START']) {
    driver.read(driver.at(register), driver.at(`${register}_RESET`));
  }
  driver.read(driver.at('ID'), 0x494d_4331);
  driver.fieldsAre('DIMENSIONS', { ROWS: shape.rows, COLUMNS: shape.columns });
  driver.fieldsAre('FORMAT', {
    ...(shape.streams && { STREAMS: 1 }),
    ...(shape.selfCalibrate && { SELF_CALIBRATION: 1 }),
    ...(shape.packedWords && { PACKED_WORDS: 1 }),
    SELF_TEST: Number(shape.selfTest),
    MARCH: Number(shape.march),
    BANKS: shape.banks,
    OUTPUT_SIGNED: Number(shape.outputSigned),
    OUTPUT_BITS: shape.outputBits,
    EARLY_STOP: Number(shape.earlyStop),
    FALLING_RAMP: Number(shape.ramp === 'falling'),
    READOUT: driver.at(`FORMAT_READOUT_${shape.readout.toUpperCase()}`),
    ADC_BITS: shape.adcBits,
    BIT_SERIAL: Number(shape.inputCoding === 'bit_serial'),
    INPUT_SIGNED: Number(shape.inputSigned),
    INPUT_BITS: shape.inputBits,
  });
  for (const register of ['ID', 'DIMENSIONS', 'FORMAT', 'MARCH_ADDRESS', 'MARCH_DATA']) {
    driver.refused(driver.at(register), 0xffff_ffff, 'BAD_ACCESS');
  }
  driver.unreadable(driver.at(shape.streams ? 'STREAM' : 'SELF_TEST') + 4);
  driver.write(driver.at('INTERRUPT'), 0xffff_ffff);
  driver.read(driver.at('INTERRUPT'), driver.mask('INTERRUPT', 'DONE', 'ERROR'));
}

/** Words of each region lie where the header says, to its last one and no further. */
function regions(driver: Driver, { shape }: MacroPlan): void {
  const { rows, columns, banks, adcBits, outputBits, referenceRows, referenceColumns, trimRows } = shape;
  const cellsOf = (count: number, word: number) => 2 ** Math.min(32, count - 32 * word) - 1;
  const lastWord = (cells: number) => Math.ceil(cells / 32) - 1;
  const row = trimRows > 0 ? driver.at('TRIM_ROW') + trimRows - 1 : rows - 1;
  const words: (readonly [number, number])[] = [
    [driver.at('WEIGHTS', 0, 0, 0), cellsOf(columns, 0)],
    [driver.at('WEIGHTS', rows - 1, 1, lastWord(columns)), 0],
    [driver.at('WEIGHTS', row, 1, lastWord(columns)), cellsOf(columns, lastWord(columns))],
    [driver.at('REFERENCES', 0, 0, 0), 0],
    [
      driver.at('REFERENCES', banks - 1, referenceRows - 1, lastWord(referenceColumns)),
      cellsOf(referenceColumns, lastWord(referenceColumns)),
    ],
    [driver.at('TABLES', 0, 0), 0],
    [driver.at('TABLES', banks - 1, 2 ** adcBits - 1), 2 ** (outputBits - 1) - 1],
  ];
  const last = new Map(words);
  for (const [address, value] of words) driver.write(address, value);
  for (const [address, value] of last) driver.read(address, value);
  for (const region of ['WEIGHTS', 'REFERENCES', 'TABLES', 'RESULTS']) {
    const zeros = { WEIGHTS: 3, REFERENCES: 3, TABLES: 2, RESULTS: 1 }[region]!;
    driver.unreadable(driver.at(region, ...Array(zeros).fill(0)) + driver.at(`${region}_SIZE`));
  }
  driver.read(driver.at('RESULTS', columns - 1), 0, 0);
  driver.refused(driver.at('RESULTS', 0), 0, 'BAD_ACCESS');
  driver.write(driver.at('INPUTS', Math.ceil(rows / 4) - 1), 0);
  driver.refused(driver.at('INPUTS', 0) + driver.at('INPUTS_SIZE'), 0, 'BAD_ACCESS');
  driver.unreadable(driver.at('INPUTS', 0));
}

/** Inputs, cells, references and tables do what their names say: all codes 0, then all the highest. */
function convert(driver: Driver, { shape }: MacroPlan): void {
  const { rows, columns, adcBits, outputBits, referenceRows, referenceColumns, offsetRows, trimRows, banks } =
    shape;
  const word = (count: number, at: number) => 2 ** Math.min(32, Math.max(0, count - 32 * at)) - 1;
  const bank = banks - 1;
  const highest = 2 ** adcBits - 1;
  for (let row = 0; row < rows + trimRows; row++) {
    const place = row < rows ? row : driver.at('TRIM_ROW') + row - rows;
    for (let at = 0; 32 * at < columns; at++) {
      driver.write(driver.at('WEIGHTS', place, 0, at), row === 0 ? word(columns, at) : 0);
      driver.write(driver.at('WEIGHTS', place, 1, at), 0);
    }
  }
  // One cell in the first step: every reference is one cell.
  for (let row = 0; row < referenceRows; row++) {
    for (let at = 0; 32 * at < referenceColumns; at++) {
      driver.write(driver.at('REFERENCES', bank, row, at), row === offsetRows && at === 0 ? 1 : 0);
    }
  }
  for (let code = 0; code <= highest; code++)
    driver.write(driver.at('TABLES', bank, code), code === 0 ? 0 : 1);
  const largest = 2 ** (shape.inputBits - Number(shape.inputSigned)) - 1;
  const coded = shape.readout === 'broadcast' ? 0 : 1;
  for (const [input, code] of [
    [0, 0],
    [largest, highest],
  ] as const) {
    for (let at = 0; 4 * at < rows; at++) driver.write(driver.at('INPUTS', at), at === 0 ? input : 0);
    driver.start(bank, adcBits);
    driver.finish();
    const value = code === 0 ? 0 : outputBits === 1 && shape.outputSigned ? 0xffff : 1;
    for (const column of new Set([0, columns - 1])) {
      driver.read(driver.at('RESULTS', column), driver.word('RESULTS', { CODE: coded * code, VALUE: value }));
    }
  }
}

/** Bits of start, status, interrupt and error, one after the other. */
function sequence(driver: Driver, { shape }: MacroPlan): void {
  const { adcBits, banks, doubleBuffer } = shape;
  driver.write(driver.at('INTERRUPT'), driver.mask('INTERRUPT', 'DONE'));
  driver.start(0, 1);
  driver.wait('STATUS', { DONE: 1 });
  driver.interruptIs(1);
  driver.write(driver.at('STATUS'), driver.mask('STATUS', 'BUSY', 'QUEUED', 'PHASE'));
  driver.fieldsAre('STATUS', { DONE: 1 });
  driver.finish();
  driver.interruptIs(0);
  for (const [at, phase] of ['PRECHARGE', 'MAC', 'RAMP', 'DONE'].entries()) {
    driver.operations.push(['s', at, 0, driver.at(`STATUS_PHASE_${phase}`)]);
  }
  driver.write(driver.at('INTERRUPT'), driver.mask('INTERRUPT', 'ERROR'));
  if (banks < 16) {
    const start = driver.word('START', { START: 1, BANK: banks, WIDTH: adcBits });
    driver.operations.push(['w', driver.at('START'), 1, start]);
    driver.interruptIs(1);
    driver.errorIs('BANK');
    driver.interruptIs(0);
  }
  driver.refused(driver.at('START'), driver.word('START', { START: 1 }), 'WIDTH');
  driver.start(0, adcBits);
  driver.fieldsAre('STATUS', { BUSY: 1, QUEUED: 0 });
  driver.finish();
  driver.start(0, adcBits);
  if (doubleBuffer) {
    driver.start(0, adcBits);
    driver.fieldsAre('STATUS', { BUSY: 1, QUEUED: 1 });
    driver.wait('STATUS', { BUSY: 0 });
    driver.write(driver.at('ERROR'), driver.mask('ERROR', 'LOST'));
    driver.start(0, adcBits);
    driver.start(0, adcBits);
  }
  const start = driver.word('START', { START: 1, WIDTH: adcBits });
  driver.operations.push(['w', driver.at('START'), 1, start]);
  driver.read(
    driver.at('ERROR'),
    driver.mask('ERROR', 'OVERRUN'),
    driver.mask('ERROR', 'OVERRUN', 'WIDTH', 'BANK'),
  );
  driver.wait('STATUS', { BUSY: 0 });
  driver.write(driver.at('ERROR'), driver.mask('ERROR', 'OVERRUN', 'LOST'));
  driver.read(driver.at('ERROR'), 0);
  // Done is still set.
  driver.start(0, 1);
  driver.wait('ERROR', { LOST: 1 });
  driver.errorIs('LOST');
  driver.finish();
}

/** Writes without a byte strobe: no error, no interrupt, no change, at any address and while converting. */
function writeNothing(driver: Driver, { shape }: MacroPlan): void {
  const { adcBits, banks, columns, referenceRows } = shape;
  const registers = [
    'ID',
    'DIMENSIONS',
    'FORMAT',
    'START',
    'STATUS',
    'ERROR',
    'INTERRUPT',
    'MARCH',
    'SELF_TEST',
  ];
  const cells = [driver.at('WEIGHTS', 0, 0, 0), driver.at('REFERENCES', banks - 1, referenceRows - 1, 0)];
  const table = driver.at('TABLES', banks - 1, 0);
  const results = driver.at('RESULTS', columns - 1);
  const unmapped = [driver.at('SELF_TEST') + 4, driver.at('INPUTS', 0) + driver.at('INPUTS_SIZE'), 0xffffc];
  const unaligned = [driver.at('INTERRUPT') + 1, driver.at('INPUTS', 0) + 2];
  const places = [...registers.map((name) => driver.at(name)), ...cells, table, results];
  const all = [...places, driver.at('INPUTS', 0), ...unmapped, ...unaligned];
  driver.write(driver.at('INTERRUPT'), driver.mask('INTERRUPT', 'DONE', 'ERROR'));
  for (const address of cells) driver.write(address, 1);
  driver.write(table, 1);
  driver.write(driver.at('INPUTS', 0), 0);
  const unchanged = (): void => {
    for (const address of cells) driver.read(address, 1);
    driver.read(table, 1, 1);
    driver.read(driver.at('INTERRUPT'), driver.mask('INTERRUPT', 'DONE', 'ERROR'));
    driver.read(driver.at('ERROR'), 0);
  };
  for (const address of all) driver.writeNothing(address);
  driver.interruptIs(0);
  unchanged();
  driver.fieldsAre('STATUS', { BUSY: 0, QUEUED: 0, DONE: 0 });
  driver.fieldsAre('MARCH', { BUSY: 0 });
  driver.fieldsAre('SELF_TEST', { ENABLE: 0 });

  driver.start(banks - 1, adcBits);
  for (const address of all) driver.writeNothing(address);
  driver.wait('STATUS', { BUSY: 0 });
  driver.fieldsAre('STATUS', { DONE: 1 });
  driver.writeNothing(driver.at('STATUS'));
  driver.interruptIs(1);
  driver.fieldsAre('STATUS', { DONE: 1 });
  unchanged();
  // No row is driven: an input that was written would lift the code of the first column.
  driver.read(driver.at('RESULTS', 0), 0, driver.mask('RESULTS', 'CODE'));
  driver.finish();
  driver.unreadable(driver.at('INPUTS', 0));
}

/** The same inputs and results in packed words, where there are such; a word past the last is none. */
function packed(driver: Driver, { shape }: MacroPlan): void {
  const { rows, columns, adcBits, banks, inputBits, inputSigned, outputBits } = shape;
  if (!driver.has('FORMAT_PACKED_WORDS_MASK')) return;
  const [rowsOfWord, columnsOfWord] = [driver.at('PACKED_ROWS'), driver.at('PACKED_COLUMNS')];
  const words = Math.ceil(rows / rowsOfWord);
  const largest = 2 ** (inputBits - Number(inputSigned)) - 1;
  // Every bit but those of the first row, which is 0 and then the largest: every reference is one cell.
  const others = 2 ** 32 - 2 ** (32 / rowsOfWord);
  const value = Math.min(1, 2 ** (outputBits - 1));
  for (const first of [0, largest]) {
    for (let at = 0; at < words; at++) {
      driver.write(driver.at('PACKED_INPUTS', at), at === 0 ? others + first : 0xffff_ffff);
    }
    driver.start(banks - 1, adcBits);
    driver.finish();
    for (let at = 0; at * columnsOfWord < columns; at++) {
      const here = Math.min(columnsOfWord, columns - at * columnsOfWord);
      const word = Array.from({ length: here }, (_, column) => value * 2 ** ((32 / columnsOfWord) * column));
      driver.read(driver.at('PACKED_RESULTS', at), first === 0 ? 0 : word.reduce((sum, one) => sum + one, 0));
    }
  }
  driver.refused(driver.at('PACKED_INPUTS', words), 0, 'BAD_ACCESS');
  driver.unreadable(driver.at('PACKED_INPUTS', 0));
  driver.unreadable(driver.at('PACKED_RESULTS', 0) + driver.at('PACKED_RESULTS_SIZE'));
  driver.refused(driver.at('PACKED_RESULTS', 0), 0, 'BAD_ACCESS');
}

/** Who has the data path, and what the bus is refused meanwhile. */
function streams(driver: Driver, { shape }: MacroPlan): void {
  if (shape.streams === undefined) return;
  const { inputBytes, outputBytes } = shape.streams;
  const widths = { INPUT_BYTES: inputBytes, OUTPUT_BYTES: outputBytes };
  driver.read(driver.at('STREAM'), driver.word('STREAM', widths));
  driver.write(driver.at('STREAM'), 0xffff_ffff);
  driver.read(driver.at('STREAM'), driver.word('STREAM', { ...widths, ENABLE: 1, OWNER: 1 }));
  driver.refused(driver.at('INPUTS', 0), 0, 'BUSY');
  driver.refused(driver.at('START'), driver.word('START', { START: 1, WIDTH: 1 }), 'BUSY');
  driver.refused(driver.at('MARCH'), driver.word('MARCH', { START: 1 }), 'BUSY');
  driver.unreadableNow(driver.at('RESULTS', 0));
  driver.write(driver.at('STREAM'), 0);
  driver.read(driver.at('STREAM'), driver.word('STREAM', widths));
  driver.write(driver.at('INPUTS', 0), 0);
  // The streams do not get what is in use.
  driver.start(0, 1);
  driver.refused(driver.at('STREAM'), driver.word('STREAM', { ENABLE: 1 }), 'BUSY');
  driver.finish();
  driver.fieldsAre('ERROR', { STREAM: 0 });
}

/** A calibration of the ideal array, which needs no trim; then one of known codes, which no trim changes. */
function calibrate(driver: Driver, { shape }: MacroPlan): void {
  if (!shape.selfCalibrate) return;
  const { banks, columns, trimRows, offsetRows, referenceRows } = shape;
  const bank = banks - 1;
  const start = driver.word('CALIBRATION', { START: 1, BANK: bank, REPEATS: 1 });
  // One cell below zero, and two in the second quarter of the ramp.
  const words = new Map([[0, 1]]).set(offsetRows + Math.floor((referenceRows - offsetRows) / 7) * 2, 3);
  for (let row = 0; row < referenceRows; row++) {
    driver.write(driver.at('REFERENCES', bank, row, 0), words.get(row) ?? 0);
  }
  driver.read(driver.at('CALIBRATION'), 0);
  driver.write(driver.at('CALIBRATION'), start);
  driver.fieldsAre('CALIBRATION', { BUSY: 1, DONE: 0, FAIL: 0, BANK: bank, REPEATS: 1 });
  driver.refused(driver.at('CALIBRATION'), start, 'BUSY');
  driver.refused(driver.at('START'), driver.word('START', { START: 1, WIDTH: 1 }), 'BUSY');
  driver.unreadableNow(driver.at('WEIGHTS', 0, 0, 0));
  driver.refused(driver.at('WEIGHTS', 0, 0, 0), 0, 'BUSY');
  driver.fieldsAre('STATUS', { BUSY: 1 });
  driver.wait('CALIBRATION', { BUSY: 0 });
  driver.fieldsAre('CALIBRATION', { DONE: 1, FAIL: 0, REPORTED: 0, BANK: bank, REPEATS: 1 });
  driver.fieldsAre('STATUS', { BUSY: 0, DONE: 0 });
  for (let row = 0; row < trimRows; row++) {
    for (const plane of [0, 1]) driver.read(driver.at('WEIGHTS', driver.at('TRIM_ROW') + row, plane, 0), 0);
  }
  // Columns 1, 5, .. are at code 1; the others are below the window or above it.
  driver.write(driver.at('SELF_TEST'), driver.word('SELF_TEST', { ENABLE: 1 }));
  driver.write(driver.at('CALIBRATION'), driver.word('CALIBRATION', { START: 1, BANK: bank }));
  driver.wait('CALIBRATION', { BUSY: 0 });
  driver.fieldsAre('CALIBRATION', { DONE: 1, FAIL: 1, REPORTED: columns - Math.ceil((columns - 1) / 4) });
  driver.write(driver.at('SELF_TEST'), 0);
  const none = driver.word('CALIBRATION', { START: 1, BANK: banks % 16 });
  driver.refused(driver.at('CALIBRATION'), none, 'BANK');
  driver.fieldsAre('CALIBRATION', { BUSY: 0, DONE: 1 });
}

/** March and self-test. */
function test(driver: Driver, { shape }: MacroPlan): void {
  const { columns, adcBits, readout } = shape;
  driver.write(driver.at('MARCH'), driver.word('MARCH', { START: 1, BACKGROUND: 3 }));
  driver.fieldsAre('MARCH', { BUSY: 1, FAIL: 0 });
  driver.refused(driver.at('WEIGHTS', 0, 0, 0), 0, 'BUSY');
  driver.wait('MARCH', { BUSY: 0 });
  driver.fieldsAre('MARCH', { BUSY: 0, DONE: 1, FAIL: 0, BACKGROUND: 3, ELEMENT: 5 });
  driver.read(driver.at('MARCH_DATA'), 0);
  // Every cell seems to hold 1: the first read of a 0 fails.
  driver.operations.push(['f', 0, 0, 0]);
  driver.write(driver.at('MARCH'), driver.word('MARCH', { START: 1 }));
  driver.wait('MARCH', { BUSY: 0 });
  driver.fieldsAre('MARCH', { FAIL: 1, ELEMENT: 1, BACKGROUND: 0 });
  const failing = driver.word('MARCH_ADDRESS', { ADDRESS: driver.at('WEIGHTS', 0, 0, 0) });
  driver.read(driver.at('MARCH_ADDRESS'), failing);
  driver.read(driver.at('MARCH_DATA'), 2 ** Math.min(32, columns) - 1);
  driver.operations.push(['u', 0, 0, 0]);
  driver.write(driver.at('MARCH'), driver.word('MARCH', { RESUME: 1 }));
  driver.wait('MARCH', { BUSY: 0, DONE: 1, FAIL: 0, ELEMENT: 5 });

  driver.write(driver.at('SELF_TEST'), 0xffff_ffff);
  driver.read(driver.at('SELF_TEST'), driver.word('SELF_TEST', { ENABLE: 1, SEED: 2 ** adcBits - 1 }));
  const seed = 2 ** adcBits - 2;
  driver.write(driver.at('SELF_TEST'), driver.word('SELF_TEST', { ENABLE: 1, SEED: seed }));
  driver.start(0, adcBits);
  driver.finish();
  if (readout !== 'broadcast' && !shape.earlyStop) {
    for (const column of new Set([0, Math.min(1, columns - 1), columns - 1])) {
      const code = (column ^ seed) % 2 ** adcBits;
      driver.read(
        driver.at('RESULTS', column),
        driver.word('RESULTS', { CODE: code }),
        driver.mask('RESULTS', 'CODE'),
      );
    }
  }
  driver.write(driver.at('SELF_TEST'), 0);
  driver.read(driver.at('SELF_TEST'), 0);
}

/** Plays the whole driver on a package, changed first where `change` says so; its last line and complaints. */
async function drive(
  plan: MacroPlan,
  change?: readonly [from: string, to: string],
): Promise<{ lines: string[]; operations: number }> {
  const { name } = plan;
  const files = packageFiles(plan);
  const prefix = `#define ${name.toUpperCase()}_`;
  const header = files.find(({ path: at }) => at === `include/${name}_regs.h`)!.text;
  const driver = new Driver(readCHeader(header.replaceAll(prefix, '#define ')));
  for (const part of [identify, regions, convert, packed, sequence, writeNothing, streams, calibrate, test])
    part(driver, plan);
  const hex = (value: number) => (value >>> 0).toString(16);
  const operations = driver.operations.map(([op, ...numbers]) => [op, ...numbers.map(hex)].join(' '));
  return withPackage(plan, async (folder) => {
    if (change) await replaceOnce(path.join(folder, `rtl/${name}_registers.v`), ...change);
    await writeFile(path.join(folder, 'bench.v'), bench(plan));
    await writeFile(path.join(folder, 'operations.txt'), `${operations.join('\n')}\n`);
    const sources = ['-f', `${name}.f`, 'bench.v'];
    await execa('iverilog', ['-g2005', '-s', 'bench', '-o', 'bench.vvp', ...sources], { cwd: folder });
    const { stdout } = await execa('vvp', ['-n', '-N', 'bench.vvp'], { cwd: folder });
    const lines = stdout.trim().split('\n');
    expect(lines.at(-1)).toMatch(/^\d+ operations, \d+ wrong$/);
    return { lines, operations: operations.length };
  });
}

describe('a driver that knows the macro by its C header', () => {
  it.each(forEveryChange(DRIVEN, everyNth(3)))('$name', async ({ plan }) => {
    const { lines, operations } = await drive(plan);
    expect(lines.slice(0, -1)).toEqual([]);
    expect(lines.at(-1)).toBe(`${operations} operations, 0 wrong`);
  });

  it.each([
    ['a register elsewhere', "4'd4:    register_value = status;", "4'd3:    register_value = status;"],
    [
      'a bit elsewhere',
      "{21'd0, phase_i, 5'd0, done_q, queued_i, busy_i}",
      "{21'd0, phase_i, 5'd0, queued_i, done_q, busy_i}",
    ],
    ['an error in another bit', 'acts && legal && no_width,', 'acts && legal && no_bank,'],
    ['a stride', 'addr_i[18:8]};   // from 1024', 'addr_i[17:7]};   // from 1024'],
    ['a field that is swapped', 'interrupt_q[0]) ||', 'interrupt_q[1]) ||'],
    ['a refusal of writes without a byte', "req_i && !(we_i && strb_i == 4'd0);", 'req_i;'],
    ['an effect of writes without a byte', 'writable && &strb_i', 'writable'],
  ])('finds %s', async (_, from, to) => {
    expect((await drive(planOf(odd), [from, to])).lines.at(-1)).not.toMatch(/, 0 wrong$/);
  });
});
