/**
 * What each method errs on held-out samples, over the exact optimum of those samples, at 2..6 bits, and under which
 * scoring the published claim holds:
 *
 *   npx tsx bench/calibrate-layers.ts                  synthetic layers
 *   npx tsx bench/calibrate-layers.ts layers/ ...      folders of layers, each with calib_*.npy and heldout.npy
 */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { orThrow } from '../generators/common/problems.js';
import { Random } from '../generators/common/random.js';
import { BatchCollector } from '../generators/levels/calibrate/batches.js';
import {
  BASELINES,
  type Comparison,
  checkClaim,
  compareMethods,
  PROTOCOLS,
} from '../generators/levels/calibrate/compare.js';
import { samplesOf, tailsToRecord } from '../generators/levels/calibrate/methods.js';
import { withDefaults } from '../generators/levels/calibrate/options.js';
import { collectFiles, npyFiles } from '../generators/levels/calibrate/sources.js';
import { normals } from '../rtl-tests/fixtures/activations.js';

const BITS = [2, 3, 4, 5, 6];
const SHOWN = [
  'linear-clipped',
  'kmeans',
  'bs-kmq-plain',
  'plain, refit',
  'plain, auto tails',
  'bs-kmq',
  'optimal',
];
const print = (line: string) => process.stdout.write(`${line}\n`);

interface Layer {
  readonly name: string;
  readonly calibration: BatchCollector;
  readonly heldOut: BatchCollector;
}

const collectorOf = () => new BatchCollector(tailsToRecord(withDefaults({ name: 'layer', bits: 4 }), true));

/** @param named whether layers are named with their folder */
function layersOfFolder(folder: string, named: boolean): Layer[] {
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'heldout.npy')))
    .map((name) => join(folder, name))
    .filter((path) => readdirSync(path).some((file) => file.startsWith('calib_')))
    .map((path) => {
      const calib = orThrow(npyFiles([path])).filter((file) => basename(file).startsWith('calib_'));
      const collect = (files: string[]) => orThrow(collectFiles(files, collectorOf()));
      const name = named ? `${basename(dirname(path))}/${basename(path)}` : basename(path);
      return { name, calibration: collect(calib), heldOut: collect([join(path, 'heldout.npy')]) };
    });
}

/** Layers as the usual assumptions have them: 8 batches of 32,768 values and 131,072 held out. */
function syntheticLayers(): Layer[] {
  const shapes: Record<string, (normal: number, random: () => number) => number> = {
    'ReLU of normal': (normal) => Math.max(0, normal),
    'ReLU of Laplace': (normal, random) => (normal <= 0 ? 0 : -Math.log(1 - random())),
    'GELU of normal': (normal) =>
      (normal / 2) * (1 + Math.tanh(0.7978845608 * (normal + 0.044715 * normal ** 3))),
    normal: (normal) => normal,
  };
  return Object.entries(shapes).map(([name, shape]) => {
    const collect = (batches: number, count: number, seed: number) => {
      const collector = collectorOf();
      const random = new Random(seed);
      for (let batch = 0; batch < batches; batch++) {
        collector.add(
          Float32Array.from(normals(count, seed + batch), (normal) => shape(normal, () => random.next())),
        );
        collector.endBatch();
      }
      return collector;
    };
    return { name, calibration: collect(8, 32_768, 100), heldOut: collect(1, 131_072, 200) };
  });
}

const folders = process.argv.slice(2);
const layers =
  folders.length > 0
    ? folders.flatMap((folder) => layersOfFolder(folder, folders.length > 1))
    : syntheticLayers();
const claims = new Map<string, { holds: number; ratios: number[][] }>();
const rows = [['layer', 'bits', ...SHOWN]];
for (const layer of layers) {
  for (const bits of BITS) {
    const settings = withDefaults({ name: 'layer', bits });
    const heldOut = [{ name: 'held out', distribution: layer.heldOut.distribution() }];
    const comparison: Comparison = compareMethods(
      'calibration',
      samplesOf(layer.calibration),
      heldOut,
      settings,
    );
    const over = (label: string) =>
      comparison.rows.find((row) => row.label === label)!.scores[1]!.overOptimum;
    rows.push([layer.name, String(bits), ...SHOWN.map((label) => over(label).toFixed(3))]);
    for (const { protocol, ratios, holds } of checkClaim(comparison, 1)) {
      const key = `${bits} ${protocol.label}`;
      const seen = claims.get(key) ?? { holds: 0, ratios: [] };
      claims.set(key, { holds: seen.holds + Number(holds), ratios: [...seen.ratios, [...ratios]] });
    }
  }
}
print('MSE of held-out samples over the exact optimum fitted to those samples,');
print('own references and outputs');
print('');
print(table(rows));
print('');
print('published claim, at least 3x lower error than linear, Lloyd-Max, CDF and');
print('k-means: layers where it holds, and the least and largest ratio of each');
print('baseline (scored as named) to bs-kmq-plain (own references)');
print('');
const claimRows = [['bits', 'baselines', 'holds', ...BASELINES]];
for (const bits of [3, 4]) {
  for (const { label } of PROTOCOLS) {
    const { holds, ratios } = claims.get(`${bits} ${label}`)!;
    const spans = BASELINES.map((_, at) => {
      const column = ratios.map((each) => each[at]!);
      return `${Math.min(...column).toFixed(2)}..${Math.max(...column).toFixed(2)}`;
    });
    claimRows.push([String(bits), label, `${holds}/${layers.length}`, ...spans]);
  }
}
print(table(claimRows));

/** Columns of text, the first two left, the others right aligned. Names wider than their column stand a word a line. */
function table([names, ...body]: readonly (readonly string[])[]): string {
  const words = names!.map((name, column) =>
    body.some((row) => row[column]!.length >= name.length) ? [name] : name.split(/ |(?<=-)/),
  );
  const most = Math.max(...words.map(({ length }) => length));
  const heads = Array.from({ length: most }, (_, at) =>
    words.map((each) => each[at - most + each.length] ?? ''),
  );
  const rows = [...heads, ...body];
  const widths = names!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}
