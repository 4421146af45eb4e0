import { readFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import { build } from 'esbuild';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../generators/common/random.js';
import { Macro } from '../../generators/macro/golden/macro.js';
import type { MacroPlan } from '../../generators/macro/plan/plan.js';
import { buildVectors, PACKAGED } from '../../generators/package/vectors/vectors.js';
import { CONFIGURATIONS, planOf } from '../fixtures/configurations.js';

const ROOT = path.resolve('.');
/** What a page imports that plans macros, converts and drives a bus; bundlers leave the scenario of the vectors out. */
const WITHOUT_VECTORS = [
  ...['BitcellArray', 'Macro', 'Machine', 'Trace', 'codeOf', 'describeProblem', 'macroInput', 'orThrow'],
  ...[
    'cellWrites',
    'inputWrites',
    'packedInputWrites',
    'packReferences',
    'packTernary',
    'packTrim',
    'planMacro',
    'planRamp',
  ],
  ...['referenceWrites', 'registers', 'scheduleOf', 'shapeOf', 'tableWrites', 'trimWrites'],
];
const PLANS = ['odd', 'banked', 'clipped', 'width3'].map((name) =>
  planOf(CONFIGURATIONS.find(({ config }) => config.name === name)!),
);

/** What a page would do with the module: plans a macro, loads it and converts. Runs where there is JavaScript alone. */
const SCRIPT = `
  const { config, levels, weights, inputs } = JSON.parse(text);
  const plan = model.orThrow(model.planMacro(model.macroInput(config, levels, 'a page')));
  const macro = model.Macro.from(plan);
  macro.loadWeights(Int8Array.from(weights));
  const { codes } = macro.convertBatch(inputs);
  const { operations, trace } = model.buildVectors(plan, model.PACKAGED);
  const words = model.inputWrites(inputs.slice(0, plan.shape.rows)).length;
  const machine = model.Machine.from(plan);
  machine.idle(3);
  JSON.stringify({ codes: [...codes], operations, trace, words, cycle: machine.cycle });
`;

function problem(plan: MacroPlan) {
  const { rows, columns, inputSigned, inputBits } = plan.shape;
  const random = new Random(3);
  const span = 2 ** (inputBits - Number(inputSigned));
  return {
    config: plan.config,
    levels: plan.levels,
    weights: Array.from({ length: rows * columns }, () => random.whole(-1, 1)),
    inputs: Array.from({ length: 5 * rows }, () => random.whole(inputSigned ? -span : 0, span - 1)),
  };
}

/** The module as one minified text, by what is imported of it; and the files that went into it. */
async function bundled(imported: string) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export ${imported} from 'imcgen/model';`, resolveDir: ROOT },
    ...{ bundle: true, minify: true, write: false, metafile: true },
    ...{ format: 'iife', globalName: 'model', platform: 'neutral', target: 'es2022' },
  });
  const code = outputFiles[0]!.text;
  return { code, bytes: Buffer.byteLength(code), files: Object.keys(metafile.inputs) };
}

describe('imcgen/model', () => {
  let code: string;

  beforeAll(async () => {
    ({ code } = await bundled('*'));
  });

  it.each([
    ['without vectors', `{ ${WITHOUT_VECTORS.join(', ')} }`, 72_000],
    ['with everything', '*', 100_000],
  ])('%s is small, and all of it is from this project', async (name, imported, most) => {
    const { bytes, files } = await bundled(imported);
    console.info(`imcgen/model ${name}: ${bytes} bytes minified`);
    expect(bytes).toBeLessThan(most);
    expect(files.filter((file) => file !== '<stdin>' && !file.startsWith('dist/'))).toEqual([]);
  });

  it.each(PLANS)('$name: gives the same codes and vectors where there is JavaScript alone', (plan) => {
    const { weights, inputs, ...input } = problem(plan);
    const macro = Macro.from(plan);
    macro.loadWeights(Int8Array.from(weights));
    const { operations, trace } = buildVectors(plan, PACKAGED);
    const wanted = {
      codes: [...macro.convertBatch(inputs).codes],
      ...{ operations, trace, words: Math.ceil(plan.shape.rows / 4), cycle: 3 },
    };
    for (const without of [{}, { WebAssembly: undefined }]) {
      const context = vm.createContext({ ...without, text: JSON.stringify({ ...input, weights, inputs }) });
      expect(vm.runInContext('typeof process + typeof Buffer + typeof TextDecoder', context)).toBe(
        'undefined'.repeat(3),
      );
      const result = vm.runInContext(`${code}\n{${SCRIPT}}`, context) as string;
      expect(JSON.parse(result)).toEqual(wanted);
    }
  });

  it('tells which rule a config breaks', () => {
    const { config, levels } = problem(PLANS[0]!);
    const broken = { ...config, adc: { ...config.adc, banks: 0 } };
    const context = vm.createContext({ text: JSON.stringify({ config: broken, levels }) });
    const script = `{
      const { config, levels } = JSON.parse(text);
      const result = model.planMacro(model.macroInput(config, levels, 'a page'));
      result.problems.map(model.describeProblem).join();
    }`;
    expect(vm.runInContext(`${code}\n${script}`, context)).toMatch(
      /^a page: adc\.banks: 0 banks cannot hold/,
    );
  });

  // What a user of the module compiles: strictly, without the types of Node, of a browser or of any package.
  it('has types that need ES2023 and nothing else', () => {
    const text = `
      import { type Levels, Machine, Macro, type MacroConfig, macroInput, orThrow, planMacro } from 'imcgen/model';
      export function codesOf(config: MacroConfig, levels: readonly Levels[], inputs: Int8Array): Uint8Array {
        const plan = orThrow(planMacro(macroInput(config, levels, 'mine')));
        const machine = Machine.from(plan, { comparator: (mac, reference, _, { step }) => mac + step >= reference });
        machine.idle(1);
        return Macro.from(plan, { seed: 3 }).convert(inputs).codes;
      }
    `;
    expect(diagnosticsOf(text)).toEqual([]);
    expect(diagnosticsOf(text.replace('seed: 3', "seed: 'three'"))).toEqual([
      "Type 'string' is not assignable to type 'number'.",
    ]);
  });
});

/** What the compiler says of a module beside this file; and that it read nothing but the project and its own library. */
function diagnosticsOf(text: string): string[] {
  const file = path.join(ROOT, 'rtl-tests', 'library', 'user-of-the-model.ts');
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    ...{ lib: ['lib.es2023.d.ts'], types: [], strict: true, exactOptionalPropertyTypes: true, noEmit: true },
  };
  const host = ts.createCompilerHost(options);
  const read = host.readFile;
  host.fileExists = (name) => name === file || ts.sys.fileExists(name);
  host.readFile = (name) => (name === file ? text : read(name));
  const program = ts.createProgram([file], options, host);
  const packages = program.getSourceFiles().filter(({ fileName }) => fileName.includes('/node_modules/'));
  expect(packages.filter(({ fileName }) => !fileName.includes('/typescript/lib/lib.'))).toEqual([]);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n').split('\n')[0]!);
}

it('is published under its own name', () => {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(exports['./model']).toEqual({ types: './dist/model.d.ts', default: './dist/model.js' });
});
