/**
 * What is wrong with an input, and what stops a function.
 *
 * Functions that read, check or plan give a {@link Result}: the value, or every {@link Problem} that they found, so that one
 * run is enough to mend a file. {@link orThrow} turns a result into its value or an {@link InvalidInput}. Functions that
 * start programs throw: {@link InvalidInput} for an input, {@link MissingTool} for a program that is not installed,
 * {@link Interrupted} where the caller's `AbortSignal` ended them. Anything else that is thrown is a bug of this package.
 *
 * @example
 * ```ts
 * import { describeProblem, loadMacro } from 'imcgen';
 *
 * const input = await loadMacro('macro.json');
 * if (!input.ok) for (const problem of input.problems) console.error(describeProblem(problem));
 * ```
 *
 * @module problems
 */
export {
  describeProblem,
  type Failure,
  Interrupted,
  InvalidInput,
  MissingTool,
  orThrow,
  type Problem,
  type Result,
  type Success,
} from '../common/problems.js';
