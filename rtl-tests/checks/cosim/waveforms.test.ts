import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { CLI } from '../../fixtures/command-line.js';
import { CONFIGURATIONS, planOf } from '../../fixtures/configurations.js';
import { withPackage } from '../../fixtures/packages.js';

/** The smallest macro through `imcgen cosim --vcd` or `--fst` on Icarus Verilog: the file that it leaves. */
function waveform(format: 'vcd' | 'fst'): Promise<Buffer> {
  return withPackage(planOf(CONFIGURATIONS[0]!), async (folder) => {
    const file = path.join(folder, `an error in the name.${format}`);
    const args = ['cosim', folder, '--conversions', '4', '--quiet', `--${format}`, file];
    const { all } = await execa(process.execPath, [CLI, ...args], {
      all: true,
    });
    expect(all).toBe('');
    return readFile(file);
  });
}

describe('a simulation keeps its waveform', () => {
  it('as VCD, from the macro down', async () => {
    const text = (await waveform('vcd')).toString();
    expect(text).toMatch(/^\$date\n/);
    expect(text).toMatch(/\$scope module u_macro \$end[\s\S]*\$scope module u_array \$end/);
    expect(text).toMatch(/\$var wire +1 \S+ done_o \$end/);
    expect(text.match(/^#\d+$/gm)!.length).toBeGreaterThan(1000);
  });

  it('as FST', async () => {
    const bytes = await waveform('fst');
    // Block 0 is the header: its length, start and end time, and a constant e in the writer's byte order.
    expect(bytes[0]).toBe(0);
    expect(bytes.readBigUInt64BE(1)).toBe(329n);
    expect(bytes.readDoubleLE(25)).toBe(Math.E);
    const ends = [bytes.readBigUInt64BE(9), bytes.readBigUInt64BE(17)] as const;
    expect(ends[1] - ends[0]).toBeGreaterThan(1000n);
    expect(bytes.includes('Icarus Verilog')).toBe(true);
    expect(bytes.length).toBeGreaterThan(329);
  });
});
