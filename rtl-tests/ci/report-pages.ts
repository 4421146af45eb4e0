/** Pages of `imcgen report` and of the documentation site in Chromium, for `npm run datasheet`. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import type { Browser } from 'playwright-core';
import { writeDigits } from '../../examples/network/digits-network.js';
import { orThrow } from '../../generators/common/problems.js';
import { configHash } from '../../generators/macro/config/hash.js';
import type { MacroPlan } from '../../generators/macro/plan/plan.js';
import { packageFiles } from '../../generators/package/package.js';
import { writePackage } from '../../generators/package/write.js';
import { check, checkFits, checkLooks, checkPaper, LOOKS, open, pictures, violations } from './browser.js';

const CLI = path.resolve('dist/cli.js');

/** A comparison of macros with area and timing, and a network with its accuracy, as the command line writes them. */
export async function reportPages(
  browser: Browser,
  plans: readonly MacroPlan[],
  folder: string,
  shots: string | undefined,
): Promise<void> {
  const study = path.join(folder, 'study');
  for (const plan of plans) {
    orThrow(await writePackage(path.join(study, plan.name), packageFiles(plan)));
  }
  const imcgen = (...args: string[]) => execa(process.execPath, [CLI, ...args], { cwd: folder });
  const results = plans.map((plan, at) => {
    writeFileSync(path.join(folder, `synth${at}.json`), JSON.stringify(synthesis(plan, at)));
    return ['--with', `synth${at}.json`];
  });
  writeDigits(path.join(folder, 'digits'));
  writeFileSync(path.join(folder, 'evaluate.json'), JSON.stringify(EVALUATION));
  await imcgen('report', 'study', ...results.flat(), '-o', 'comparison.html');
  await imcgen('report', 'digits/network.json', '--with', 'evaluate.json', '-o', 'network.html');
  for (const name of ['comparison', 'network']) {
    const file = path.join(folder, `${name}.html`);
    await checkLooks(browser, name, file);
    await checkPaper(browser, name, file);
    if (shots !== undefined) await pictures(browser, name, file, shots);
  }
  for (const name of ['once.pdf', 'again.pdf']) await imcgen('report', 'study', '-o', name);
  const [once, again] = ['once.pdf', 'again.pdf'].map((name) => readFileSync(path.join(folder, name)));
  check(`comparison: PDF of ${(once!.length / 1000).toFixed(0)} kB`, once!.length < 20_000 && 'empty');
  check('comparison: the same PDF in each run', !once!.equals(again!) && 'other bytes');
  const said = once!.toString('latin1');
  check('comparison: no date and no place in the PDF', /CreationDate|file:\/\//.test(said) && 'one is there');
}

/** As `imcgen synth --json` prints it. */
function synthesis(plan: MacroPlan, at: number) {
  const { name } = plan;
  const counts = { area: 1000 + 250 * at, cells: 300, flops: 40, buffers: 9 };
  return {
    ...{
      macro: name,
      sha256: configHash(plan),
      library: 'cells_tt',
      yosys: 'Yosys 0.55',
    },
    area: {
      blocks: [{ instance: 'u_columns', module: `${name}_columns`, ...counts }],
      ...{ total: counts, gateArea: 4, perColumn: 12.5, converter: { own: 8, shared: 2 } },
    },
    timing: {
      ...{ targetNs: 5, setupSlackNs: 0.5, holdSlackNs: 0.1, shortestNs: 3 + at },
      path: { from: 'input psel_i', to: 'flip-flop q', levels: 9, arrivalNs: 3.9 },
    },
  };
}

const SCORE = { correct: 95, accuracy: 0.95, interval: { low: 0.888, high: 0.978 } };

/** As `imcgen evaluate --json` prints it. */
const EVALUATION = {
  ...{ name: 'digits', images: 100, engine: 'onnx', agreeing: 97, float: SCORE, hardware: SCORE },
  settings: {
    macro: { adc: { bits: 4 } },
    weights: { method: 'ternary', digits: [1, 2, 4], granularity: 'layer' },
    levels: { method: 'optimal', sharing: 'digit' },
  },
};

/** Of each kind of page of the site, the first; of the guide all. */
const KINDS = ['functions', 'interfaces', 'classes', 'types', 'modules'];

/** The documentation site as `npm run docs:site` makes it. */
export async function sitePages(browser: Browser, folder: string, shots: string | undefined): Promise<void> {
  const site = path.join(folder, 'site');
  await execa('node', ['node_modules/typedoc/bin/typedoc', '--out', site]);
  const pagesOf = (part: string) =>
    readdirSync(path.join(site, part))
      .filter((file) => file.endsWith('.html'))
      .sort()
      .map((file) => path.join(part, file));
  const reference = KINDS.flatMap((kind) => pagesOf(kind).slice(0, 1));
  const files = ['index.html', ...pagesOf('documents'), ...reference];
  for (const [look, options] of LOOKS) {
    for (const page of files) {
      // Pages of the guide differ in their text alone: colours and menus of each look are the same on all of them.
      const same = look !== 'light' && page.startsWith('documents/');
      if (same && look === 'dark') continue;
      const opened = await open(browser, path.join(site, page), options, site);
      const name = `site ${page}, ${look}`;
      if (!same) check(`${name}: axe`, await violations(opened.page));
      await checkFits(name, opened.page);
      check(`${name}: silent`, opened.said.length > 0 && opened.said.join('; '));
      await opened.context.close();
    }
  }
  for (const page of ['index.html', 'documents/The_hardware_in_brief.html']) {
    const file = path.join(site, page);
    await checkPaper(browser, `site ${page}`, file, site);
    if (shots !== undefined) {
      await pictures(browser, `site-${path.basename(page, '.html')}`, file, shots, site);
    }
  }
}
