import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { InvalidInput } from '../../common/problems.js';
import { installedAs, runTool } from '../../common/tool.js';

/** Names under which systems have Chromium, or a browser made of it. */
const NAMES = [
  ...['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'],
  // The same without windows.
  ...['chromium-headless-shell', 'chrome-headless-shell'],
];

/**
 * The browser that prints pages.
 *
 * @throws MissingTool where there is none
 */
export function printer(): string {
  return installedAs('chromium', NAMES);
}

/**
 * A page as it is printed. The same page gives the same bytes with the same browser and fonts: dates are taken out.
 *
 * @throws MissingTool where no browser is installed, InvalidInput where it prints nothing
 * @throws Interrupted where `signal` aborts
 */
export async function pdfOf(html: string, signal?: AbortSignal): Promise<Buffer> {
  const browser = printer();
  const folder = await mkdtemp(path.join(tmpdir(), 'imcgen-pdf-'));
  try {
    const [page, pdf, home] = ['page.html', 'page.pdf', 'home'].map((name) => path.join(folder, name));
    await writeFile(page!, html);
    await mkdir(home!);
    const args = [
      ...['--headless', '--disable-gpu', '--no-first-run', '--no-default-browser-check'],
      // Chromium has no sandbox for root; the page is this tool's own, and its policy lets it load nothing.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...['--disable-extensions', '--disable-background-networking', '--disable-dev-shm-usage'],
      `--user-data-dir=${path.join(folder, 'profile')}`,
      ...['--no-pdf-header-footer', '--generate-pdf-document-outline', `--print-to-pdf=${pdf}`],
      pathToFileURL(page!).href,
    ];
    // It keeps settings and caches in its home, and speaks of its time zone in dates.
    const env = { HOME: home!, XDG_CONFIG_HOME: home!, XDG_CACHE_HOME: home!, TZ: 'UTC' };
    const { output } = await runTool(browser, args, signal, { cwd: folder, env });
    const printed = await readFile(pdf!).catch(() => undefined);
    if (printed === undefined) {
      const said = output.trim().split('\n').at(-1) ?? '';
      const fix = `Write the page with -o report.html and print it in a browser.${said === '' ? '' : ` It said: ${said}`}`;
      throw new InvalidInput([{ file: browser, path: '', message: 'printed no PDF', fix }]);
    }
    return timeless(printed);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Dates in the dictionary of a PDF, as blanks: what else it holds stays where its table of contents says. */
export function timeless(pdf: Buffer): Buffer {
  const text = pdf.toString('latin1');
  return Buffer.from(
    text.replace(/\/(?:CreationDate|ModDate) ?\(D:[0-9+\-'Z]*\)/g, (date) => ' '.repeat(date.length)),
    'latin1',
  );
}
