import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runVectors } from '../../../generators/checks/cosim/cosim.js';
import { REMARK } from '../../../generators/checks/cosim/simulator.js';
import { judge } from '../../../generators/checks/cosim/verdict.js';
import { buildVectors } from '../../../generators/package/vectors/vectors.js';
import { CONFIGURATIONS, planOf } from '../../fixtures/configurations.js';
import { withPackage } from '../../fixtures/packages.js';

const VECTORS = buildVectors(planOf(CONFIGURATIONS[0]!), { seed: 1, conversions: 1 });
const PASS = `PASS n=${VECTORS.checks}`;
const MISMATCH = 'MISMATCH cycle=7 signal=phase expected=1 got=2';
/** What newer simulators print at the end. */
const FINISH = [
  '/home/me/errors/tb/tiny_tb.v:281: $finish called at 98765000 (1ps)',
  '- Verilator: $finish at 1us',
];

const judged = (...lines: readonly string[]) => judge(lines, VECTORS, 1);

describe('a run passes on', () => {
  it.each([
    ['one line PASS', [PASS]],
    [
      'one line PASS with lines of the simulator after it',
      [PASS, 'some_tb.v:281: $finish called at 9 (1ps)', ''],
    ],
    [
      'one line PASS with lines of the simulator before it',
      ['Simulating', PASS, '- S i m u l a t i o n   R e p o r t'],
    ],
  ])('%s', (_, lines) => {
    expect(judged(...lines)).toEqual({
      passed: true,
      checks: VECTORS.checks,
      mismatches: [],
      complaints: [],
    });
  });
});

describe('a run fails on', () => {
  it.each([
    ['silence', [], 'the testbench did not print PASS'],
    ['PASS with more in its line', [`${PASS} or so`], 'the testbench did not print PASS'],
    ['PASS without a count', ['PASS'], 'the testbench did not print PASS'],
    ['PASS twice', [PASS, PASS], 'the testbench printed PASS 2 times'],
    [
      'PASS with another count',
      ['PASS n=1'],
      `the testbench counted 1 checks, the vectors hold ${VECTORS.checks}`,
    ],
    ['FAIL before PASS', ['FAIL n=3 mismatches=1', PASS], 'the testbench printed FAIL'],
    ['FAIL after PASS', [PASS, 'FAIL n=3 mismatches=1'], 'the testbench printed FAIL'],
    ['another FAIL', [PASS, 'FAIL ROWS is outside 1..1024'], 'FAIL ROWS is outside 1..1024'],
    ['an error', [PASS, 'ERROR: no operations.txt'], 'ERROR: no operations.txt'],
    ['a warning', ['WARNING: x.v:3: $readmemh', PASS], 'WARNING: x.v:3: $readmemh'],
  ])('%s', (_, lines, complaint) => {
    const { passed, complaints } = judged(...lines);
    expect({ passed, complaints }).toEqual({ passed: false, complaints: [complaint] });
  });

  it('a mismatch, even with PASS', () => {
    expect(judged(MISMATCH, PASS)).toMatchObject({
      passed: false,
      complaints: [],
      mismatches: [{ cycle: 7 }],
    });
    expect(judged(MISMATCH, 'FAIL n=3 mismatches=1', FINISH[1]!)).toMatchObject({
      passed: false,
      complaints: [],
    });
  });
});

it('a simulator that prints a line after PASS passes', async () => {
  const plan = planOf(CONFIGURATIONS[0]!);
  const tools = await mkdtemp(path.join(tmpdir(), 'imcgen-newer-'));
  const before = process.env.PATH!;
  const newer = `#!/bin/sh\nPATH='${before}' vvp "$@"\necho '${FINISH[0]}'\necho bye\n`;
  try {
    await writeFile(path.join(tools, 'vvp'), newer, { mode: 0o755 });
    process.env.PATH = `${tools}:${before}`;
    const result = await withPackage(plan, (folder) =>
      runVectors(plan, VECTORS, { folder, simulator: 'icarus' }),
    );
    expect(result).toMatchObject({ passed: true, checks: VECTORS.checks, complaints: [] });
  } finally {
    process.env.PATH = before;
    await rm(tools, { recursive: true });
  }
});

it('what a simulator says of its end is no error, whatever the file is called', () => {
  expect(FINISH.filter((line) => REMARK.test(line))).toEqual([FINISH[0]]);
  expect(judged(PASS, FINISH[1]!).passed).toBe(true);
});
