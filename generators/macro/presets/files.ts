import { readFileSync } from 'node:fs';
import type { TextFile } from '../../common/files/text-file.js';
import { orThrow } from '../../common/problems.js';
import { macroInput } from '../config/input.js';
import { jsonSchema, jsonSchemaText } from '../config/json-schema.js';
import { type Levels, levelsSchema } from '../config/levels.js';
import { macroSchema } from '../config/macro.js';
import { parse } from '../config/parse.js';
import { type MacroPlan, planMacro } from '../plan/plan.js';
import { commentedJson } from './commented.js';
import type { Preset } from './presets.js';

/** The config that `imcgen init` writes; editors take comments in `.jsonc`, not in `.json`. */
export const MACRO_FILE = 'macro.jsonc';
const SCHEMAS = { macro: 'schemas/macro.schema.json', levels: 'schemas/levels.schema.json' };

/** Levels of a preset: BS-KMQ on data that the project ships, see `examples/presets.ts`. */
export function presetLevels({ name }: Preset): Levels {
  const file = new URL(`../../../presets/${name}.levels.json`, import.meta.url);
  return orThrow(parse(`presets/${name}`, levelsSchema, JSON.parse(readFileSync(file, 'utf8'))));
}

/** The hardware of a preset. */
export function presetPlan(preset: Preset): MacroPlan {
  const config = orThrow(parse(MACRO_FILE, macroSchema, preset.config));
  return orThrow(planMacro(macroInput(config, [presetLevels(preset)], MACRO_FILE)));
}

/**
 * A starting point: a commented config, the levels it names, and the schemas that editors check both by.
 *
 * @param preset such as one of `PRESETS`
 *
 * @example
 * ```ts
 * import { orThrow, PRESETS, presetFiles, writeNewFiles } from 'imcgen';
 *
 * const preset = PRESETS.find(({ name }) => name === 'small-signed')!;
 * orThrow(await writeNewFiles('out/first', presetFiles(preset)));
 * ```
 */
export function presetFiles(preset: Preset): TextFile[] {
  const macro = commentedJson(jsonSchema('macro'), {
    values: { $schema: `./${SCHEMAS.macro}`, ...preset.config },
    remarks: preset.remarks,
    head: head(preset),
  });
  const levels = { $schema: `./${SCHEMAS.levels}`, ...presetLevels(preset) };
  return [
    { path: MACRO_FILE, text: macro },
    { path: preset.config.layers[0]!.levels, text: `${JSON.stringify(levels, null, 2)}\n` },
    { path: SCHEMAS.macro, text: jsonSchemaText('macro') },
    { path: SCHEMAS.levels, text: jsonSchemaText('levels') },
  ];
}

/** What to do next, as commands and what they are for. */
export function nextSteps({ config }: Preset): readonly (readonly [command: string, purpose: string])[] {
  const [layer] = config.layers;
  return [
    [`imcgen check ${MACRO_FILE}`, 'the plan: cells, tables, cycles'],
    [`imcgen generate ${MACRO_FILE}`, `the Verilog package, in out/${config.name}`],
    [`imcgen cosim out/${config.name}`, 'simulation against the golden model'],
    [`imcgen calibrate <activations> -b ${config.adc.bits} -o ${layer!.levels}`, 'levels of your own layer'],
  ];
}

function head(preset: Preset): string[] {
  const steps = nextSteps(preset);
  const width = Math.max(...steps.map(([command]) => command.length));
  return [
    `${preset.name}: ${preset.summary}`,
    `Written by imcgen init --preset ${preset.name}, and yours to change.`,
    '',
    ...steps.map(([command, purpose]) => `  ${command.padEnd(width)}  ${purpose}`),
    '',
    'Every key: its meaning [what is allowed, default], then where the value of this preset comes from: ' +
      'S stated by the public source named, 2 second-hand digest of one, I inferred, F field practice. ' +
      'Values without such a mark are F.',
    'One u (unit discharge) is what one conducting cell takes off its bitline in one pulse.',
    'Comments and trailing commas are allowed in every config.',
  ];
}
