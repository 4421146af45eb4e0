import { mkdir, readFile, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { resimulate, type Verification, verifyFiles } from '../../../generators/checks/maintain/verify.js';
import { verificationJson, verificationText } from '../../../generators/command-line/report/verify.js';
import { describeProblem, InvalidInput } from '../../../generators/common/problems.js';
import { TOOL } from '../../../generators/common/version.js';
import { MANIFEST, type Manifest, sha256 } from '../../../generators/package/manifest.js';
import { packageFiles } from '../../../generators/package/package.js';
import { CONFIGURATIONS, planOf } from '../../fixtures/configurations.js';
import { contentOf, replaceOnce, withPackage } from '../../fixtures/packages.js';

const PLAN = planOf(CONFIGURATIONS.find(({ config }) => config.name === 'odd')!);
/** Files of the package that the manifest lists. */
const FILES = packageFiles(PLAN).length - 1;
const DECODER = 'rtl/odd_decoder.v';

/** What verification finds after some damage to a fresh package. */
async function after(damage: (folder: string) => Promise<unknown>): Promise<Verification & { text: string }> {
  return withPackage(PLAN, async (folder) => {
    await damage(folder);
    const verification = await verifyFiles(folder);
    return { ...verification, text: verificationText(verification, undefined).replaceAll(folder, 'odd') };
  });
}

const write = (file: string, text: string) => (folder: string) => writeFile(path.join(folder, file), text);
const append = (file: string, text: string) => async (folder: string) =>
  writeFile(path.join(folder, file), (await readFile(path.join(folder, file), 'utf8')) + text);
const remove = (file: string) => (folder: string) => rm(path.join(folder, file));

/** Changes the manifest as its JSON. */
const manifest =
  (change: (manifest: Manifest & { files: Record<string, string> }) => unknown) => async (folder: string) => {
    const file = path.join(folder, MANIFEST);
    const content = JSON.parse(await readFile(file, 'utf8'));
    change(content);
    await writeFile(file, JSON.stringify(content));
  };

/** An edit whose hash is put into the manifest as well. */
const sealed = (file: string, from: string, to: string) => async (folder: string) => {
  await replaceOnce(path.join(folder, file), from, to);
  const hash = sha256(await readFile(path.join(folder, file)));
  await manifest(({ files }) => {
    files[file] = hash;
  })(folder);
};

const problemsOf = ({ problems }: Verification) =>
  problems.map(({ path: at, message }) => `${at}: ${message}`);

describe('a package as it was generated', () => {
  it.each(CONFIGURATIONS.slice(0, 4))('is intact: $name', async (configuration) => {
    const verification = await withPackage(planOf(configuration), verifyFiles);
    expect(verification).toMatchObject({ intact: true, edits: [], missing: [], added: [], problems: [] });
    expect(verification.otherwiseNow).toBeUndefined();
  });

  it('is not written to', async () => {
    await withPackage(PLAN, async (folder) => {
      const before = await contentOf(folder);
      await verifyFiles(folder);
      expect(await contentOf(folder)).toEqual(before);
    });
  });

  it('keeps the files that a user added, and names them', async () => {
    const found = await after(async (folder) => {
      await mkdir(path.join(folder, 'syn'), { recursive: true });
      await write('syn/area.txt', '1234')(folder);
      await write('rtl/constructor', '')(folder);
    });
    expect(found).toMatchObject({ intact: true, added: ['rtl/constructor', 'syn/area.txt'] });
    expect(found.text).toContain('  added    syn/area.txt\n');
  });
});

describe('a hand edit is named by its file', () => {
  it.each([
    [
      'a comment',
      DECODER,
      (text: string) => text.replace('module odd_decoder', '// mine\nmodule odd_decoder'),
      true,
    ],
    ['a comment at the end', DECODER, (text: string) => `${text}/* mine */`, true],
    [
      'an operator',
      'model/odd_array.v',
      (text: string) => text.replace('HALF - threshold', 'HALF - 1 - threshold'),
      false,
    ],
    ['a text in a string', 'tb/odd_tb.v', (text: string) => text.replace('"PASS n=', '"PASS// n='), false],
    ['a reference manual', 'docs/registers.md', (text: string) => text.replace('0x0', '0x1'), false],
    ['the line ends', 'README.md', (text: string) => text.replaceAll('\n', '\r\n'), false],
    ['the vectors', 'vectors/trace.txt', (text: string) => text.slice(0, -20), false],
    ['an empty file', 'odd.f', () => '', false],
    ['white space in the config', 'config.resolved.json', (text: string) => text.replace('{', '{ '), false],
  ])('%s', async (_, file, edit, commentsOnly) => {
    const found = await after(async (folder) => {
      const text = await readFile(path.join(folder, file), 'utf8');
      expect(edit(text)).not.toBe(text);
      await write(file, edit(text))(folder);
    });
    expect(found.edits).toMatchObject([{ path: file, commentsOnly, sealed: false }]);
    expect(found).toMatchObject({ intact: false, missing: [], added: [], problems: [] });
    expect(found.text).toContain(
      `odd: odd, made by ${TOOL}: ${FILES - 1} of ${FILES} files as generated\n  edited   `,
    );
  });

  it('with the first line that differs', async () => {
    const found = await after((folder) =>
      replaceOnce(path.join(folder, 'model/odd_array.v'), 'HALF - threshold', 'HALF - 1 - threshold'),
    );
    const { first } = found.edits[0] as { readonly first: { line: number; was: string; is: string } };
    expect(first.was).toContain('HALF - threshold');
    expect(first.is).toBe(first.was.replace('HALF - threshold', 'HALF - 1 - threshold'));
    expect(found.text).toContain(
      `  edited   model/odd_array.v: line ${first.line}\n           was  ${first.was.trim()}\n`,
    );
  });

  it('where bytes are no text', async () => {
    const found = await after((folder) =>
      writeFile(path.join(folder, DECODER), Buffer.from([0xff, 0xfe, 0])),
    );
    expect(found.edits).toMatchObject([{ path: DECODER }]);
  });

  it('where the manifest was changed with it', async () => {
    const found = await after(sealed('model/odd_array.v', 'HALF - threshold', 'HALF - 1 - threshold'));
    expect(found.edits).toMatchObject([{ path: 'model/odd_array.v', sealed: true }]);
    expect(found).toMatchObject({ intact: false, problems: [] });
    expect(found.text).toContain('its hash in the manifest changed with it');
  });
});

describe('a generated file that is gone is named', () => {
  it.each([
    ['removed', remove(DECODER)],
    [
      'a folder',
      async (folder: string) => {
        await remove(DECODER)(folder);
        await mkdir(path.join(folder, DECODER));
      },
    ],
    [
      'a link to a file',
      async (folder: string) => {
        await remove(DECODER)(folder);
        await symlink('/etc/passwd', path.join(folder, DECODER));
      },
    ],
  ])('%s', async (_, damage) => {
    expect(await after(damage)).toMatchObject({ intact: false, missing: [DECODER], edits: [], problems: [] });
  });

  it('its folder and all', async () => {
    const { missing, text } = await after((folder) => rm(path.join(folder, 'docs'), { recursive: true }));
    expect(missing).toEqual(['docs/datasheet.html', 'docs/registers.md']);
    expect(text).toContain('  missing  docs/registers.md\n');
  });
});

describe('config and manifest belong together', () => {
  it('a config that describes another macro', async () => {
    const found = await after((folder) =>
      replaceOnce(path.join(folder, 'config.resolved.json'), '"trimPulses": 3', '"trimPulses": 2'),
    );
    expect(found.edits).toMatchObject([{ path: 'config.resolved.json', first: undefined }]);
    expect(problemsOf(found)).toEqual([
      expect.stringMatching(/^config: is [0-9a-f]{12} \(odd\), config and levels give [0-9a-f]{12} \(odd\)$/),
    ]);
    expect(found.plan).toBeUndefined();
    expect(found.text).toContain('not simulated: config and levels no longer tell');
  });

  it('a config that is no longer valid', async () => {
    const found = await after((folder) =>
      replaceOnce(path.join(folder, 'config.resolved.json'), '"bits": 3', '"bits": 9'),
    );
    expect(problemsOf(found)).toEqual(['adc.bits: 9 is outside 1..7']);
    expect(found.intact).toBe(false);
  });

  it('levels that were changed', async () => {
    const found = await after((folder) =>
      replaceOnce(path.join(folder, 'levels/0_signed.json'), '"high": 12', '"high": 13'),
    );
    expect(found.edits).toMatchObject([{ path: 'levels/0_signed.json' }]);
    expect(problemsOf(found)).toHaveLength(1);
  });

  it('a config that is missing, once', async () => {
    const found = await after(remove('config.resolved.json'));
    expect(found).toMatchObject({ intact: false, missing: ['config.resolved.json'], problems: [] });
  });

  it.each([
    [
      'a hash',
      manifest(({ files }) => Object.assign(files, { 'README.md': '0'.repeat(64) })),
      [`files.README.md: is not the hash of what ${TOOL} generates`],
    ],
    [
      'an entry that is left out',
      manifest(({ files }) => delete files['README.md']),
      ['files.README.md: is not named, and belongs to the package'],
    ],
    [
      'an entry of a file and its hash',
      async (folder: string) => {
        await write('rtl/odd_spare.v', '')(folder);
        await manifest(({ files }) => Object.assign(files, { 'rtl/odd_spare.v': sha256('') }))(folder);
      },
      [`files.rtl/odd_spare.v: is no file that ${TOOL} generates`],
    ],
    [
      'the hash of the config',
      manifest((all) => Object.assign(all, { config: 'a'.repeat(64) })),
      [expect.stringMatching(/^config: is aaaaaaaaaaaa \(odd\), config and levels give /)],
    ],
    [
      'the name of the macro',
      manifest((all) => Object.assign(all, { macro: 'even' })),
      [expect.stringMatching(/^config: is .* \(even\), config and levels give .* \(odd\)$/)],
    ],
  ])('%s of the manifest', async (_, damage, problems) => {
    const found = await after(damage);
    expect(problemsOf(found)).toEqual(problems);
    expect(found.intact).toBe(false);
  });
});

describe('a package of another version', () => {
  const older = (folder: string) => manifest((all) => Object.assign(all, { tool: 'imcgen 0.0.1' }))(folder);

  it('is intact; what this version writes otherwise is told', async () => {
    const found = await after(async (folder) => {
      const texts = await contentOf(folder);
      const renewed: Record<string, string> = {};
      for (const [file, text] of Object.entries(texts)) {
        if (file === MANIFEST) continue;
        // As the older version would have written it: its name in the headers, and one line of its own.
        const old =
          text.replaceAll(TOOL, 'imcgen 0.0.1') + (file === DECODER ? '// was said otherwise\n' : '');
        await write(file, old)(folder);
        renewed[file] = sha256(old);
      }
      await manifest((all) => Object.assign(all, { tool: 'imcgen 0.0.1', files: renewed }))(folder);
    });
    expect(found).toMatchObject({ intact: true, otherwiseNow: [DECODER] });
    expect(found.text).toContain(`made by imcgen 0.0.1: ${FILES} of ${FILES} files as generated\n`);
    expect(found.text).toContain(`  this version writes otherwise:\n           ${DECODER}\n`);
  });

  it('still has its edits named', async () => {
    const found = await after(async (folder) => {
      await older(folder);
      await append(DECODER, '// mine\n')(folder);
    });
    expect(found.edits).toEqual([{ path: DECODER, sealed: false, first: undefined, commentsOnly: false }]);
    expect(found.intact).toBe(false);
  });
});

describe('a manifest that cannot be trusted is refused', () => {
  const refusal = (damage: (folder: string) => Promise<unknown>) =>
    withPackage(PLAN, async (folder) => {
      await damage(folder);
      const error = await verifyFiles(folder).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(InvalidInput);
      return (error as InvalidInput).problems.map(describeProblem).join('\n').replaceAll(folder, 'odd');
    });

  it('missing', async () => {
    expect(await refusal((folder) => unlink(path.join(folder, MANIFEST)))).toMatch(
      /^odd\/manifest.json: no such file\n +Name a folder that imcgen generate wrote\.$/,
    );
  });

  it('truncated', async () => {
    const text = await refusal(async (folder) => {
      const file = path.join(folder, MANIFEST);
      await writeFile(file, (await readFile(file, 'utf8')).slice(0, 300));
    });
    expect(text).toMatch(
      /^odd\/manifest.json: is not JSON: .*\n +Generate the package again: imcgen generate /,
    );
  });

  it.each(['../../secret', '/etc/passwd', 'rtl/../../secret', '.hidden', 'rtl\\x.v', '', MANIFEST])(
    'with the path %j',
    async (name) => {
      const text = await refusal(manifest(({ files }) => Object.assign(files, { [name]: 'b'.repeat(64) })));
      expect(text).toContain(`odd/manifest.json: files.${name}: is not the path of a generated file`);
    },
  );

  it.each([
    [{ tool: 'webpack 5' }, 'tool: "webpack 5" is not a version of imcgen'],
    [{ config: 'short' }, 'config: "short" is not a sha256'],
    [{ files: ['rtl'] }, 'files: ["rtl"] is not an object'],
    [{ extra: 1 }, 'extra: is not a known key'],
  ])('with %j', async (change, message) => {
    expect(await refusal(manifest((all) => Object.assign(all, change)))).toContain(message);
  });
});

describe('re-simulation', () => {
  const OPTIONS = { seed: 3, conversions: 4, simulator: 'icarus' } as const;

  it('passes where the hardware is as generated, comments aside', async () => {
    const result = await withPackage(PLAN, async (folder) => {
      await append(DECODER, '// mine\n')(folder);
      return resimulate(folder, PLAN, OPTIONS);
    });
    expect(result).toMatchObject({ passed: true, mismatches: [], complaints: [] });
  });

  it('fails where an edit changed the hardware, although the manifest was changed with it', async () => {
    await withPackage(PLAN, async (folder) => {
      await sealed('model/odd_array.v', 'HALF - threshold', 'HALF - 1 - threshold')(folder);
      const verification = await verifyFiles(folder);
      const simulation = await resimulate(folder, verification.plan!, OPTIONS);
      expect(simulation.passed).toBe(false);
      expect(verificationText(verification, simulation)).toMatch(/\nFAIL odd \(as it is\): .* mismatches/);
      const json = JSON.parse(verificationJson(verification, simulation));
      expect(json).toMatchObject({ passed: false, intact: false, simulation: { passed: false } });
    });
  });

  it.each([
    [
      'Verilog that does not compile',
      (folder: string) => replaceOnce(path.join(folder, DECODER), 'endmodule', 'oops\nendmodule'),
      new RegExp(`${DECODER}: line \\d+: syntax error`),
    ],
    [
      'a module that is missing',
      remove(DECODER),
      /rtl\/odd.*\.v: line \d+: Unknown module type: odd_decoder/,
    ],
    ['a file that is missing', remove('tb/odd_tb.v'), /does not compile it:\n.*tb\/odd_tb.v/],
    [
      'a folder that is missing',
      (folder: string) => rm(path.join(folder, 'rtl'), { recursive: true }),
      /rtl: no such folder/,
    ],
  ])('names %s', async (_, damage, complaint) => {
    const simulation = await withPackage(PLAN, async (folder) => {
      await damage(folder);
      return resimulate(folder, PLAN, OPTIONS);
    });
    expect(simulation.passed).toBe(false);
    const problems = 'problems' in simulation ? simulation.problems : [];
    expect(problems.map(describeProblem).join('\n')).toMatch(complaint);
  });
});
