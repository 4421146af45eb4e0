import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI, imcgenHere, imcgenIn, imcgenProcess } from '../fixtures/command-line.js';
import { levelsFrom } from '../fixtures/configurations.js';
import { everyNth, forEveryChange, itLong } from '../fixtures/every-change.js';
import { contentOf } from '../fixtures/packages.js';

const MACRO = {
  name: 'demo',
  array: { rows: 8, columns: 4 },
  input: { bits: 4 },
  adc: { bits: 2, reference: { columns: 4, rows: 6 } },
  output: { bits: 4 },
  layers: [{ levels: 'relu.json' }],
};

let folder: string;
const write = (name: string, value: unknown) => writeFile(path.join(folder, name), JSON.stringify(value));

const imcgen = (...args: string[]) => imcgenIn(folder, args);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'imcgen-cli-'));
  const histogram = { low: 0, high: 12, counts: [6, 3, 1], means: [1, 6, 10], withinBinVariance: 1.2 };
  await write('relu.json', levelsFrom('relu', [2, 5, 10], { histogram }));
  await write('macro.json', MACRO);
  await write('bad.json', { ...MACRO, adc: { ...MACRO.adc, bits: 9 }, bus: 'axi', colour: 'red' });
});
afterAll(() => rm(folder, { recursive: true }));

describe('imcgen', () => {
  it('helps, and says what its exit codes mean', async () => {
    const { exitCode, stdout, stderr } = await imcgenProcess(folder, ['--help']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(
      'Exit codes: 0 fine, 1 invalid input or a mismatch, 2 wrong usage, 3 a tool is missing',
    );
  });

  const commands = [
    'init',
    'calibrate',
    'import',
    'check',
    'generate',
    'cosim',
    'synth',
    'faults',
    'verify',
    'diff',
    'sweep',
    'montecarlo',
    'bounds',
    'map',
    'capture',
    'bits',
    'evaluate',
    'compare',
    'export',
    'report',
    'schema',
  ];
  it.each(forEveryChange(commands, everyNth(7)))('%s shows examples in its help', async (command) => {
    const { exitCode, stdout } = await imcgen(command, '--help');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`Examples:\n  imcgen ${command} `));
  });

  it('tells its version', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect(await imcgenProcess(folder, ['--version'])).toEqual({ exitCode: 0, stdout: version, stderr: '' });
  });

  it.each([
    [['frobnicate']],
    [['check']],
    [['check', 'macro.json', '--frob']],
    [['generate', 'a', 'b']],
    [[]],
  ])('ends with 2 on wrong usage: %j', async (args) => {
    const { exitCode, stdout, stderr } = await imcgen(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain('imcgen');
  });

  it('ends with 3 where a tool is missing, and says how to install it', async () => {
    await imcgen('generate', 'macro.json', '-o', 'out/cosim');
    const { exitCode, stdout, stderr } = await imcgenProcess(folder, ['cosim', 'out/cosim'], {
      PATH: folder,
    });
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
    expect(stderr).toMatch(/iverilog is not installed\. Install it with: .*apt-get install.* iverilog/);
  });
});

describe('imcgen check', () => {
  it('prints the plan and writes nothing', async () => {
    const before = await readdir(folder);
    const { exitCode, stdout, stderr } = await imcgen('check', 'macro.json');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      'demo: 1 layer',
      '  array      8 rows x 4 columns, clips at 120 u',
      '  input      4 bits unsigned, bit serial',
      '  adc        1 .. 2 bits, counter readout, rounding nearest',
      '  ramp       rising',
      '  reference  6 rows (0 offset) x 4 columns x 1 bank, 1 u a cell',
      '  output     4 bits unsigned',
      '  cycles     11 a conversion: precharge 1, mac 5, ramp 3, overhead 2',
      '',
      '                                 cells of  cells of  offset  largest ref    MSE',
      '  bank  layer  bits  cycles  largest step      ramp   cells     error, u  ideal',
      '  ----  -----  ----  ------  ------------  --------  ------  -----------  -----',
      '     0  relu      2      11         5 / 8        10   0 / 0            0    1.5',
      '',
      '                    MSE',
      '  bank  layer  realised     cost',
      '  ----  -----  --------  -------',
      '     0  relu        1.8  +20.0 %',
      '',
      '  bank 0, relu',
      '    references, u   2  5 10',
      '    cells a step   2 3 5',
      '    table entries   2  5 11 15',
      '    entry step     0.6667 activation units',
    ]);
    expect(await readdir(folder)).toEqual(before);
  });

  it('prints the plan as JSON', async () => {
    const { exitCode, stdout } = await imcgen('check', 'macro.json', '--json');
    const plan = JSON.parse(stdout) as { layers: { ramp: { references: number[] } }[] };
    expect(exitCode).toBe(0);
    expect(plan.layers[0]!.ramp.references).toEqual([2, 5, 10]);
  });

  it('takes comments and trailing commas, in any config', async () => {
    const commented = JSON.stringify(MACRO, null, 2)
      .replace('{', '{ // a macro')
      .replace(/\n}$/, ', /* end */\n}');
    await writeFile(path.join(folder, 'commented.json'), commented);
    expect(await imcgen('check', 'commented.json')).toEqual(await imcgen('check', 'macro.json'));
  });

  it('prints nothing with --quiet', async () => {
    expect(await imcgen('check', 'macro.json', '--quiet')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });

  it('ends with 1 and every problem on stderr', async () => {
    const { exitCode, stdout, stderr } = await imcgenProcess(folder, ['check', 'bad.json']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    const said = stderr.split('\n').filter((line) => !/^ +(\d+ )?(\||-->)/.test(line));
    expect(said).toEqual([
      'bad.json: adc.bits: 9 is outside 1..7',
      'bad.json: bus: "axi" is not one of "apb", "axi4lite", "wishbone", "wishbone_pipelined"',
      '          Did you mean "apb"?',
      'bad.json: colour: is not a known key',
      '          Known here: $schema, name, array, input, adc, output, test, layers, bus, streams, packedWords, timing, physical, die, reset, license.',
    ]);
    expect(stderr.match(/^ +--> bad\.json:1:\d+$/gm)).toHaveLength(3);
  });

  it('puts the problems on stdout too with --json', async () => {
    const { exitCode, stdout, stderr } = await imcgen('check', 'missing.json', '--json');
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: 'missing.json: no such file' });
    expect(JSON.parse(stdout)).toEqual({
      problems: [{ file: 'missing.json', path: '', message: 'no such file' }],
    });
  });
});

describe('stdout', () => {
  const shell = (line: string) => {
    const cli = `${process.execPath} ${CLI}`;
    return execa('bash', ['-o', 'pipefail', '-c', line.replaceAll('imcgen', cli)], {
      cwd: folder,
      reject: false,
    });
  };

  it('that nobody reads to its end is no failure, and takes no failure away', async () => {
    expect(await shell('imcgen schema macro | head -1')).toMatchObject({
      ...{ exitCode: 0, stdout: '{', stderr: '' },
    });
    expect((await shell('imcgen check bad.json --json | true')).exitCode).toBe(1);
  });

  it.skipIf(!existsSync('/dev/full'))('that takes nothing is said to be full', async () => {
    const { exitCode, stderr } = await shell('imcgen schema macro > /dev/full');
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 1 });
    expect(stderr).toMatch(/^stdout: cannot be written: no space left\n {8}Make room .*$/);
  });

  it('a folder that went away is said to be gone', async () => {
    const { exitCode, stderr } = await shell(
      'mkdir gone && cd gone && rmdir ../gone && imcgen check macro.json',
    );
    expect(exitCode).toBe(1);
    expect(stderr).not.toContain('bug of the tool');
  });
});

describe('imcgen schema', () => {
  it.each(['macro', 'levels'])('prints the published schema of %s', async (file) => {
    const { exitCode, stdout } = await imcgen('schema', file);
    expect(exitCode).toBe(0);
    expect(`${stdout}\n`).toBe(await readFile(path.resolve('schemas', `${file}.schema.json`), 'utf8'));
  });

  it('ends with 2 for files that have none', async () => {
    expect((await imcgen('schema', 'manifest')).exitCode).toBe(2);
  });
});

describe('imcgen generate', () => {
  it('writes the package to out/<name>', async () => {
    const { exitCode, stdout, stderr } = await imcgen('generate', 'macro.json');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^out\/demo: \d+ files, see README\.md$/);
    expect(await readdir(path.join(folder, 'out', 'demo'))).toContain('manifest.json');
  });

  it('writes the same where it was built, with templates that are compiled already', async () => {
    await imcgenProcess(folder, ['generate', 'macro.json', '-o', 'out/built']);
    await imcgenHere(folder, ['generate', 'macro.json', '-o', 'out/sources']);
    const sources = await contentOf(path.join(folder, 'out/sources'));
    expect(await contentOf(path.join(folder, 'out/built'))).toEqual(sources);
  });

  it('prints the manifest with --json, nothing with --quiet', async () => {
    const { stdout } = await imcgen('generate', 'macro.json', '-o', 'out/json', '--json');
    expect(stdout).toBe((await readFile(path.join(folder, 'out/json/manifest.json'), 'utf8')).trimEnd());
    expect((await imcgen('generate', 'macro.json', '-o', 'out/json', '--quiet')).stdout).toBe('');
  });

  it('ends with 1 and writes nothing where the config is wrong', async () => {
    const { exitCode } = await imcgen('generate', 'bad.json', '-o', 'out/bad');
    expect(exitCode).toBe(1);
    expect(await readdir(path.join(folder, 'out'))).not.toContain('bad');
  });

  it('asks for --force before it writes into a foreign folder', async () => {
    const { exitCode, stderr } = await imcgen('generate', 'macro.json', '-o', 'out');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^out: is not empty and was not made by imcgen\n +Name another folder, or use --force/,
    );
    expect((await imcgen('generate', 'macro.json', '-o', 'out', '--force')).exitCode).toBe(0);
  });
});

describe('imcgen verify', () => {
  beforeAll(() => imcgen('generate', 'macro.json', '-o', 'out/verified'));

  it('ends with 0 for a package as it was generated, and simulates it', async () => {
    const { exitCode, stdout, stderr } = await imcgen('verify', 'out/verified', '--conversions', '4');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const [files, simulation] = stdout.split('\n');
    expect(files).toMatch(/^out\/verified: demo, made by imcgen \S+: (\d+) of \1 files as generated$/);
    expect(simulation).toMatch(/^PASS demo \(as it is\): .* 0 mismatches, icarus/);
    expect((await imcgen('verify', 'out/verified', '--no-simulate', '--quiet')).stdout).toBe('');
  });

  itLong('ends with 1 and names what was edited, even when quiet', async () => {
    await imcgen('generate', 'macro.json', '-o', 'out/edited');
    const file = path.join(folder, 'out/edited/rtl/demo_decoder.v');
    await writeFile(file, (await readFile(file, 'utf8')).replace('endmodule', '    oops\nendmodule'));
    const { exitCode, stdout, stderr } = await imcgen('verify', 'out/edited', '--quiet');
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
    expect(stdout).toMatch(
      /^ {2}edited {3}rtl\/demo_decoder.v: line (\d+)\n {11}was {2}endmodule\n {11}is {3}oops$/m,
    );
    expect(stdout).toMatch(/FAIL to compile\n {2}out\/edited\/rtl\/demo_decoder.v: line \d+: syntax error/);
    const { edits, simulation } = JSON.parse((await imcgen('verify', 'out/edited', '--json')).stdout);
    expect(edits).toMatchObject([{ path: 'rtl/demo_decoder.v', commentsOnly: false }]);
    expect(simulation.passed).toBe(false);
    expect((await imcgen('cosim', 'out/edited')).stderr).toMatch(
      /^out\/edited\/rtl\/demo_decoder.v: line \d+: syntax error \(iverilog\)/,
    );
  });

  it('ends with 1 where there is no package', async () => {
    const { exitCode, stderr } = await imcgen('verify', 'nowhere');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^nowhere\/manifest.json: no such file\n +Name a folder that imcgen generate wrote\.$/,
    );
  });
});

describe('imcgen diff', () => {
  it('ends with 0 for the same, 1 for a difference, which it says in words', async () => {
    await imcgen('generate', 'macro.json', '-o', 'out/diffed');
    expect(await imcgen('diff', 'out/diffed', 'macro.json')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^out\/diffed and macro.json: the same, \d+ files$/),
    });
    await write('sync.json', { ...MACRO, reset: 'sync_high' });
    const { exitCode, stdout, stderr } = await imcgen('diff', 'out/diffed', 'sync.json');
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      'out/diffed -> sync.json',
      '  options',
      '    reset                     async_low -> sync_high',
    ]);
    expect(await imcgen('diff', 'out/diffed', 'sync.json', '--quiet')).toMatchObject({
      exitCode: 1,
      stdout: '',
    });
    const { options, hardware } = JSON.parse(
      (await imcgen('diff', 'macro.json', 'sync.json', '--json')).stdout,
    );
    expect(options).toEqual([{ path: 'reset', from: 'async_low', to: 'sync_high' }]);
    expect(hardware).toEqual([]);
  });

  it('ends with 1 where one of them cannot be planned', async () => {
    const { exitCode, stdout, stderr } = await imcgen('diff', 'macro.json', 'bad.json');
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain('bad.json: adc.bits: 9 is outside 1..7');
  });
});

describe('imcgen faults', () => {
  it('prints the coverage of every kind of fault, and what the RTL did', async () => {
    await imcgen('generate', 'macro.json', '-o', 'out/faults');
    const { exitCode, stdout, stderr } = await imcgen(
      ...['faults', 'out/faults', '--pairs', '500', '--simulate', '1'],
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^\w+: March C- over \d+ cells in \d+ words, \d+ cycles a data background\n/);
    expect(stdout).toMatch(/stuck-at +every one +\d+ +100 % +100 % +100 %/);
    expect(stdout).toMatch(/\nPASS RTL against golden model: \d+ marches, \d+ cycles, 0 mismatches, icarus/);
  });

  it('prints the same as JSON, without the RTL where none is asked for', async () => {
    const { stdout } = await imcgen('faults', 'out/faults', '--json', '--pairs', '0', '--simulate', '0');
    const { passed, coverage, simulation } = JSON.parse(stdout) as {
      passed: boolean;
      coverage: { kind: string; faults: number; located: number }[];
      simulation: unknown;
    };
    expect([passed, simulation]).toEqual([true, undefined]);
    expect(coverage.map(({ kind }) => kind)).toEqual(['stuck-at', 'transition']);
    for (const { faults, located } of coverage) expect(located).toBe(faults);
  });

  it('ends with 1 for a macro without a march test', async () => {
    await write('untested.json', { ...MACRO, test: { march: false } });
    await imcgen('generate', 'untested.json', '-o', 'out/untested');
    const { exitCode, stdout, stderr } = await imcgen('faults', 'out/untested');
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr.split('\n').slice(0, 2)).toEqual([
      'out/untested/config.resolved.json: test.march: is false: this macro has no march test',
      `${' '.repeat('out/untested/config.resolved.json: '.length)}Generate it with test.march: true.`,
    ]);
  });
});
