/**
 * What robust levels buy on dies: levels that are best without offsets beside levels of least expected error, on the same
 * dies, weights and inputs. Where a ReLU follows, robust levels are made of what it gives, and of the sums before it. Prints the
 * tables of docs/calibration.md.
 *
 *   npx tsx bench/robust.ts
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { monteCarlo } from '../generators/campaign/montecarlo/montecarlo.js';
import { Random } from '../generators/common/random.js';
import { writeNpy } from '../generators/levels/calibrate/npy.js';

const [ROWS, COLUMNS, VECTORS, DIES] = [128, 16, 500, 100];
const LARGEST = 3;
const BITS = 3;
const MISMATCH = 0.025;
/** Sigma of the offset of the sense amplifiers, unit discharges. */
const OFFSETS = [5, 10, 20];

interface Levels {
  readonly references: readonly number[];
  readonly outputs: readonly number[];
}

const folder = mkdtempSync(path.join(tmpdir(), 'imcgen-robust-'));
const at = (name: string) => path.join(folder, name);
const CLI = path.resolve('dist/cli.js');

try {
  await measure(false);
  await measure(true);
} finally {
  rmSync(folder, { recursive: true });
}

/** One table; `relu`: the levels are those of a ReLU. */
async function measure(relu: boolean): Promise<void> {
  const random = new Random(1);
  const weights = Int8Array.from({ length: ROWS * COLUMNS }, () => random.whole(-1, 1));
  const vectors = (count: number) =>
    Int8Array.from({ length: count * ROWS }, () => random.whole(-LARGEST, LARGEST));
  const [calibration, inputs] = [vectors(VECTORS), vectors(VECTORS)];
  const save = (name: string, shape: readonly number[], data: Int8Array | Float32Array) =>
    writeNpy(at(name), { shape, fortranOrder: false, data });
  save('weights.npy', [ROWS, COLUMNS], weights);
  save('inputs.npy', [VECTORS, ROWS], inputs);
  const [activations, sums] = [0, 1].map(() => new Float32Array(VECTORS * COLUMNS)) as [
    Float32Array,
    Float32Array,
  ];
  let power = 0;
  for (let vector = 0; vector < VECTORS; vector++) {
    for (let column = 0; column < COLUMNS; column++) {
      let mac = 0;
      for (let row = 0; row < ROWS; row++) {
        const product = calibration[vector * ROWS + row]! * weights[row * COLUMNS + column]!;
        mac += product;
        power += product ** 2;
      }
      sums[vector * COLUMNS + column] = mac;
      activations[vector * COLUMNS + column] = relu ? Math.max(0, mac) : mac;
    }
  }
  save('activations.npy', [VECTORS, COLUMNS], activations);
  save('sums.npy', [VECTORS, COLUMNS], sums);
  const perColumn = power / activations.length;
  console.log(
    `${ROWS} x ${COLUMNS}, ${BITS} bits, sums of random weights and inputs${relu ? ', levels of their ReLU' : ''}; ${DIES} dies, mismatch ${MISMATCH}`,
  );
  console.log('good: a die whose CSNR is at least that of the median die with nominal levels');
  console.log(
    'offset  levels              table      first reference   CSNR, all  of the dies            MSE  code errors   good dies',
  );
  for (const offset of OFFSETS) {
    const sigma = Math.sqrt(offset ** 2 + MISMATCH ** 2 * perColumn);
    let limit: number | undefined;
    const robustly = `sigma ${sigma.toFixed(2)}`;
    const variants = [
      { name: 'nominal', samples: 'activations.npy', extra: [] },
      { name: robustly, samples: 'activations.npy', extra: ['--robust', sigma.toFixed(2)] },
      { name: `${robustly}, sums`, samples: 'sums.npy', extra: ['--robust', sigma.toFixed(2), '--relu'] },
    ];
    for (const { name: variant, samples, extra } of relu ? variants : variants.slice(0, 2)) {
      const name = 'own.levels.json';
      const about = [
        '--method',
        'hardware-optimal',
        '--cell',
        '1',
        '--step-cells',
        '64',
        '--offset-cells',
        '64',
      ];
      const table = ['--table-step', '1', '--table-bits', '8', ...(relu ? [] : ['--table-signed'])];
      await execa(process.execPath, [
        ...[CLI, 'calibrate', at(samples), '-b', String(BITS), '-o', at(name)],
        ...[...about, ...table, ...extra],
      ]);
      writeFileSync(
        at('macro.json'),
        JSON.stringify({
          name: 'robust',
          array: { rows: ROWS, columns: COLUMNS },
          input: { bits: 3, signed: true },
          adc: { bits: BITS, reference: { columns: 16, rows: 64, offsetRows: 15 } },
          output: { bits: 8, signed: !relu },
          die: { mismatch: MISMATCH, offset },
          layers: [{ levels: name, outputScale: 1 }],
        }),
      );
      const { corners } = await monteCarlo(at('macro.json'), {
        ...{ dies: DIES, workers: 1, weights: at('weights.npy'), inputs: at('inputs.npy') },
        ...(limit !== undefined && { limits: { csnr: limit } }),
      });
      const [{ summary }] = corners as [(typeof corners)[0]];
      const { references, outputs } = JSON.parse(readFileSync(at(name), 'utf8')) as Levels;
      const { csnr, csnrOfDies, mse, errorRate, yield: good } = summary;
      console.log(
        [
          String(offset).padStart(6),
          variant.padEnd(18),
          `${outputs[0]} .. ${outputs.at(-1)}`.padEnd(9),
          String(references[0]).padStart(15),
          `${csnr!.toFixed(2)} dB`.padStart(10),
          `${csnrOfDies.least!.toFixed(2)} .. ${csnrOfDies.most!.toFixed(2)} dB`.padEnd(17),
          mse.toFixed(2).padStart(6),
          `${(100 * errorRate).toFixed(2)} %`.padStart(11),
          limit === undefined ? '' : `${good.passing} of ${DIES}`.padStart(10),
        ].join('  '),
      );
      limit ??= summary.csnrOfDies.median!;
    }
  }
}
