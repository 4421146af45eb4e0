import { basename } from 'node:path';
import { figure } from '../../common/figures.js';
import { requireOneStdin } from '../../common/files/input.js';
import { requireWritable } from '../../common/files/output.js';
import { writeWhole } from '../../common/files/writer.js';
import { InvalidInput, orThrow } from '../../common/problems.js';
import { BatchCollector } from '../../levels/calibrate/batches.js';
import { checkedSamples } from '../../levels/calibrate/calibrate.js';
import { collectFiles, npyFiles, sourceName } from '../../levels/calibrate/sources.js';
import { foreignQuantizer } from '../../levels/import/conventions.js';
import { importedLevels, type Samples } from '../../levels/import/levels.js';
import type { Lists } from '../../levels/import/list.js';
import { readLists } from '../../levels/import/read.js';
import type { Statement } from '../../levels/import/statement.js';
import type { Levels } from '../../macro/config/levels.js';
import { levelsText } from '../report/calibrate.js';
import { wrapped } from '../report/table.js';
import { remarks, summaryOf } from './calibrate.js';

/** The command line as commander hands it over. */
export interface ImportFlags {
  readonly output: string;
  readonly name?: string;
  readonly kind?: 'references' | 'levels';
  readonly convention?: 'midpoint' | 'floor' | 'floor-middle';
  readonly columns?: string[];
  readonly decimal?: 'point' | 'comma';
  readonly header: boolean;
  readonly outputs?: string;
  readonly edges?: 'none' | 'lower' | 'upper' | 'both';
  readonly range?: { readonly low: number; readonly high: number };
  readonly scale: number;
  readonly offset: number;
  readonly histogramFrom?: string[];
  readonly dropNonfinite: boolean;
  readonly dropBelow?: number;
  readonly dropAbove?: number;
  readonly clip?: { low: number; high: number };
  readonly refit: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** `imcgen import`: reads foreign levels, writes `levels.json`, prints what was made of them. */
export async function runImport(file: string, flags: ImportFlags): Promise<void> {
  const { scale, offset, refit } = flags;
  const inputs = [file, flags.outputs ?? [], flags.histogramFrom ?? []].flat();
  requireOneStdin(inputs);
  requireWritable([{ path: flags.output, kind: 'file' }], inputs);
  const samples = samplesOf(flags);
  if (refit && samples === undefined) {
    const fix = 'Give --histogram-from, or leave --refit out.';
    throw new InvalidInput([{ file: '--refit', path: '', message: 'needs samples', fix }]);
  }
  const lists = listsOf(file, flags);
  const statement: Statement = {
    ...flags,
    extremes: samples && {
      low: (samples.distribution.values[0]! - offset) / scale,
      high: (samples.distribution.values.at(-1)! - offset) / scale,
    },
  };
  const foreign = orThrow(foreignQuantizer(lists, statement));
  const source = sourceName(flags.outputs === undefined ? [file] : [file, flags.outputs]);
  const name = flags.name ?? basename(flags.output).replace(/(\.levels)?\.json$/i, '');
  const settings = { name, source, scale, offset, refit, samples };
  const levels = orThrow(importedLevels(foreign, statement, settings));
  writeWhole(flags.output, `${JSON.stringify(levels, null, 2)}\n`);
  const summary = samples && summaryOf(levels, samples.distribution, []);
  if (flags.json) process.stdout.write(`${JSON.stringify({ levels, ...summary }, null, 2)}\n`);
  else if (!flags.quiet) {
    process.stdout.write(summary === undefined ? plainText(levels) : levelsText(levels, summary));
  }
}

/** The lists of the file, joined by the outputs of a second one. */
function listsOf(file: string, { outputs, columns, decimal, header }: ImportFlags): Lists {
  const lists = orThrow(readLists(file, { columns, decimal, header }));
  if (outputs === undefined) return lists;
  const second = orThrow(readLists(outputs, { decimal, header }));
  if ('single' in lists && 'single' in second) return { references: lists.single, outputs: second.single };
  const twofold = 'single' in lists ? outputs : file;
  const message = 'has two columns; beside --outputs one list a file is read';
  const fix = `Import ${twofold} alone, without --outputs.`;
  throw new InvalidInput([{ file: twofold, path: '', message, fix }]);
}

function samplesOf({ histogramFrom, dropNonfinite, ...limits }: ImportFlags): Samples | undefined {
  if (histogramFrom === undefined) return undefined;
  const collector = new BatchCollector([], undefined, limits);
  orThrow(collectFiles(orThrow(npyFiles(histogramFrom)), collector));
  const source = sourceName(histogramFrom);
  const { distribution } = orThrow(checkedSamples(collector, { source, dropNonfinite, allowConstant: true }));
  for (const line of remarks(collector, distribution, undefined))
    process.stderr.write(`${source}: ${line}\n`);
  return { distribution, source, batches: collector.ends.length };
}

/** What is printed where there are no samples to score by. */
function plainText({ name, bits, references, outputs, range, provenance }: Levels): string {
  const listed = (label: string, values: readonly number[]) =>
    wrapped(values.length <= 16 ? values.map(figure) : [`${values.length} values`], ' '.repeat(14), label);
  const lines = [
    `${name}: ${bits} bits from ${provenance!.source}; ${provenance!.options.note}`,
    `  range       ${figure(range.low)} .. ${figure(range.high)}`,
    ...listed('  references  ', references),
    ...listed('  outputs     ', outputs),
  ];
  return `${lines.join('\n')}\n`;
}
