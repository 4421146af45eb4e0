import { rounded } from '../../common/figures.js';
import { failure, type Problem, type Result, success } from '../../common/problems.js';
import { type MacroConfig, macroSchema } from '../../macro/config/macro.js';
import { parse } from '../../macro/config/parse.js';
import { fullScale, maxMagnitude, outputRange, shapeOf } from '../../macro/plan/shape.js';
import { type AxisValue, type AxisValues, MOST_VARIANTS } from './axes.js';

/** One macro of a sweep. */
export interface Variant {
  /** Its folder: `rows128_bits4`. */
  readonly name: string;
  /** Value of each swept option, by its path. */
  readonly values: ReadonlyMap<string, AxisValue>;
}

/** Every combination of the values, at most so many, the last axis fastest; or what is wrong with a value, by its flag. */
export function variantsOf(
  config: MacroConfig,
  axes: readonly AxisValues[],
  most = MOST_VARIANTS,
): Result<Variant[]> {
  const problems = axes.flatMap((axis) => axis.values.flatMap((value) => refusal(config, axis, value)));
  if (problems.length > 0) return failure(...problems);
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > most) {
    const message = `${axes.map(({ values }) => values.length).join(' x ')} are ${count} macros, at most ${most} are swept`;
    return failure({ file: axes.map(({ axis }) => `--${axis.flag}`).join(' '), path: '', message });
  }
  const none: Variant = { name: '', values: new Map() };
  return success(
    axes.reduce<Variant[]>(
      (variants, { axis, values }) =>
        variants.flatMap((variant) =>
          values.map((value) => ({
            name: [variant.name, typeof value === 'number' ? `${axis.flag}${value}` : value]
              .filter((part) => part !== '')
              .join('_'),
            values: new Map([...variant.values, [axis.path, value]]),
          })),
        ),
      [none],
    ),
  );
}

/** What the schema says to a value, with the flag in the place of the path. */
function refusal(config: MacroConfig, { axis }: AxisValues, value: AxisValue): Problem[] {
  const parsed = parse(`--${axis.flag}`, macroSchema, changed(config, new Map([[axis.path, value]])));
  if (parsed.ok) return [];
  return parsed.problems
    .filter(({ path }) => path === axis.path)
    .map((problem) => ({ ...problem, path: '' }));
}

/** A copy of a config with other values at some paths. */
function changed(config: MacroConfig, values: ReadonlyMap<string, AxisValue>): MacroConfig {
  const copy = structuredClone(config) as MacroConfig & Record<string, unknown>;
  for (const [path, value] of values) {
    const names = path.split('.');
    const last = names.pop()!;
    const parent = names.reduce<Record<string, unknown>>(
      (node, name) => node[name] as Record<string, unknown>,
      copy,
    );
    parent[last] = value;
  }
  return copy;
}

/**
 * The config of a variant. What an option means stays: other input and output widths keep their full scale in
 * activation units, and a headroom that a smaller array cannot reach is left out, which is the same hardware.
 *
 * @param file the name that problems carry
 */
export function variantConfig(config: MacroConfig, { values }: Variant, file: string): Result<MacroConfig> {
  const parsed = parse(file, macroSchema, changed(config, values));
  if (!parsed.ok) return parsed;
  const [before, after] = [shapeOf(config), shapeOf(parsed.value)];
  const [stepsBefore, stepsAfter] = [maxMagnitude(before), maxMagnitude(after)];
  const [topBefore, topAfter] = [outputRange(before).high, outputRange(after).high];
  const { headroom, ...array } = parsed.value.array;
  const layers = parsed.value.layers.map((layer) => ({
    ...layer,
    inputScale: rescaled(layer.inputScale, stepsBefore, stepsAfter),
    ...(layer.outputScale !== undefined && {
      outputScale: rescaled(layer.outputScale, topBefore, topAfter),
    }),
  }));
  const reached = headroom === undefined || headroom <= fullScale(after);
  return parse(file, macroSchema, { ...parsed.value, array: reached ? parsed.value.array : array, layers });
}

/** A scale for another number of steps over the same range; 12 digits, so that it reads as a person would write it. */
function rescaled(scale: number, before: number, after: number): number {
  return before === after || after < 1 ? scale : rounded((scale * before) / after, 12);
}
