import { describe, expect, it } from 'vitest';
import { timelineOf, transistorsOf } from '../../../generators/campaign/spice/circuit.js';
import { conversionDeck, type DeckSetup, decksOf } from '../../../generators/campaign/spice/deck.js';
import { withIncludes } from '../../../generators/campaign/spice/engine.js';
import { Die } from '../../../generators/macro/die/die.js';
import { SMALL, setupOf } from './case.js';

const textOf = (setup: DeckSetup, path: string) =>
  decksOf(setup, [1, 2]).find((file) => file.path === path)!.text;
/** Pulses of a word line, in the cycles after the precharge. */
const pulsesOf = (deck: string, name: string, precharge: number) => {
  const source = new RegExp(`^V${name} ${name} 0 PWL\\(((?:.|\\n\\+)*)\\)`, 'm').exec(deck)![1]!;
  const rises = [...source.matchAll(/([\d.]+)n \{vword\} [\d.]+n \{vword\}/g)].map(([, time]) =>
    Number(time),
  );
  return rises.filter((time) => time > precharge).map((time) => Math.floor(time));
};

describe('decks of transistors', () => {
  it('are the same bytes for the same config, and name no file of this machine', () => {
    const files = decksOf(setupOf(SMALL), [1, 2]);
    expect(decksOf(setupOf(SMALL), [1, 2])).toEqual(files);
    expect(files.map(({ path }) => path)).toEqual([
      'cell.inc',
      'cell.cir',
      ...[1, 2].flatMap((die) => [
        `die-${die}/array.inc`,
        ...[0, 1, 2].map((vector) => `die-${die}/input-00${vector}.cir`),
      ]),
    ]);
    for (const { text } of files) expect(text).not.toMatch(/\.include \/|undefined|NaN/);
  });

  it('have three transistors for every stored bit, with the current that the die gives it', () => {
    const setup = setupOf(SMALL);
    const { plan, weights } = setup;
    const array = textOf(setup, 'die-2/array.inc');
    const cells = [...array.matchAll(/^X(\w+) (\w+) (\w+) (\w+) (\w+) (\w+) cell share=([\d.]+) g=1$/gm)];
    expect(3 * cells.length).toBe(transistorsOf(plan.shape));
    const die = new Die(setup.constants, plan.shape, 2);
    for (const [, name, straight, crossed, word, , gate, share] of cells) {
      const weight = /^w(\d+)_(\d+)([pn])$/.exec(name!);
      if (weight === null) continue;
      const [row, column] = [Number(weight[1]), Number(weight[2])];
      const plane = weight[3] === 'p' ? 0 : 1;
      expect(gate === 'bias', name).toBe(weights[4 * row + column] === (plane === 0 ? 1 : -1));
      expect(Number(share)).toBeCloseTo(die.weightCurrent(row, column, plane) / 256, 4);
      const lines = [`rblp${column}`, `rbln${column}`];
      expect([straight, crossed]).toEqual(plane === 0 ? lines : lines.reverse());
      expect(word).toBe(`wlp${row}`);
    }
    const stored = cells.filter(([, name, , , , , gate]) => name!.startsWith('r') && gate === 'bias').length;
    const { stepCells, offsetCells } = setup.layer.ramp;
    expect(stored).toBe(stepCells.reduce((sum, count) => sum + count, offsetCells));
  });

  it('give dies their spread as a width', () => {
    const setup = setupOf({ ...SMALL, die: { globalSpread: 0.1 } });
    const die = new Die(setup.constants, setup.plan.shape, 1);
    expect(die.arrayGain).not.toBe(2 ** 16);
    const gain = Number((die.arrayGain / 2 ** 16).toPrecision(6));
    expect(textOf(setup, 'die-1/array.inc')).toContain(`share=1.00000 g=${gain}\n`);
  });

  it('pulse word lines as often as inputs say, and reference groups in their step', () => {
    const setup = setupOf(SMALL);
    const { shape } = setup.plan;
    const deck = textOf(setup, 'die-1/input-001.cir');
    const inputs = setup.inputs.subarray(shape.rows, 2 * shape.rows);
    const { precharge, mac } = timelineOf(shape, 3);
    inputs.forEach((x, row) => {
      const cycles = Array.from({ length: Math.abs(x) }, (_, cycle) => precharge + cycle);
      expect(pulsesOf(deck, `wlp${row}`, precharge), `row ${row}`).toEqual(x > 0 ? cycles : []);
      expect(pulsesOf(deck, `wln${row}`, precharge), `row ${row}`).toEqual(x < 0 ? cycles : []);
    });
    const ramp = precharge + mac;
    expect(pulsesOf(deck, 'rwl0', precharge)).toEqual([ramp]);
    for (let group = 1; group < 8; group++) {
      expect(pulsesOf(deck, `rwl${group}`, precharge)).toEqual([ramp + group - 1]);
    }
    expect(deck).not.toContain('rwx');
  });

  it('take a falling ramp back by the other word lines', () => {
    const setup = setupOf({ ...SMALL, adc: { ...SMALL.adc, ramp: 'falling' } });
    const deck = textOf(setup, 'die-1/input-000.cir');
    const { shape } = setup.plan;
    const { precharge, mac, comparisons } = timelineOf(shape, 3);
    const ramp = precharge + mac;
    expect(comparisons.map(({ step }) => step)).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect(pulsesOf(deck, 'rwl7', precharge)).toEqual([ramp]);
    expect(pulsesOf(deck, 'rwx7', precharge)).toEqual([ramp + 1]);
    expect(pulsesOf(deck, 'rwx1', precharge)).toEqual([]);
  });

  it('add the noise of the die, drawn for each comparison, to its offset', () => {
    const setup = setupOf({ ...SMALL, die: { offset: 1, noise: 1 } });
    const die = new Die(setup.constants, setup.plan.shape, 1);
    const deck = conversionDeck(setup, die, 2).text;
    const source = /^Voff1 off1 0 PWL\(((?:.|\n\+)*)\)/m.exec(deck)![1]!;
    const values = [...source.matchAll(/\{(-?[\d.e-]+)\*unit\}/g)].map(([, value]) => Number(value));
    const wanted = [1, 2, 3, 4, 5, 6, 7].map((cycles) => (die.offset(1) + die.noise(2, cycles, 1)) / 256);
    expect(values.filter((_, at) => at % 2 === 0)).toEqual(wanted.map((value) => expect.closeTo(value, 4)));
    const quiet = setupOf({ ...SMALL, die: { offset: 1 } });
    const still = new Die(quiet.constants, quiet.plan.shape, 1);
    expect(conversionDeck(quiet, still, 2).text).toMatch(/^Voff1 off1 0 DC \{/m);
  });

  it('become one piece for an engine that has no files, which keeps its own', () => {
    const includes = new Map([
      ['cell.inc', '* cells\n.include modelcard.ptm\n'],
      ['die-1/array.inc', '* array\n'],
    ]);
    const deck = {
      path: 'die-1/input-000.cir',
      text: 'title\n.include ../cell.inc\n.include array.inc\n.end\n',
    };
    expect(withIncludes(deck, includes)).toBe('title\n* cells\n.include modelcard.ptm\n* array\n.end\n');
  });
});
