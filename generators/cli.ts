#!/usr/bin/env node
import { EXIT, runCommandLine } from './command-line/program.js';
import { unwritable } from './common/files/output.js';
import { describeProblem } from './common/problems.js';

// `imcgen check macro.json | head` is no failure; a full disk behind `>` is one.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  process.stderr.write(`${describeProblem(unwritable('stdout', error))}\n`);
  process.exit(EXIT.invalidInput);
});
// There is nobody left to tell.
process.stderr.on('error', () => process.exit(process.exitCode ?? EXIT.invalidInput));

process.exitCode = await runCommandLine(process.argv.slice(2));
