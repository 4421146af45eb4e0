/**
 * Opens datasheets in Chromium and uses them: `npm run datasheet`. No message, no request, nothing that axe finds, usable
 * at 360 pixels and by keyboard alone, and what the live model says is what the golden model says. How soon a page shows
 * something is measured by `npm run bench:page`.
 *
 * Then the pages of `imcgen report` and the documentation site, in the same looks.
 *
 * `npm run datasheet -- <folder>` also leaves screenshots in light, dark, print and at 360 pixels there.
 *
 * Prints one line a check and, last, `N passed, N failed`.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { type DieConfig, dieConstants } from '../../generators/macro/die/constants.js';
import { Die } from '../../generators/macro/die/die.js';
import { Macro } from '../../generators/macro/golden/macro.js';
import { planFile } from '../../generators/macro/plan/file.js';
import type { MacroPlan } from '../../generators/macro/plan/plan.js';
import { DATASHEET_PATH } from '../../generators/package/datasheet/datasheet.js';
import { recordingOf } from '../../generators/package/datasheet/recorded.js';
import { packageFiles } from '../../generators/package/package.js';
import { CONFIGURATIONS, planOf } from '../fixtures/configurations.js';
import { STREAMED } from '../fixtures/matrix.js';
import {
  check,
  checkFits,
  LOOKS,
  open,
  pictures,
  startBrowser,
  tellChecks,
  textOf,
  unlike,
  until,
  violations,
} from './browser.js';
import { reportPages, sitePages } from './report-pages.js';

const MOST_BYTES = 2_000_000;

interface Sheet {
  readonly plan: MacroPlan;
  readonly file: string;
  /** Text of `vectors/operations.txt`. */
  readonly operations: string;
}

function sheetOf(plan: MacroPlan, folder: string): Sheet {
  const files = packageFiles(plan);
  const textOf = (name: string) => files.find((file) => file.path === name)!.text;
  const html = textOf(DATASHEET_PATH);
  const file = path.join(folder, `${plan.name}.html`);
  writeFileSync(file, html);
  const bytes = Buffer.byteLength(html);
  check(`${plan.name}: ${(bytes / 1000).toFixed(0)} kB`, bytes > MOST_BYTES && `above ${MOST_BYTES}`);
  return { plan, file, operations: textOf('vectors/operations.txt') };
}

/** Whether the live model has run the vectors again. */
const CHECKED = "document.getElementById('check').textContent !== ''";

async function looks(browser: Browser, { plan, file }: Sheet): Promise<void> {
  for (const [name, options] of LOOKS) {
    const { context, page, said } = await open(browser, file, options);
    await until(page, CHECKED);
    check(`${plan.name}, ${name}: axe`, await violations(page));
    await checkFits(`${plan.name}, ${name}`, page);
    check(`${plan.name}, ${name}: silent`, said.length > 0 && said.join('; '));
    await context.close();
  }
}

async function withoutScript(browser: Browser, { plan, file }: Sheet): Promise<void> {
  const { context, page, said } = await open(browser, file, { javaScriptEnabled: false });
  check(
    `${plan.name}, no script: says so`,
    !(await textOf(page, 'noscript')).includes('needs JavaScript') && 'no notice',
  );
  check(
    `${plan.name}, no script: no controls`,
    (await page.locator('form').isVisible()) && 'controls that do nothing',
  );
  const pictures = await page.locator('svg').count();
  check(`${plan.name}, no script: ${pictures} pictures`, pictures < 10 && 'too few');
  check(`${plan.name}, no script: silent`, said.length > 0 && said.join('; '));
  await context.close();
}

async function printed(browser: Browser, { plan, file }: Sheet): Promise<void> {
  const { context, page } = await open(browser, file, { colorScheme: 'dark' });
  await page.emulateMedia({ media: 'print' });
  const paper = await page.evaluate('getComputedStyle(document.body).backgroundColor');
  check(`${plan.name}, print: white paper`, unlike(paper, 'rgb(255, 255, 255)'));
  check(`${plan.name}, print: no controls`, (await page.locator('form').isVisible()) && 'controls on paper');
  const folded = page.getByRole('table', { name: 'Pins of the analog macro' });
  check(`${plan.name}, print: unfolded`, !(await folded.isVisible()) && 'a folded table is left out');
  const pdf = await page.pdf({ preferCSSPageSize: true });
  check(`${plan.name}, print: PDF of ${(pdf.length / 1000).toFixed(0)} kB`, pdf.length < 20_000 && 'empty');
  await context.close();
}

/** What the page says of a column. */
async function resultOf(page: Page) {
  const said = (await textOf(page, '#result')).replaceAll('\u2212', '-');
  const number = (pattern: RegExp) => Number(pattern.exec(said)?.[1]);
  return { mac: number(/MAC (-?\d+) u/), value: number(/Value (-?\d+)/) };
}

/** A die as the page makes one. */
function dieOf({ shape }: MacroPlan, mismatch: number, offset: number, seed: number): Die {
  const config: DieConfig = {
    ...{ seed, fractionBits: 8, mismatch, offset, globalSpread: 0, pulseError: 0 },
    ...{ compression: 0, leakage: 0, noise: 0 },
    temperature: { celsius: 25, nominalCelsius: 25, perKelvin: 0, tracking: 1 },
  };
  return new Die(dieConstants(config, shape), shape, seed);
}

async function uses(browser: Browser, { plan, file, operations }: Sheet): Promise<void> {
  const { shape } = plan;
  const { context, page, said } = await open(browser, file, {});
  const { cells, conversions } = recordingOf(operations, shape);
  const kept = conversions.slice(-8);
  const total = kept.reduce((sum, { results }) => sum + results.length, 0);
  await until(page, CHECKED);
  const again = await textOf(page, '#check');
  check(`${plan.name}: vectors in the page`, !again.includes(`${total} of ${total} results`) && again);

  const macroOf = (die?: Die) => {
    const macro = Macro.from(plan, die === undefined ? {} : { die });
    macro.loadCells(cells);
    macro.array.loadTrim({ plus: cells.trimPlus, minus: cells.trimMinus });
    return macro;
  };
  const set = async (id: string, value: number) => {
    const control = page.locator(`#${id}`);
    if ((await control.evaluate((one) => one.tagName)) === 'SELECT')
      await control.selectOption(String(value));
    else await control.fill(String(value));
  };
  const lastColumn = shape.columns - 1;
  for (const [index, { inputs, bank, bits, results }] of kept.entries()) {
    await set('vector', index);
    for (const { column, value } of results.slice(0, 2)) {
      await set('column', column);
      const found = await resultOf(page);
      check(`${plan.name}: conversion ${index + 1}, column ${column}`, unlike(found.value, value));
    }
    // An input and a weight that are moved, at every width.
    if (index > 0) continue;
    const row = shape.rows - 1;
    const most = 2 ** (shape.inputBits - Number(shape.inputSigned)) - 1;
    await set('column', lastColumn);
    await set('row', row);
    await set('input', most);
    await set('weight', -1);
    const macro = macroOf();
    const changed = { plus: cells.plus.slice(), minus: cells.minus.slice() };
    changed.plus[row * shape.columns + lastColumn] = 0;
    changed.minus[row * shape.columns + lastColumn] = 1;
    macro.loadCells(changed);
    const others = inputs.map((x, at) => (at === row ? most : x));
    for (let width = 1; width <= shape.adcBits; width++) {
      await set('width', width);
      const { macs, outputs } = macro.convert(others, bank, width);
      const wanted = { mac: macs[lastColumn], value: outputs[lastColumn] };
      check(`${plan.name}: moved, ${width} of ${shape.adcBits} bits`, unlike(await resultOf(page), wanted));
    }
    await page.getByRole('button', { name: 'Back to the vectors' }).click();
    await set('vector', index);
    await set('column', lastColumn);
    for (const seed of [1, 2, 3]) {
      await set('mismatch', 20);
      await set('offset', 4);
      await set('die', seed);
      const { outputs } = macroOf(dieOf(plan, 0.2, 4, seed)).convert(inputs, bank, bits);
      check(`${plan.name}: die ${seed}`, unlike((await resultOf(page)).value, outputs[lastColumn]));
    }
    await set('mismatch', 0);
    await set('offset', 0);
  }
  check(`${plan.name}, in use: silent`, said.length > 0 && said.join('; '));
  await context.close();
}

/** Tab from the top of the page to the end of the controls, and one of them moved, without a pointer. */
async function byKeyboard(browser: Browser, { plan, file }: Sheet): Promise<void> {
  const { context, page } = await open(browser, file, {});
  const focused = () => page.evaluate('document.activeElement.id') as Promise<string>;
  await page.keyboard.press('Tab');
  const first = await page.evaluate('document.activeElement.textContent');
  check(`${plan.name}, keyboard: skip link first`, unlike(first, 'Skip to the text'));
  const reached: string[] = [];
  for (let presses = 0; presses < 400 && reached.at(-1) !== 'die'; presses++) {
    await page.keyboard.press('Tab');
    const id = await focused();
    if (id !== '') reached.push(id);
    if (id === 'input') {
      const before = await textOf(page, '#input-value');
      await page.keyboard.press('End');
      const after = await textOf(page, '#input-value');
      const most = String(2 ** (plan.shape.inputBits - Number(plan.shape.inputSigned)) - 1);
      check(`${plan.name}, keyboard: input from ${before} to ${after}`, unlike(after, most));
    }
  }
  check(
    `${plan.name}, keyboard: order`,
    unlike(reached, [
      ...['vector', 'bank', 'width', 'column', 'row', 'input', 'weight'],
      ...['step', 'reference', 'mismatch', 'offset', 'die'],
    ]),
  );
  await context.close();
}

const folder = mkdtempSync(path.join(tmpdir(), 'imcgen-datasheet-'));
const browser = await startBrowser();
try {
  const named = (name: string) => planOf(CONFIGURATIONS.find(({ config }) => config.name === name)!);
  const streamed = STREAMED.find(({ row }) => row.readout === 'broadcast' && row.columns > 1)!;
  const plans = [
    await planFile('examples/sample/macro.json'),
    ...['demo', 'banked', 'one_row'].map(named),
    planOf(streamed.configuration),
  ];
  for (const plan of plans) {
    const sheet = sheetOf(plan, folder);
    await looks(browser, sheet);
    await uses(browser, sheet);
    if (process.argv[2] !== undefined) await pictures(browser, plan.name, sheet.file, process.argv[2]);
  }
  const [sample] = plans;
  const sheet = { plan: sample!, file: path.join(folder, `${sample!.name}.html`), operations: '' };
  await withoutScript(browser, sheet);
  await printed(browser, sheet);
  await byKeyboard(browser, sheet);
  await reportPages(browser, plans, folder, process.argv[2]);
  await sitePages(browser, folder, process.argv[2]);
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
tellChecks();
