import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeProblem, orThrow, type Result } from '../../generators/common/problems.js';
import { planFile } from '../../generators/macro/plan/file.js';
import type { Manifest } from '../../generators/package/manifest.js';
import { packageFiles } from '../../generators/package/package.js';
import { writePackage } from '../../generators/package/write.js';
import { CONFIGURATIONS, isOneOfFew, planOf } from '../fixtures/configurations.js';
import { forEveryChange } from '../fixtures/every-change.js';
import { asContent, contentOf } from '../fixtures/packages.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const errorText = (result: Result<unknown>) =>
  result.ok ? 'no problem' : result.problems.map(describeProblem).join('\n');

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'imcgen-package-'));
});
afterAll(() => rm(root, { recursive: true }));

describe.each(forEveryChange(CONFIGURATIONS, isOneOfFew))('the package of $name', (configuration) => {
  const files = packageFiles(planOf(configuration));
  const content = asContent(files);

  it('has the same bytes every time', () => {
    expect(packageFiles(planOf(configuration))).toEqual(files);
  });

  it('has the same bytes when it is generated from itself', async () => {
    const folder = await mkdtemp(path.join(root, 'self-'));
    orThrow(await writePackage(folder, files));
    const again = packageFiles(await planFile(path.join(folder, 'config.resolved.json')));
    expect(asContent(again)).toEqual(content);
  });

  it('lists the sha256 of every other file, sorted', () => {
    const manifest = JSON.parse(content['manifest.json']!) as Manifest;
    const { 'manifest.json': _, ...others } = content;
    const names = Object.keys(others).sort();
    expect(Object.keys(manifest.files)).toEqual(names);
    expect(manifest.files).toEqual(Object.fromEntries(names.map((name) => [name, sha256(others[name]!)])));
    expect(manifest.tool).toMatch(/^imcgen \d+\.\d+\.\d+$/);
  });

  it('names no absolute path, user, host or date', () => {
    const now = new Date().getFullYear();
    for (const { path: file, text } of files) {
      if (file.startsWith('vectors/')) continue;
      expect(text).not.toContain(process.cwd());
      expect(text).not.toMatch(new RegExp(`/home/|/root/|/tmp/|\\b${now}-\\d\\d|${now}/`));
    }
  });
});

describe('the documents of a package', () => {
  const plan = planOf(CONFIGURATIONS[1]!);
  const files = asContent(packageFiles(plan));

  it('name files that exist', () => {
    const named = [...files['README.md']!.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1]!);
    expect(named.length).toBeGreaterThan(5);
    for (const name of named) {
      expect(Object.keys(files).some((file) => file === name || file.startsWith(name))).toBe(true);
    }
  });

  it('give every Verilog parameter with its default', () => {
    const parameters = [...files['rtl/odd.v']!.matchAll(/^ {4}parameter (\w+) += (\d+)/gm)];
    expect(parameters).toHaveLength(19);
    for (const [, name, value] of parameters) {
      expect(files['README.md']).toMatch(new RegExp(`^\\| ${name} \\| ${value} \\| .+ \\|$`, 'm'));
    }
  });

  it('list each file of rtl and model for the simulator', () => {
    const listed = files['odd.f']!.trim().split('\n').sort();
    expect(listed).toEqual(
      Object.keys(files)
        .filter((file) => /^(rtl|model)\/.*\.v$/.test(file))
        .sort(),
    );
  });
});

describe('a package on its own', () => {
  it('simulates as its README says, with nothing but Icarus', async () => {
    const folder = path.join(root, 'alone');
    orThrow(await writePackage(folder, packageFiles(planOf(CONFIGURATIONS[1]!))));
    const command = /^iverilog .*$/m.exec(await readFile(path.join(folder, 'README.md'), 'utf8'))![0];
    const { stdout, stderr } = await execa({ cwd: folder, shell: true })`${command}`;
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^PASS n=\d+$/m);
  });

  it('compiles together with another macro', async () => {
    const macros = CONFIGURATIONS.slice(0, 3);
    const sources: string[] = [];
    for (const configuration of macros) {
      const { name } = configuration.config;
      const files = packageFiles(planOf(configuration));
      orThrow(await writePackage(path.join(root, 'both', name), files));
      const lists = files
        .find((file) => file.path === `${name}.f`)!
        .text.trim()
        .split('\n');
      sources.push(...[...lists, `tb/${name}_tb.v`].map((file) => path.join(root, 'both', name, file)));
    }
    const { all } = await execa('iverilog', ['-g2005', '-Wall', '-t', 'null', ...sources], {
      all: true,
    });
    expect(all).toBe('');
  });
});

describe('writing a package', () => {
  const files = packageFiles(planOf(CONFIGURATIONS[0]!));
  const other = packageFiles(planOf(CONFIGURATIONS[2]!));
  let folder: string;
  /** What is beside the package: nothing may be left behind. */
  const beside = async () => readdir(path.dirname(folder));

  beforeEach(async () => {
    folder = path.join(await mkdtemp(path.join(root, 'write-')), 'demo');
  });

  it('makes the folder, and the folders above it', async () => {
    folder = path.join(folder, 'a', 'b');
    expect(await writePackage(folder, files)).toEqual({ ok: true, value: folder });
    expect(await contentOf(folder)).toEqual(asContent(files));
  });

  it('replaces a package by another, whole', async () => {
    orThrow(await writePackage(folder, files));
    orThrow(await writePackage(folder, other));
    expect(await contentOf(folder)).toEqual(asContent(other));
    expect(await beside()).toEqual(['demo']);
  });

  it('takes an empty folder', async () => {
    await mkdir(folder);
    orThrow(await writePackage(folder, files));
    expect(await contentOf(folder)).toEqual(asContent(files));
  });

  it('refuses a folder that imcgen did not make', async () => {
    await mkdir(folder);
    await writeFile(path.join(folder, 'thesis.tex'), 'years of work');
    expect(errorText(await writePackage(folder, files))).toBe(
      `${folder}: is not empty and was not made by imcgen\n` +
        `${' '.repeat(folder.length + 2)}Name another folder, or use --force to write into this one.`,
    );
    expect(await contentOf(folder)).toEqual({ 'thesis.tex': 'years of work' });
  });

  it('refuses a folder with the manifest of another tool', async () => {
    await mkdir(folder);
    await writeFile(path.join(folder, 'manifest.json'), '{"tool": "webpack 5", "files": {}}');
    expect(errorText(await writePackage(folder, files))).toContain('was not made by imcgen');
  });

  it('writes into a foreign folder when forced, and leaves what is there', async () => {
    await mkdir(path.join(folder, 'rtl'), { recursive: true });
    await writeFile(path.join(folder, 'thesis.tex'), 'years of work');
    await writeFile(path.join(folder, 'rtl', 'mine.v'), 'module mine; endmodule');
    orThrow(await writePackage(folder, files, { force: true }));
    expect(await contentOf(folder)).toEqual({
      ...asContent(files),
      'thesis.tex': 'years of work',
      'rtl/mine.v': 'module mine; endmodule',
    });
  });

  it('keeps the files that a user adds to a package', async () => {
    orThrow(await writePackage(folder, files));
    await mkdir(path.join(folder, 'syn', 'reports'), { recursive: true });
    await writeFile(path.join(folder, 'syn', 'reports', 'area.txt'), '1234');
    await writeFile(path.join(folder, 'rtl', 'wrapper.v'), 'module wrapper; endmodule');
    orThrow(await writePackage(folder, other));
    expect(await contentOf(folder)).toEqual({
      ...asContent(other),
      'syn/reports/area.txt': '1234',
      'rtl/wrapper.v': 'module wrapper; endmodule',
    });
  });

  it('leaves the old package when it fails', async () => {
    orThrow(await writePackage(folder, files));
    const clash = [...other, { path: 'README.md/inside.txt', text: '' }];
    expect(errorText(await writePackage(folder, clash))).toMatch(/: cannot be written: /);
    expect(await contentOf(folder)).toEqual(asContent(files));
    expect(await beside()).toEqual(['demo']);
  });

  it('says so where a file stands in the way', async () => {
    await writeFile(folder, 'a file');
    expect(errorText(await writePackage(folder, files))).toContain(`${folder}: is not a folder\n`);
    expect(errorText(await writePackage(path.join(folder, 'deeper'), files))).toMatch(
      /: cannot be written: /,
    );
    expect(await readFile(folder, 'utf8')).toBe('a file');
  });

  it('follows a link to the folder', async () => {
    const link = path.join(path.dirname(folder), 'link');
    await mkdir(folder);
    await symlink(folder, link);
    orThrow(await writePackage(link, files));
    expect(await contentOf(folder)).toEqual(asContent(files));
    expect((await beside()).sort()).toEqual(['demo', 'link']);
  });

  it('never replaces the current folder or one around it', async () => {
    for (const dir of ['.', '..', '/']) {
      expect(errorText(await writePackage(dir, files, { force: true }))).toBe(
        `${dir}: holds the current folder, which cannot be replaced\n` +
          `${' '.repeat(dir.length + 2)}Run the command from outside, or name another folder.`,
      );
    }
  });

  it.each(['../outside', '/etc/passwd', 'a/../../b', 'a//b', '', '.hidden', 'a/.git/config', 'a\\b', 'a b'])(
    'never writes %j',
    async (name) => {
      await expect(writePackage(folder, [{ path: name, text: '' }])).rejects.toThrow('unsafe path');
      expect(existsSync(folder)).toBe(false);
    },
  );

  it('never writes a file twice', async () => {
    await expect(writePackage(folder, [...files, files[0]!])).rejects.toThrow('the same path');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('leaves the old package on %s', async (signal) => {
    orThrow(await writePackage(folder, files));
    const script = path.join(path.dirname(folder), 'slow.mts');
    const write = path.resolve('generators/package/write.ts');
    await writeFile(
      script,
      `import { writePackage } from ${JSON.stringify(write)};
       const files = Array.from({ length: 20000 }, (_, n) => ({ path: 'rtl/' + n + '.v', text: 'x'.repeat(10000) }));
       process.stdout.write('writing');
       await writePackage(${JSON.stringify(folder)}, files);`,
    );
    const run = execa(process.execPath, ['--import', 'tsx', script], { reject: false });
    await new Promise((resolve) => run.stdout.once('data', resolve));
    await new Promise((resolve) => setTimeout(resolve, 150));
    run.kill(signal);
    expect((await run).signal).toBe(signal);
    expect(await contentOf(folder)).toEqual(asContent(files));
    expect((await beside()).sort()).toEqual(['demo', 'slow.mts']);
  });
});
