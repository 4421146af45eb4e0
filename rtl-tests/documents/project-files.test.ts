import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const { version, license, scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
const yaml = (file: string) => parse(readFileSync(file, 'utf8'));

describe('scripts/release.mjs', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'imcgen-release-'));
    mkdirSync(path.join(folder, 'scripts'));
    cpSync('scripts/release.mjs', path.join(folder, 'scripts', 'release.mjs'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function release(tag: string, changelog: string, cited = '1.2.0') {
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ version: '1.2.0' }));
    writeFileSync(path.join(folder, 'CITATION.cff'), `cff-version: 1.2.0\nversion: ${cited}\n`);
    writeFileSync(path.join(folder, 'CHANGELOG.md'), changelog);
    const { exitCode, stdout, stderr } = await execa(
      'node',
      [path.join(folder, 'scripts/release.mjs'), tag],
      {
        reject: false,
      },
    );
    return { exitCode, text: stdout + stderr };
  }

  it('lets a release through where all say the same', async () => {
    expect(
      await release('v1.2.0', '# Changelog\n\n## 1.2.0 - 2030-01-31\n\n## 1.1.0 - 2029-01-31\n'),
    ).toEqual({
      exitCode: 0,
      text: 'release 1.2.0: tag, package.json, CITATION.cff and CHANGELOG.md agree',
    });
  });

  it.each([
    ['the tag', 'v1.2.1', '## 1.2.0 - 2030-01-31', '1.2.0', 'tag v1.2.0'],
    ['the citation', 'v1.2.0', '## 1.2.0 - 2030-01-31', '1.1.0', 'CITATION.cff has version 1.1.0'],
    ['the changelog', 'v1.2.0', '## 1.1.0 - 2029-01-31', '1.2.0', 'is 1.1.0: write "## 1.2.0 - '],
    ['the date', 'v1.2.0', '## Unreleased', '1.2.0', 'is missing: write "## 1.2.0 - '],
  ])('stops where %s differs', async (_, tag, changelog, cited, says) => {
    const { exitCode, text } = await release(tag, `# Changelog\n\n${changelog}\n`, cited);
    expect(exitCode).toBe(1);
    expect(text).toContain(says);
    expect(text.split('\n').length, text).toBe(1);
  });
});

describe('.github/workflows/release.yml', () => {
  const { on, permissions, jobs } = yaml('.github/workflows/release.yml');
  const { steps, permissions: granted } = jobs.publish;

  it('runs for a tag of a version, and may sign what it publishes but change nothing', () => {
    expect(on).toEqual({ push: { tags: ['v*'] } });
    expect(permissions).toEqual({});
    expect(granted).toEqual({ contents: 'read', 'id-token': 'write' });
  });

  it('runs what the project has', () => {
    const commands = steps.flatMap(({ run = '' }) => run.split('&&')).map((text: string) => text.trim());
    for (const command of commands) {
      const [, script] = /^npm (?:run )?(test(?!:)|[\w:]+)$/.exec(command) ?? [];
      if (script !== undefined) expect(scripts).toHaveProperty([script]);
      const [, file] = /^node (\S+)/.exec(command) ?? [];
      if (file !== undefined) expect(existsSync(file), file).toBe(true);
    }
    expect(commands.at(-1)).toBe('npm publish --provenance --access public');
  });
});

describe('forms of issues', () => {
  const forms = readdirSync('.github/ISSUE_TEMPLATE').filter((file) => file !== 'config.yml');

  it.each(forms)('%s can be filled in', (file) => {
    const { name, description, body } = yaml(`.github/ISSUE_TEMPLATE/${file}`);
    expect([name, description].every((text) => text.length > 10)).toBe(true);
    const ids = body.map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(body.length);
    for (const { type, attributes } of body) {
      expect(['input', 'textarea', 'dropdown', 'checkboxes']).toContain(type);
      expect(attributes.label).toMatch(/^\S.*\S$/);
    }
  });
});

it('CITATION.cff has what the format asks for, and the version and licence of the package', () => {
  const citation = yaml('CITATION.cff');
  expect(citation).toMatchObject({ 'cff-version': '1.2.0', version, license, type: 'software' });
  for (const cited of [citation, ...citation.references]) {
    expect(cited.title.length).toBeGreaterThan(10);
    for (const author of cited.authors) expect(author.name ?? author['family-names']).toMatch(/\S/);
  }
});

it('CHANGELOG.md begins with what is not released, or with the version of the package', () => {
  const [, heading] = /^## (Unreleased|\S+)/m.exec(readFileSync('CHANGELOG.md', 'utf8'))!;
  expect(['Unreleased', version]).toContain(heading);
});
