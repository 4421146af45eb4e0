import { basename } from 'node:path';
import { InvalidInput, orThrow } from '../problems.js';
import { BatchCollector } from './batches.js';
import { levelsFrom, tailFractions } from './calibrate.js';
import type { CalibrationOptions } from './options.js';
import { collectFiles, npyFiles, sourceName } from './sources.js';
import { writeAtomically } from './write.js';

type Flags = Readonly<Record<string, string | boolean | undefined>>;

/** `imcgen calibrate`: reads activations, writes levels, prints a summary. */
export async function runCalibrate(activations: readonly string[], flags: Flags): Promise<void> {
  const output = String(flags['output']);
  const options: CalibrationOptions = {
    name: String(flags['name'] ?? layerName(output)),
    bits: numberIn(flags, 'bits', 1, 8),
    tails: numberIn(flags, 'tails', 0, 0.5),
    emaWeight: numberIn(flags, 'emaWeight', 0, 1),
    refit: flags['refit'] === true,
    dropNonfinite: flags['dropNonfinite'] === true,
    source: sourceName(activations),
  };
  const collector = new BatchCollector([tailFractions(options)]);
  orThrow(collectFiles(orThrow(npyFiles(activations)), collector));
  const levels = orThrow(levelsFrom(collector, options));
  const text = `${JSON.stringify(levels, null, 2)}\n`;
  writeAtomically(output, text);
  if (flags['json'] === true) process.stdout.write(text);
  else if (flags['quiet'] !== true) process.stdout.write(`${output}: ${levels.bits} bits\n`);
}

function layerName(output: string): string {
  return basename(output).replace(/(\.levels)?\.json$/i, '');
}

function numberIn(flags: Flags, name: string, low: number, high: number): number {
  const text = String(flags[name]);
  const value = Number(text);
  if (text.trim() !== '' && value >= low && value <= high) return value;
  const option = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new InvalidInput([{ file: option, path: '', message: `${text} is outside ${low}..${high}` }]);
}
