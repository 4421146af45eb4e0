/** In: a command that has shards. Out: what all of it costs, from small pieces of it that run here and now. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InvalidInput } from '../../common/problems.js';
import { rangeOf, shardText } from '../../common/shard.js';
import { runTool } from '../../common/tool.js';
import { openResults } from '../shards/result-file.js';
import { type SubmitPlan, trialCommand } from './plan.js';

/** A piece that ran. */
interface Piece {
  readonly items: number;
  /** Processor time of it and of all that it started, s. */
  readonly seconds: number;
}

/** What a campaign costs, as far as small pieces of it tell. */
export interface Estimate {
  readonly command: readonly string[];
  readonly shards: number;
  readonly items: number;
  /** Those with items in them. */
  readonly pieces: readonly Piece[];
  /** Processor time in which a shard starts and is set up, s. */
  readonly start: number;
  /** Processor time of an item, s: of all pieces together, in the cheapest and in the dearest of the largest ones. */
  readonly item: { readonly mean: number; readonly low: number; readonly high: number };
  /** Processor time of the whole campaign, h. */
  readonly coreHours: number;
}

/** A piece that takes so long beyond its start tells enough, s. */
const ENOUGH = 3;
/** Each piece has so many times the items of the one before. */
const GROWTH = 4;
/** Where in the campaign the largest pieces are, of its length. */
const PLACES = [1 / 6, 1 / 2, 5 / 6];
/** So many parts that one has no items. */
const NO_ITEMS = { index: 0, of: 999_999_999 };

/** Its output goes into a file; what it took, it and its children, onto standard output, as POSIX shells print it. */
const TIMED = 'log=$1; shift; "$@" > "$log" 2>&1; code=$?; times; exit $code';

/**
 * Runs small pieces of a command, and says what all of it costs. Processor time is measured: other work on the machine
 * changes it little.
 *
 * @param imcgen the command that runs imcgen
 * @throws InvalidInput with the last lines of a piece that fails, Interrupted where `signal` aborts
 */
export async function estimate(
  { command, shards }: Pick<SubmitPlan, 'command' | 'shards'>,
  imcgen: string,
  signal: AbortSignal,
  progress: (done: number, total: number, title: string) => void,
): Promise<Estimate> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'imcgen-estimate-'));
  let ran = 0;
  const run = async (shard: { readonly index: number; readonly of: number }) => {
    progress(ran, ran + 1, `piece ${ran + 1}`);
    const at = (name: string) => path.join(scratch, `${ran}${name}`);
    const words = [...trialCommand(command, at('')), '--shard', shardText(shard), '-o', at('.jsonl')];
    const { output, exitCode } = await runTool(
      'sh',
      ['-c', TIMED, 'sh', at('.log'), imcgen, ...words],
      signal,
    );
    if (exitCode !== 0) {
      const lines = (await readFile(at('.log'), 'utf8')).trimEnd().split('\n').slice(-5);
      throw new InvalidInput([{ file: `imcgen ${words.join(' ')}`, path: '', message: lines.join('\n  ') }]);
    }
    const { header } = openResults(at('.jsonl'));
    ran++;
    return { all: header.items, items: header.to - header.from, seconds: childSeconds(output) };
  };
  try {
    // The first one reads from disk what later ones have at hand, and may calibrate what they find.
    const { all } = await run(NO_ITEMS);
    const empty = await run(NO_ITEMS);
    const pieces: Piece[] = [];
    for (let items = 1; all > 0; items *= GROWTH) {
      pieces.push(await run(partOf(all, items, 1 / 2)));
      if (items >= all || pieces.at(-1)!.seconds > empty.seconds + ENOUGH) break;
    }
    const largest = [pieces.at(-1) ?? empty];
    for (const place of PLACES) {
      if (place !== 1 / 2 && largest[0]!.items * PLACES.length <= all) {
        largest.push(await run(partOf(all, largest[0]!.items, place)));
      }
    }
    return estimateOf({ command, shards }, all, empty.seconds, pieces, largest);
  } finally {
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Which part of a campaign has about so many items, at a place in it. */
function partOf(all: number, items: number, place: number) {
  const of = Math.max(1, Math.floor(all / items));
  return { index: Math.min(of - 1, Math.floor(of * place)), of };
}

/** Fits a straight line: what a shard costs in any case, and what each item adds. */
export function estimateOf(
  { command, shards }: Pick<SubmitPlan, 'command' | 'shards'>,
  items: number,
  empty: number,
  growing: readonly Piece[],
  largest: readonly Piece[],
): Estimate {
  const [first, last] = [growing[0], growing.at(-1)];
  const line = first !== undefined && last !== undefined && last.items > first.items;
  // A shard without items may leave out what the first item needs, such as a simulation without any fault.
  const slope = line ? (last.seconds - first.seconds) / (last.items - first.items) : 0;
  const start = Math.max(0, line ? first.seconds - slope * first.items : empty);
  const rates = largest
    .filter((piece) => piece.items > 0)
    .map((piece) => Math.max(0, piece.seconds - start) / piece.items);
  const mean = rates.length === 0 ? 0 : rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  const item = { mean, low: Math.min(mean, ...rates), high: Math.max(mean, ...rates) };
  const pieces = [...growing, ...largest.slice(1)];
  const filled = Array.from({ length: shards }, (_, index) => rangeOf({ index, of: shards }, items)).filter(
    ({ from, to }) => to > from,
  ).length;
  const seconds = filled * start + (shards - filled) * empty + items * mean;
  return { command, shards, items, pieces, start, item, coreHours: seconds / 3600 };
}

/** The last line of `times`: user and system time of all children that have ended. */
function childSeconds(output: string): number {
  const found = [...output.matchAll(/(\d+)m([\d.]+)s/g)].slice(-2);
  if (found.length < 2) throw new Error(`the shell does not tell times: ${output}`);
  return found.reduce((sum, [, minutes, seconds]) => sum + 60 * Number(minutes) + Number(seconds), 0);
}
