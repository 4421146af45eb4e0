import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeProblem, orThrow, type Problem } from '../../../generators/common/problems.js';
import { calibrate } from '../../../generators/levels/calibrate/calibrate.js';
import { macroInput } from '../../../generators/macro/config/input.js';
import type { Levels } from '../../../generators/macro/config/levels.js';
import { type MacroConfigInput, macroSchema } from '../../../generators/macro/config/macro.js';
import { parse } from '../../../generators/macro/config/parse.js';
import { triedFix } from '../../../generators/macro/plan/fixes.js';
import { planMacro } from '../../../generators/macro/plan/plan.js';
import { normals, reluBatches } from '../../fixtures/activations.js';
import { forEveryChange } from '../../fixtures/every-change.js';

// A busy machine is slow, not wrong.

type Json = Record<string, unknown>;

const relu = reluBatches(2, 2000);
const signed = [normals(4000, 3)];
const made = new Map<string, Levels>();
function levelsOf(bits: number, isSigned: boolean): Levels {
  const key = `${bits} ${isSigned}`;
  const levels = made.get(key) ?? orThrow(calibrate(isSigned ? signed : relu, { name: 'layer', bits }));
  made.set(key, levels);
  return levels;
}

/** Where fixes put the short names of a config. */
const PLACES: Readonly<Record<string, string>> = {
  columns: 'adc.reference.columns',
  pulses: 'adc.reference.pulses',
  offsetRows: 'adc.reference.offsetRows',
  'reference.rows': 'adc.reference.rows',
  headroom: 'array.headroom',
  trimPulses: 'array.trimPulses',
  topK: 'adc.topK',
  banks: 'adc.banks',
};

function setAt(config: Json, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop()!;
  const parent = keys.reduce((node, key) => {
    node[key] ??= {};
    return node[key] as Json;
  }, config);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
}

/** Makes one alternative of a fix in a config; false where it is none that a config takes. */
function applied(config: Json, { path, fix }: Problem, alternative: string): boolean {
  const place = (name: string) =>
    PLACES[name] ?? (name === 'outputScale' ? path : name.includes('.') ? name : undefined);
  const number = /^([\w.]+)(?: [<>]=)? ([\d.e+-]+?)(?:\.|,.*| \(.*)?$/.exec(alternative);
  if (number !== null && place(number[1]!) !== undefined) {
    setAt(config, place(number[1]!)!, Number(number[2]));
    return true;
  }
  const choice = /^([\w.]+):? (?:"(\w+)"|(true|false))/.exec(alternative);
  if (choice !== null) {
    setAt(config, choice[1]!, choice[2] ?? choice[3] === 'true');
    if (fix?.includes('earlyStop: true')) setAt(config, 'adc.earlyStop', true);
    return true;
  }
  if (alternative === 'no array.headroom') {
    setAt(config, 'array.headroom', undefined);
    return true;
  }
  if (/leave (it|topK) out/.test(alternative)) {
    setAt(config, path, undefined);
    return true;
  }
  return false;
}

const alternativesOf = ({ fix = '' }: Problem) =>
  fix
    .replace(/^Use /, '')
    .replace(/\.$/, '')
    .split(/, or (?:use )?/);

function planned(config: Json, levels: readonly Levels[]) {
  const checked = parse('macro.json', macroSchema, config);
  if (!checked.ok) return checked;
  return planMacro(macroInput(checked.value, levels, 'macro.json'), { fixes: triedFix });
}

/** Follows the fixes of a plan, those of one choice first, until it plans; the problems that are left after all. */
function followed(start: MacroConfigInput, ownLevels: readonly Levels[], choice: number): string {
  const config = structuredClone(start) as unknown as Json;
  let levels = ownLevels;
  const told: string[] = [];
  for (let round = 0; round < 20; round++) {
    const plan = planned(config, levels);
    if (plan.ok) return 'plans';
    const [problem] = plan.problems as readonly [Problem];
    // An alternative that led back to its problem was not the one that was meant.
    const first = told.includes(describeProblem(problem)) ? 0 : choice;
    told.push(describeProblem(problem));
    const alternatives = alternativesOf(problem);
    const order = [...alternatives.slice(first), ...alternatives.slice(0, first)];
    const all = (alternative: string) =>
      alternative
        .split(' with ')
        .map((part) => applied(config, problem, part))
        .every((done) => done);
    if (order.some(all)) continue;
    const fewer = Number(/--bits (\d)/.exec(problem.fix ?? '')?.[1] ?? levels[0]!.bits - 1);
    if (!/[Cc]alibrate/.test(problem.fix ?? '') || fewer < 1) break;
    levels = levels.map((each) => levelsOf(Math.min(each.bits, fewer), each.outputs[0]! < -0.5));
  }
  return told.join('\n');
}

const macros = fc
  .record({
    bits: fc.integer({ min: 1, max: 8 }),
    isSigned: fc.boolean(),
    rows: fc.constantFrom(1, 3, 16, 64, 256),
    columns: fc.constantFrom(1, 8),
    headroom: fc.option(fc.constantFrom(1, 20, 300, 100_000), { nil: undefined }),
    trimRows: fc.constantFrom(0, 2),
    trimPulses: fc.constantFrom(1, 9, 200),
    inputBits: fc.integer({ min: 1, max: 8 }),
    inputSigned: fc.boolean(),
    adcBits: fc.integer({ min: 1, max: 7 }),
    referenceColumns: fc.constantFrom(1, 4, 32),
    referenceRows: fc.constantFrom(1, 16, 127, 256, 1024),
    offsetRows: fc.constantFrom(0, 1, 20),
    pulses: fc.constantFrom(1, 2, 16),
    rounding: fc.constantFrom('nearest' as const, 'optimal' as const),
    ramp: fc.constantFrom('rising' as const, 'falling' as const),
    topK: fc.option(fc.constantFrom(1, 9), { nil: undefined }),
    outputBits: fc.integer({ min: 1, max: 10 }),
    outputSigned: fc.boolean(),
    inputScale: fc.constantFrom(1e-9, 0.001, 0.05, 1, 1e6),
    outputScale: fc.option(fc.constantFrom(1e-3, 0.1, 10), { nil: undefined }),
  })
  .map((each) => {
    const config: MacroConfigInput = {
      name: 'any',
      array: {
        rows: each.rows,
        columns: each.columns,
        trimRows: each.trimRows,
        trimPulses: each.trimPulses,
        ...(each.headroom === undefined ? {} : { headroom: each.headroom }),
      },
      input: { bits: each.inputBits, signed: each.inputSigned },
      adc: {
        bits: each.adcBits,
        rounding: each.rounding,
        ramp: each.ramp,
        ...(each.topK === undefined ? {} : { topK: each.topK }),
        reference: {
          columns: each.referenceColumns,
          rows: each.referenceRows,
          offsetRows: each.offsetRows,
          pulses: each.pulses,
        },
      },
      output: { bits: each.outputBits, signed: each.outputSigned },
      layers: [
        {
          levels: 'layer.json',
          inputScale: each.inputScale,
          weightScale: 1,
          ...(each.outputScale === undefined ? {} : { outputScale: each.outputScale }),
        },
      ],
    };
    return { config, levels: levelsOf(each.bits, each.isSigned) };
  });

describe('the fixes that a plan prints', () => {
  it.each(forEveryChange([0, 1], (choice) => choice === 0))(
    'lead to a macro that plans, whatever is wrong: alternative %i first',
    (choice) => {
      fc.assert(
        fc.property(macros, ({ config, levels }) => {
          expect(followed(config, [levels], choice)).toBe('plans');
        }),
        { numRuns: forEveryChange([30, 8], (runs) => runs < 30)[0]!, seed: 3 },
      );
    },
  );

  it('name no scale for a layer whose samples were all the same', () => {
    const dead = orThrow(calibrate([new Float32Array(64)], { name: 'dead', bits: 3, allowConstant: true }));
    const config = {
      name: 'any',
      array: { rows: 32, columns: 4 },
      input: { bits: 4 },
      adc: { bits: 3 },
      output: { bits: 6 },
      layers: [{ levels: 'dead.json' }],
    };
    const plan = planned(config, [dead]);
    expect(!plan.ok && plan.problems.map(describeProblem)).toEqual([
      'macro.json: layers.0.levels: all references of levels "dead" are 0: a layer without information, whose samples were all the same\n            Calibrate on samples that the layer answers to.',
    ]);
  });
});
