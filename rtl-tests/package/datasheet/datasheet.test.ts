import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { Macro } from '../../../generators/macro/golden/macro.js';
import { packReferences } from '../../../generators/macro/golden/pack.js';
import { rampReferences } from '../../../generators/macro/plan/ramp.js';
import { registersOf } from '../../../generators/macro/plan/registers.js';
import { scheduleOf } from '../../../generators/macro/plan/schedule.js';
import { DATASHEET_PATH } from '../../../generators/package/datasheet/datasheet.js';
import { liveMacro } from '../../../generators/package/datasheet/live.js';
import { decisionsOf } from '../../../generators/package/datasheet/ramp-chart.js';
import { cyclesOf, recordingOf, registerOf } from '../../../generators/package/datasheet/recorded.js';
import { packageFiles } from '../../../generators/package/package.js';
import { parametersOf } from '../../../generators/package/rtl/parameters.js';
import { buildVectors, PACKAGED } from '../../../generators/package/vectors/vectors.js';
import { simulate } from '../../../page/simulate.js';
import { CONFIGURATIONS, levelsFrom, planOf } from '../../fixtures/configurations.js';
import { everyNth, forEveryChange } from '../../fixtures/every-change.js';
import { MATRIX } from '../../fixtures/matrix.js';

const MACROS = [
  ...CONFIGURATIONS.filter(({ config }) => config.array.rows <= 64),
  ...MATRIX.map(({ configuration }) => configuration),
];

/** The page of a configuration, and what it was made of. */
function made(configuration: (typeof CONFIGURATIONS)[number]) {
  const plan = planOf(configuration);
  const files = packageFiles(plan);
  const html = files.find(({ path }) => path === DATASHEET_PATH)!.text;
  const { document } = parseHTML(html);
  /** Texts of the cells of a table, row by row. */
  const table = (caption: string) => {
    const found = [...document.querySelectorAll('table')].find(
      (one) => one.querySelector('caption')?.textContent === caption,
    )!;
    return [...found.querySelectorAll('tbody tr')].map((row) =>
      [...row.querySelectorAll('th, td')].map((cell) => cell.textContent!.replaceAll('\u2212', '-')),
    );
  };
  return { plan, html, document, table };
}

describe.each(forEveryChange(MACROS, everyNth(6)))('the datasheet of $name', (configuration) => {
  const plan = planOf(configuration);
  const { shape } = plan;
  const vectors = buildVectors(plan, PACKAGED);
  const recording = recordingOf(vectors.operations, shape);

  it('finds in the vectors the conversions that made them', () => {
    expect(recording.conversions.length).toBeGreaterThanOrEqual(8);
    for (const { number, inputs, bank, bits } of recording.conversions) {
      const wanted = vectors.conversions[number]!;
      expect({ inputs, bank, bits }).toEqual({
        inputs: [...wanted.inputs],
        bank: wanted.bank,
        bits: wanted.bits,
      });
    }
  });

  it('finds every cycle of a conversion in the trace', () => {
    const { number, bits, results } = recording.conversions.at(-1)!;
    const cycles = cyclesOf(vectors.trace, number);
    const { total, fewest } = scheduleOf(shape, bits);
    const busy = cycles.filter(({ phase }) => phase !== 'idle');
    expect(busy[0]!.cycle).toBe(vectors.conversions[number]!.firstCycle);
    expect(cycles.map(({ cycle }) => cycle)).toEqual(cycles.map((_, at) => cycles[0]!.cycle + at));
    if (shape.earlyStop) expect(busy.length).toBeGreaterThanOrEqual(fewest);
    if (shape.earlyStop) expect(busy.length).toBeLessThanOrEqual(total);
    else expect(busy).toHaveLength(total);
    for (const { column, code } of results) {
      const high = decisionsOf(cycles, column, bits, shape).filter((one) => one === true).length;
      if (shape.earlyStop || shape.readout === 'broadcast') continue;
      expect(high).toBe(code);
      expect(registerOf(cycles.at(-1)!, column, shape.columns, shape.adcBits)).toBe(code);
    }
  });

  it('has a live model that gives what the vectors hold', () => {
    const live = JSON.parse(JSON.stringify(liveMacro(plan, recording, recording.conversions)));
    for (const { number, inputs, bank, bits, results } of recording.conversions.slice(-4)) {
      const ideal = { mismatch: 0, offset: 0, die: 1 };
      const setup = { inputs, weights: live.weights, bank, bits, reference: plan.layers[bank]!.ramp };
      const outcome = simulate(live, { ...setup, ...ideal });
      expect([...outcome.macs]).toEqual([...vectors.conversions[number]!.macs]);
      for (const { column, code, value } of results) {
        expect([outcome.codes[column], outcome.values[column]]).toEqual([code, value]);
      }
      expect(outcome.cycles.map(({ comparators }) => comparators)).toEqual(
        cyclesOf(vectors.trace, number).map(({ comparators }) => comparators),
      );
    }
  });

  it('says what the plan and the vectors say', () => {
    const { table, document } = made(configuration);
    expect(table('Verilog parameters').map(([name, value]) => [name, Number(value)])).toEqual(
      parametersOf(shape).map(({ name, value }) => [name, value]),
    );
    for (const { bank, ramp, table: decoder } of plan.layers) {
      const rows = table(`References and decoder table of bank ${bank}`);
      expect(rows.map((row) => Number(row[5]))).toEqual(decoder.entries);
      expect(rows.slice(1).map((row) => Number(row[2]))).toEqual(ramp.references);
      expect(rows.slice(1).map((row) => Number(row[4]))).toEqual(ramp.stepCells);
    }
    expect(table('Clock cycles by code width').map((row) => Number(row[5]))).toEqual(
      Array.from({ length: shape.adcBits }, (_, at) => scheduleOf(shape, at + 1).total),
    );
    const conversions = recording.conversions
      .slice(-8)
      .map(({ results }) =>
        JSON.stringify(
          [...results]
            .sort((a, b) => a.column - b.column)
            .map(({ column, code, value }) => [column, code, value]),
        ),
      );
    const shown = table('Results of the conversion, as they are read over the bus');
    expect(conversions).toContain(JSON.stringify(shown.map((row) => [row[0], row[2], row[3]].map(Number))));
    expect([...document.querySelectorAll('.register h3 code')].map((name) => name.textContent)).toEqual(
      registersOf(shape),
    );
  });
});

describe('the page', () => {
  const { html, document, plan } = made(CONFIGURATIONS.find(({ config }) => config.name === 'banked')!);

  it('needs no other file, no network and no font', () => {
    expect(document.querySelectorAll('[src], link, iframe, object, embed, image, use')).toHaveLength(0);
    expect(html).not.toMatch(/url\((?!#)|@import|https?:/);
  });

  it('has each id once, and links to ids that are there', () => {
    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
    expect(new Set(ids.filter((id) => id !== 'arrow')).size).toBe(ids.filter((id) => id !== 'arrow').length);
    for (const link of document.querySelectorAll('a[href^="#"]')) {
      expect(ids).toContain(link.getAttribute('href')!.slice(1));
    }
    for (const label of document.querySelectorAll('label[for]')) {
      expect(ids).toContain(label.getAttribute('for'));
    }
  });

  it('draws as many cells as the reference columns store', () => {
    const { shape, layers } = plan;
    for (const { bank, ramp } of layers) {
      const map = document.querySelector(`[aria-label="Reference cells of bank ${bank}"] svg`)!;
      const [, ...paths] = [...map.querySelectorAll('path.cell')].map((one) => one.getAttribute('d')!);
      const frame = map.querySelector('.frame')!.getAttribute('d')!;
      const area = (d: string) =>
        [...d.matchAll(/h([\d.]+)v([\d.]+)/g)].reduce((sum, [, w, h]) => sum + Number(w) * Number(h), 0);
      const all = shape.referenceRows * shape.referenceColumns;
      const cell = area(frame) / all;
      const offset = area(map.querySelector('path.offset')!.getAttribute('d') ?? '');
      const ones = packReferences(ramp, shape).reduce((sum, bit) => sum + bit, 0);
      expect((offset + paths.reduce((sum, d) => sum + area(d), 0)) / cell / ones).toBeCloseTo(1, 1);
      expect(rampReferences(ramp.stepCells, ramp.offsetCells, shape.referencePulses)).toEqual(
        ramp.references,
      );
    }
  });

  it('stays small where the macro is large', () => {
    const large = made(CONFIGURATIONS.find(({ config }) => config.name === 'demo')!);
    expect(Buffer.byteLength(large.html)).toBeLessThan(400_000);
    expect(large.document.querySelectorAll('svg *').length).toBeLessThan(2_500);
  });

  it('shows any text of a config or of levels as text', () => {
    const evil = `</script><b>"&'`;
    const levels = levelsFrom(evil, [2, 4, 9]);
    const shown = made({
      name: 'evil',
      config: {
        name: 'evil',
        array: { rows: 8, columns: 2 },
        input: { bits: 3 },
        adc: { bits: 2 },
        output: { bits: 4 },
      },
      levels: [levels],
    });
    expect(shown.document.querySelectorAll('b')).toHaveLength(
      shown.document.querySelectorAll('.facts b').length,
    );
    expect(shown.document.querySelector('#transfer h3')!.textContent).toBe(`Bank 0: ${evil}`);
    expect(JSON.parse(shown.document.getElementById('macro')!.textContent!).layers[0].name).toBe(evil);
  });
});

describe('the live model', () => {
  const plan = planOf(CONFIGURATIONS.find(({ config }) => config.name === 'odd')!);
  const { shape } = plan;
  const recording = recordingOf(buildVectors(plan, PACKAGED).operations, shape);
  const live = liveMacro(plan, recording, recording.conversions);
  const { inputs, bank, bits } = recording.conversions.at(-1)!;
  const setup = { inputs, weights: live.weights, bank, bits, reference: plan.layers[bank]!.ramp };
  const ideal = { mismatch: 0, offset: 0, die: 1 };

  it('converts other inputs and weights as the golden model does', () => {
    const macro = Macro.from(plan);
    const weights = new Int8Array(shape.rows * shape.columns).map((_, cell) => (cell % 3) - 1);
    macro.loadWeights(weights);
    const rows = Array.from({ length: shape.rows }, (_, row) =>
      [...weights.subarray(row * shape.columns, (row + 1) * shape.columns)].map((w) => '-0+'[w + 1]).join(''),
    );
    const others = inputs.map((_, row) => (row % 2 === 0 ? 3 : -2));
    const untrimmed = { ...live, trim: live.trim.map((row) => row.replace(/./g, '0')) };
    for (let width = 1; width <= shape.adcBits; width++) {
      const outcome = simulate(untrimmed, { ...setup, inputs: others, weights: rows, bits: width, ...ideal });
      const wanted = macro.convert(others, bank, width);
      expect([...outcome.macs]).toEqual([...wanted.macs]);
      expect(outcome.codes).toEqual([...wanted.codes]);
      expect(outcome.values).toEqual([...wanted.outputs]);
    }
  });

  it('gives other codes on a die with offsets, the same ones on the same die', () => {
    const on = (die: number) => simulate(live, { ...setup, mismatch: 0.3, offset: 10, die }).codes;
    const dies = Array.from({ length: 8 }, (_, die) => on(die + 1));
    expect(on(1)).toEqual(dies[0]);
    expect(new Set(dies.map((codes) => codes.join())).size).toBeGreaterThan(1);
  });
});
