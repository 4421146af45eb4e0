import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parse } from '../../../generators/macro/config/parse.js';
import { psumSchema } from '../../../generators/macro/config/psum.js';
import {
  biasAddress,
  PSUM_REGISTER_NAMES,
  psumAddress,
  psumResetWord,
  scaleAddress,
  weightWordAddress,
} from '../../../generators/macro/psum/registers.js';
import { psumFiles } from '../../../generators/package/psum/package.js';
import { usedBeforeDeclared } from '../../fixtures/declared-before-use.js';
import { everyNth, forEveryChange } from '../../fixtures/every-change.js';
import { asContent } from '../../fixtures/packages.js';
import { PSUM_LAYER, PSUM_MATRIX, psumPlanOf } from '../../fixtures/psum.js';

describe.each(forEveryChange([PSUM_LAYER, ...PSUM_MATRIX], everyNth(5)))('the package of $name', (plan) => {
  const files = asContent(psumFiles(plan));

  it('is named, hashed and the same every time', () => {
    expect(asContent(psumFiles(plan))).toEqual(files);
    const manifest = JSON.parse(files['manifest.json']!) as { files: Record<string, string> };
    const others = Object.keys(files).filter((file) => file !== 'manifest.json');
    expect(Object.keys(manifest.files).sort()).toEqual(others.sort());
    for (const [file, sha256] of Object.entries(manifest.files)) {
      expect(createHash('sha256').update(files[file]!).digest('hex'), file).toBe(sha256);
    }
  });

  it('is generated again from its own config', () => {
    const config = JSON.parse(files['config.resolved.json']!) as unknown;
    const again = parse('config.resolved.json', psumSchema, config);
    expect(again.ok && asContent(psumFiles(psumPlanOf(again.value)))).toEqual(files);
  });

  it('declares what it uses, keeps to 100 columns, and has no tabs', () => {
    for (const [file, text] of Object.entries(files)) {
      if (!file.endsWith('.v') || file.startsWith('syn/')) continue;
      expect(usedBeforeDeclared(text), file).toEqual([]);
      const long = text.split('\n').filter((line) => line.length > 100 || line.includes('\t'));
      expect(long, file).toEqual([]);
    }
  });
});

describe('what software includes', () => {
  const files = asContent(psumFiles(PSUM_LAYER));
  const header = files['include/layer_psum_regs.h']!;
  const defined = (name: string) => new RegExp(`^#define LAYER_PSUM_${name} (\\S+)`, 'm').exec(header)?.[1];

  it('has the addresses and reset values of the registers', () => {
    for (const register of PSUM_REGISTER_NAMES) {
      const name = register.toUpperCase();
      expect(Number(defined(name)?.replace('u', ''))).toBe(psumAddress(register));
      expect(Number(defined(`${name}_RESET`)?.replace('u', ''))).toBe(
        psumResetWord(PSUM_LAYER.shape, register),
      );
    }
  });

  it('has the addresses of coefficients', () => {
    const address = (region: string, ...indices: readonly number[]) => {
      const [, names, sum] = new RegExp(`^#define LAYER_PSUM_${region}\\(([^)]*)\\) \\((.*)\\)$`, 'm').exec(
        header,
      )!;
      const text = names!
        .split(', ')
        .reduce((body, name, at) => body.replace(`(${name})`, `(${indices[at]})`), sum!);
      return Number(
        text
          .split(' + ')
          .map((term) =>
            term
              .replaceAll(/[u()]/g, '')
              .split(' * ')
              .reduce((product, factor) => product * Number(factor), 1),
          )
          .reduce((total, term) => total + term, 0),
      );
    };
    expect(address('WEIGHTS', 2, 1)).toBe(weightWordAddress(PSUM_LAYER.shape, 2, 1));
    expect(address('SCALES', 9)).toBe(scaleAddress(9));
    expect(address('BIASES', 9)).toBe(biasAddress(9));
  });

  it('names the same words in SystemRDL', () => {
    const rdl = files['include/layer_psum_regs.rdl']!;
    for (const register of PSUM_REGISTER_NAMES) {
      expect(rdl).toContain(`} ${register} @ 0x${psumAddress(register).toString(16).padStart(5, '0')};`);
    }
    expect(rdl).toContain('} weights[3] @ 0x10000 += 0xc;');
    expect(rdl).toContain('} scales[10] @ 0x20000 += 0x4;');
    expect(rdl).toContain('} biases[10] @ 0x30000 += 0x4;');
  });
});
