import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  calibrate,
  cellWrites,
  codeOf,
  type Levels,
  type MacroConfigInput,
  type MacroPlan,
  macroInput,
  macroSchema,
  newBench,
  orThrow,
  packTernary,
  parse,
  planMacro,
  referenceWrites,
  runVectors,
  streamConversions,
  tableWrites,
} from '../../generators/index.js';
import { readNpy } from '../../generators/levels/calibrate/npy.js';
import { npyFiles } from '../../generators/levels/calibrate/sources.js';
import { everyNth, forEveryChange } from '../fixtures/every-change.js';
import { withPackage } from '../fixtures/packages.js';
import { expectPassed } from '../fixtures/verdict.js';

/** Activations of trained networks, beside the repository on machines that have them. */
const DATA = fileURLToPath(new URL('../../../shared/data/activations/', import.meta.url));
const present = existsSync(DATA);
if (!present) console.log('co-simulation of real layers skipped: ../shared/data/activations is absent');

const BITS = 4;
const COLUMNS = 8;
/** Word lines that add up to one activation in each column. */
const ROWS_A_COLUMN = 4;
const ROWS = COLUMNS * ROWS_A_COLUMN;
const INPUT_BITS = 8;
const CONVERSIONS = 64;
/** Part of the array's range that the calibrated range takes up: what lies beyond has room. */
const USED = 0.6;

/** `network/layer` of every layer there is. */
function layersThere(): string[] {
  const folders = (at: string) =>
    readdirSync(at, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  return folders(DATA).flatMap((network) =>
    folders(path.join(DATA, network)).map((layer) => `${network}/${layer}`),
  );
}

/** Calibration batches and held-out samples of a layer: after its non-linearity, where that was recorded. */
function activationsOf(layer: string) {
  const folder = path.join(DATA, layer);
  const files = orThrow(npyFiles([folder]));
  const after = files.filter((file) => /^calib_\d+\.npy$/.test(path.basename(file)));
  const [calibration, heldOut] =
    after.length > 0 ? [after, 'heldout.npy'] : [[path.join(folder, 'pre_calib.npy')], 'pre_heldout.npy'];
  const read = (file: string) => Float32Array.from(orThrow(readNpy(file)).data);
  return { batches: calibration.map(read), heldOut: read(path.join(folder, heldOut)) };
}

/** A small macro whose unit discharge follows from the calibrated range. */
function planFor(levels: Levels): MacroPlan {
  const { low, high } = levels.range;
  const signed = low < 0;
  const reach = USED * ROWS_A_COLUMN * (2 ** (INPUT_BITS - Number(signed)) - 1);
  const unit = Math.max(-low, high) / reach;
  const columns = 32;
  const rowsFor = (activation: number) => Math.ceil((activation / unit + 2) / columns);
  const offsetRows = signed ? rowsFor(-low) : 0;
  const steps = levels.references.map((reference, k) => reference - (levels.references[k - 1] ?? 0));
  const rows = offsetRows + steps.length * rowsFor(Math.max(...steps));
  const config: MacroConfigInput = {
    name: 'layer',
    array: { rows: ROWS, columns: COLUMNS },
    input: { bits: INPUT_BITS, signed },
    adc: { bits: BITS, reference: { columns, rows, offsetRows } },
    output: { bits: 8, signed },
    layers: [{ levels: 'layer.json', inputScale: unit }],
  };
  return orThrow(
    planMacro(macroInput(orThrow(parse('layer.json', macroSchema, config)), [levels], 'layer.json')),
  );
}

/** Inputs whose column `c`, which weighs its own rows with +1, reads closest to `values[c]`. */
function inputsReading(values: Float32Array, { shape, layers }: MacroPlan): Int32Array {
  const most = 2 ** (shape.inputBits - Number(shape.inputSigned)) - 1;
  const inputs = new Int32Array(shape.rows);
  values.forEach((value, column) => {
    let left = Math.round(value / layers[0]!.unitActivation);
    for (let row = column; row < shape.rows; row += shape.columns) {
      inputs[row] = Math.max(shape.inputSigned ? -most : 0, Math.min(most, left));
      left -= inputs[row]!;
    }
  });
  return inputs;
}

/** Every column reads its own rows. */
function ownRows(): Int8Array {
  return Int8Array.from({ length: ROWS * COLUMNS }, (_, cell) =>
    Number(Math.floor(cell / COLUMNS) % COLUMNS === cell % COLUMNS),
  );
}

describe.skipIf(!present)('a layer of a trained network: calibrate, plan, package, simulate', () => {
  it.each(forEveryChange(present ? layersThere() : [], everyNth(5)))('%s', async (layer) => {
    const { batches, heldOut } = activationsOf(layer);
    // The plain form: its references are halfway between its levels, on which the bounds below rest.
    const levels = orThrow(
      calibrate(batches, { name: layer.replace('/', '.'), bits: BITS, method: 'bs-kmq-plain' }),
    );
    const plan = planFor(levels);
    const { ramp, table, unitActivation, referenceErrors, error } = plan.layers[0]!;

    const bench = newBench(plan, 1);
    const { stimulus } = bench;
    stimulus.writeAll(referenceWrites(ramp, 0, plan.shape));
    stimulus.writeAll(tableWrites(table.entries, 0));
    stimulus.writeAll(cellWrites(packTernary(ownRows()), COLUMNS));
    const samples = Array.from({ length: CONVERSIONS }, (_, i) =>
      heldOut.subarray(i * COLUMNS, (i + 1) * COLUMNS),
    );
    streamConversions(
      bench,
      samples.map((values) => inputsReading(values, plan)),
      0,
      BITS,
    );
    const result = await withPackage(plan, (folder) =>
      runVectors(plan, stimulus.vectors(), { folder, simulator: 'icarus' }),
    );
    expectPassed(result);
    expect(result.conversions).toBe(CONVERSIONS);

    // A reference halfway between two levels that moves by d makes no sample's error grow by more than
    // 2 d; a table entry is off by half a step at most. So much may the root mean square grow.
    const moved = Math.max(...referenceErrors.map(Math.abs)) * unitActivation;
    const rounding = 2 * moved + table.outputScale / 2;
    expect(Math.sqrt(error!.realised)).toBeLessThanOrEqual(Math.sqrt(error!.ideal) + rounding);
    expect(error!.realised).toBeLessThan(1.02 * error!.ideal);

    // The same for every sample that was simulated, whose input is rounded to whole unit discharges too.
    const { conversions } = stimulus.vectors();
    samples.forEach((values, at) => {
      values.forEach((value, column) => {
        const ideal = levels.outputs[codeOf(value, levels.references)]!;
        const read =
          table.entries[codeOf(conversions[at]!.macs[column]!, ramp.references)]! * table.outputScale;
        expect(Math.abs(value - read)).toBeLessThanOrEqual(
          Math.abs(value - ideal) + rounding + unitActivation,
        );
      });
    });
  });
});
