/** In: a validated config and its levels. Out: what a plan is made from, with the paths that a package gives the levels. */
import type { Levels, MacroConfig } from './types.js';

/** A validated macro config with the levels it names. */
export interface MacroInput {
  /** The file that problems name. */
  readonly file: string;
  /** Every default filled in; `layers.*.levels` point into a generated package. */
  readonly config: MacroConfig;
  /** One per layer, in order: levels of bank 0, 1, .. */
  readonly levels: readonly Levels[];
}

/**
 * Joins a validated config and its levels; what is loaded from files and what is in memory meet here.
 *
 * @param config every default filled in, as `macroSchema` leaves it
 * @param levels one a layer, in order
 * @param file   the name that problems carry
 */
export function macroInput(config: MacroConfig, levels: readonly Levels[], file: string): MacroInput {
  const { $schema: _, ...rest } = config;
  const layers = config.layers.map((layer, bank) => ({
    ...layer,
    levels: packagedLevels(bank, levels[bank]!),
  }));
  const resolved: MacroConfig = { ...rest, layers };
  const content = levels.map(({ $schema: _, ...values }) => values);
  return { file, config: resolved, levels: content };
}

/** Where a package keeps the levels of a bank, so that a package can be generated again from itself. */
export function packagedLevels(bank: number, levels: Levels): string {
  return `levels/${bank}_${levels.name}.json`;
}
