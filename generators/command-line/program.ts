import { Command, CommanderError } from 'commander';
import { describeProblem, Interrupted, InvalidInput, MissingTool, type Problem } from '../common/problems.js';
import { isSystemError, systemReason } from '../common/system-errors.js';
import { VERSION } from '../common/version.js';

type Register = (program: Command) => void;

/** In the order of the work: start, activations, levels, plan, Verilog, and its life afterwards. */
const COMMANDS: Readonly<Record<string, () => Promise<Register>>> = {
  init: async () => (await import('./commands/init.js')).registerInit,
  calibrate: async () => (await import('./commands/calibrate.js')).registerCalibrate,
  import: async () => (await import('./commands/import.js')).registerImport,
  check: async () => (await import('./commands/check.js')).registerCheck,
  generate: async () => (await import('./commands/generate.js')).registerGenerate,
  cosim: async () => (await import('./commands/cosim.js')).registerCosim,
  synth: async () => (await import('./commands/synth.js')).registerSynth,
  faults: async () => (await import('./commands/faults.js')).registerFaults,
  prove: async () => (await import('./commands/prove.js')).registerProve,
  qualify: async () => (await import('./commands/qualify.js')).registerQualify,
  merge: async () => (await import('./commands/merge.js')).registerMerge,
  submit: async () => (await import('./commands/submit.js')).registerSubmit,
  status: async () => (await import('./commands/status.js')).registerStatus,
  verify: async () => (await import('./commands/verify.js')).registerVerify,
  diff: async () => (await import('./commands/diff.js')).registerDiff,
  sweep: async () => (await import('./commands/sweep.js')).registerSweep,
  montecarlo: async () => (await import('./commands/montecarlo.js')).registerMonteCarlo,
  bounds: async () => (await import('./commands/bounds.js')).registerBounds,
  spice: async () => (await import('./commands/spice.js')).registerSpice,
  psum: async () => (await import('./commands/psum.js')).registerPsum,
  map: async () => (await import('./commands/map.js')).registerMap,
  capture: async () => (await import('./commands/capture.js')).registerCapture,
  bits: async () => (await import('./commands/bits.js')).registerBits,
  evaluate: async () => (await import('./commands/evaluate.js')).registerEvaluate,
  compare: async () => (await import('./commands/compare.js')).registerCompare,
  export: async () => (await import('./commands/export.js')).registerExport,
  report: async () => (await import('./commands/report.js')).registerReport,
  schema: async () => (await import('./commands/schema.js')).registerSchema,
};

/** Only the command that is asked for is loaded; for help, and for a word that is none, all are. */
function commandsFor(word = ''): Promise<Register[]> {
  const asked = Object.hasOwn(COMMANDS, word) ? [COMMANDS[word]!] : Object.values(COMMANDS);
  return Promise.all(asked.map((load) => load()));
}

/** What a shell or a makefile learns from a run. */
export const EXIT = { fine: 0, invalidInput: 1, usage: 2, missingTool: 3 } as const;

const FOOTER = `
Exit codes: 0 fine, 1 invalid input or a mismatch, 2 wrong usage, 3 a tool is missing.
Each command explains itself: imcgen generate --help`;

/**
 * Runs one command.
 *
 * @param words what follows `imcgen`
 * @returns its exit code; a command that ends well and has bad news has set that of the process
 */
export async function runCommandLine(words: readonly string[]): Promise<number> {
  let json = false;
  const program = new Command('imcgen')
    .description(
      'Verilog for in-memory-computing macros with nonlinear in-memory ADCs, from calibrated levels',
    )
    .version(VERSION)
    .showHelpAfterError('Try imcgen --help, or imcgen <command> --help.')
    .addHelpText('after', FOOTER)
    .exitOverride()
    .hook('preAction', (_, command) => {
      json = command.opts().json === true;
    });
  for (const register of await commandsFor(words[0])) register(program);
  try {
    await program.parseAsync(words, { from: 'user' });
    return Number(process.exitCode ?? EXIT.fine);
  } catch (error) {
    return report(error, json);
  }
}

/** For programs, where the command was asked for JSON. */
function printProblems(problems: readonly object[], json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify({ problems }, null, 2)}\n`);
}

/** Tells problems, and points at their places in files that a person wrote. */
async function refuse(problems: readonly Problem[], json: boolean): Promise<number> {
  const { placeLines, placeOf } = await import('./report/place.js');
  const placed = problems.map((problem) => ({ problem, place: placeOf(problem) }));
  printProblems(
    placed.map(({ problem, place }) =>
      place === undefined ? problem : { ...problem, line: place.line, column: place.column },
    ),
    json,
  );
  const lines = placed.flatMap(({ problem, place }) => [
    describeProblem(problem),
    ...placeLines(problem.file, place),
  ]);
  process.stderr.write(lines.map((line) => `${line}\n`).join(''));
  return EXIT.invalidInput;
}

/** The exit code of a failure, which is told on stderr; with --json the problems are on stdout as well. */
async function report(error: unknown, json: boolean): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
  if (error instanceof InvalidInput) return refuse(error.problems, json);
  if (error instanceof MissingTool) {
    const { tool, install } = error;
    const fix = `Install it with: ${install}`;
    printProblems([{ file: tool, path: '', message: 'is not installed', fix }], json);
    process.stderr.write(`${error.message}\n`);
    return EXIT.missingTool;
  }
  if (error instanceof Interrupted) {
    // By the signal itself, so that a shell or make sees why the command ended: 130 for Ctrl-C.
    process.kill(process.pid, error.signal);
    return EXIT.invalidInput;
  }
  if (isSystemError(error)) {
    // A full disk below the folder of temporary files, a folder that went away: no bug, and not foreseen one by one.
    const { path: file = 'the current folder', syscall } = error;
    const fix = syscall === 'mkdtemp' ? { fix: 'Set TMPDIR to a folder that can be written.' } : {};
    return refuse([{ file, path: '', message: `${systemReason(error)} (${syscall})`, ...fix }], json);
  }
  const trace = error instanceof Error ? error.stack : String(error);
  process.stderr.write(`imcgen ${VERSION} failed, which is a bug of the tool:\n${trace}\n`);
  return EXIT.invalidInput;
}
