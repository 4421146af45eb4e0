import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeDigits } from '../../../examples/network/digits-network.js';
import { registerEvaluate } from '../../../generators/command-line/commands/evaluate.js';
import { registerExport } from '../../../generators/command-line/commands/export.js';
import { registerMerge } from '../../../generators/command-line/commands/merge.js';
import { CLI, printedBy } from '../../fixtures/command-line.js';
import { describeLong } from '../../fixtures/every-change.js';

describeLong('imcgen evaluate --dies', () => {
  let folder: string;
  const at = (name: string) => path.join(folder, name);
  const evaluate = (...args: string[]) => printedBy(registerEvaluate, 'evaluate', ...args);
  const DIES = ['--dies', '3', '--images', '60', '--die'];
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'imcgen-chips-'));
    writeDigits(folder);
    // Without overrides: all layers on macros.
    const { overrides: _, ...config } = JSON.parse(readFileSync(at('network.json'), 'utf8'));
    writeFileSync(at('all.json'), JSON.stringify(config));
    writeFileSync(at('die.json'), '{ "mismatch": 0.4, "noise": 2 } // by itself');
    writeFileSync(at('macro.json'), '{ "name": "m", "die": { "mismatch": 0.4, "noise": 2 } }');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('says accuracy over dies, the same on any number of threads and from a die by itself or of a macro', async () => {
    const one = JSON.parse(
      await evaluate(at('all.json'), ...DIES, at('die.json'), '--threads', '1', '--json'),
    );
    // Threads run compiled sources.
    const args = [CLI, 'evaluate', at('all.json'), ...DIES, at('macro.json'), '--threads', '2', '--json'];
    const two = JSON.parse((await execa('node', args)).stdout);
    expect(one.rows).toHaveLength(1);
    const [row] = one.rows;
    expect(row.chips.map(({ chip }: { chip: number }) => chip)).toEqual([1, 2, 3]);
    expect(two.rows[0].chips).toEqual(row.chips);
    expect(row.mean).toBeLessThan(row.ideal.accuracy);
    expect(one.float.correct).toBeGreaterThan(55);
  });

  it('gives in shards what it gives at once, by granularity and corner', async () => {
    const args = [
      ...[at('all.json'), ...DIES, at('die.json'), '--seed', '9', '--weights', '1+2+4'],
      ...['--granularity', 'layer,column', '--corner', 'typical,calibrated'],
    ];
    const whole = await evaluate(...args);
    for (const index of [0, 1, 2]) {
      await evaluate(...args, '--shard', `${index}/3`, '-o', at(`${index}.jsonl`));
    }
    const merged = await printedBy(registerMerge, 'merge', ...[0, 1, 2].map((index) => at(`${index}.jsonl`)));
    expect(merged).toBe(whole);
    expect(whole).toContain('3 dies of every macro, from seed 9 on');
    expect(whole).toMatch(/digits 1,2,4, typical: column loses -?[\d.]+ \+- [\d.]+ points less than layer/);
  });

  it('gives by graphs what it gives by the golden model', async () => {
    writeFileSync(at('silent.json'), '{ "mismatch": 0.4, "globalSpread": 0.05 }');
    const args = [at('all.json'), ...DIES, at('silent.json'), '--corner', 'typical,slow', '--json'];
    const [golden, onnx] = [
      JSON.parse(await evaluate(...args)),
      JSON.parse(await evaluate(...args, '--engine', 'onnx')),
    ];
    expect(onnx.rows).toEqual(golden.rows);
    expect(await evaluate(at('all.json'), ...DIES, at('die.json'), '--engine', 'onnx')).toContain(
      'die.json: noise: is drawn for each comparison, which a graph of the network cannot have',
    );
  });

  it('has its dies as graphs by imcgen export', async () => {
    writeFileSync(at('silent.json'), '{ "die": { "mismatch": 0.4 } }');
    const out = async (...args: string[]) => {
      const said = await printedBy(registerExport, 'export', at('all.json'), '-o', at('hw.onnx'), ...args);
      return { said, bytes: readFileSync(at('hw.onnx')) };
    };
    const ideal = await out();
    const first = await out('--die', at('silent.json'));
    const seventh = await out('--die', at('silent.json'), '--seed', '7');
    expect(seventh.said).toMatch(/hw.onnx: \d+ layers, \d+ macros, dies of number 7\n$/);
    expect(first.said).toContain('dies of number 1');
    expect(new Set([ideal, first, seventh].map(({ bytes }) => bytes.toString('latin1'))).size).toBe(3);
    expect((await out('--seed', '7')).said).toContain('macro.die: is not there');
    writeFileSync(at('silent.json'), '{ "die": { "leakage": 0.001 } }');
    expect((await out('--die', at('silent.json'))).said).toContain('die.leakage: grows while the ramp runs');
  });

  it('refuses a network without a die, and options that need dies', async () => {
    expect(await evaluate(at('all.json'), '--dies', '2')).toContain('macro.die: is not there');
    expect(await evaluate(at('all.json'), '--seed', '2')).toContain('--seed goes with --dies <count>');
    writeFileSync(at('odd.json'), '{ "mismatch": 3 }');
    expect(await evaluate(at('all.json'), ...DIES, at('odd.json'))).toContain(
      'odd.json: mismatch: 3 is outside',
    );
  });
});
