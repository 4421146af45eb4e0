import path from 'node:path';
import { describe, expect } from 'vitest';
import { synthesizePsum } from '../../../generators/checks/psum/synth.js';
import { itLong } from '../../fixtures/every-change.js';
import { psumPlanOf, withPsumPackage } from '../../fixtures/psum.js';

const SMALL = psumPlanOf({
  name: 'little',
  channels: 3,
  tiles: 2,
  lanes: 2,
  input: { bits: 3 },
  scaleBits: 4,
  biasBits: 8,
  result: { bits: 3 },
});

describe('a unit in library cells', () => {
  itLong(
    'has no latch, one driver a net, and does what the golden twin does',
    async () => {
      const synthesis = await withPsumPackage(SMALL, (folder) =>
        synthesizePsum(folder, {
          timing: 'off',
          gateLevel: true,
          cells: path.join(folder, 'syn', 'generic_cells.v'),
        }),
      );
      expect(synthesis.gateLevel).toMatchObject({ passed: true, mismatches: [], complaints: [] });
      const { shape } = SMALL;
      const stored = shape.channels * (shape.accBits + shape.scaleBits + shape.biasBits);
      expect(synthesis.area.flops).toBeGreaterThan(stored);
    },
    300_000,
  );
});
