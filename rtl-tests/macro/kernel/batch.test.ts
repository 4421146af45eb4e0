import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Random } from '../../../generators/common/random.js';
import { kernel } from '../../../generators/macro/kernel/kernel.js';
import { Macro } from '../../../generators/macro/kernel/macro.js';
import { fullScale, type MacroShape } from '../../../generators/macro/plan/shape.js';
import { CONFIGURATIONS, planOf } from '../../fixtures/configurations.js';
import { contentsOf } from '../../fixtures/contents.js';
import { type Contents, convertByDefinition } from '../../fixtures/definition.js';
import { forEveryChange, itLong } from '../../fixtures/every-change.js';

const demo = planOf(CONFIGURATIONS.find(({ config }) => config.name === 'demo')!).shape;

function shapeWith(change: Partial<MacroShape>): MacroShape {
  const shape = { ...demo, ...change };
  return { ...shape, headroom: change.headroom ?? fullScale(shape) };
}

function macroOf({ shape, cells, trim, groups, table }: Contents, bank = 0): Macro {
  const macro = new Macro(shape);
  macro.loadCells(cells);
  macro.array.loadTrim(trim);
  macro.programReferences(bank, groups);
  macro.programTable(bank, table);
  return macro;
}

function spanOf({ inputBits, inputSigned }: MacroShape) {
  const span = 2 ** (inputBits - Number(inputSigned));
  return { low: inputSigned ? -span : 0, high: span - 1 };
}

const INPUT_TYPES = [Int8Array, Uint8Array, Int16Array, Int32Array, Float64Array] as const;

/** Inputs of several vectors, in an array of a type that holds them. */
function inputsOf(shape: MacroShape, vectors: number, random: Random) {
  const { low, high } = spanOf(shape);
  const extreme = random.next() < 0.2;
  const value = () => {
    if (extreme) return random.next() < 0.5 ? low : high;
    return random.next() < 0.3 ? 0 : random.whole(low, high);
  };
  const values = Array.from({ length: vectors * shape.rows }, value);
  const types = INPUT_TYPES.filter((type) => type.from(values).every((stored, i) => stored === values[i]));
  return types[random.whole(0, types.length - 1)]!.from(values);
}

/** What a batch must give. */
function expected(contents: Contents, inputs: ArrayLike<number>, bits: number) {
  const { rows } = contents.shape;
  const all = Array.from({ length: inputs.length / rows }, (_, vector) =>
    convertByDefinition(
      contents,
      Array.from({ length: rows }, (_, row) => inputs[vector * rows + row]!),
      bits,
    ),
  );
  return {
    codes: Uint8Array.from(all.flatMap(({ codes }) => codes)),
    outputs: Int32Array.from(all.flatMap(({ outputs }) => outputs)),
    macs: Int32Array.from(all.flatMap(({ macs }) => macs)),
  };
}

function buffersFor({ columns }: MacroShape, vectors: number) {
  const values = vectors * columns;
  return { codes: new Uint8Array(values), outputs: new Int32Array(values), macs: new Int32Array(values) };
}

const anyShape = fc
  .record({
    rows: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 70 })),
    columns: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 50 })),
    inputBits: fc.integer({ min: 1, max: 8 }),
    inputSigned: fc.boolean(),
    trimRows: fc.integer({ min: 0, max: 16 }),
    trimPulses: fc.constantFrom(1, 3, 255),
    clipping: fc.constantFrom(1, 1, 0.5, 0.1),
    adcBits: fc.integer({ min: 1, max: 7 }),
    ramp: fc.constantFrom('rising', 'falling' as const),
    earlyStop: fc.boolean(),
    topK: fc.integer({ min: 1, max: 50 }),
    referencePulses: fc.constantFrom(1, 2, 64),
    referenceColumns: fc.constantFrom(1, 4, 128),
    offsetRows: fc.constantFrom(0, 5),
    banks: fc.integer({ min: 1, max: 16 }),
    outputSigned: fc.boolean(),
  })
  .filter(({ inputBits, inputSigned }) => inputBits > Number(inputSigned))
  .map(({ clipping, topK, ...change }) => {
    const shape = shapeWith({
      ...change,
      referenceRows: 1024,
      outputBits: 16,
      topK: Math.min(topK, change.columns),
    });
    return { ...shape, headroom: Math.max(1, Math.floor(clipping * fullScale(shape))) };
  });
const anySeed = fc.nat(2 ** 31 - 1);

describe('a batch', () => {
  it('runs in WebAssembly here', () => {
    expect(kernel()).toBeDefined();
  });

  it.each([{ plain: false }, { plain: true }])('is what its definition says, %o', ({ plain }) => {
    fc.assert(
      fc.property(anyShape, anySeed, fc.nat(5), (shape, seed, vectors) => {
        const random = new Random(seed);
        const contents = contentsOf(shape, random);
        const bank = random.whole(0, shape.banks - 1);
        const bits = random.whole(1, shape.adcBits);
        const macro = macroOf(contents, bank);
        const inputs = inputsOf(shape, vectors, random);
        const out = macro.convertBatch(inputs, { bank, bits, plain }, buffersFor(shape, vectors));
        expect(out).toEqual(expected(contents, inputs, bits));
      }),
      { numRuns: plain ? 60 : 200 },
    );
  });

  const formats = [1, 2, 3, 4, 5, 6, 7, 8]
    .flatMap((inputBits) => [
      { inputBits, signed: false },
      { inputBits, signed: true },
    ])
    .filter(({ inputBits, signed }) => inputBits > Number(signed));
  it.each(forEveryChange(formats, ({ inputBits }) => inputBits >= 6))(
    'holds the largest sums of 1024 rows: $inputBits bits, signed $signed',
    ({ inputBits, signed }) => {
      const columns = 17;
      const random = new Random(inputBits);
      for (const headroom of [undefined, 30_000]) {
        const base = shapeWith({
          rows: 1024,
          columns,
          inputBits,
          inputSigned: signed,
          trimRows: 16,
          trimPulses: 255,
        });
        const shape =
          headroom === undefined ? base : { ...base, headroom: Math.min(headroom, base.headroom) };
        const contents = contentsOf(shape, random);
        // Columns of all +1, all -1, all (1,1); the others random.
        for (let row = 0; row < 1024; row++) {
          for (const [column, cell] of [
            [0, [1, 0]],
            [8, [0, 1]],
            [15, [1, 1]],
            [16, [1, 0]],
          ] as const) {
            contents.cells.plus[row * columns + column] = cell[0];
            contents.cells.minus[row * columns + column] = cell[1];
          }
        }
        const { low, high } = spanOf(shape);
        const inputs = Int16Array.from({ length: 3 * 1024 }, (_, at) => {
          if (at < 1024) return high;
          return at < 2048 ? low : random.whole(low, high);
        });
        const out = macroOf(contents).convertBatch(inputs, {}, buffersFor(shape, 3));
        expect(out).toEqual(expected(contents, inputs, shape.adcBits));
      }
    },
  );

  it('of 1024 x 1024 is what single conversions give', () => {
    const random = new Random(9);
    const shape = shapeWith({ rows: 1024, columns: 1024, inputBits: 8, adcBits: 7, referenceRows: 1024 });
    const macro = macroOf(contentsOf(shape, random));
    const inputs = inputsOf(shape, 3, random);
    const out = macro.convertBatch(inputs, {}, buffersFor(shape, 3));
    for (let vector = 0; vector < 3; vector++) {
      const { macs, codes, outputs } = macro.convert(inputs.subarray(vector * 1024, (vector + 1) * 1024));
      const columns = [vector * 1024, (vector + 1) * 1024] as const;
      expect(out.macs.subarray(...columns)).toEqual(macs);
      expect(out.codes.subarray(...columns)).toEqual(codes);
      expect(out.outputs.subarray(...columns)).toEqual(outputs);
    }
  });

  it('may be long, and macros may take turns and change their cells in between', () => {
    const random = new Random(4);
    const shapes = [
      shapeWith({ rows: 5, columns: 3 }),
      shapeWith({ rows: 30, columns: 33, inputSigned: true }),
    ];
    const macros = shapes.map((shape) => new Macro(shape));
    for (let turn = 0; turn < 4; turn++) {
      macros.forEach((macro) => {
        const contents = contentsOf(macro.shape, random);
        macro.loadCells(contents.cells);
        macro.array.loadTrim(contents.trim);
        macro.programReferences(0, contents.groups);
        macro.programTable(0, contents.table);
        for (const vectors of [64, 131]) {
          const inputs = inputsOf(macro.shape, vectors, random);
          const out = macro.convertBatch(inputs, {}, buffersFor(macro.shape, vectors));
          expect(out).toEqual(expected(contents, inputs, 4));
        }
      });
    }
  });

  it('gives codes and outputs, or what it is given room for', () => {
    const shape = shapeWith({ rows: 4, columns: 2 });
    const contents = contentsOf(shape, new Random(1));
    const macro = macroOf(contents);
    const inputs = Uint8Array.of(1, 2, 3, 4, 60, 61, 62, 63);
    const { codes, outputs, macs } = expected(contents, inputs, 4);
    expect(macro.convertBatch(inputs)).toEqual({ codes, outputs });
    expect(macro.convertBatch(inputs, {}, { macs: new Int32Array(4) })).toEqual({ macs });
    expect(macro.convertBatch([])).toEqual({ codes: new Uint8Array(0), outputs: new Int32Array(0) });
  });

  it.each([{ plain: false }, { plain: true }])('refuses what does not fit, %o', (options) => {
    const macro = new Macro(shapeWith({ rows: 20, columns: 2 }));
    const bytes = new Uint8Array(200 * 20);
    bytes[150 * 20 + 19] = 64;
    expect(() => macro.convertBatch(bytes, options)).toThrow('input 19 of vector 150 is 64, outside 0..63');
    expect(() =>
      macro.convertBatch(
        Int8Array.from(bytes, (x) => -x),
        options,
      ),
    ).toThrow('of vector 150 is -64, outside');
    const fractions = new Float32Array(40);
    fractions[21] = 0.5;
    expect(() => macro.convertBatch(fractions, options)).toThrow(
      'input 1 of vector 1 is 0.5, no whole number',
    );
    expect(() => macro.convertBatch(new Uint8Array(21), options)).toThrow(
      'inputs has 21 entries, no multiple of the 20 rows of this macro',
    );
    expect(() => macro.convertBatch(bytes, { ...options, bank: 1 })).toThrow('bank 1 is outside 0..0');
    expect(() => macro.convertBatch(bytes, { ...options, bits: 5 })).toThrow('bits is 5, outside 1..4');
    expect(() => macro.convertBatch(new Uint8Array(20), options, { codes: new Uint8Array(1) })).toThrow(
      'codes has 1 entries, 1 vectors of 2 columns need 2',
    );
    const signed = new Macro(shapeWith({ rows: 20, columns: 2, inputBits: 4, inputSigned: true }));
    expect(() =>
      signed.convertBatch(
        Int8Array.from({ length: 20 }, () => -9),
        options,
      ),
    ).toThrow('input 0 is -9, outside -8..7');
    expect(() => signed.convertBatch(new Uint8Array(20).fill(200), options)).toThrow(
      'input 0 is 200, outside -8..7',
    );
  });
});

describe('without WebAssembly', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it.each([
    ['at all', undefined],
    ['that knows SIMD', { validate: () => false }],
  ])('%s batches run in plain JavaScript', async (_, replacement) => {
    vi.resetModules();
    vi.stubGlobal('WebAssembly', replacement);
    const fresh = await import('../../../generators/macro/kernel/macro.js');
    const { kernel: missing } = await import('../../../generators/macro/kernel/kernel.js');
    expect(missing()).toBeUndefined();
    const contents = contentsOf(shapeWith({ rows: 9, columns: 7 }), new Random(2));
    const macro = new fresh.Macro(contents.shape);
    macro.loadCells(contents.cells);
    macro.programReferences(0, contents.groups);
    macro.programTable(0, contents.table);
    const inputs = inputsOf(contents.shape, 3, new Random(3));
    const { codes, outputs } = expected(contents, inputs, 4);
    expect(macro.convertBatch(inputs)).toEqual({ codes, outputs });
  });
});

itLong('the modules are compiled from kernel/ as it is', () => {
  const program =
    "import { KERNELS, kernelModule } from './scripts/kernel.mjs';" +
    'const made = []; for (const [source, file] of Object.entries(KERNELS)) made.push([file, await kernelModule(source)]);' +
    'process.stdout.write(JSON.stringify(made));';
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  const made = JSON.parse(printed) as [string, string][];
  expect(made.length).toBe(readdirSync('kernel').length);
  for (const [file, text] of made) expect(readFileSync(file, 'utf8'), file).toBe(text);
});
