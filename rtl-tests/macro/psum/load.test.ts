import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeProblem, type Result } from '../../../generators/common/problems.js';
import { planOfPackage } from '../../../generators/macro/plan/file.js';
import { planOfPsumPackage } from '../../../generators/macro/psum/load.js';
import { FEW_CELLS } from '../../fixtures/configurations.js';
import { PSUM_LAYER } from '../../fixtures/psum.js';

const ofConfig = { macro: FEW_CELLS.config, unit: PSUM_LAYER.config };

describe('the package of the other kind', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'imcgen-load-'));
  });
  afterAll(() => rm(root, { recursive: true }));

  const told = async (config: unknown, plan: (folder: string) => Promise<Result<unknown>>) => {
    await writeFile(path.join(root, 'config.resolved.json'), JSON.stringify(config));
    const result = await plan(root);
    return result.ok ? [] : result.problems.map((problem) => describeProblem(problem));
  };

  it('is named as such, with the commands that take it', async () => {
    const unit = await told(ofConfig.unit, planOfPackage);
    expect(unit).toHaveLength(1);
    expect(unit[0]).toMatch(/is that of a partial-sum unit, not of a macro\n.*imcgen psum cosim/);
    const macro = await told(ofConfig.macro, planOfPsumPackage);
    expect(macro).toHaveLength(1);
    expect(macro[0]).toMatch(/is that of a macro, not of a partial-sum unit\n.*imcgen cosim/);
  });

  it('is not what a config with faults of its own is taken for', async () => {
    const { name: _, ...nameless } = ofConfig.unit;
    expect(await told({ ...nameless, lanes: 3 }, planOfPackage)).toContainEqual(
      expect.stringMatching(/adc: is missing/),
    );
  });
});
