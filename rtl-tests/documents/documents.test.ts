import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configPage } from '../../examples/config-page-text.js';
import { Random } from '../../generators/common/random.js';
import { writeNpy } from '../../generators/levels/calibrate/npy.js';
import { itLong } from '../fixtures/every-change.js';
import { type Example, examplesIn, firstDifference, transcriptsIn } from './blocks.js';

/** In the order in which a reader meets them: later pages use what earlier ones have made. */
const PAGES = [
  'README.md',
  'docs/quick-start.md',
  'docs/guide.md',
  'docs/calibration.md',
  'docs/hardware.md',
  'docs/analog.md',
  'docs/package.md',
  'docs/flows.md',
  'docs/maintaining.md',
  'docs/campaigns.md',
  'docs/networks.md',
  'examples/fine-tune/lenet/README.md',
  'examples/fine-tune/resnet20/README.md',
  'examples/language/README.md',
  'docs/library.md',
  'docs/verification.md',
  'docs/figures.md',
  'docs/architecture.md',
  'docs/glossary.md',
  'docs/versions.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
];

/** Library of the synthesis example, with the Verilog of its cells beside it. */
const LIBRARY = '/usr/share/qflow/tech/osu018/osu018_stdcells';
const scripts = JSON.parse(readFileSync('package.json', 'utf8')).scripts as Record<string, string>;
const pages = PAGES.map((page) => ({ page, text: readFileSync(page, 'utf8') }));

/** Commands that CI runs elsewhere, or that take too long: they have to exist. */
const NPM = /\bnpm run ([\w:-]+)/g;

let folder: string;

beforeAll(async () => {
  // A clone in which examples write: everything of the project, and an out/ of its own.
  folder = await mkdtemp(path.join(tmpdir(), 'imcgen-documents-'));
  for (const entry of await readdir('.')) {
    if (entry !== 'out' && entry !== '.git') await symlink(path.resolve(entry), path.join(folder, entry));
  }
  await mkdir(path.join(folder, 'out'));
  const random = new Random(1);
  const save = async (file: string, shape: readonly number[]) => {
    const values = Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () =>
      Math.max(0, random.next() * 8 - 3),
    );
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    writeNpy(path.join(folder, file), { shape, fortranOrder: false, data: values });
  };
  for (const batches of ['fc1', 'batches']) {
    for (const batch of [0, 1]) await save(`${batches}/${batch}.npy`, [4096]);
  }
  await save('heldout.npy', [4096]);
  await save('acts.npy', [64, 4, 4, 3]);
  await writeFile(path.join(folder, 'levels.csv'), '0\n1.5\n3\n6\n');
  if (existsSync(`${LIBRARY}.lib`)) {
    for (const kind of ['lib', 'v']) {
      await symlink(`${LIBRARY}.${kind}`, path.join(folder, `${path.basename(LIBRARY)}.${kind}`));
    }
  }
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** stdout and stderr as a terminal shows them. */
async function shell(script: string) {
  const imcgen = 'imcgen() { node dist/cli.js "$@"; }\n';
  const { all, exitCode } = await execa('bash', ['-c', `${imcgen}${script}`], {
    ...{ cwd: folder, all: true, reject: false, env: { NO_COLOR: '1' } },
  });
  return { lines: all.split('\n'), exitCode };
}

async function run({ block, before }: Example): Promise<void> {
  if (before !== undefined) await shell(before);
  if (block.kind === 'file') {
    await writeFile(path.join(folder, block.path), block.text);
  } else if (block.kind === 'commands') {
    const script = block.text.replace(/^npm .*$/gm, '');
    const { lines, exitCode } = await shell(`set -e\n${script}`);
    expect(exitCode, lines.slice(-20).join('\n')).toBe(0);
  } else {
    for (const { command, output } of transcriptsIn(block)) {
      const { lines } = await shell(command);
      expect(firstDifference(output, lines), `$ ${command}\n${lines.join('\n')}`).toBeUndefined();
    }
  }
}

describe.each(pages)('$page', ({ page, text }) => {
  const examples = examplesIn(text);
  for (const example of examples) {
    const { block, notRun } = example;
    const what = block.kind === 'transcript' ? block.command : block.kind;
    const lacks =
      text.split('\n')[block.line]?.includes(path.basename(LIBRARY)) === true &&
      !existsSync(`${LIBRARY}.lib`);
    const reason = notRun ?? (lacks ? `no ${LIBRARY}.lib` : undefined);
    const title = `line ${block.line}: ${what}${reason === undefined ? '' : ` (not run: ${reason})`}`;
    if (reason !== undefined) it.skip(title);
    else (page === 'README.md' ? it : itLong)(title, { timeout: 300_000 }, () => run(example));
  }

  it('names npm scripts that exist', () => {
    for (const [, name] of text.matchAll(NPM)) expect(scripts).toHaveProperty([name!]);
  });

  it('links to files and headings that exist', () => {
    for (const [, target] of text.matchAll(/\]\(([^)]+)\)/g)) {
      if (/^https?:/.test(target!)) continue;
      const [file, heading] = target!.split('#');
      const at = file === '' ? page : path.join(path.dirname(page), file!);
      expect(existsSync(at), `${page}: ${target}`).toBe(true);
      if (heading !== undefined) expect(headings(readFileSync(at, 'utf8')), target).toContain(heading);
    }
  });
});

/** Anchors of a page's headings. */
function headings(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe('documents', () => {
  it('README is short enough to read', () => {
    expect(pages[0]!.text.split('\n').length).toBeLessThanOrEqual(150);
  });

  it('docs/config.md is made from the schema', () => {
    expect(readFileSync('docs/config.md', 'utf8'), 'docs/config.md is out of date; run: npm run docs').toBe(
      configPage(),
    );
  });

  it('README leads to every page', async () => {
    const linked = [...pages[0]!.text.matchAll(/\(docs\/([\w-]+\.md)[)#]/g)].map(([, file]) => file);
    const all = (await readdir('docs')).filter((file) => file.endsWith('.md'));
    expect(all.filter((file) => !linked.includes(file))).toEqual([]);
  });
});
