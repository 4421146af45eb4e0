import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../generators/common/random.js';
import { codeOf, Macro } from '../../../generators/macro/golden/macro.js';
import {
  cellWrites,
  inputWrites,
  packReferences,
  packTernary,
  packTrim,
  referenceWrites,
  tableWrites,
  unpackReferences,
  unpackTernary,
} from '../../../generators/macro/golden/pack.js';
import { resultAddress, wordsOf } from '../../../generators/macro/plan/addresses.js';
import { offsetCapacity, stepCapacity } from '../../../generators/macro/plan/shape.js';
import { streamConversions } from '../../../generators/package/vectors/scenario.js';
import { newBench } from '../../../generators/package/vectors/vectors.js';
import { CONFIGURATIONS, planOf } from '../../fixtures/configurations.js';
import { macByCells } from '../../fixtures/definition.js';
import { MATRIX } from '../../fixtures/matrix.js';

const plans = CONFIGURATIONS.map(planOf);
const anyPlan = fc.constantFrom(...plans);
const seed = fc.integer({ min: 0, max: 2 ** 31 - 1 });

describe('codes', () => {
  it('never fall where the MAC rises', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -500, max: 500 }), { minLength: 1, maxLength: 127 }),
        fc.integer({ min: -600, max: 600 }),
        fc.nat(300),
        (references, mac, more) => codeOf(mac + more, references) >= codeOf(mac, references),
      ),
    );
  });

  it('take the upper code when the MAC equals a reference', () => {
    for (const { layers } of plans) {
      for (const { ramp } of layers) {
        ramp.references.forEach((reference, k) => {
          expect(codeOf(reference - 1, ramp.references)).toBe(k);
          expect(codeOf(reference, ramp.references)).toBe(k + 1);
        });
      }
    }
  });
});

describe('the array', () => {
  it('agrees with the definition cell by cell, (1,1) cells and clipping included', () => {
    fc.assert(
      fc.property(anyPlan, seed, fc.boolean(), (plan, start, short) => {
        const random = new Random(start);
        const { rows, columns, inputSigned, inputBits, trimRows, trimPulses } = plan.shape;
        const shape = short
          ? { ...plan.shape, headroom: Math.max(1, Math.floor(plan.shape.headroom / 9)) }
          : plan.shape;
        const macro = new Macro(shape);
        const bits = () => Uint8Array.from({ length: rows * columns }, () => random.whole(0, 1));
        macro.loadCells({ plus: bits(), minus: bits() });
        macro.loadTrim(
          Array.from({ length: columns }, () => random.whole(-trimRows * trimPulses, trimRows * trimPulses)),
        );
        const span = 2 ** (inputBits - Number(inputSigned));
        const inputs = Array.from({ length: rows }, () => random.whole(inputSigned ? -span : 0, span - 1));
        expect([...macro.convert(inputs).macs]).toEqual(
          macByCells(
            shape,
            macro.array,
            { plus: macro.array.trimPlus, minus: macro.array.trimMinus },
            inputs,
          ),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('refuses what the hardware cannot take', () => {
    const macro = Macro.from(plans[0]!);
    expect(() => macro.convert([2])).toThrow('input 0 is 2, outside 0..1');
    expect(() => macro.convert([1], 1)).toThrow('bank 1 is outside 0..0');
    expect(() => macro.convert([])).toThrow('inputs has 0 entries, this macro needs 1');
    expect(() => macro.loadWeights(Int8Array.of(2))).toThrow('weight 0 is 2: a cell holds -1, 0 or +1');
    expect(() => macro.programTable(0, [0, 2])).toThrow('table entry 1 is 2, outside 0..1');
  });
});

describe('packers', () => {
  it('make words that hold exactly the weights, never a cell (1,1)', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 9 }),
        seed,
        (columns, rows, start) => {
          const random = new Random(start);
          const weights = Int8Array.from({ length: rows * columns }, () => random.whole(-1, 1));
          const cells = packTernary(weights);
          expect(unpackTernary(cells)).toEqual(weights);
          expect(cells.plus.some((plus, i) => plus === 1 && cells.minus[i] === 1)).toBe(false);
          const words = new Map(cellWrites(cells, columns).map(({ address, data }) => [address, data]));
          expect(words.size).toBe(rows * 2 * wordsOf(columns));
          weights.forEach((weight, at) => {
            const [row, column] = [Math.floor(at / columns), at % columns];
            const bit = (plane: number) =>
              (words.get(0x8_0000 + 0x100 * row + 0x80 * plane + 4 * (column >> 5))! >>> (column & 31)) & 1;
            expect(bit(0) - bit(1)).toBe(weight);
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('round-trip any reference set at any width', () => {
    fc.assert(
      fc.property(anyPlan, seed, (plan, start) => {
        const random = new Random(start);
        const { shape } = plan;
        const bits = random.whole(1, shape.adcBits);
        const reference = {
          bits,
          stepCells: Array.from({ length: 2 ** bits - 1 }, () => random.whole(0, stepCapacity(shape, bits))),
          offsetCells: random.whole(0, offsetCapacity(shape)),
        };
        expect(unpackReferences(packReferences(reference, shape), bits, shape)).toEqual(reference);
      }),
    );
  });

  it('trim to the nearest step that the rows can add', () => {
    const { shape } = plans.find(({ name }) => name === 'fine')!;
    const wanted = Array.from({ length: shape.columns }, (_, column) => 20 * (column - 8));
    const { cells, added } = packTrim(wanted, shape);
    wanted.forEach((trim, column) => {
      const limit = shape.trimRows * shape.trimPulses;
      const reachable = Math.max(-limit, Math.min(limit, trim));
      expect(Math.abs(added[column]! - reachable)).toBeLessThanOrEqual(shape.trimPulses / 2);
    });
    expect(cells.plus.length).toBe(shape.trimRows * shape.columns);
  });

  it('put one input in each byte, also negative ones', () => {
    expect(inputWrites([1, -1, 2, -128, 5])).toEqual([
      { address: 0x1_0000, data: 0x8002ff01 },
      { address: 0x1_0004, data: 0x00000005 },
    ]);
  });
});

describe('the machine on the bus and the macro in memory', () => {
  const all = [...plans, ...MATRIX.map(({ configuration }) => planOf(configuration))];
  it.each(all.map((plan) => ({ name: plan.name, plan })))('$name: same codes, same values', ({ plan }) => {
    const { shape } = plan;
    const random = new Random(5);
    const macro = Macro.from(plan);
    const weights = Int8Array.from({ length: shape.rows * shape.columns }, () => random.whole(-1, 1));
    macro.loadWeights(weights);
    const bench = newBench(plan, 5);
    bench.stimulus.writeAll(cellWrites(packTernary(weights), shape.columns));
    const span = 2 ** (shape.inputBits - Number(shape.inputSigned));
    for (const { bank, bits, ramp, table } of plan.layers) {
      bench.stimulus.writeAll(referenceWrites(ramp, bank, shape));
      bench.stimulus.writeAll(tableWrites(table.entries, bank));
      const inputs = Int32Array.from({ length: shape.rows }, () =>
        random.whole(shape.inputSigned ? -span : 0, span - 1),
      );
      streamConversions(bench, [inputs], bank, bits);
      const { codes, outputs } = macro.convert(inputs, bank);
      for (let column = 0; column < shape.columns; column++) {
        const word = bench.stimulus.read(resultAddress(column));
        expect(word >>> 16).toBe(shape.readout === 'broadcast' ? 0 : codes[column]);
        expect(shape.outputSigned ? (word << 16) >> 16 : word & 0xffff).toBe(outputs[column]);
      }
    }
  });

  it.each(['odd', 'banked', 'fine', 'clipped'])(
    '%s: the same at every width, whatever was programmed',
    (name) => {
      const plan = plans.find((other) => other.name === name)!;
      const { shape } = plan;
      const random = new Random(8);
      const macro = Macro.from(plan);
      const weights = Int8Array.from({ length: shape.rows * shape.columns }, () => random.whole(-1, 1));
      macro.loadWeights(weights);
      const { bank, ramp, table } = plan.layers.at(-1)!;
      const bench = newBench(plan, 5);
      bench.stimulus.writeAll(cellWrites(packTernary(weights), shape.columns));
      bench.stimulus.writeAll(referenceWrites(ramp, bank, shape));
      bench.stimulus.writeAll(tableWrites(table.entries, bank));
      const span = 2 ** (shape.inputBits - Number(shape.inputSigned));
      for (let bits = 1; bits <= shape.adcBits; bits++) {
        const inputs = Int32Array.from({ length: shape.rows }, () =>
          random.whole(shape.inputSigned ? -span : 0, span - 1),
        );
        streamConversions(bench, [inputs], bank, bits);
        const { codes } = macro.convert(inputs, bank, bits);
        expect(macro.convertBatch(inputs, { bank, bits }).codes).toEqual(codes);
        const read = codes.map((_, column) => bench.stimulus.read(resultAddress(column)) >>> 16);
        expect(read).toEqual(codes);
      }
    },
  );
});
