import { readdirSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeLong } from '../fixtures/every-change.js';

/** The whole of npm's work. */
const MINUTES = 60_000;

/** Of the package alone: what it depends on is not counted. */
const MOST_BYTES = 5_000_000;

/** A program in TypeScript, without the types of Node. */
const PROGRAM = `import { cosim, loadMacro, Macro, type MacroConfig, orThrow, packageFiles, planMacro } from 'imcgen';
import { planMacro as planAnywhere } from 'imcgen/model';

const plan = orThrow(planMacro(orThrow(await loadMacro('m/macro.jsonc'))));
const name: MacroConfig['name'] = plan.name;
const { codes } = Macro.from(plan).convert(new Uint8Array(plan.shape.rows));
export const all = [name, codes.length, packageFiles(plan).length, planAnywhere, cosim];
`;

// What is cloned is the last commit: without a repository there is nothing to install from.
describeLong('an installed imcgen', () => {
  let root: string;
  const at = (...parts: string[]) => path.join(root, ...parts);
  // Nothing of the npm script that may have started the tests is meant for another project.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_OPTIONS$/i.test(name)),
  ) as Record<string, string>;
  const run = (cwd: string, command: string, ...args: string[]) =>
    execa(command, args, { cwd, env, extendEnv: false });
  const newProject = async (name: string) => {
    await mkdir(at(name));
    await writeFile(at(name, 'package.json'), JSON.stringify({ name, version: '1.0.0', private: true }));
    return at(name);
  };

  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'imcgen-install-'));
    await run(root, 'git', 'clone', '-q', path.resolve('.'), 'clone');
    // Its packages are those of this clone, which `npm run setup` installed the same way; npm installs its own below.
    await symlink(path.resolve('node_modules'), at('clone', 'node_modules'));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it('from what npm packs in a fresh clone: makes a package and simulates it', {
    timeout: 10 * MINUTES,
  }, async () => {
    const { stdout } = await run(at('clone'), 'npm', 'pack', '--json', '--pack-destination', root);
    const [packed] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
    const files = packed!.files.map((file) => file.path);
    expect(files).toEqual(
      expect.arrayContaining([
        ...[
          'dist/cli.js',
          'dist/index.js',
          'dist/index.d.ts',
          'dist/templates.cjs',
          'dist/require.cjs',
          'dist/licenses.txt',
        ],
        ...[
          'schemas/macro.schema.json',
          'schemas/levels.schema.json',
          'templates/rtl/top.v.hbs',
          'README.md',
          'CHANGELOG.md',
          'LICENSE',
        ],
      ]),
    );
    for (const folder of ['presets', 'schemas', 'templates']) {
      const there = await readdir(at('clone', folder), { recursive: true, withFileTypes: true });
      const inFolder = files.filter((file) => file.startsWith(`${folder}/`));
      expect([folder, inFolder.length]).toEqual([folder, there.filter((one) => one.isFile()).length]);
    }
    expect(files.filter((file) => /^(generators|rtl-tests|node_modules|out)\//.test(file))).toEqual([]);

    const project = await newProject('packed');
    await run(project, 'npm', 'install', at(packed!.filename));
    const sizeOf = (folder: string) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .reduce((bytes, { parentPath, name }) => bytes + statSync(path.join(parentPath, name)).size, 0);
    const [own, all] = [path.join('node_modules', 'imcgen'), 'node_modules'].map((folder) =>
      sizeOf(path.join(project, folder)),
    );
    console.log(
      `imcgen: ${(own! / 1e6).toFixed(1)} MB; with all that it depends on ${(all! / 1e6).toFixed(0)} MB`,
    );
    expect(own).toBeLessThan(MOST_BYTES);

    const imcgen = path.join('node_modules', '.bin', 'imcgen');
    await run(project, imcgen, 'init', 'm', '--preset', 'small-signed');
    await run(project, imcgen, 'generate', 'm/macro.jsonc', '-o', 'pkg');
    expect((await run(project, imcgen, 'cosim', 'pkg')).stdout).toMatch(/^PASS small_signed /);
    expect((await run(project, imcgen, 'prove', '--help')).stdout).toContain('Examples:');

    await writeFile(path.join(project, 'program.mts'), PROGRAM);
    const tsc = path.resolve('node_modules', 'typescript', 'bin', 'tsc');
    const strictly = ['--module', 'nodenext', '--target', 'es2023', '--strict', '--noEmit'];
    await run(project, process.execPath, tsc, ...strictly, 'program.mts');

    const node = (...args: string[]) =>
      execa(process.execPath, args, { cwd: project, env, extendEnv: false, reject: false });
    const version = "require('imcgen/package.json').version";
    expect((await node('-p', version)).stdout).toMatch(/^\d+\.\d+\.\d+/);
    const names = "import('imcgen').then((imcgen) => console.log(typeof imcgen.loadMacro))";
    expect((await node('-e', names)).stdout).toBe('function');
    expect((await node('-p', "typeof require('imcgen').loadMacro")).stdout).toBe('function');
    const { exitCode, stderr } = await node('--no-experimental-require-module', '-e', "require('imcgen')");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("imcgen is an ES module. Use: const imcgen = await import('imcgen').");
  });

  it('from its git repository: is built by the way', { timeout: 10 * MINUTES }, async () => {
    const project = await newProject('from-git');
    await run(project, 'npm', 'install', `git+file://${at('clone')}`);
    const imcgen = path.join('node_modules', '.bin', 'imcgen');
    expect((await run(project, imcgen, '--version')).stdout).toMatch(/^\d+\.\d+\.\d+/);
    await run(project, imcgen, 'init', 'm', '--preset', 'small-signed');
    expect((await run(project, imcgen, 'check', 'm/macro.jsonc')).stdout).toMatch(/^small_signed: /);
  });
});
