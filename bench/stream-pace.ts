import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { Random } from '../generators/common/random.js';
import {
  type BusWrite,
  cellWrites,
  packTernary,
  referenceWrites,
  tableWrites,
} from '../generators/macro/golden/pack.js';
import { hexOfBytes, userOf } from '../generators/macro/golden/streams.js';
import { Macro } from '../generators/macro/kernel/macro.js';
import { registerAddress } from '../generators/macro/plan/addresses.js';
import type { MacroPlan } from '../generators/macro/plan/plan.js';
import { registerWord } from '../generators/macro/plan/registers.js';
import { fieldBytes, hasStreams, inputBeats, outputBeats } from '../generators/macro/plan/streams.js';
import { macroView } from '../generators/package/rtl/view.js';
import { render } from '../generators/package/text/render.js';

/*
 * A macro simulated through its streams, results compared with the golden model, and nothing else looked at: what its
 * Verilog costs a simulator, without the cost of comparing every cycle.
 */

/** Vectors that are sent, over and over. */
const VECTORS = 64;

/** What is simulated: a package with streams on APB, and its array. */
export interface Paced {
  readonly plan: MacroPlan;
  readonly folder: string;
  readonly simulator: 'icarus' | 'verilator';
}

/** Writes the testbench and its vectors into a package. */
async function prepare({ plan, folder }: Paced): Promise<{ testbench: string; beats: number }> {
  const { shape } = plan;
  if (!hasStreams(shape)) throw new Error(`${plan.name} has no streams`);
  const { rows, columns, streams } = shape;
  const { bank, bits, ramp, table } = plan.layers[0]!;
  const random = new Random(3);
  const weights = Int8Array.from({ length: rows * columns }, () => random.whole(-1, 1));
  const macro = Macro.from(plan);
  macro.loadWeights(weights);
  const writes: BusWrite[] = [
    ...referenceWrites(ramp, bank, shape),
    ...tableWrites(table.entries, bank),
    ...cellWrites(packTernary(weights), columns),
    { address: registerAddress('stream'), data: registerWord('stream', { enable: 1 }) },
  ];
  const inputs: string[] = [];
  const results: string[] = [];
  for (let vector = 0; vector < VECTORS; vector++) {
    // Half of them zero, as after a ReLU.
    const x = Int32Array.from({ length: rows }, () => Math.max(0, random.whole(-63, 63)));
    const bytes = new Uint8Array(inputBeats(shape) * streams.inputBytes);
    bytes.set(x);
    for (let beat = 0; beat < inputBeats(shape); beat++) {
      const last = beat === inputBeats(shape) - 1 ? 0x80 : 0;
      const data = bytes.subarray(beat * streams.inputBytes, (beat + 1) * streams.inputBytes);
      inputs.push(hexOfBytes(Uint8Array.of(...data, last | userOf({ bank, bits }))));
    }
    const fields = new Uint8Array(outputBeats(shape) * streams.outputBytes);
    const bytesOfField = fieldBytes(shape);
    macro.convert(x, bank, bits).outputs.forEach((value, column) => {
      for (let at = 0; at < bytesOfField; at++) fields[column * bytesOfField + at] = value >> (8 * at);
    });
    for (let from = 0; from < fields.length; from += streams.outputBytes) {
      results.push(hexOfBytes(fields.subarray(from, from + streams.outputBytes)));
    }
  }
  const lines = (texts: readonly string[]) => `${texts.join('\n')}\n`;
  const word = ({ address, data }: BusWrite) =>
    address.toString(16).padStart(5, '0') + data.toString(16).padStart(8, '0');
  await writeFile(path.join(folder, 'writes.hex'), lines(writes.map(word)));
  await writeFile(path.join(folder, 'inputs.hex'), lines(inputs));
  await writeFile(path.join(folder, 'results.hex'), lines(results));
  const template = fileURLToPath(new URL('model/stream_pace.v', import.meta.url));
  const testbench = path.join(folder, 'pace.v');
  const view = {
    ...{ ...macroView(plan), file: 'pace.v', purpose: 'a macro at the pace of its streams' },
    ...{ writes: writes.length, beatsIn: inputs.length, beatsOut: results.length },
  };
  await writeFile(testbench, render(template, view));
  return { testbench, beats: outputBeats(shape) };
}

/**
 * Compiles a simulation, all results of which are taken and compared.
 *
 * @param paced what is simulated, and how
 * @param count conversions of the longer of two runs, whose difference counts: programming cancels
 * @returns measures conversions a second of processor time, each time anew
 */
export async function streamSimulation(paced: Paced, count: number): Promise<() => Promise<number>> {
  const { plan, folder, simulator } = paced;
  const { testbench, beats } = await prepare(paced);
  const files = ['rtl', 'model'].map((part) => path.join(folder, part, '*.v'));
  const top = `${plan.name}_pace`;
  const sources = [...files, testbench];
  const build = path.join(folder, `build_${simulator}`);
  const shell = (command: string) => execa('bash', ['-c', command], { all: true });
  const run = simulator === 'icarus' ? `vvp -n -N ${build}.vvp` : `${build}/pace`;
  if (simulator === 'icarus') await shell(`iverilog -g2005 -s ${top} -o ${build}.vvp ${sources.join(' ')}`);
  else {
    // The compiler's own options count: unrolled and for this processor it is much faster than with the defaults of Verilator.
    await shell(
      `verilator --binary --timing -j 2 -O3 --x-assign fast --x-initial fast --noassert ` +
        `-MAKEFLAGS 'OPT_FAST=-O3\\ -march=native' -Wno-PINCONNECTEMPTY -Wno-BLKSEQ -Wno-WIDTH ` +
        `--Mdir ${build} --top-module ${top} -o pace ${sources.join(' ')}`,
    );
  }
  const few = Math.ceil(count / 6);
  return async () => {
    const seconds: number[] = [];
    for (const conversions of [few, count]) {
      const take = conversions * beats;
      // Processor time, which other work on the machine moves little; Bash prints it in the last line.
      const { all } = await shell(`TIMEFORMAT=%U; time ${run} +vectors=${folder} +take=${take}`);
      seconds.push(Number(all.trim().split('\n').at(-1)));
      if (!all.split('\n').includes(`${take} beats, 0 wrong`))
        throw new Error(`${plan.name}, ${simulator}: ${all}`);
    }
    return (count - few) / (seconds[1]! - seconds[0]!);
  };
}
