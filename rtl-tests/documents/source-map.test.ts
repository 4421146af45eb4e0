import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const page = readFileSync('docs/architecture.md', 'utf8');
const map = page.slice(page.indexOf('\n## Source\n'));
const mapped = [...map.matchAll(/^\| `(generators\/[^`]*)` \| (.*) \| (.+) \|$/gm)];

/** Folders of `generators/` that hold sources. */
function foldersWithSources(folder = 'generators'): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  const below = entries.filter((entry) => entry.isDirectory());
  return [
    ...(entries.some((entry) => /\.c?ts$/.test(entry.name)) ? [`${folder}/`] : []),
    ...below.flatMap(({ name }) => foldersWithSources(`${folder}/${name}`)),
  ];
}

describe('the map of the sources in docs/architecture.md', () => {
  it('has a line for every folder with sources, and no other', () => {
    expect(mapped.map(([, folder]) => folder!).sort()).toEqual(foldersWithSources().sort());
  });

  it('says of each what comes out', () => {
    for (const [, folder, , out] of mapped) expect(out!.trim(), folder).not.toBe('');
  });

  it('has the wings in the order in which they may import', async () => {
    const rules = pathToFileURL(path.resolve('.dependency-cruiser.mjs')).href;
    const { WINGS } = (await import(rules)) as { WINGS: readonly string[] };
    const wings = mapped.flatMap(([, folder]) => folder!.split('/')[1] || []);
    expect([...new Set(wings)]).toEqual(WINGS.filter((wing) => existsSync(`generators/${wing}`)));
    expect(wings).toEqual(WINGS.flatMap((wing) => wings.filter((other) => other === wing)));
  });
});

describe('files that docs/architecture.md names', () => {
  const named = [
    ...page.matchAll(/`((?:generators|templates|rtl-tests|kernel|examples|bench|scripts)\/[\w./-]+\.\w+)`/g),
  ];

  it.each([...new Set(named.map(([, file]) => file!))])('%s', (file) => {
    expect(existsSync(file), `docs/architecture.md names ${file}`).toBe(true);
  });

  it('are named with their whole path', () => {
    const paths = page.match(/`[\w-]+(?:\/[\w-]+)+\.(?:ts|hbs)`/g) ?? [];
    expect(paths.filter((file) => !existsSync(file.split('/')[0]!.slice(1)))).toEqual([]);
  });
});
