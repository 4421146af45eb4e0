#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { unwritable } from './common/files/output.js';
import { describeProblem, Interrupted, InvalidInput, MissingTool, type Problem } from './common/problems.js';
import { isSystemError, systemReason } from './common/system-errors.js';
import { VERSION } from './common/version.js';

type Register = (program: Command) => void;

/** In the order of the work: start, activations, levels, plan, Verilog, and its life afterwards. */
const COMMANDS: Readonly<Record<string, () => Promise<Register>>> = {
  init: async () => (await import('./command-line/commands/init.js')).registerInit,
  calibrate: async () => (await import('./command-line/commands/calibrate.js')).registerCalibrate,
  import: async () => (await import('./command-line/commands/import.js')).registerImport,
  check: async () => (await import('./command-line/commands/check.js')).registerCheck,
  generate: async () => (await import('./command-line/commands/generate.js')).registerGenerate,
  cosim: async () => (await import('./command-line/commands/cosim.js')).registerCosim,
  synth: async () => (await import('./command-line/commands/synth.js')).registerSynth,
  faults: async () => (await import('./command-line/commands/faults.js')).registerFaults,
  prove: async () => (await import('./command-line/commands/prove.js')).registerProve,
  qualify: async () => (await import('./command-line/commands/qualify.js')).registerQualify,
  merge: async () => (await import('./command-line/commands/merge.js')).registerMerge,
  submit: async () => (await import('./command-line/commands/submit.js')).registerSubmit,
  status: async () => (await import('./command-line/commands/status.js')).registerStatus,
  verify: async () => (await import('./command-line/commands/verify.js')).registerVerify,
  diff: async () => (await import('./command-line/commands/diff.js')).registerDiff,
  sweep: async () => (await import('./command-line/commands/sweep.js')).registerSweep,
  montecarlo: async () => (await import('./command-line/commands/montecarlo.js')).registerMonteCarlo,
  psum: async () => (await import('./command-line/commands/psum.js')).registerPsum,
  map: async () => (await import('./command-line/commands/map.js')).registerMap,
  capture: async () => (await import('./command-line/commands/capture.js')).registerCapture,
  bits: async () => (await import('./command-line/commands/bits.js')).registerBits,
  evaluate: async () => (await import('./command-line/commands/evaluate.js')).registerEvaluate,
  compare: async () => (await import('./command-line/commands/compare.js')).registerCompare,
  export: async () => (await import('./command-line/commands/export.js')).registerExport,
  report: async () => (await import('./command-line/commands/report.js')).registerReport,
  schema: async () => (await import('./command-line/commands/schema.js')).registerSchema,
};

/** Only the command that is asked for is loaded; for help, and for a word that is none, all are. */
function commandsFor(word = ''): Promise<Register[]> {
  const asked = Object.hasOwn(COMMANDS, word) ? [COMMANDS[word]!] : Object.values(COMMANDS);
  return Promise.all(asked.map((load) => load()));
}

/** What a shell or a makefile learns from a run. */
const EXIT = { fine: 0, invalidInput: 1, usage: 2, missingTool: 3 } as const;

const FOOTER = `
Exit codes: 0 fine, 1 invalid input or a mismatch, 2 wrong usage, 3 a tool is missing.
Each command explains itself: imcgen generate --help`;

let json = false;

const program = new Command('imcgen')
  .description('Verilog for in-memory-computing macros with nonlinear in-memory ADCs, from calibrated levels')
  .version(VERSION)
  .showHelpAfterError('Try imcgen --help, or imcgen <command> --help.')
  .addHelpText('after', FOOTER)
  .exitOverride()
  .hook('preAction', (_, command) => {
    json = command.opts().json === true;
  });
for (const register of await commandsFor(process.argv[2])) register(program);

/** For programs, where the command was asked for JSON. */
function printProblems(problems: readonly object[]): void {
  if (json) process.stdout.write(`${JSON.stringify({ problems }, null, 2)}\n`);
}

/** Tells problems, and points at their places in files that a person wrote. */
async function refuse(problems: readonly Problem[]): Promise<number> {
  const { placeLines, placeOf } = await import('./command-line/report/place.js');
  const placed = problems.map((problem) => ({ problem, place: placeOf(problem) }));
  printProblems(
    placed.map(({ problem, place }) =>
      place === undefined ? problem : { ...problem, line: place.line, column: place.column },
    ),
  );
  const lines = placed.flatMap(({ problem, place }) => [
    describeProblem(problem),
    ...placeLines(problem.file, place),
  ]);
  process.stderr.write(lines.map((line) => `${line}\n`).join(''));
  return EXIT.invalidInput;
}

/** The exit code of a failure, which is told on stderr; with --json the problems are on stdout as well. */
async function report(error: unknown): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
  if (error instanceof InvalidInput) return refuse(error.problems);
  if (error instanceof MissingTool) {
    const { tool, install } = error;
    printProblems([
      { file: tool, path: '', message: 'is not installed', fix: `Install it with: ${install}` },
    ]);
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
    return refuse([{ file, path: '', message: `${systemReason(error)} (${syscall})`, ...fix }]);
  }
  const trace = error instanceof Error ? error.stack : String(error);
  process.stderr.write(`imcgen ${VERSION} failed, which is a bug of the tool:\n${trace}\n`);
  return EXIT.invalidInput;
}

// `imcgen check macro.json | head` is no failure; a full disk behind `>` is one.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  process.stderr.write(`${describeProblem(unwritable('stdout', error))}\n`);
  process.exit(EXIT.invalidInput);
});
// There is nobody left to tell.
process.stderr.on('error', () => process.exit(process.exitCode ?? EXIT.invalidInput));

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = await report(error);
}
