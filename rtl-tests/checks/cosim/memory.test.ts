import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runVectors } from '../../../generators/checks/cosim/cosim.js';
import { cellWords } from '../../../generators/macro/golden/march.js';
import { tableAddress } from '../../../generators/macro/plan/addresses.js';
import type { MacroShape } from '../../../generators/macro/plan/shape.js';
import {
  referenceSample,
  weightSample,
  wordSample,
} from '../../../generators/package/vectors/memory-scenario.js';
import { buildVectors, PACKAGED } from '../../../generators/package/vectors/vectors.js';
import { growingReferences, levelsFrom, planOf } from '../../fixtures/configurations.js';
import { everyNth, forEveryChange } from '../../fixtures/every-change.js';
import { replaceOnce, withPackage } from '../../fixtures/packages.js';

/** Two banks, the second without a layer, and a table of sixteen digits. */
const PLAN = planOf({
  name: 'two banks, one layer',
  config: {
    name: 'pair',
    array: { rows: 6, columns: 3, trimRows: 1 },
    input: { bits: 3 },
    adc: { bits: 2, banks: 2, reference: { columns: 2, rows: 8 } },
    output: { bits: 8 },
  },
  levels: [levelsFrom('even', growingReferences(2, 1, 2))],
});
const VECTORS = buildVectors(PLAN, PACKAGED);

const passes = async (folder: string) =>
  (await runVectors(PLAN, VECTORS, { folder, simulator: 'icarus' })).passed;

describe('every generated number of the tables is compared', () => {
  const top = 'rtl/pair.v';
  const digits = Array.from({ length: 16 }, (_, at) => at);

  it('as generated', async () => {
    expect(await withPackage(PLAN, passes)).toBe(true);
  });

  it.each(forEveryChange(digits, everyNth(4)))('digit %i', async (at) => {
    const [passed, table] = await withPackage(PLAN, async (folder) => {
      const file = path.join(folder, top);
      const text = await readFile(file, 'utf8');
      const table = /TABLE = \d+'h([0-9a-f]+)/.exec(text)![1]!;
      const flipped = (Number.parseInt(table[at]!, 16) ^ (1 << (at % 4))).toString(16);
      await writeFile(file, text.replace(table, table.slice(0, at) + flipped + table.slice(at + 1)));
      return [await passes(folder), table] as const;
    });
    expect(table).toHaveLength(digits.length);
    expect(passed).toBe(false);
  });
});

describe('what only some entries, words or bits show', () => {
  it.each([
    {
      fault: 'reset brings back a part of the tables',
      file: 'rtl/pair_decoder.v',
      from: 'table_q <= TABLE;',
      to: 'table_q[55:0] <= TABLE[55:0];',
    },
    {
      fault: 'an entry of the bank without a layer cannot be written',
      file: 'rtl/pair_decoder.v',
      from: 'if (index == e)',
      to: 'if (index == e && e != 6)',
    },
    {
      fault: 'a conversion decodes by the first table',
      file: 'rtl/pair_registers.v',
      from: ': result_bank_q;',
      to: ": 1'b0;",
    },
    {
      fault: 'a row of the bank without a layer is no memory',
      file: 'model/pair_array.v',
      from: 'if (write && mem_ref_i) begin',
      to: 'if (write && mem_ref_i && {mem_bank_i, mem_row_i} != 15) begin',
    },
    {
      fault: 'one bit of one weight word is stuck',
      file: 'model/pair_array.v',
      from: 'else             wp_q[mem_row_i][32*mem_word_i +: 32] <= updated;',
      to: "else             wp_q[mem_row_i][32*mem_word_i +: 32] <= updated & ~((mem_row_i == 4) ? 32'd4 : 32'd0);",
    },
  ])('$fault', async ({ file, from, to }) => {
    const passed = await withPackage(PLAN, async (folder) => {
      await replaceOnce(path.join(folder, file), from, to);
      return passes(folder);
    });
    expect(passed).toBe(false);
  });
});

describe('what is read back', () => {
  const reads = VECTORS.operations
    .split('\n')
    .filter((line) => line.startsWith('r '))
    .map((line) => Number.parseInt(line.split(' ')[1]!, 16));
  const times = (address: number) => reads.filter((read) => read === address).length;

  it('is every cell word of a small macro', () => {
    for (const { address } of cellWords(PLAN.shape)) expect(times(address)).toBeGreaterThan(0);
  });

  it('is every table entry: after reset, as written, and after a reset in mid-life', () => {
    for (let bank = 0; bank < 2; bank++) {
      for (let code = 0; code < 4; code++) expect(times(tableAddress(bank, code))).toBeGreaterThan(3);
    }
  });

  it('of a large macro is a sample of bounded size', () => {
    const shape: MacroShape = {
      ...PLAN.shape,
      ...{ rows: 1024, columns: 1024, trimRows: 16, banks: 16, referenceRows: 1024, referenceColumns: 128 },
    };
    expect(weightSample(shape).length).toBeLessThan(1500);
    expect(referenceSample(shape).length).toBeLessThan(1500);
  });

  it.each([{ counts: [16, 1024, 4] }, { counts: [1040, 2, 32] }, { counts: [700, 2, 17] }])(
    'of $counts words sets each address line alone, and meets each row, bank and word',
    ({ counts }) => {
      const sample = wordSample(counts);
      const names = new Set(sample.map((indices) => indices.join()));
      expect(names.size).toBe(sample.length);
      counts.forEach((count, index) => {
        expect(new Set(sample.map((indices) => indices[index])).size).toBe(count);
        for (let line = 1; line < count; line *= 2) {
          const alone = counts.map((_, at) => (at === index ? line : 0));
          expect(names.has(alone.join())).toBe(true);
        }
      });
      expect(sample.every((indices) => indices.every((value, at) => value < counts[at]!))).toBe(true);
    },
  );
});
