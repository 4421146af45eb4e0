/**
 * What is wrong with an input, in the words of the person who wrote it.
 *
 * Errors are values at the boundary: readers and planners return every problem
 * they can find at once, so that one run of the tool is enough to fix a file.
 */
export interface Problem {
  /** File the user wrote, as the user named it. */
  readonly file: string;
  /** Where in that file, for example `adc.reference.columns`; empty for the file as a whole. */
  readonly path: string;
  /** What was found and what is allowed: `9 is outside 1..7`. */
  readonly message: string;
  /** The nearest change that would satisfy the rule. */
  readonly fix?: string;
}

/** A value, or every problem that stands in its way; `ok` tells which. */
export type Result<Value> = Success<Value> | Failure;

/** The outcome of a function that found nothing wrong. */
export interface Success<Value> {
  /** Tells it from a {@link Failure}. */
  readonly ok: true;
  /** What the function gives. */
  readonly value: Value;
}

/** The outcome of a function that refuses its input. */
export interface Failure {
  /** Tells it from a {@link Success}. */
  readonly ok: false;
  /** What is wrong: at least one entry. */
  readonly problems: readonly Problem[];
}

export function success<Value>(value: Value): Success<Value> {
  return { ok: true, value };
}

export function failure(...problems: readonly Problem[]): Failure {
  return { ok: false, problems };
}

/** One problem of a file, as the outcome. */
export function refused(file: string, path: string, message: string, fix: string): Failure {
  return failure({ file, path, message, fix });
}

/** Collects what is wrong with one file. */
export function faultsOf(file: string) {
  const problems: Problem[] = [];
  const refuse = (path: string, message: string, fix: string) => {
    problems.push({ file, path, message, fix });
  };
  return { problems, refuse };
}

/** Fixes stand below their message, but not beyond this column. */
const LONGEST_INDENT = 80;

/** A name on one line, whatever characters it is made of. */
function plainName(file: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return /[\u0000-\u001f\u007f-\u009f]/.test(file) ? JSON.stringify(file) : file;
}

/**
 * A problem as the command line prints it: `macro.json: adc.bits: 9 is outside 1..7`, the fix indented below it.
 *
 * @param problem what is wrong, and where
 * @returns one line, or two where there is a fix; without a newline at the end
 */
export function describeProblem({ file, path, message, fix }: Problem): string {
  const name = plainName(file);
  const where = path === '' ? `${name}: ` : `${name}: ${plainName(path)}: `;
  return fix === undefined
    ? where + message
    : `${where}${message}\n${' '.repeat(Math.min(name.length, LONGEST_INDENT) + 2)}${fix}`;
}

/** Carries problems through code that cannot return them; its message describes all of them. Exit code 1. */
export class InvalidInput extends Error {
  constructor(
    /** What is wrong, one entry a fault. */
    readonly problems: readonly Problem[],
  ) {
    super(problems.map(describeProblem).join('\n'));
    this.name = 'InvalidInput';
  }
}

/** A tool that is not on this machine; the message says how to get it. Exit code 3. */
export class MissingTool extends Error {
  constructor(
    /** The command that could not be started: `iverilog`. */
    readonly tool: string,
    /** A command that installs it on Debian or Ubuntu: `apt-get install iverilog`. */
    readonly install: string,
  ) {
    super(`${tool} is not installed. Install it with: ${install}`);
    this.name = 'MissingTool';
  }
}

/** The user asked to stop: everything under way has cleaned up, and there is nothing to report. */
export class Interrupted extends Error {
  constructor(
    /** What stopped it; SIGINT also stands for an aborted `AbortSignal`. */
    readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' = 'SIGINT',
  ) {
    super(`stopped by ${signal}`);
    this.name = 'Interrupted';
  }
}

/**
 * The value of a result.
 *
 * @param result of a function that reads, checks or plans
 * @throws InvalidInput with all its problems where there is none
 *
 * @example
 * ```ts
 * import { loadMacro, orThrow, planMacro } from 'imcgen';
 *
 * const plan = orThrow(planMacro(orThrow(await loadMacro('macro.json'))));
 * ```
 */
export function orThrow<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new InvalidInput(result.problems);
  return result.value;
}
