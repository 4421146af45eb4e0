import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeLong } from '../fixtures/every-change.js';

type Page = ReturnType<typeof parseHTML>['document'];

describeLong('npm run docs:site', () => {
  let site: string;
  let pages: Map<string, Page>;

  beforeAll(async () => {
    site = mkdtempSync(path.join(tmpdir(), 'imcgen-site-'));
    await execa('node', ['node_modules/typedoc/bin/typedoc', '--out', site]);
    const files = readdirSync(site, { recursive: true }).map(String);
    pages = new Map(
      files
        .filter((file) => file.endsWith('.html'))
        .map((file) => [file, parseHTML(readFileSync(path.join(site, file), 'utf8')).document]),
    );
  });
  afterAll(() => rmSync(site, { recursive: true, force: true }));

  it('has every page of docs/ by its first heading', () => {
    const titles = [...pages]
      .filter(([file]) => file.startsWith('documents/'))
      .map(([, page]) => headingsOf(page));
    for (const file of readdirSync('docs').filter((name) => name.endsWith('.md'))) {
      const [, title] = /^# (.*)$/m.exec(readFileSync(path.join('docs', file), 'utf8'))!;
      const plain = title!.replaceAll('`', '');
      expect(
        titles.filter((all) => all.includes(plain)),
        file,
      ).toHaveLength(1);
    }
  });

  it('leads nowhere that is not there', () => {
    const dead: string[] = [];
    let links = 0;
    for (const [file, page] of pages) {
      for (const link of page.querySelectorAll('a[href], img[src], link[href], script[src]')) {
        const target = link.getAttribute('href') ?? link.getAttribute('src')!;
        if (/^(https?:|data:|javascript:)/.test(target)) continue;
        links++;
        const [to, anchor] = target.split('#') as [string, string?];
        const at = to === '' ? file : path.posix.join(path.posix.dirname(file), decodeURIComponent(to));
        const there = to === '' || existsSync(path.join(site, at));
        const found = !anchor || !there || pages.get(at)?.getElementById(decodeURIComponent(anchor)) != null;
        if (!there || !found) dead.push(`${file}: ${target}`);
      }
    }
    expect(links).toBeGreaterThan(1000);
    expect(dead).toEqual([]);
  });
});

function headingsOf(page: Page): string[] {
  return [...page.querySelectorAll('h1')].map((heading) => heading.textContent!.trim());
}
