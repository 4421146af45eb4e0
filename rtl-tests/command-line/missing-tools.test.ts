import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerCosim } from '../../generators/command-line/commands/cosim.js';
import { registerDiff } from '../../generators/command-line/commands/diff.js';
import { registerEvaluate } from '../../generators/command-line/commands/evaluate.js';
import { registerFaults } from '../../generators/command-line/commands/faults.js';
import { registerProve } from '../../generators/command-line/commands/prove.js';
import { registerQualify } from '../../generators/command-line/commands/qualify.js';
import { registerReport } from '../../generators/command-line/commands/report.js';
import { registerSweep } from '../../generators/command-line/commands/sweep.js';
import { registerSynth } from '../../generators/command-line/commands/synth.js';
import { registerVerify } from '../../generators/command-line/commands/verify.js';
import { writeNewFiles } from '../../generators/common/files/writer.js';
import { MissingTool, orThrow } from '../../generators/common/problems.js';
import { isInstalled } from '../../generators/common/tool.js';
import { planFile } from '../../generators/macro/plan/file.js';
import { presetFiles } from '../../generators/macro/presets/files.js';
import { PRESETS } from '../../generators/macro/presets/presets.js';
import { packageFiles } from '../../generators/package/package.js';
import { writePackage } from '../../generators/package/write.js';
import { imcgenProcess, printedBy } from '../fixtures/command-line.js';

/** A flip-flop and a gate with a delay: enough of a library to ask for static timing. */
const LIBRARY = `library (tiny) {
  cell (DFF) { area : 4; ff (IQ, IQN) { next_state : "D"; clocked_on : "CK"; }
    pin (D) { direction : input; capacitance : 0.01; } pin (CK) { direction : input; capacitance : 0.01; clock : true; }
    pin (Q) { direction : output; function : "IQ"; timing () { related_pin : "CK"; timing_type : rising_edge;
      cell_rise (scalar) { values ("0.1"); } } } }
  cell (NAND2) { area : 1; pin (A) { direction : input; } pin (B) { direction : input; }
    pin (Y) { direction : output; function : "!(A B)"; timing () { related_pin : "A B"; cell_rise (scalar) { values ("0.1"); } } } }
}
`;

let folder: string;

/** A PATH of these commands and no others. */
async function pathOf(name: string, commands: readonly string[]): Promise<string> {
  const bin = path.join(folder, name);
  await mkdir(bin, { recursive: true });
  for (const command of commands) {
    const { stdout } = await execa('sh', ['-c', `command -v ${command}`]);
    // Shims of version managers look at more than their place.
    const file = command === 'python3' ? '/usr/bin/python3' : stdout;
    if (!existsSync(path.join(bin, command))) await symlink(file, path.join(bin, command));
  }
  return bin;
}

/** Lets `use` run with a PATH of its own. */
async function withPath<Value>(bin: string, use: () => Promise<Value>): Promise<Value> {
  const before = process.env.PATH;
  process.env.PATH = bin;
  try {
    return await use();
  } finally {
    process.env.PATH = before;
  }
}

/** What a command prints in this process; rejects with MissingTool, which the command line ends with 3 for. */
const imcgen = (...args: string[]) => printedBy(REGISTERS[args[0]!]!, ...args.map(inFolder));

/** Arguments that name what the folder of the test holds. */
function inFolder(word: string): string {
  return /^(pkg|m\/macro\.jsonc|tiny\.(lib|v)|study)$/.test(word) ? path.join(folder, word) : word;
}

const REGISTERS: Readonly<Record<string, (program: Command) => void>> = {
  cosim: registerCosim,
  diff: registerDiff,
  evaluate: registerEvaluate,
  faults: registerFaults,
  prove: registerProve,
  qualify: registerQualify,
  report: registerReport,
  sweep: registerSweep,
  synth: registerSynth,
  verify: registerVerify,
};

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'imcgen-missing-'));
  await symlink(path.resolve('node_modules'), path.join(folder, 'node_modules'));
  const preset = PRESETS.find(({ name }) => name === 'small-signed')!;
  orThrow(await writeNewFiles(path.join(folder, 'm'), presetFiles(preset)));
  const plan = await planFile(path.join(folder, 'm/macro.jsonc'));
  orThrow(await writePackage(path.join(folder, 'pkg'), packageFiles(plan)));
  await writeFile(path.join(folder, 'tiny.lib'), LIBRARY);
  await writeFile(path.join(folder, 'tiny.v'), '');
});
afterAll(() => rm(folder, { recursive: true }));

describe('a machine with Node alone', () => {
  it.each<[tool: string, debian: string, command: string]>([
    ['iverilog', 'iverilog', 'cosim pkg'],
    ['iverilog', 'iverilog', 'cosim pkg --view digital --overrides --quiet'],
    ['verilator', 'verilator', 'cosim pkg --simulator verilator'],
    ['iverilog', 'iverilog', 'verify pkg'],
    ['verilator', 'verilator', 'verify pkg --simulator verilator --quiet --json'],
    ['iverilog', 'iverilog', 'faults pkg --pairs 10'],
    ['verilator', 'verilator', 'faults pkg --pairs 10 --simulator verilator'],
    ['iverilog', 'iverilog', 'qualify pkg --sample 1'],
    ['iverilog', 'iverilog', 'synth pkg --gate-level'],
    ['iverilog', 'iverilog', 'synth pkg --liberty tiny.lib --gate-level --cells tiny.v'],
    ['iverilog', 'iverilog', 'evaluate network.json --cosim 1'],
    ['sta', 'opensta', 'synth pkg --liberty tiny.lib --sta'],
    ['yosys', 'yosys', 'prove pkg --engine native'],
    ['yosys', 'yosys', 'prove pkg --engine smt --quiet'],
    ['chromium', 'chromium', 'report pkg -o page.html -o page.pdf'],
    ['iverilog', 'iverilog', 'sweep m/macro.jsonc --rows 32 -o study --simulate'],
  ])('says %s (package %s): %s', async (tool, debian, command) => {
    const error = await withPath(await pathOf('bare', []), () =>
      imcgen(...command.split(' ')).catch((error: unknown) => error),
    );
    expect(error).toBeInstanceOf(MissingTool);
    expect((error as MissingTool).message).toBe(
      `${tool} is not installed. Install it with: apt-get install ${debian}`,
    );
  });

  it('generates no package of a sweep before it says that the simulator is missing', () => {
    expect(existsSync(path.join(folder, 'study'))).toBe(false);
  });

  it('ends with 3, with one line on stderr, and with the problem as JSON where that was asked for', async () => {
    const PATH = await pathOf('bare', []);
    const { exitCode, stdout, stderr } = await imcgenProcess(
      folder,
      ['prove', 'pkg', '--engine', 'smt', '--json'],
      { PATH },
    );
    const install = 'Install it with: apt-get install yosys';
    expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: `yosys is not installed. ${install}` });
    expect(JSON.parse(stdout)).toEqual({
      problems: [{ file: 'yosys', path: '', message: 'is not installed', fix: install }],
    });
  });

  it.each([
    'verify pkg --no-simulate',
    'faults pkg --pairs 10 --simulate 0',
    'diff pkg m/macro.jsonc',
    'sweep m/macro.jsonc --rows 32 --dry-run',
  ])('needs no other for %s', async (command) => {
    const printed = await withPath(await pathOf('bare', []), () => imcgen(...command.split(' ')));
    expect(printed).not.toBe('');
    process.exitCode = 0;
  });
});

describe('a tool that lacks another', () => {
  const SHELL = ['sh', 'env', 'rm', 'mkdir', 'uname', 'cat', 'ar', 'ranlib'];
  const VERILATOR = [...SHELL, 'perl', 'verilator'];

  it.for<[missing: string, debian: string, command: string, present: string[]]>([
    ['vvp', 'iverilog', 'cosim pkg', [...SHELL, 'iverilog']],
    ['make', 'make', 'cosim pkg --simulator verilator', VERILATOR],
    ['g++', 'g++', 'cosim pkg --simulator verilator', [...VERILATOR, 'make']],
    ['yosys-smtbmc', 'yosys', 'prove pkg --engine smt', [...SHELL, 'yosys']],
    ['z3', 'z3', 'prove pkg --engine smt', [...SHELL, 'yosys', 'yosys-smtbmc', 'python3']],
  ])('%s (package %s): %s', async ([missing, debian, command, present], { skip }) => {
    // What is to lack another has to be here itself.
    if (!present.every((tool) => isInstalled(tool))) skip();
    const bin = await pathOf(`without-${missing}`, present);
    await expect(withPath(bin, () => imcgen(...command.split(' ')))).rejects.toThrow(
      `${missing} is not installed. Install it with: apt-get install ${debian}`,
    );
  });
});
