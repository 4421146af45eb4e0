import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { reservedIn } from '../../../generators/macro/config/reserved-words.js';
import { REGIONS, REGISTERS } from '../../../generators/macro/plan/registers.js';
import { packageFiles } from '../../../generators/package/package.js';
import { CONFIGURATIONS, planOf } from '../../fixtures/configurations.js';
import { MATRIX } from '../../fixtures/matrix.js';

/** Every option of a config, pair by pair: each name that a package can hold is in one of these. */
const ALL = [...MATRIX.map(({ configuration }) => configuration), ...CONFIGURATIONS];
const MOST_PACKAGES = 12;

/** Packages that together show every value of the options that names depend on. */
const PACKAGES = (() => {
  const seen = new Set<string>();
  return ALL.map(planOf)
    .filter(({ shape, config }) => {
      const { trimRows, banks, march, selfTest, outputSigned } = shape;
      const traits = [config.bus, config.reset, config.adc.readout, config.adc.ramp, march, selfTest]
        .concat([trimRows > 0, banks > 1, outputSigned])
        .map((value, at) => `${at} ${value}`);
      const fresh = traits.filter((trait) => !seen.has(trait));
      for (const trait of fresh) seen.add(trait);
      return fresh.length > 0;
    })
    .slice(0, MOST_PACKAGES);
})();

/** Text without comments and texts in quotes. */
function bare(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, ' ')
    .replace(/\/\/.*/g, ' ')
    .replace(/"(?:[^"\\]|\\.)*"/g, '""');
}

const allOf = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1]!);

const TYPES = String.raw`(?:(?:wire|reg|signed|integer)\s+)*(?:\[[^\]]+\]\s*)?`;

/** Names by which others meet a module: its own, parameters and ports. */
function outerNames(text: string): string[] {
  return [
    ...allOf(text, /\bmodule\s+(\w+)/g),
    ...allOf(text, /\bparameter\s+(?:signed\s+)?(?:\[[^\]]+\]\s*)?(\w+)/g),
    ...allOf(text, new RegExp(String.raw`\b(?:input|output|inout)\s+${TYPES}(\w+)`, 'g')),
  ];
}

/** Names inside: nets, variables, constants, functions, instances and blocks. */
function innerNames(text: string): string[] {
  return [
    ...allOf(text, new RegExp(String.raw`\b(?:wire|reg|integer|genvar)\s+${TYPES}(\w+)`, 'g')),
    ...allOf(text, /\blocalparam\s+(?:signed\s+)?(?:\[[^\]]+\]\s*)?(\w+)/g),
    ...allOf(text, /\bfunction\s+(?:signed\s+)?(?:\[[^\]]+\]\s*)?(\w+)/g),
    ...allOf(text, /\b((?:u|gen)_\w+)/g),
  ];
}

describe.each(PACKAGES)('names of $name, $config.bus', (plan) => {
  const files = packageFiles(plan);
  const texts = (pattern: RegExp) => files.filter(({ path }) => pattern.test(path));
  const reserved = (names: readonly string[]) =>
    names.flatMap((name) => (reservedIn(name) === undefined ? [] : [`${name}: ${reservedIn(name)}`]));

  it('Verilog has outside none that is reserved in any language, inside none of SystemVerilog', () => {
    for (const { path: file, text } of texts(/\.v$/)) {
      const plain = bare(text);
      expect(outerNames(plain).length).toBeGreaterThan(0);
      const inner = innerNames(plain).filter((name) => reservedIn(name) === 'Verilog or SystemVerilog');
      expect({ file, outer: reserved(outerNames(plain)), inner }).toEqual({ file, outer: [], inner: [] });
    }
  });

  it('SystemRDL names registers, fields, values and arrays with free words', () => {
    const [{ text }] = texts(/\.rdl$/) as [(typeof files)[number]];
    const names = [
      ...allOf(bare(text), /\}\s*(\w+)\s*(?:\[|@)/g),
      ...allOf(bare(text), /\b(?:addrmap|enum)\s+(\w+)/g),
      ...[...bare(text).matchAll(/enum \w+ \{([^}]*)\}/g)].flatMap(([, body]) => allOf(body!, /(\w+) =/g)),
    ];
    expect(names).toEqual(
      expect.arrayContaining(['weights', 'status', 'phase', 'idle', `${plan.name}_regs`]),
    );
    expect(reserved(names)).toEqual([]);
  });

  it('C macros, Verilog macros and pins of the views are free words', () => {
    const macros = texts(/\.(h|vh)$/).flatMap(({ text }) => allOf(text, /[#`]define (\w+)/g));
    const pins = texts(/\.lef$/).flatMap(({ text }) => allOf(text, /^\s*PIN (\w+)/gm));
    expect(macros.length).toBeGreaterThan(20);
    expect(pins.length).toBeGreaterThan(10);
    expect(reserved([...macros, ...pins])).toEqual([]);
  });
});

describe('the address map', () => {
  it('has no register, field, value, region or index that is reserved, whatever a macro is built with', () => {
    const fields = [...Object.values(REGISTERS), ...Object.values(REGIONS)].flatMap((one) => [...one.fields]);
    const names = [
      ...Object.keys(REGISTERS),
      ...Object.keys(REGIONS),
      ...Object.values(REGIONS).flatMap(({ strides }) => Object.keys(strides)),
      ...fields.flatMap((field) => [field.name, ...('values' in field ? (field.values ?? []) : [])]),
      'trim',
    ];
    expect(names.filter((name) => reservedIn(name) !== undefined)).toEqual([]);
  });
});

describe('the lists of reserved words', () => {
  it('agree with Icarus on what can be the name of a net', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'imcgen-words-'));
    try {
      const file = path.join(folder, 'm.v');
      for (const word of [
        'logic',
        'bit',
        'unique',
        'table',
        'cell',
        'weights',
        'dimensions',
        'config',
        'tri',
      ]) {
        await writeFile(file, `module m; wire ${word}; endmodule\n`);
        const compiler = ['-g2012', '-o', path.join(folder, 'm.vvp'), file];
        const { exitCode } = await execa('iverilog', compiler, { reject: false });
        expect([word, exitCode !== 0]).toEqual([word, reservedIn(word) !== undefined]);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each([
    ['ARRAY', 'VHDL'],
    ['Signal', 'VHDL'],
    ['on', 'VHDL'],
    ['regfile', 'SystemRDL'],
    ['inline', 'C or C++'],
    ['module', 'Verilog or SystemVerilog'],
    ['weights', undefined],
    ['TABLE', undefined],
  ])('%s is one of %s', (word, language) => {
    expect(reservedIn(word)).toBe(language);
  });
});
