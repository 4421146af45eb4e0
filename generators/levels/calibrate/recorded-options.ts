import * as z from 'zod';
import type { Levels } from '../../macro/config/levels.js';
import { METHODS, type Method, type Settings, withDefaults } from './options.js';
import type { SampleLimits } from './sample-limits.js';

/** The options that `imcgen calibrate` leaves in a levels file; a file may hold anything, and what makes no sense is none. */
const optionsSchema = z.object({
  tails: z.literal('auto').optional().catch(undefined),
  tailLow: fraction(0.5),
  tailHigh: fraction(0.5),
  emaWeight: fraction(1),
  refit: z.boolean().optional().catch(undefined),
  start: z.enum(['random', 'k-means++']).optional().catch(undefined),
  restarts: z.int().min(1).max(1000).optional().catch(undefined),
  seed: z.int().min(0).optional().catch(undefined),
  droppedNonfinite: z.int().min(0).optional().catch(undefined),
  dropBelow: z.number().optional().catch(undefined),
  dropAbove: z.number().optional().catch(undefined),
  clipLow: z.number().optional().catch(undefined),
  clipHigh: z.number().optional().catch(undefined),
  droppedBelow: z.int().min(0).optional().catch(undefined),
  droppedAbove: z.int().min(0).optional().catch(undefined),
  clipped: z.int().min(0).optional().catch(undefined),
});

function fraction(most: number) {
  return z.number().min(0).max(most).optional().catch(undefined);
}

/**
 * The settings that a levels file was made with, for another width.
 *
 * @param method  instead of the file's own, with its own defaults
 * @returns the exact optimum where the file does not say how it was made
 */
export function settingsOf(levels: Levels, bits: number, method?: Method): Settings {
  const { name, provenance } = levels;
  const own = provenance !== undefined && isMethod(provenance.method) ? provenance.method : undefined;
  const options = recordedOptions(levels);
  const chosen = method ?? own ?? 'optimal';
  return withDefaults({
    ...(chosen === own ? optionsOf(options) : {}),
    name,
    bits,
    method: chosen,
    source: provenance?.source ?? name,
    dropNonfinite: (options.droppedNonfinite ?? 0) > 0,
    allowConstant: true,
    ...recordedLimits(options),
  });
}

/** The options of a method as they were recorded. */
function optionsOf({ tailLow, tailHigh, tails, emaWeight, refit, start, restarts, seed }: RecordedOptions) {
  const rest = { emaWeight, refit, start, restarts, seed };
  const fixed =
    tailLow === undefined || tailHigh === undefined ? {} : { tails: { low: tailLow, high: tailHigh } };
  return { ...defined(rest), ...(tails === undefined ? fixed : { tails }) };
}

export function isMethod(name: string): name is Method {
  return Object.hasOwn(METHODS, name);
}

/** The limits by value that the samples were held to. */
export function recordedLimits({ dropBelow, dropAbove, clipLow, clipHigh }: RecordedOptions): SampleLimits {
  return {
    ...(dropBelow === undefined ? {} : { dropBelow }),
    ...(dropAbove === undefined ? {} : { dropAbove }),
    ...(clipLow === undefined || clipHigh === undefined ? {} : { clip: { low: clipLow, high: clipHigh } }),
  };
}

type RecordedOptions = z.infer<typeof optionsSchema>;

/** The options of a levels file, as far as they make sense. */
export function recordedOptions({ provenance }: Levels): RecordedOptions {
  return optionsSchema.parse(provenance?.options ?? {});
}

/** Without the keys that have no value. */
function defined<Options extends object>(options: Options) {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Options]?: Exclude<Options[Key], undefined>;
  };
}
