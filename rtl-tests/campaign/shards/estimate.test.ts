import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { estimateOf } from '../../../generators/campaign/submit/estimate.js';
import { trialCommand } from '../../../generators/campaign/submit/plan.js';
import { registerSubmit } from '../../../generators/command-line/commands/submit.js';
import { estimateText } from '../../../generators/command-line/report/estimate.js';
import { CLI, printedBy } from '../../fixtures/command-line.js';
import { CONFIGURATIONS } from '../../fixtures/configurations.js';

const PLAN = { command: ['montecarlo', 'macro.json', '--dies', '1000000'], shards: 400 };
/** Pieces of work that takes 0.5 s to set up and 2 ms an item. */
const piece = (items: number, ms = 2) => ({ items, seconds: 0.5 + (ms / 1000) * items });

describe('an estimate', () => {
  it('finds what a shard and an item take, and adds them up', () => {
    const growing = [piece(1), piece(4), piece(1024)];
    const largest = [piece(1024), piece(1024, 1), piece(1024, 3)];
    const found = estimateOf(PLAN, 1_000_000, 0.3, growing, largest);
    expect(found.start).toBeCloseTo(0.5, 9);
    expect([found.item.low, found.item.mean, found.item.high].map((each) => each.toFixed(6))).toEqual([
      '0.001000',
      '0.002000',
      '0.003000',
    ]);
    expect(3600 * found.coreHours).toBeCloseTo(2000 + 400 * 0.5, 6);
    expect(estimateText(found)).toContain(
      '1000000 items in 400 shards: 0.611 core hours, 9.1 % of them starts; a shard takes 5.5 s',
    );
    expect(estimateText(found)).toContain('pieces with 0.31 % of the items');
  });

  it('counts shards without items as starts alone, and may be of one item', () => {
    const found = estimateOf({ ...PLAN, shards: 5 }, 1, 0.3, [piece(1)], [piece(1)]);
    expect(found.start + found.item.mean).toBeCloseTo(0.502, 9);
    expect(3600 * found.coreHours).toBeCloseTo(0.502 + 4 * 0.3, 6);
  });

  it('writes into no folder of the campaign', () => {
    for (const packages of [['--packages', 'out/all'], ['--packages=out/all'], []]) {
      expect(trialCommand(['sweep', 'macro.json', ...packages, '--bits', '2..4'], 'scratch')).toEqual([
        'sweep',
        'macro.json',
        '--bits',
        '2..4',
        '--jobs',
        '1',
        '--packages',
        'scratch',
      ]);
    }
  });
});

describe('imcgen submit', () => {
  let root: string;
  beforeAll(() => {
    vi.stubEnv('IMCGEN', CLI);
    root = mkdtempSync(path.join(tmpdir(), 'imcgen-estimate-test-'));
    const { config, levels } = CONFIGURATIONS.find((each) => each.config.name === 'tiny')!;
    const layers = levels.map((each) => ({ levels: `${each.name}.json` }));
    writeFileSync(path.join(root, 'tiny.json'), JSON.stringify({ ...config, layers, die: { offset: 0.5 } }));
    for (const each of levels) writeFileSync(path.join(root, `${each.name}.json`), JSON.stringify(each));
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(root, { recursive: true });
  });

  const submit = (...words: readonly string[]) => printedBy(registerSubmit, 'submit', ...words);
  const WORK = () => ['montecarlo', path.join(root, 'tiny.json'), '--dies', '9', '--inputs', '5'];

  it('--estimate measures small pieces, and prints what all of it costs', async () => {
    const printed = await submit('--shards', '3', '--estimate', '--', ...WORK());
    expect(printed).toMatch(
      /^ {2}measured +\d pieces of 1 to 9 items here and now, [\d.]+ s of processor time$/m,
    );
    expect(printed).toMatch(/^ {2}all +9 items in 3 shards: [\de.-]+ core hours/m);
  }, 240_000);

  it('--estimate shows the last lines of a piece that fails', async () => {
    const printed = await submit('--shards', '3', '--estimate', '--', 'faults', 'nowhere');
    expect(printed).toMatch(/^imcgen faults nowhere --shard 0\/\d+ .*nowhere\/.*no such file/s);
  }, 120_000);

  it('--estimate needs no folder, but a run does', async () => {
    const printed = await submit('--shards', '3', '--', 'faults', 'nowhere');
    expect(printed).toContain("required option '-o, --output <folder>' not specified");
  });

  it('removes what shards that were killed have left half written, once all are there', async () => {
    const shards = path.join(root, 'campaign', 'shards');
    mkdirSync(shards, { recursive: true });
    writeFileSync(path.join(shards, '.imcgen.1.0'), '{"format":"imcgen res');
    expect(await submit('--shards', '1', '-o', path.join(root, 'campaign'), '--', ...WORK())).toContain(
      'yield',
    );
    expect(readdirSync(shards)).toEqual(['0.jsonl']);
  }, 120_000);
});
