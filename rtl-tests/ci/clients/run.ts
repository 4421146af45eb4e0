/**
 * Tools that nobody here wrote read, drive and build generated packages: `npm run clients`, or with a part of the
 * names of checks. They are Python packages; scripts/python.mjs installs them, and where it could not, this says that
 * nothing was run.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { busChecks } from './buses/checks.js';
import { runChecks } from './check.js';
import { fpgaChecks } from './fpga/checks.js';
import { explanationCheck, frontEndChecks } from './front-ends/checks.js';
import { fusesocChecks } from './fusesoc/checks.js';
import { hasPython } from './python.js';
import { registerChecks } from './registers/checks.js';

const filter = process.argv[2] ?? '';
let counts = { passed: 0, failed: 0 };
if (hasPython()) {
  const root = await mkdtemp(path.join(tmpdir(), 'imcgen-clients-'));
  try {
    const folder = (name: string) => path.join(root, name);
    const checks = [
      ...(await fusesocChecks(folder('fusesoc'))),
      ...busChecks(folder('buses')),
      ...fpgaChecks(folder('fpga')),
      ...registerChecks(folder('registers')),
      ...(await frontEndChecks(folder('front-ends'))),
    ];
    counts = await runChecks(checks.filter(({ name }) => name.includes(filter)));
    if (filter === '') {
      const { passed, failed } = await runChecks([explanationCheck]);
      counts = { passed: counts.passed + passed, failed: counts.failed + failed };
    }
    if (counts.passed + counts.failed === 0) {
      process.stdout.write(`no check has "${filter}" in its name\n`);
      counts = { passed: 0, failed: 1 };
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
} else {
  process.stdout.write('clients skipped: their Python packages are not installed\n');
}
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`);
process.exitCode = counts.failed > 0 ? 1 : 0;
