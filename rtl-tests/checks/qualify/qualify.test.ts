import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baselineOf, build, originalOf } from '../../../generators/checks/qualify/bed.js';
import { digitMutationsOf } from '../../../generators/checks/qualify/defaults.js';
import { fateOf, type Laboratory } from '../../../generators/checks/qualify/fate.js';
import { mutated, mutationsOf } from '../../../generators/checks/qualify/mutants.js';
import type { Mutation } from '../../../generators/checks/qualify/mutation.js';
import { isOverridden } from '../../../generators/checks/qualify/overridden.js';
import { type PackageBed, packageBed } from '../../../generators/checks/qualify/package-bed.js';
import { qualify, sampleOf } from '../../../generators/checks/qualify/qualify.js';
import { yosysBuiltin } from '../../../generators/checks/yosys/builtin.js';
import { registerQualify } from '../../../generators/command-line/commands/qualify.js';
import { qualificationJson, qualificationText } from '../../../generators/command-line/report/qualify.js';
import { orThrow } from '../../../generators/common/problems.js';
import { wilson } from '../../../generators/common/wilson.js';
import { packageFiles } from '../../../generators/package/package.js';
import { readBack } from '../../../generators/package/vectors/scenario.js';
import { newBench } from '../../../generators/package/vectors/vectors.js';
import { writePackage } from '../../../generators/package/write.js';
import { printedBy } from '../../fixtures/command-line.js';
import { FEW_CELLS } from '../../fixtures/configurations.js';
import { describeLong, itLong } from '../../fixtures/every-change.js';
import { contentOf, replaceOnce } from '../../fixtures/packages.js';
import { PSUM_LAYER, withPsumPackage } from '../../fixtures/psum.js';

let root: string;
let folder: string;
let packaged: PackageBed;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'imcgen-qualify-test-'));
  folder = await newPackage('few');
  packaged = await packageBed(folder, root);
});
afterAll(() => rm(root, { recursive: true }));

const newPackage = async (name: string) =>
  orThrow(await writePackage(path.join(root, name), packageFiles(FEW_CELLS)));

const OPTIONS = { sample: 8, seed: 1, files: [], data: false, jobs: 2 } as const;

const MODULE = `
module small #(
    parameter [95:0] TABLE = 96'h0000007c8ea47d848d2450c0, // contents
    parameter WIDTH = 4, // a number
    parameter [47:0] PAIR = { 24'hffffff, 24'h00_0001 }
) (
    input  wire [WIDTH-1:0] a_i,
    output wire             b_o
);
    localparam [31:0] KEY = 32'h494d_4331;
    assign b_o = a_i == WIDTH && KEY != 128'hffffffffffffffffffffffffffffffff;
\`ifndef SYNTHESIS
    initial if (WIDTH > 9) $finish;
\`endif
endmodule
`;

const changes = (mutations: readonly Mutation[], kind: Mutation['kind']) =>
  mutations.filter((mutation) => mutation.kind === kind).map(({ before, after }) => `${before} -> ${after}`);

describe('mutants', () => {
  it('change each number among the defaults of a module head, wide ones too', () => {
    expect(changes(mutationsOf(MODULE), 'default')).toEqual([
      "96'h0000007c8ea47d848d2450c0 -> 96'h7c8ea47d848d2450c1",
      '4 -> 5',
      "24'hffffff -> 24'h0",
      "24'h00_0001 -> 24'h2",
    ]);
  });

  it('change hexadecimal and wide constants', () => {
    expect(changes(mutationsOf(MODULE), 'constant')).toEqual([
      "32'h494d_4331 -> 32'h494d4332",
      "128'hffffffffffffffffffffffffffffffff -> 128'h0",
    ]);
  });

  it('change each digit of generated numbers, within their width', () => {
    const digits = digitMutationsOf(MODULE);
    expect(digits).toHaveLength(24 + 1 + 6 + 6);
    expect(mutated(MODULE, digits[6]!)).toContain("96'h0000003c8ea47d848d2450c0");
    const narrow =
      "module m #(\n    parameter [4:0] T = 5'h1f,\n    parameter N = 100,\n    parameter Z = 0\n) (\n);\nendmodule\n";
    expect(digitMutationsOf(narrow).map((digit) => mutated(narrow, digit).match(/= (\S+?),?$/gm))).toEqual([
      ["= 5'h0f,", '= 100,', '= 0'],
      ["= 5'h1d,", '= 100,', '= 0'],
      ["= 5'h1f,", '= 000,', '= 0'],
      ["= 5'h1f,", '= 100,', '= 1'],
    ]);
  });

  it('leave alone what only simulation sees', () => {
    expect(mutationsOf(MODULE).map((mutation) => mutated(MODULE, mutation))).toSatisfy((texts: string[]) =>
      texts.every((text) => text.includes('initial if (WIDTH > 9) $finish;')),
    );
  });
});

describe('the confidence interval', () => {
  // R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %i in %i is %f .. %f', (hits, trials, low, high) => {
    const interval = wilson(hits, trials);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });
});

describe('a sample', () => {
  const all = Array.from({ length: 50 }, (_, at) => at);

  it('is the same for the same seed, another for another, in order and without doubles', () => {
    expect(sampleOf(all, 10, 3)).toEqual(sampleOf(all, 10, 3));
    expect(sampleOf(all, 10, 3)).not.toEqual(sampleOf(all, 10, 4));
    expect(sampleOf(all, 10, 3)).toEqual([...new Set(sampleOf(all, 10, 3))].sort((a, b) => a - b));
    expect(sampleOf(all, 80, 3)).toEqual(all);
  });

  it('takes each as often as any other', () => {
    const counts = new Array<number>(50).fill(0);
    for (let seed = 0; seed < 500; seed++) for (const at of sampleOf(all, 10, seed)) counts[at]!++;
    expect(Math.min(...counts)).toBeGreaterThan(60);
    expect(Math.max(...counts)).toBeLessThan(145);
  });
});

describe('the fate of a mutant', () => {
  /** The mutant of a file that changes a part of a line. */
  const mutant = (kind: string, line: string, before: string, after: string) => {
    const { text } = packaged.bed.sources.get(kind)!;
    const mutation = mutationsOf(text).find(
      (one) => text.split('\n')[one.line - 1]!.includes(line) && one.before === before && one.after === after,
    );
    return [{ bed: packaged.bed, kind, mutation: mutation! }] as const;
  };
  let laboratory: Laboratory;
  beforeAll(async () => {
    const original = await originalOf(packaged.bed, path.join(root, 'original'), undefined);
    const baseline = await baselineOf(packaged.bed, original!, undefined);
    laboratory = {
      original: async () => original!,
      baseline: async () => baseline!,
      yosys: yosysBuiltin,
      scopes: ['module', 'design'],
    };
  });
  const fate = (...change: Parameters<typeof mutant>) =>
    fateOf(mutant(...change), path.join(root, 'worker'), laboratory);

  it('is killed: a default of the top level, as every instance has it', async () => {
    expect(await fate('rtl/few.v', 'parameter PRE_CYCLES', '1', '2')).toBe('killed');
  });

  it('is identical: a default that the top level overrides, which takes no compiler to tell', async () => {
    const [place] = mutant('rtl/few_decoder.v', 'parameter OUT_BITS', '4', '5');
    const never = async () => expect.unreachable();
    const idle: Laboratory = { ...laboratory, original: never, baseline: never };
    expect(await fateOf([place], path.join(root, 'worker'), idle)).toBe('identical');
  });

  itLong('is identical as the compiler has it, for each default that is overridden', async () => {
    const { bed } = packaged;
    const original = await laboratory.original(bed);
    const scratch = path.join(root, 'worker');
    const [overridden, built] = [new Set<string>(), new Set<string>()];
    for (const [kind, { text }] of bed.sources) {
      for (const mutation of mutationsOf(text).filter((one) => one.kind === 'default')) {
        const name = `${kind}: ${mutation.parameter}`;
        const replacement = { kind, text: mutated(text, mutation) };
        if (isOverridden(bed, kind, mutation)) overridden.add(name);
        if ((await build(bed, original, scratch, replacement, undefined)) === 'identical') built.add(name);
      }
    }
    expect([...overridden].filter((name) => !built.has(name))).toEqual([]);
    expect(overridden.size).toBeGreaterThan(30);
  });

  it('is not identical by its name: an instance that leaves the parameter out, or a top level', () => {
    const { sources } = packaged.bed;
    const top = sources.get('rtl/few.v')!;
    const without = { ...top, text: top.text.replace(/\.OUT_BITS *\(OUT_BITS\),/g, '') };
    const bed = { ...packaged.bed, sources: new Map([...sources, ['rtl/few.v', without]]) };
    const [{ kind, mutation }] = mutant('rtl/few_decoder.v', 'parameter OUT_BITS', '4', '5');
    expect(isOverridden(packaged.bed, kind, mutation)).toBe(true);
    expect(isOverridden(bed, kind, mutation)).toBe(false);
    const [ofTop] = mutant('rtl/few.v', 'parameter PRE_CYCLES', '1', '2');
    expect(isOverridden(packaged.bed, ofTop.kind, ofTop.mutation)).toBe(false);
  });

  it('is proved equal: a loop that writes a bit that does not exist', async () => {
    expect(await fate('rtl/few_column_counter.v', 'gen_start', '<', '<=')).toBe('proved equal');
  });

  it('is proved equal in the design alone: with one bank the bank of every accepted access is 0', async () => {
    const change = ['rtl/few_decoder.v', 'localparam INDEX_W', '>', '>='] as const;
    const lone: Laboratory = { ...laboratory, scopes: ['module'] };
    expect(await fateOf(mutant(...change), path.join(root, 'worker'), lone)).toBe('survived');
    expect(await fate(...change)).toBe('proved equal');
  }, 300_000);

  it('is not viable: what does not compile', async () => {
    const { text } = packaged.bed.sources.get('rtl/few.v')!;
    const from = text.indexOf('endmodule');
    const broken = { line: 1, kind: 'dropped', from, to: from + 9, before: 'endmodule', after: '' } as const;
    const place = { bed: packaged.bed, kind: 'rtl/few.v', mutation: broken };
    expect(await fateOf([place], path.join(root, 'worker'), laboratory)).toBe('not viable');
  });
});

describe('imcgen qualify', () => {
  const print = (...args: string[]) => printedBy(registerQualify, 'qualify', ...args);
  const exitCode = async (run: Promise<unknown>) => {
    process.exitCode = 0;
    await run;
    const code = process.exitCode;
    process.exitCode = 0;
    return code;
  };

  it('scores a package, and writes nothing into it', async () => {
    const before = await contentOf(folder);
    const result = await qualify(folder, OPTIONS);
    expect(await contentOf(folder)).toEqual(before);
    expect(result).toMatchObject({ macro: 'few', edited: [], seed: 1, score: 1 });
    expect(result.mutants).toHaveLength(8);
    expect(result.all).toBeGreaterThan(500);
    const counted = result.mutants.filter(({ fate }) => fate === 'killed').length;
    expect(result.interval).toEqual(wilson(counted, counted));
  });

  it('says nothing with --quiet where all is found, and ends with 0 above --min-score', async () => {
    let printed = 'nothing';
    const run = async () => {
      printed = await print(folder, '--files', 'controller', '--sample', '2', '--quiet', '--min-score', '99');
    };
    expect(await exitCode(run())).toBe(0);
    expect(printed).toBe('');
  });

  itLong(
    'finds every digit of the generated numbers, and estimates nothing where none is left out',
    async () => {
      const result = await qualify(folder, { ...OPTIONS, sample: undefined, data: true, files: ['few.v'] });
      expect(result.mutants.every(({ kind }) => kind === 'digit')).toBe(true);
      expect(result.mutants.filter(({ text }) => text.includes('TABLE'))).toHaveLength(4);
      expect(result.mutants.filter(({ fate }) => fate === 'survived')).toEqual([]);
      expect(result).toMatchObject({ all: result.mutants.length, score: 1, interval: undefined });
    },
    300_000,
  );

  describeLong('of a package whose vectors were replaced by a few reads', () => {
    let weak: string;
    beforeAll(async () => {
      weak = await newPackage('weak');
      const bench = newBench(FEW_CELLS, 1);
      readBack(bench);
      const { operations, trace } = bench.stimulus.vectors();
      await writeFile(path.join(weak, 'vectors/operations.txt'), operations);
      await writeFile(path.join(weak, 'vectors/trace.txt'), trace);
    });
    const args = ['--files', 'controller', '--sample', '3', '--seed', '2'];

    it('names each survivor with file, line and change, and ends with 1 below --min-score only', async () => {
      const weakest = await qualify(weak, { ...OPTIONS, files: ['controller'], sample: 3, seed: 2 });
      const survivors = weakest.mutants.filter(({ fate }) => fate === 'survived');
      expect(weakest.edited).toEqual(['vectors/operations.txt', 'vectors/trace.txt']);
      expect(survivors.length).toBeGreaterThan(0);
      const text = qualificationText(weakest);
      expect(text).toContain('edited by hand: vectors/operations.txt');
      for (const { file, line, kind, before, after } of survivors)
        expect(text).toContain(`survived: ${file}:${line}: ${kind}: ${before} -> ${after}\n`);
      expect(text).toMatch(
        /few: score \d+\.\d %, 95 % confidence interval \d+\.\d \.\. \d+\.\d % \(Wilson\)/,
      );
      const json = JSON.parse(qualificationJson(weakest));
      expect(json.survivors).toHaveLength(survivors.length);
      expect(json.survivors[0]).toMatchObject({ file: 'rtl/few_controller.v', line: expect.any(Number) });
      let printed = '';
      const run = async () => {
        printed = await print(weak, ...args, '--quiet', '--min-score', '99.5');
      };
      expect(await exitCode(run())).toBe(1);
      expect(printed).toContain('survived: rtl/few_controller.v:');
    }, 300_000);
  });

  itLong(
    'takes the package of a partial-sum unit, and knows its equivalent mutants',
    async () => {
      await withPsumPackage(PSUM_LAYER, async (unit) => {
        const { name } = PSUM_LAYER;
        const sequence = await qualify(unit, { ...OPTIONS, sample: 3, files: ['sequence'] });
        expect(sequence).toMatchObject({ macro: name, edited: [], score: 1 });
        // A sample of one, which is the change that the list of equivalents names.
        const lane = (await contentOf(unit))[`rtl/${name}_lane.v`]!;
        const mutants = mutationsOf(lane);
        const wider = mutants.findIndex(
          ({ line, after }) => after === '34' && lane.split('\n')[line - 1]!.includes('OFFSET_BITS  = 33;'),
        );
        let seed = 1;
        while (sampleOf([...mutants.keys()], 1, seed)[0] !== wider) seed++;
        const known = await qualify(unit, { ...OPTIONS, sample: 1, seed, files: ['lane'] });
        expect(known.mutants[0]).toMatchObject({ before: '33', after: '34', fate: 'explained' });
        // What fails by itself is looked at with the command for such packages.
        await replaceOnce(
          path.join(unit, `rtl/${name}_sequence.v`),
          'assign result_o = valid_q[3];',
          "assign result_o = 1'b0;",
        );
        expect(await print(unit)).toMatch(/fails with its own vectors.*\n.*imcgen psum cosim .* says why/);
      });
    },
    120_000,
  );

  it('refuses a package that fails by itself, one that is none, and files that it does not have', async () => {
    const broken = await newPackage('broken');
    await replaceOnce(
      path.join(broken, 'rtl/few_controller.v'),
      'assign done_o      = done;',
      "assign done_o = 1'b0;",
    );
    expect(await print(broken)).toMatch(/fails with its own vectors.*\n.*imcgen verify .*broken says why/);
    expect(await print(root)).toMatch(/no such file\n.*Name a folder that imcgen generate wrote/);
    expect(await print(folder, '--files', 'nothing')).toMatch(
      /no file has "nothing" in its name\n.*few_decoder\.v/,
    );
  });

  it.each([
    [['--sample', '0'], 'at least 1'],
    [['--jobs', '0'], 'at least 1'],
    [['--min-score', '101'], '0..100'],
    [['--files', 'a,,b'], 'Give names'],
    [['--all', '--sample', '3'], 'cannot be used with'],
  ])('refuses %j', async (args, message) => {
    expect(await print(folder, ...args)).toContain(message);
  });
});
