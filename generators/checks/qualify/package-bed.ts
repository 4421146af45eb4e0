import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { InvalidInput, orThrow } from '../../common/problems.js';
import { unreadable } from '../../common/system-errors.js';
import { readManifest, takeInventory } from '../../package/inventory.js';
import { type Bed, impatient, type Source } from './bed.js';

const REGENERATE = 'Generate the package again.';

/** A package as a bed, as it lies on the disk. */
export interface PackageBed {
  readonly bed: Bed;
  /** The package is that of a partial-sum unit, which has no array. */
  readonly isUnit: boolean;
  /** Generated files that were edited or removed since, by path in the package. */
  readonly edited: readonly string[];
}

/**
 * The bed of a package, of a macro or of a partial-sum unit: its own Verilog, testbench and vectors. Nothing is written into
 * the package.
 *
 * @param scratch folder for the testbench that mutants run with
 * @throws InvalidInput for a folder that is no package, or lacks what a simulation needs
 */
export async function packageBed(folder: string, scratch: string): Promise<PackageBed> {
  const manifest = orThrow(await readManifest(folder));
  const { edited, missing } = await takeInventory(folder, manifest);
  const { macro: name } = manifest;
  const read = (file: string) => textIn(folder, file);
  const sources = new Map<string, Source>();
  for (const file of await verilogIn(folder, 'rtl')) {
    const module = path.posix.basename(file, '.v');
    sources.set(file, { module, file: path.resolve(folder, file), text: await read(file) });
  }
  const testbench = path.join(scratch, 'testbench.v');
  await writeFile(testbench, impatient(await read(`tb/${name}_tb.v`)));
  const isUnit = !Object.keys(manifest.files).some((file) => file.startsWith('model/'));
  const models = isUnit ? [] : await verilogIn(folder, 'model');
  const bed = {
    ...{ name, sources, others: [...models.map((file) => path.resolve(folder, file)), testbench] },
    vectors: path.resolve(folder, 'vectors'),
    blackbox: isUnit ? '' : await read(`blackbox/${name}_array.v`),
  };
  return { bed, isUnit, edited: [...edited, ...missing].sort() };
}

async function textIn(folder: string, file: string): Promise<string> {
  const at = path.join(folder, file);
  return readFile(at, 'utf8').catch((error: unknown) => {
    throw new InvalidInput([unreadable(at, error, REGENERATE)]);
  });
}

/** Verilog files of a part of the package, by path in it. */
async function verilogIn(folder: string, part: string): Promise<string[]> {
  const at = path.join(folder, part);
  const names = await readdir(at).catch((error: unknown) => {
    throw new InvalidInput([unreadable(at, error, REGENERATE)]);
  });
  return names
    .filter((name) => name.endsWith('.v'))
    .sort()
    .map((name) => `${part}/${name}`);
}
