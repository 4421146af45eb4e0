import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import type { MacroPlan } from '../../../generators/macro/plan/plan.js';
import { type KnownConversions, knownConversions } from '../../../generators/macro/trim/known.js';
import { calibrateOffsets, calibrateTrims, type MacroBus } from '../../../generators/macro/trim/procedure.js';
import { packageFiles } from '../../../generators/package/package.js';
import { CONFIGURATIONS, type Configuration, levelsFrom, planOf } from '../../fixtures/configurations.js';
import { type DieInput, withDie } from '../../fixtures/dies.js';
import { forEveryChange } from '../../fixtures/every-change.js';
import { programmed, TRIMMED, trimmedWith } from '../../fixtures/trimmed.js';

/*
 * The C routine of a package on a host, its bus a pipe to the golden model of a die: it has to make the same accesses as
 * the procedure of the library, and to find the same.
 */

const COMPILER = (await execa('cc', ['--version'], { reject: false })).exitCode === 0;
const ODD = CONFIGURATIONS.find(({ config }) => config.name === 'odd')!;
const DIE: DieInput = { offset: 3, noise: 0.5, mismatch: 0.05 };
const KNOWN_VECTORS = 12;
/** Its first reference is above zero. */
const RISING = levelsFrom('rising', [9, 18, 27, 36, 60, 90, 110]);

/** A main program that calibrates offsets, then by known conversions, and prints every access and what is found. */
function mainOf({ name, shape }: MacroPlan, known: KnownConversions): string {
  const prefix = name.toUpperCase();
  const listed = (values: ArrayLike<number>) => `{${Array.from(values).join(', ')}}`;
  return `#include <stdio.h>
#include <stdlib.h>
#include "${name}_trim.h"
static void write_word(void *context, uint32_t address, uint32_t data)
{
    (void)context;
    printf("w %lx %lx\\n", (unsigned long)address, (unsigned long)data);
}
static uint32_t read_word(void *context, uint32_t address)
{
    unsigned long data;
    (void)context;
    printf("r %lx\\n", (unsigned long)address);
    fflush(stdout);
    if (scanf("%lx", &data) != 1) exit(1);
    return (uint32_t)data;
}
static void print(const struct ${name}_trim *found, uint32_t reported)
{
    printf("f %u", (unsigned)reported);
    for (int column = 0; column < ${prefix}_COLS; column++) {
        printf(" %d:%d", found->settings[column], found->reported[column]);
    }
    printf("\\n");
}
int main(void)
{
    static const int8_t inputs[] = ${listed(known.inputs)};
    static const int32_t limits[] = ${listed(known.limits)};
    static const int32_t most[] = ${listed(known.most)};
    static const int32_t least[] = ${listed(known.least)};
    struct ${name}_bus bus = {0, write_word, read_word};
    struct ${name}_known known = {0, ${shape.adcBits}, ${KNOWN_VECTORS}, 2, inputs, limits, most, least};
    struct ${name}_trim found;
    print(&found, ${name}_calibrate_offsets(&bus, 0, 9, &found));
    print(&found, ${name}_calibrate_trims(&bus, &known, &found));
    return 0;
}
`;
}

/** Compiles the routine of a package strictly; the program. */
async function compiled(plan: MacroPlan, main: string, folder: string): Promise<string> {
  const { name } = plan;
  for (const { path: file, text } of packageFiles(plan)) {
    if (/^(sw|include)\/.*\.[ch]$/.test(file)) await writeFile(path.join(folder, path.basename(file)), text);
  }
  await writeFile(path.join(folder, 'main.c'), main);
  const strict = [
    '-std=c99',
    '-O1',
    '-Wall',
    '-Wextra',
    '-Wpedantic',
    '-Wshadow',
    '-Wstrict-prototypes',
    '-Werror',
  ];
  await execa('cc', [...strict, '-o', 'calibrate', 'main.c', `${name}_trim.c`], { cwd: folder });
  return path.join(folder, 'calibrate');
}

/** Lets a program have a bus; the lines that it printed. */
async function played(program: string, bus: MacroBus): Promise<string[]> {
  const child = execa(program, { stdout: 'pipe', stdin: 'pipe', buffer: false });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    const [op, address, data] = line.split(' ');
    if (op === 'w') bus.write(parseInt(address!, 16), parseInt(data!, 16));
    if (op === 'r') child.stdin.write(`${bus.read(parseInt(address!, 16)).toString(16)}\n`);
  }
  await child;
  return lines;
}

/** A bus that writes down what goes over it, as the program prints it. */
function logged(bus: MacroBus, lines: string[]): MacroBus {
  return {
    write: (address, data) => {
      lines.push(`w ${address.toString(16)} ${data.toString(16)}`);
      bus.write(address, data);
    },
    read: (address) => {
      lines.push(`r ${address.toString(16)}`);
      return bus.read(address);
    },
  };
}

const CASES: readonly Configuration[] = [
  TRIMMED,
  ODD,
  trimmedWith({ array: { columns: 37, trimRows: 3, trimPulses: 5 }, adc: { readout: 'broadcast' } }),
];

describe.skipIf(!COMPILER)('the C routine of a package', () => {
  it.each(forEveryChange(CASES, (one) => one === ODD))(
    'does what the procedure of the library does, access by access: $config.array',
    async (configuration) => {
      const plan = planOf(withDie(configuration, DIE));
      const { shape } = plan;
      const { bus, weights, random } = programmed(plan, 4);
      const most = 2 ** (shape.inputBits - Number(shape.inputSigned)) - 1;
      const low = shape.inputSigned ? -most : 0;
      const inputs = Int8Array.from({ length: KNOWN_VECTORS * shape.rows }, () => random.whole(low, most));
      const known = knownConversions(plan, { weights, inputs, repeats: 2 });
      const wanted: string[] = [];
      const watched = logged(bus, wanted);
      for (const calibrate of [
        () => calibrateOffsets(watched, shape, { repeats: 9 }),
        () => calibrateTrims(watched, shape, known),
      ]) {
        const { settings, reported } = calibrate();
        const columns = Array.from(settings, (setting, column) => `${setting}:${reported[column]}`);
        wanted.push(`f ${reported.reduce((sum, one) => sum + one, 0)} ${columns.join(' ')}`);
      }
      expect(wanted.filter((line) => line.startsWith('f')).join()).toMatch(/[1-9]:0/);
      const folder = await mkdtemp(path.join(tmpdir(), 'imcgen-trim-'));
      try {
        const program = await compiled(plan, mainOf(plan, known), folder);
        expect(await played(program, programmed(plan, 4).bus)).toEqual(wanted);
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  );
});

describe('the software of a package', () => {
  const swOf = (configuration: Configuration) =>
    packageFiles(planOf(configuration)).filter(({ path: file }) => file.startsWith('sw/'));

  it('is there where a config has trim rows and dies', () => {
    expect(swOf(withDie(TRIMMED, {})).map(({ path: file }) => file)).toEqual([
      'sw/trimmed_trim.h',
      'sw/trimmed_trim.c',
    ]);
    expect(swOf(TRIMMED)).toEqual([]);
    expect(swOf(withDie(trimmedWith({ array: { trimRows: 0 } }), {}))).toEqual([]);
  });

  it('has no calibration against offsets where the offset group cannot hold half a trim step, and says so', () => {
    const { reference, ...adc } = TRIMMED.config.adc;
    const narrow = { ...reference, columns: 4, rows: 79, offsetRows: 2 };
    const array = { trimPulses: 18, trimRows: 1 };
    const input = { ...TRIMMED.config.input, bits: 5 };
    const { config } = trimmedWith({ array, adc: { ...adc, reference: narrow } });
    const configuration = withDie({ name: 'trimmed', config: { ...config, input }, levels: [RISING] }, {});
    const [header, source] = swOf(configuration).map(({ text }) => text);
    expect(header).toContain('half a trim step takes 9 cells of the offset group, which has 8.');
    for (const text of [header, source]) {
      expect(text).toContain('trimmed_calibrate_trims(');
      expect(text).not.toContain('calibrate_offsets');
    }
  });

  it('keeps to 100 columns', () => {
    for (const { text } of swOf(withDie(TRIMMED, {}))) {
      for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
    }
  });
});
