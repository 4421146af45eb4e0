/** What programs of CI that open pages in Chromium share: counted checks, pages that are listened to, axe, pictures. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** The one without windows takes half the time. */
const EXECUTABLE = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find(existsSync) ?? 'chromium';
export const NARROW = { width: 360, height: 740 };
export const WIDE = { width: 1280, height: 900 };

let [passed, failed] = [0, 0];

/** One line, and one more that passed or failed. */
export function check(name: string, problem: string | undefined | false): void {
  if (problem === undefined || problem === false) {
    passed++;
    console.log(`ok    ${name}`);
  } else {
    failed++;
    console.log(`FAIL  ${name}: ${problem}`);
  }
}

/** Whether two things are the same, as a problem. */
export function unlike(found: unknown, wanted: unknown): string | undefined {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
  return a === b ? undefined : `${a} in place of ${b}`;
}

/** Files of a folder are asked for here and answered from the disk: a page that loads others does not work from file://. */
const SERVER = 'http://site.invalid';

const served = (file: string, within: string) =>
  `${SERVER}/${path.relative(within, file).split(path.sep).map(encodeURIComponent).join('/')}`;

/**
 * Opens a page; what it writes to the console, throws or asks for ends up in `said`.
 *
 * @param within folder of files that it may ask for, as a server has them; none where left out
 */
export async function open(browser: Browser, file: string, options: BrowserContextOptions, within?: string) {
  const context = await browser.newContext({ viewport: WIDE, ...options });
  const page = await context.newPage();
  const url = within === undefined ? pathToFileURL(file).href : served(file, within);
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  if (within !== undefined) {
    await context.route(`${SERVER}/**`, (route) => {
      const { pathname } = new URL(route.request().url());
      return route.fulfill({ path: path.join(within, decodeURIComponent(pathname)) });
    });
  }
  page.on('request', (request) => {
    const asked = request.url();
    if (asked === url || (within !== undefined && asked.startsWith(`${SERVER}/`))) return;
    said.push(`asks for ${asked}`);
  });
  await page.goto(url);
  return { context, page, said };
}

/** Waits until an expression holds; the page's policy lets nothing inside it evaluate text, so it is asked from outside. */
export async function until(page: Page, expression: string): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end; await page.waitForTimeout(20)) {
    if ((await page.evaluate(expression)) === true) return;
  }
  throw new Error(`never came true: ${expression}`);
}

/** What an element says. */
export async function textOf(page: Page, selector: string): Promise<string> {
  return (await page.locator(selector).textContent()) ?? '';
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What axe finds, everything on the page unfolded. */
export async function violations(page: Page): Promise<string | undefined> {
  await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true;");
  await page.evaluate(AXE);
  const found = (await page.evaluate('axe.run().then(({ violations }) => violations)')) as Violation[];
  if (found.length === 0) return undefined;
  return found
    .map(({ id, nodes }) => `${id} (${nodes.length}): ${nodes[0]!.html} ${nodes[0]!.failureSummary ?? ''}`)
    .join('; ');
}

/** Light, dark and on a telephone. */
export const LOOKS = [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['360 px', { viewport: NARROW }],
] as const;

/** Whether a page has room in its window: what is wider has to scroll by itself. */
export async function checkFits(name: string, page: Page): Promise<void> {
  const width = (await page.evaluate('document.documentElement.scrollWidth')) as number;
  const { width: room } = page.viewportSize()!;
  check(`${name}: fits`, width > room && `${width} pixels wide in ${room}`);
}

/** Opens a page in every look: nothing that axe finds, no message, no request, no more than the window has room for. */
export async function checkLooks(browser: Browser, name: string, file: string): Promise<void> {
  for (const [look, options] of LOOKS) {
    const { context, page, said } = await open(browser, file, options);
    check(`${name}, ${look}: axe`, await violations(page));
    await checkFits(`${name}, ${look}`, page);
    check(`${name}, ${look}: silent`, said.length > 0 && said.join('; '));
    await context.close();
  }
}

/** Whether a page in dark is printed as ink on white paper, and nothing of it is cut off at its side. */
export async function checkPaper(
  browser: Browser,
  name: string,
  file: string,
  within?: string,
): Promise<void> {
  // A4 within its margins.
  const paperSize = { width: 680, height: 1000 };
  const { context, page } = await open(browser, file, { colorScheme: 'dark', viewport: paperSize }, within);
  await page.emulateMedia({ media: 'print' });
  const paper = await page.evaluate('getComputedStyle(document.body).backgroundColor');
  check(`${name}, print: white paper`, unlike(paper, 'rgb(255, 255, 255)'));
  await checkFits(`${name}, print`, page);
  await context.close();
}

/** Starts Chromium. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: ['--no-sandbox', '--disable-gpu'] });
}

/** Tells how many checks passed; the exit code is 1 where one failed. */
export function tellChecks(): void {
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

/** Screenshots of a page in light, dark, print and at 360 pixels. */
export async function pictures(
  browser: Browser,
  name: string,
  file: string,
  folder: string,
  within?: string,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const [look, options, media] of [
    ['light', { colorScheme: 'light' }, 'screen'],
    ['dark', { colorScheme: 'dark' }, 'screen'],
    ['360', { viewport: NARROW }, 'screen'],
    ['print', { viewport: { width: 720, height: 1000 } }, 'print'],
  ] as const) {
    const { context, page } = await open(browser, file, options, within);
    await page.emulateMedia({ media });
    await page.waitForTimeout(500);
    await page.screenshot({ path: path.join(folder, `${name}-${look}.png`), fullPage: true });
    await context.close();
  }
}
