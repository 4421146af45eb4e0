import { readFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import { build } from 'esbuild';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../generators/common/random.js';
import { type DieConfig, dieConstants } from '../../generators/macro/die/constants.js';
import { Die } from '../../generators/macro/die/die.js';
import { Macro } from '../../generators/macro/golden/macro.js';
import type { MacroPlan } from '../../generators/macro/plan/plan.js';
import { knownConversions } from '../../generators/macro/trim/known.js';
import { Stimulus } from '../../generators/package/vectors/stimulus.js';
import { buildVectors, PACKAGED } from '../../generators/package/vectors/vectors.js';
import { CONFIGURATIONS, planOf } from '../fixtures/configurations.js';

const ROOT = path.resolve('.');
/** The ways into the model: the core, and what stands beside it. */
const ENTRIES = ['model', 'model/die', 'model/kernel', 'model/scenario', 'model/trim'];
const planNamed = (name: string) => planOf(CONFIGURATIONS.find(({ config }) => config.name === name)!);
const PLANS = ['odd', 'banked', 'clipped', 'width3'].map(planNamed);
/** One with trim rows. */
const TRIMMED = planNamed('odd');
const DIE: DieConfig = {
  ...{ seed: 1, fractionBits: 8, mismatch: 0.3, offset: 3, noise: 1 },
  ...{ globalSpread: 0, pulseError: 0, compression: 0, leakage: 0 },
  temperature: { celsius: 25, nominalCelsius: 25, perKelvin: 0, tracking: 1 },
};

/** What a page would do with the core: plans a macro, loads it, converts, and steps it on its bus. */
const SCRIPT = `
  const { config, levels, weights, inputs } = JSON.parse(text);
  const plan = model.orThrow(model.planMacro(model.macroInput(config, levels, 'a page')));
  const macro = model.Macro.from(plan);
  macro.loadWeights(Int8Array.from(weights));
  const { codes } = macro.convertBatch(inputs);
  const words = model.inputWrites(inputs.slice(0, plan.shape.rows)).length;
  const machine = model.Machine.from(plan);
  machine.idle(3);
  JSON.stringify({ codes: [...codes], words, cycle: machine.cycle });
`;

/** What it would do with the scenario as well: records vectors of its own. */
const VECTORS_SCRIPT = `
  const { config, levels, inputs } = JSON.parse(text);
  const plan = model.orThrow(model.planMacro(model.macroInput(config, levels, 'a page')));
  const stimulus = new model.Stimulus(plan);
  stimulus.convert(inputs.slice(0, plan.shape.rows), 0, plan.layers[0].bits, [0]);
  const { operations, trace, cycles } = stimulus.vectors();
  JSON.stringify({ operations, trace, cycles });
`;

/** The same with all that stands beside the core. */
const WHOLE_SCRIPT = `
  const { config, levels, weights, inputs } = JSON.parse(text);
  const plan = model.orThrow(model.planMacro(model.macroInput(config, levels, 'a page')));
  const convert = (macro) => {
    macro.loadWeights(Int8Array.from(weights));
    return [...macro.convertBatch(inputs).codes];
  };
  const constants = model.dieConstants(DIE, plan.shape);
  const { operations, trace } = model.buildVectors(plan, model.PACKAGED);
  JSON.stringify({
    ...{ codes: convert(model.Macro.from(plan)), operations, trace, kernel: model.kernel() !== undefined },
    dies: convert(model.Macro.from(plan, { die: new model.Die(constants, plan.shape, 7) })),
    known: [...model.knownConversions(plan, { weights: Int8Array.from(weights), inputs }).limits],
  });
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

/** Some entries as one minified text, everything in them kept; and the files that went into it. */
async function bundled(...entries: readonly string[]) {
  const contents = entries.map((entry) => `export * from 'imcgen/${entry}';`).join('\n');
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: ROOT },
    ...{ bundle: true, minify: true, write: false, metafile: true },
    ...{ format: 'iife', globalName: 'model', platform: 'neutral', target: 'es2022' },
  });
  const code = outputFiles[0]!.text;
  return { code, bytes: Buffer.byteLength(code), files: Object.keys(metafile.inputs) };
}

/** What a script gives where there is JavaScript and nothing else. */
function ran(code: string, script: string, given: object, without: object): unknown {
  const context = vm.createContext({ ...without, ...given });
  expect(vm.runInContext('typeof process + typeof Buffer + typeof TextDecoder', context)).toBe(
    'undefined'.repeat(3),
  );
  return JSON.parse(vm.runInContext(`${code}\n{${script}}`, context) as string);
}

describe('imcgen/model', () => {
  let code: string;
  let withScenario: string;

  beforeAll(async () => {
    ({ code } = await bundled('model'));
    ({ code: withScenario } = await bundled('model', 'model/scenario'));
  });

  it('is small as a whole', async () => {
    const { bytes } = await bundled('model');
    console.info(`imcgen/model: ${bytes} bytes minified`);
    expect(bytes).toBeLessThan(60_000);
  });

  it.each(ENTRIES)('imcgen/%s is all from this project', async (entry) => {
    const { files } = await bundled(entry);
    expect(files.length).toBeGreaterThan(1);
    expect(files.filter((file) => file !== '<stdin>' && !file.startsWith('dist/'))).toEqual([]);
  });

  it('has no die, no kernel and no vectors in it', async () => {
    const { metafile } = await build({
      entryPoints: [path.join(ROOT, 'generators', 'model.ts')],
      ...{ bundle: true, write: false, metafile: true, format: 'esm', platform: 'neutral' },
    });
    const files = Object.keys(metafile.inputs);
    expect(files).toContain('generators/macro/golden/macro.ts');
    expect(files.filter((file) => /[/](die|kernel|trim|psum|vectors)[/]|texts/.test(file))).toEqual([]);
  });

  it.each(PLANS)('$name: gives the same codes where there is JavaScript alone', (plan) => {
    const { weights, inputs, ...input } = problem(plan);
    const macro = Macro.from(plan);
    macro.loadWeights(Int8Array.from(weights));
    const wanted = {
      codes: [...macro.convertBatch(inputs).codes],
      ...{ words: Math.ceil(plan.shape.rows / 4), cycle: 3 },
    };
    const given = { text: JSON.stringify({ ...input, weights, inputs }) };
    expect(ran(code, SCRIPT, given, {})).toEqual(wanted);
  });

  it.each(PLANS)('$name: gives the same vectors where there is JavaScript alone', (plan) => {
    const { inputs, ...input } = problem(plan);
    const stimulus = new Stimulus(plan);
    stimulus.convert(inputs.slice(0, plan.shape.rows), 0, plan.layers[0]!.bits, [0]);
    const { operations, trace, cycles } = stimulus.vectors();
    const given = { text: JSON.stringify({ ...input, inputs }) };
    expect(ran(withScenario, VECTORS_SCRIPT, given, {})).toEqual({ operations, trace, cycles });
  });

  it('gives the same with what stands beside it, with and without WebAssembly', async () => {
    const whole = await bundled(...ENTRIES);
    const plan = TRIMMED;
    const { weights, inputs, ...input } = problem(plan);
    const convert = (macro: Macro) => {
      macro.loadWeights(Int8Array.from(weights));
      return [...macro.convertBatch(inputs).codes];
    };
    const die = new Die(dieConstants(DIE, plan.shape), plan.shape, 7);
    const { operations, trace } = buildVectors(plan, PACKAGED);
    const wanted = {
      ...{ codes: convert(Macro.from(plan)), operations, trace, dies: convert(Macro.from(plan, { die })) },
      known: Array.from(knownConversions(plan, { weights: Int8Array.from(weights), inputs }).limits),
    };
    expect(wanted.dies).not.toEqual(wanted.codes);
    const given = { text: JSON.stringify({ ...input, weights, inputs }), DIE };
    for (const without of [{}, { WebAssembly: undefined }]) {
      const kernel = !('WebAssembly' in without);
      expect(ran(whole.code, WHOLE_SCRIPT, given, without)).toEqual({ ...wanted, kernel });
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

it('is published under its own names', () => {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
  for (const entry of ENTRIES) {
    const file = entry.replace('model/', 'library/');
    expect(exports[`./${entry}`]).toEqual({ types: `./dist/${file}.d.ts`, default: `./dist/${file}.js` });
  }
});
