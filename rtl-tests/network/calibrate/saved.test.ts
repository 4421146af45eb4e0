import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  calibrationKey,
  restored,
  save,
  savedUnder,
  toSave,
} from '../../../generators/network/calibrate/saved.js';
import { smallHardware } from '../../fixtures/hardware.js';

const DIGITAL = [{ layer: 'first', on: 'digital' as const }];

describe('a saved calibration', () => {
  it.each([
    ['digit', {}],
    ['layer', { levels: { sharing: 'layer' as const }, overrides: DIGITAL }],
    ['array factors', { weights: { granularity: 'array' as const } }],
  ])('gives the same hardware again: %s', async (_, changes) => {
    const hardware = await smallHardware(changes);
    expect(restored(hardware.plan, JSON.parse(JSON.stringify(toSave(hardware))))).toEqual(hardware);
  });

  it('has a key of its content: model, images, settings, but no names', async () => {
    const [{ plan }, other] = [await smallHardware({}), await smallHardware({ overrides: DIGITAL })];
    const model = Uint8Array.of(1, 2, 3);
    const key = calibrationKey(plan, model, 'images');
    const renamed = { ...plan.config, name: 'other', model: 'elsewhere/model.onnx' };
    expect(calibrationKey({ ...plan, config: renamed }, model, 'images')).toBe(key);
    const fewer = { ...plan.config, images: { ...plan.config.images, count: 7 } };
    const keys = [
      calibrationKey(plan, Uint8Array.of(1, 2, 4), 'images'),
      calibrationKey(plan, model, 'other images'),
      calibrationKey(other.plan, model, 'images'),
      calibrationKey({ ...plan, config: fewer }, model, 'images'),
    ];
    expect(new Set([key, ...keys]).size).toBe(5);
  });
});

describe('the folder of calibrations', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'imcgen-cache-'));
    vi.stubEnv('IMCGEN_CACHE', path.join(folder, 'in', 'it'));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  it('keeps what is saved, and nothing that is broken or of another key', async () => {
    const hardware = await smallHardware({});
    const key = 'ab'.repeat(32);
    expect(savedUnder(key, hardware.plan)).toBeUndefined();
    save(key, hardware);
    expect(savedUnder(key, hardware.plan)).toEqual(hardware);
    expect(savedUnder(`${key.slice(0, 40)}${'0'.repeat(24)}`, hardware.plan)).toBeUndefined();
    const file = path.join(folder, 'in', 'it', `calibration-${key.slice(0, 32)}.json`);
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 500));
    expect(savedUnder(key, hardware.plan)).toBeUndefined();
  });

  it('may be one that cannot be written, or none', async () => {
    const hardware = await smallHardware({});
    for (const name of [path.join(folder, 'a-file', 'in-it'), '']) {
      writeFileSync(path.join(folder, 'a-file'), '');
      vi.stubEnv('IMCGEN_CACHE', name);
      expect(() => save('cd'.repeat(32), hardware)).not.toThrow();
      expect(savedUnder('cd'.repeat(32), hardware.plan)).toBeUndefined();
    }
  });
});
