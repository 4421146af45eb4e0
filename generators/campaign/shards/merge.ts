/** In: files of results of one campaign, in any order. Out: its items in their own order, whatever the shards were. */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { InvalidInput, type Problem } from '../../common/problems.js';
import { rangeOf, shardText } from '../../common/shard.js';
import { unreadable } from '../../common/system-errors.js';
import {
  type Campaign,
  itemText,
  NEWLINE,
  openResults,
  type ResultFile,
  type ResultHeader,
  ResultWriter,
} from './result-file.js';

/** All results of a campaign, on disk. */
export interface Results {
  readonly campaign: Campaign;
  /** In the order of their items. */
  readonly files: readonly ResultFile[];
}

/** Of each kind of fault so many are named. */
const MOST_NAMED = 10;

interface Part extends Pick<ResultHeader, 'from' | 'to' | 'shard'>, ResultFile {}

/**
 * Finds the files of results among some paths and sees that they are one whole campaign.
 *
 * @param paths files, and folders whose `.jsonl` files are meant
 * @throws InvalidInput with every shard that is missing, there twice, or of another campaign
 */
export function gather(paths: readonly string[]): Results {
  const files = paths.flatMap(filesIn);
  let first: ResultHeader | undefined;
  const parts: Part[] = [];
  const problems: Problem[] = [];
  for (const file of new Set(files)) {
    const { header, start } = openResults(file);
    first ??= header;
    if (header.campaign !== first.campaign || header.items !== first.items) {
      problems.push(ofAnother(file, header, parts[0]!.file, first));
    } else {
      const { from, to, shard } = header;
      parts.push({ file, start, results: to - from, from, to, shard });
    }
  }
  if (first === undefined) throw new InvalidInput([nothing(paths)]);
  parts.sort((a, b) => a.from - b.from || a.to - b.to);
  problems.push(...unfit(parts, first.items));
  if (problems.length > 0) throw new InvalidInput(problems.slice(0, MOST_NAMED));
  const { command, campaign, items, about } = first;
  return { campaign: { command, campaign, items, about }, files: parts };
}

function filesIn(name: string): string[] {
  try {
    if (!statSync(name).isDirectory()) return [name];
    const names = readdirSync(name).filter((file) => file.endsWith('.jsonl'));
    return names.sort().map((file) => path.join(name, file));
  } catch (error) {
    throw new InvalidInput([unreadable(name, error, 'Name files that --shard wrote, or their folder.')]);
  }
}

function nothing(paths: readonly string[]): Problem {
  const message = 'holds no file of results: none ends in .jsonl';
  return { file: paths.join(', '), path: '', message, fix: 'Name the folder that --shard wrote to.' };
}

function ofAnother(file: string, header: ResultHeader, other: string, first: ResultHeader): Problem {
  const message =
    header.command === first.command
      ? `is of another campaign than ${other}: its inputs, its options or its version of imcgen differ`
      : `is of imcgen ${header.command}, ${other} of imcgen ${first.command}`;
  return { file, path: '', message, fix: 'Merge each campaign by itself.' };
}

/** Items that nobody has, and items that two have. */
function unfit(parts: readonly Part[], items: number): Problem[] {
  const problems: Problem[] = [];
  let next = 0;
  let before: Part | undefined;
  const missing = (to: number) => {
    if (next >= to) return;
    const message = `items ${next} to ${to - 1} of ${items} are in no file`;
    problems.push({ file: 'results', path: '', message, fix: rerun(parts, next, to, items) });
  };
  for (const part of parts) {
    if (part.from === part.to) continue;
    if (part.from < next) {
      const message = `has items that ${before!.file} has as well: ${part.from} to ${Math.min(next, part.to) - 1}`;
      problems.push({ file: part.file, path: '', message, fix: 'Leave one of them out.' });
    }
    missing(part.from);
    if (part.to > next) before = part;
    next = Math.max(next, part.to);
  }
  missing(items);
  return problems;
}

/** Which shards to run again, where all others are of one number of shards. */
function rerun(parts: readonly Part[], from: number, to: number, items: number): string {
  const counts = new Set(parts.map(({ shard }) => shard?.split('/')[1]));
  const of = counts.size === 1 ? Number([...counts][0]) : Number.NaN;
  if (!Number.isInteger(of)) return 'Run the shards that have them again.';
  const indices: number[] = [];
  for (let index = 0; index < of && indices.length < MOST_NAMED; index++) {
    const part = rangeOf({ index, of }, items);
    if (part.from < part.to && part.from < to && part.to > from) indices.push(index);
  }
  return `Run again: ${indices.map((index) => `--shard ${shardText({ index, of })}`).join(', ')}.`;
}

/**
 * Writes all items into one file of results, which has the same bytes whatever the shards were. Memory does not grow
 * with them.
 *
 * @throws InvalidInput where a file of results is cut off, or the new one cannot be written
 */
export function writeMerged({ campaign, files }: Results, output: string): void {
  const writer = new ResultWriter(output, campaign, { from: 0, to: campaign.items });
  try {
    for (const file of files) for (const text of itemText(file)) writer.copy(text);
  } catch (error) {
    writer.discard();
    throw error;
  }
  writer.finish();
}

/** The items one by one, in the order of the campaign. */
export function* itemsOf({ files }: Results): Generator<unknown> {
  for (const file of files) {
    /** Of a line that is not whole yet; a line may be much longer than a piece of the file. */
    let begun: Buffer[] = [];
    for (const text of itemText(file)) {
      let start = 0;
      for (let end = text.indexOf(NEWLINE); end >= 0; end = text.indexOf(NEWLINE, start)) {
        const line = Buffer.concat([...begun, text.subarray(start, end)]).toString('utf8');
        begun = [];
        start = end + 1;
        yield JSON.parse(line);
      }
      if (start < text.length) begun.push(text.subarray(start));
    }
  }
}
