import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { failure, type Problem, type Result, success } from '../../common/problems.js';
import type { Method } from '../../levels/calibrate/options.js';
import { isMethod, settingsOf } from '../../levels/calibrate/recorded-options.js';
import { type MacroInput, packagedLevels } from '../../macro/config/input.js';
import { type Levels, levelsSchema } from '../../macro/config/levels.js';
import { loadJson } from '../../macro/config/load.js';
import type { MacroConfig } from '../../macro/config/macro.js';
import { shapeOf } from '../../macro/plan/shape.js';
import { planTable } from '../../macro/plan/table.js';
import { sha256 } from '../../package/manifest.js';
import type { LevelsMaker } from './levels-maker.js';
import { filled, HARDWARE, type Order } from './order.js';

/** Where the levels of a sweep come from. Without any of these a width of the macro's own keeps its levels. */
export interface LevelsChoice {
  /** Calibration method for every width; default: the one that made the layer's levels. */
  readonly method?: Method | 'hardware-optimal' | undefined;
  /** Levels file of every width, `{bits}` and `{layer}` filled in. */
  readonly files?: string | undefined;
  /** Activations to calibrate every width from, `{layer}` filled in. */
  readonly samples?: readonly string[] | undefined;
}

/** Levels of one layer in one macro of the sweep. */
export interface LayerLevels {
  /** Of the width that the variant takes. */
  readonly levels: Levels;
  /** How they came about: `own`, `file`, or `bs-kmq, histogram`. */
  readonly origin: string;
  /** Activation units of a table step; undefined for the finest that fits. */
  readonly outputScale: number | undefined;
  /** The macro's own outputScale is too fine for these levels. */
  readonly widened: boolean;
}

/** Generated files that are there, unedited, from an earlier run of this version. */
export type Kept = ReadonlyMap<string, Uint8Array>;

/** Finds the levels of each layer for each macro of a sweep; nothing is read or calibrated twice. */
export class LevelsFinder {
  private maker: LevelsMaker | undefined;
  /** By bank. */
  private readonly sources = new Map<number, string | undefined>();
  /** By recipe. */
  private readonly made = new Map<string, Result<Levels>>();

  constructor(
    private readonly base: MacroInput,
    private readonly choice: LevelsChoice,
  ) {}

  /**
   * Levels of a bank for a config of the sweep. A layer of the macro's full width takes the full width of the
   * config; a narrower layer keeps its width where it fits.
   *
   * @param kept what an earlier run left in the folder of this macro
   */
  async find(bank: number, config: MacroConfig, kept: Kept): Promise<Result<LayerLevels>> {
    const own = this.base.levels[bank]!;
    const full = own.bits === this.base.config.adc.bits;
    const bits = full ? config.adc.bits : Math.min(own.bits, config.adc.bits);
    if (this.choice.files !== undefined) return this.fromFile(this.choice.files, bits, bank, config);
    const { samples, method = own.provenance?.method } = this.choice;
    if (samples === undefined && this.choice.method === undefined && bits === own.bits) {
      return success(this.scaled(own, 'own', bank, config));
    }
    const settings = settingsOf(own, bits, method !== undefined && isMethod(method) ? method : undefined);
    const order = { bank, settings, method: method === HARDWARE ? method : settings.method, config };
    const recipe = await this.recipeOf(order);
    const levels = keptLevels(kept, bank, own, recipe) ?? (await this.make(order, recipe));
    if (!levels.ok) return levels;
    const origin = `${levels.value.provenance!.method}, ${samples === undefined ? 'histogram' : 'samples'}`;
    const { tableStep } = levels.value.provenance!.options;
    if (typeof tableStep !== 'number') return success(this.scaled(levels.value, origin, bank, config));
    return success({ levels: levels.value, origin, outputScale: tableStep, widened: false });
  }

  private async fromFile(
    pattern: string,
    bits: number,
    bank: number,
    config: MacroConfig,
  ): Promise<Result<LayerLevels>> {
    const file = filled(pattern, this.base.levels[bank]!.name, bits);
    const levels = await loadJson(file, levelsSchema);
    if (!levels.ok) return levels;
    if (levels.value.bits !== bits) {
      return failure({ file, path: 'bits', message: `is ${levels.value.bits}, this macro takes ${bits}` });
    }
    return success(this.scaled(levels.value, 'file', bank, config));
  }

  /** The macro's outputScale where these levels fit the table with it, or the finest that fits. */
  private scaled(levels: Levels, origin: string, bank: number, config: MacroConfig): LayerLevels {
    const { outputScale } = config.layers[bank]!;
    const asOrdered =
      levels === this.base.levels[bank] && outputScale === this.base.config.layers[bank]!.outputScale;
    const fits = (scale: number | undefined) =>
      planTable(levels.outputs, scale, shapeOf(config), { file: '', layer: '', levels: '' }).ok;
    const widened = !asOrdered && outputScale !== undefined && !fits(outputScale) && fits(undefined);
    return { levels, origin, outputScale: widened ? undefined : outputScale, widened };
  }

  /** A hash of all that the levels follow from: equal recipes, equal levels. */
  private async recipeOf({ bank, settings, method, config }: Order): Promise<string> {
    if (!this.sources.has(bank)) this.sources.set(bank, await this.sourceHash(bank));
    const { inputScale, weightScale, outputScale } = config.layers[bank]!;
    const hardware = method === HARDWARE && [shapeOf(config), inputScale * weightScale, outputScale];
    const all = JSON.stringify([this.sources.get(bank), settings, method, hardware]);
    return sha256(all).slice(0, 16);
  }

  private async sourceHash(bank: number): Promise<string> {
    const own = this.base.levels[bank]!;
    if (this.choice.samples === undefined) return JSON.stringify([undefined, own]);
    const { activationsHash } = await import('./samples.js');
    return JSON.stringify([
      activationsHash(this.choice.samples.map((pattern) => filled(pattern, own.name))),
      own,
    ]);
  }

  /** What calibrates is loaded when something is: a sweep in which nothing has changed does without. */
  private async make(order: Order, recipe: string): Promise<Result<Levels>> {
    const { LevelsMaker } = await import('./levels-maker.js');
    this.maker ??= new LevelsMaker(this.base, this.choice.samples);
    const made = this.made.get(recipe) ?? this.maker.make(order, recipe);
    this.made.set(recipe, made);
    return made;
  }
}

/** The levels that an earlier run made by the same recipe. */
function keptLevels(kept: Kept, bank: number, own: Levels, recipe: string): Result<Levels> | undefined {
  const bytes = kept.get(packagedLevels(bank, own));
  const text = bytes && new TextDecoder().decode(bytes);
  // Before it is parsed: most often there is none.
  if (!text?.includes(recipe)) return undefined;
  try {
    const levels = levelsSchema.safeParse(JSON.parse(text));
    return levels.success && levels.data.provenance?.options.recipe === recipe
      ? success(levels.data)
      : undefined;
  } catch {
    return undefined;
  }
}

/** No code is wider, bits. */
const WIDEST = 16;

/** sha256 of the files that levels may come from, beside the macro and its own levels. */
export async function choiceContent(
  { files, samples }: LevelsChoice,
  { levels }: MacroInput,
): Promise<string> {
  const contents: unknown[] = [];
  for (const { name } of levels) {
    for (let bits = 1; files !== undefined && bits <= WIDEST; bits++) {
      const file = filled(files, name, bits);
      if (existsSync(file)) contents.push([file, sha256(await readFile(file))]);
    }
    if (samples === undefined) continue;
    const { activationsHash } = await import('./samples.js');
    contents.push(activationsHash(samples.map((pattern) => filled(pattern, name))));
  }
  return sha256(JSON.stringify(contents));
}

/** What is wrong with the patterns of a choice, by their flags. */
export function checkChoice({ files, samples }: LevelsChoice, { levels }: MacroInput): Problem[] {
  const problems: Problem[] = [];
  const layers = new Set(levels.map(({ name }) => name));
  const patterns = [
    ...(files === undefined ? [] : [{ flag: '--levels', pattern: files, known: ['bits', 'layer'] }]),
    ...(samples ?? []).map((pattern) => ({ flag: '--from', pattern, known: ['layer'] })),
  ];
  for (const { flag, pattern, known } of patterns) {
    const unknown = [...pattern.matchAll(/\{(\w*)\}/g)].find(([, name]) => !known.includes(name!));
    if (unknown !== undefined) {
      const message = `${unknown[0]} has no meaning; known: ${known.map((name) => `{${name}}`).join(', ')}`;
      problems.push({ file: flag, path: '', message });
    }
    if (layers.size > 1 && !pattern.includes('{layer}')) {
      const message = `${JSON.stringify(pattern)} is one for ${layers.size} layers`;
      problems.push({
        file: flag,
        path: '',
        message,
        fix: 'Put {layer} where the name of the layer stands.',
      });
    }
  }
  return problems;
}
