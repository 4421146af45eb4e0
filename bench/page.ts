/**
 * How soon a datasheet shows something: `npm run bench:page`. Opens the datasheets of a small macro and of the demo's in Chromium, each in a
 * context of its own, and beside them a page of one word. The first contentful paint counts from the start of the navigation.
 *
 * Ends with 1 where the median of a datasheet is not below a second.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { textTable } from '../generators/command-line/report/table.js';
import { planFile } from '../generators/macro/plan/file.js';
import type { MacroPlan } from '../generators/macro/plan/plan.js';
import { DATASHEET_PATH } from '../generators/package/datasheet/datasheet.js';
import { packageFiles } from '../generators/package/package.js';
import { open, startBrowser, until } from '../rtl-tests/ci/browser.js';
import { CONFIGURATIONS, planOf } from '../rtl-tests/fixtures/configurations.js';

const RUNS = 9;
const MOST_MS = 1000;

const PAINTED = "performance.getEntriesByName('first-contentful-paint')";

async function firstPaint(browser: Browser, file: string): Promise<number> {
  const { context, page } = await open(browser, file, {});
  await until(page, `${PAINTED}.length > 0`);
  const milliseconds = await page.evaluate(`${PAINTED}[0].startTime`);
  await context.close();
  return milliseconds as number;
}

const sheetOf = (plan: MacroPlan) => packageFiles(plan).find((file) => file.path === DATASHEET_PATH)!.text;

const pages = [
  { name: 'a page of one word', html: '<!doctype html><title>word</title>word' },
  { name: 'datasheet of the sample', html: sheetOf(await planFile('examples/sample/macro.json')) },
  {
    name: 'datasheet of 256 x 128',
    html: sheetOf(planOf(CONFIGURATIONS.find(({ config }) => config.name === 'demo')!)),
  },
];
const folder = mkdtempSync(path.join(tmpdir(), 'imcgen-bench-'));
const browser = await startBrowser();
try {
  const files = pages.map(({ html }, at) => {
    const file = path.join(folder, `${at}.html`);
    writeFileSync(file, html);
    return file;
  });
  // Rounds, so that a busy moment of the machine meets all pages alike; the first one warms up.
  const times = files.map((): number[] => []);
  for (let round = 0; round <= RUNS; round++) {
    for (const [at, file] of files.entries()) {
      const taken = await firstPaint(browser, file);
      if (round > 0) times[at]!.push(taken);
    }
  }
  const sorted = times.map((runs) => runs.sort((a, b) => a - b));
  const medians = sorted.map((runs) => runs[RUNS >> 1]!);
  const rows = pages.map(({ name }, at) => [
    name,
    medians[at]!.toFixed(0),
    `${sorted[at]![0]!.toFixed(0)} .. ${sorted[at]!.at(-1)!.toFixed(0)}`,
    `${(medians[at]! / medians[0]!).toFixed(1)}x`,
  ]);
  console.log(
    textTable(
      [
        ['', 'first contentful paint'],
        ['median', 'ms'],
        ['min .. max', 'ms'],
        ['of the', 'word'],
      ],
      rows,
      (column) => column === 0,
    ).join('\n'),
  );
  const slow = pages.filter((_, at) => medians[at]! >= MOST_MS).map(({ name }) => name);
  console.log(slow.length === 0 ? `all below ${MOST_MS} ms` : `NOT BELOW ${MOST_MS} ms: ${slow.join(', ')}`);
  if (slow.length > 0) process.exitCode = 1;
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
