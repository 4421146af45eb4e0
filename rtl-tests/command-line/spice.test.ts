import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SpiceRun } from '../../generators/campaign/spice/spice.js';
import { registerSpice } from '../../generators/command-line/commands/spice.js';
import { isInstalled } from '../../generators/common/tool.js';
import { SMALL, SMALL_LEVELS, TINY, TINY_LEVELS } from '../campaign/spice/case.js';
import { CLI, imcgenIn, printedBy } from '../fixtures/command-line.js';
import { describeLong } from '../fixtures/every-change.js';

let folder: string;
const at = (...names: string[]) => path.join(folder, ...names);
const imcgen = (...args: string[]) => imcgenIn(folder, args);

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'imcgen-transistors-'));
  writeFileSync(at('small.levels.json'), JSON.stringify(SMALL_LEVELS));
  writeFileSync(at('tiny.levels.json'), JSON.stringify(TINY_LEVELS));
  writeFileSync(at('small.json'), JSON.stringify(SMALL));
  writeFileSync(at('tiny.json'), JSON.stringify({ ...TINY, layers: [{ levels: 'tiny.levels.json' }] }));
});
afterAll(() => rmSync(folder, { recursive: true }));

const native = isInstalled('ngspice');
if (!native) console.log('runs of ngspice skipped: it is not installed (apt-get install ngspice)');

describe('imcgen spice', () => {
  const spice = (config: object, ...args: string[]) => {
    writeFileSync(at('tried.json'), JSON.stringify(config));
    return printedBy(registerSpice, 'spice', at('tried.json'), '-o', at('tried'), ...args);
  };

  it('writes decks, needs no simulator for that, and says how to simulate them', async () => {
    const printed = await printedBy(
      registerSpice,
      ...[
        'spice',
        at('small.json'),
        '-o',
        at('decks'),
        '--dies',
        '2',
        '--inputs',
        '1',
        '--word-line',
        '0.75',
      ],
    );
    expect(printed).toContain('dies 1 to 2, 1 conversions of 4 columns on each; 612 transistors');
    expect(printed).toContain('simulate them with --run');
    expect(readFileSync(at('decks', 'cell.inc'), 'utf8')).toMatch(/^\.param vword=0\.75 /m);
    expect(existsSync(at('decks', 'die-2', 'input-000.cir'))).toBe(true);
    expect(existsSync(at('decks', 'comparator.cir'))).toBe(false);
    expect(existsSync(at('decks', 'report.txt'))).toBe(false);
  });

  it.each([
    [
      'too many transistors',
      { ...SMALL, array: { rows: 256, columns: 128 } },
      [],
      'array: 256 rows x 128 columns and their references are 196836 transistors, 3000 at most are simulated\n',
    ],
    [
      'bit-serial inputs',
      { ...SMALL, input: { ...SMALL.input, coding: 'bit_serial' } },
      [],
      'input.coding: "bit_serial" shares charge, which decks do not have\n',
    ],
    [
      'a conversion without end',
      { ...SMALL, input: { bits: 8, signed: true, coding: 'pwm' } },
      [],
      'a conversion takes 142 cycles, 128 at most are simulated\n',
    ],
    [
      'a voltage that no transistor bears',
      SMALL,
      ['--precharge', '12'],
      '--precharge: 12 is outside 0.3..2 V',
    ],
    ['a share of nothing', SMALL, ['--loss', '0'], '--loss: 0 is outside 0.001..0.5'],
    ['a layer that is none', SMALL, ['--layer', 'fc9'], '--layer: "fc9" is no layer of '],
    ['no dies', SMALL, ['--dies', '0'], '--dies: 0 is outside 1..1250'],
    ['models that are not there', SMALL, ['--models', 'x.lib', '--nmos', 'n', '--pmos', 'p'], 'x.lib: '],
    ['models without a name', SMALL, ['--models', 'x.lib'], '--models, --nmos and --pmos belong together'],
  ])('refuses %s', async (_, config, args, message) => {
    expect(await spice(config, ...args)).toContain(message);
    expect(existsSync(at('tried'))).toBe(false);
  });

  it('leaves a folder of other files alone', async () => {
    mkdirSync(at('mine'));
    writeFileSync(at('mine', 'thesis.tex'), '');
    const printed = await printedBy(registerSpice, 'spice', at('small.json'), '-o', at('mine'));
    expect(printed).toContain('holds thesis.tex, which is not of imcgen spice');
  });

  it('says what to install where nothing simulates', async () => {
    const args = ['spice', 'tiny.json', '-o', 'nothing', '--run', '--engine', 'ngspice'];
    const { exitCode, stderr } = await imcgenIn(folder, args, { PATH: '/nowhere' });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 3,
      stderr: 'ngspice is not installed. Install it with: apt-get install ngspice',
    });
  });
});

/** What a run says of itself. */
async function simulated(output: string, ...args: string[]): Promise<SpiceRun> {
  const { stdout, stderr, exitCode } = await imcgen('spice', ...args, '-o', output, '--json');
  expect(exitCode, stderr).toBe(0);
  return JSON.parse(stdout) as SpiceRun;
}

const TINY_RUN = ['tiny.json', '--dies', '1', '--inputs', '1'];

describeLong('transistors of 4 rows x 2 columns', () => {
  it.skipIf(!native)('simulate in ngspice as in the npm engine', { timeout: 400_000 }, async () => {
    const [one, other] = [
      await simulated('ngspice', ...TINY_RUN, '--run', '--engine', 'ngspice'),
      await simulated('npm', ...TINY_RUN, '--run', '--engine', 'npm'),
    ];
    const { cell } = one.measured!;
    expect(one.measured!.engine).toBe('ngspice');
    expect(other.measured!.engine).toBe('npm');
    expect(other.measured!.cell.calibration.unit / cell.calibration.unit).toBeCloseTo(1, 2);
    one.measured!.ramps[0]!.levels.forEach((level, step) => {
      expect(other.measured!.ramps[0]!.levels[step]!).toBeCloseTo(level, 1);
    });
    expect(cell.paths.under.variation).toBeLessThan(cell.paths.plain.variation);
    expect(cell.paths.plain.variation).toBeLessThan(cell.paths.single.variation);
    expect(cell.compression).toBeGreaterThan(0);
    for (const file of ['report.txt', 'report.json', 'ramp.svg', 'staircase.svg']) {
      expect(readFileSync(at('npm', file), 'utf8').length).toBeGreaterThan(100);
    }
  });

  it('simulate in the engine of npm where nothing else is installed', { timeout: 400_000 }, async () => {
    const { stdout, stderr } = await imcgenIn(folder, ['spice', ...TINY_RUN, '-o', 'alone', '--run'], {
      PATH: '/nowhere',
    });
    expect(stdout, stderr).toContain('simulated with npm');
    expect(stdout).toMatch(/codes like those of the die of the config: [012] of 2/);
  });

  it('a fit is a config that dies are drawn from', { timeout: 400_000 }, async () => {
    const run = await simulated('fit', ...TINY_RUN, '--fit');
    const fitted = JSON.parse(readFileSync(at('fit', 'fitted.json'), 'utf8'));
    const { compression, headroom } = run.measured!.cell;
    expect(fitted.die).toMatchObject({ mismatch: 0.025, swing: headroom });
    expect(fitted.die.compression).toBeCloseTo(compression, 4);
    const { stdout, exitCode } = await imcgen(
      'montecarlo',
      'fit/fitted.json',
      '--dies',
      '3',
      '--inputs',
      '50',
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain('dies 1 to 3');
  });

  it('a latch decides by its offset', { timeout: 400_000 }, async () => {
    const run = await simulated('latch', ...TINY_RUN, '--run', '--comparator', 'latch');
    const { offset, shifted, shift, step } = run.measured!.comparator!;
    expect(Math.abs(offset!)).toBeLessThanOrEqual(step);
    // A threshold shift of one transistor of the pair is the offset that it makes.
    expect(shifted! / shift).toBeCloseTo(1, 0);
  });

  it('a deck that does not simulate is told with what the simulator says', { timeout: 400_000 }, async () => {
    writeFileSync(at('empty.lib'), '* no models\n');
    const models = ['--models', 'empty.lib', '--nmos', 'nothing', '--pmos', 'nothing'];
    const { exitCode, stderr } = await imcgen('spice', ...TINY_RUN, '-o', 'bad', '--run', ...models);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('cell.cir: does not simulate: ');
    expect(stderr).toContain('named by --nmos and --pmos');
  });

  it('Ctrl-C ends a run at once', { timeout: 400_000 }, async () => {
    cpSync(at('tiny.json'), at('stopped.json'));
    const run = execa(
      process.execPath,
      [CLI, 'spice', 'stopped.json', '-o', 'stopped', '--run', '--inputs', '50'],
      {
        ...{ cwd: folder, reject: false },
      },
    );
    while (!existsSync(at('stopped', 'cell.cir'))) await new Promise((resolve) => setTimeout(resolve, 100));
    await new Promise((resolve) => setTimeout(resolve, 2000));
    run.kill('SIGINT');
    const { signal } = await run;
    expect(signal).toBe('SIGINT');
    expect(existsSync(at('stopped', 'report.txt'))).toBe(false);
  });
});

/** What leaks off lines in the cycles of a ramp weighs less: docs/analog.md. */
const MORE_CURRENT = ['--bias', '0.5', '--capacitance', '180'];

describeLong('16 rows x 4 columns, 3 bits', () => {
  it('transistors and the die with their compression agree on their codes', {
    timeout: 1_200_000,
  }, async () => {
    const run = await simulated('bar', 'small.json', '--fit', ...MORE_CURRENT);
    const { fitted, beyond, cell } = run.measured!;
    expect(beyond).toBe(0);
    expect(fitted.codes).toBe(3 * 8 * 4);
    expect(fitted.agreeing / fitted.codes).toBeGreaterThanOrEqual(0.99);
    for (const { spice, model, references } of fitted.disagreements) {
      expect(Math.abs(spice - model)).toBe(1);
      expect(references).toBeLessThan(1);
    }
    expect(fitted.marginError).toBeLessThan(0.2);
    expect(cell.residual).toBeLessThan(0.1);
  });
});
