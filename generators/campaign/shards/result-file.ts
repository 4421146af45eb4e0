/**
 * Files of results. In: what a shard found. Out: JSON lines, whole or not there; and back.
 *
 * The first line is the header, every further line one item, in the order of the campaign.
 */
import { closeSync, existsSync, openSync, readSync, writeSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { unwritable } from '../../common/files/output.js';
import { type Staged, stage } from '../../common/files/writer.js';
import { InvalidInput, type Problem } from '../../common/problems.js';
import { type Range, type Shard, shardText } from '../../common/shard.js';
import { unreadable } from '../../common/system-errors.js';
import { VERSION } from '../../common/version.js';
import { sha256 } from '../../package/manifest.js';

const FORMAT = 'imcgen results 1';
/** No header is longer, bytes. */
const LONGEST_HEADER = 2 ** 20;
const CHUNK = 2 ** 16;
export const NEWLINE = 0x0a;

const headerSchema = z
  .strictObject({
    format: z.literal(FORMAT),
    command: z.string(),
    campaign: z.string().regex(/^[0-9a-f]{64}$/),
    items: z.int().nonnegative(),
    from: z.int().nonnegative(),
    to: z.int().nonnegative(),
    shard: z.string().optional(),
    about: z.record(z.string(), z.unknown()),
  })
  .refine(({ from, to, items }) => from <= to && to <= items);

/** What a file of results says of itself. */
export interface ResultHeader extends Range {
  readonly format: string;
  /** The command that found them. */
  readonly command: string;
  /** sha256 of all that decides the results: the same for all shards of a campaign, and for no other. */
  readonly campaign: string;
  /** Items of the whole campaign. */
  readonly items: number;
  /** `2/8`; undefined where shards were merged. */
  readonly shard?: string | undefined;
  /** What a report says besides the items. */
  readonly about: Readonly<Record<string, unknown>>;
}

/** What all shards of a campaign share. */
export type Campaign = Pick<ResultHeader, 'command' | 'campaign' | 'items' | 'about'>;

/**
 * @param about   what a report says besides the items
 * @param decides what else decides the results, besides the command and its version: options, contents of inputs
 */
export function campaignOf(
  command: string,
  items: number,
  about: Campaign['about'],
  decides: unknown,
): Campaign {
  return { command, items, about, campaign: sha256(JSON.stringify([VERSION, command, about, decides])) };
}

function headerOf({ command, campaign, items, about }: Campaign, range: Range, shard?: Shard): string {
  const header: ResultHeader = {
    ...{ format: FORMAT, command, campaign, items },
    ...{ from: range.from, to: range.to },
    ...(shard !== undefined && { shard: shardText(shard) }),
    about,
  };
  return `${JSON.stringify(header)}\n`;
}

/** So much is written at a time, characters. */
const BUFFER = 2 ** 16;

/** A file of results on its way: whole in the end, or not there. What is in memory does not grow with the results. */
export class ResultWriter {
  private readonly staged: Staged;
  private readonly descriptor: number;
  private text: string;
  private items = 0;

  /** @throws InvalidInput where the file cannot be written, as {@link add} and {@link finish} do */
  constructor(
    private readonly file: string,
    campaign: Campaign,
    private readonly range: Range,
    private readonly shard?: Shard,
  ) {
    this.text = headerOf(campaign, range, shard);
    this.staged = stage(file);
    const { cwd, name } = this.staged;
    this.descriptor = this.attempt(() => openSync(path.resolve(cwd, name), 'w'));
  }

  add(item: unknown): void {
    this.items++;
    this.text += `${JSON.stringify(item)}\n`;
    if (this.text.length >= BUFFER) this.flush();
  }

  /** Adds items as they stand in another file. */
  copy(bytes: Buffer): void {
    this.flush();
    this.write(bytes);
  }

  /** Gives the file its place. */
  finish(): void {
    if (this.shard !== undefined && this.items !== this.range.to - this.range.from) {
      this.discard();
      throw new RangeError('a shard has one result an item');
    }
    this.flush();
    this.attempt(() => closeSync(this.descriptor));
    this.staged.place();
  }

  /** Leaves nothing of it. */
  discard(): void {
    try {
      closeSync(this.descriptor);
    } catch {
      // It is closed.
    }
    this.staged.discard();
  }

  private flush(): void {
    const { text } = this;
    this.text = '';
    this.write(Buffer.from(text));
  }

  private write(bytes: Buffer): void {
    this.attempt(() => {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.descriptor, bytes, done);
    });
  }

  private attempt<Value>(work: () => Value): Value {
    try {
      return work();
    } catch (error) {
      this.discard();
      throw new InvalidInput([unwritable(this.file, error)]);
    }
  }
}

/** Writes what a shard found: a whole file, or none. */
export function writeResults(
  file: string,
  campaign: Campaign,
  { shard, range }: { readonly shard: Shard; readonly range: Range },
  items: readonly unknown[],
): void {
  const writer = new ResultWriter(file, campaign, range, shard);
  for (const item of items) writer.add(item);
  writer.finish();
}

/** Whether a shard's results are there already, of this campaign and of these items. */
export function isThere(file: string, { campaign }: Campaign, { from, to }: Range): boolean {
  if (!existsSync(file)) return false;
  const { header } = openResults(file);
  return header.campaign === campaign && header.from === from && header.to === to;
}

/** Reads a file in pieces, so that memory does not grow with it. */
export function* chunksOf(file: string): Generator<Buffer> {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK);
      const bytes = readSync(descriptor, chunk, 0, CHUNK, null);
      if (bytes === 0) return;
      yield chunk.subarray(0, bytes);
    }
  } catch (error) {
    throw new InvalidInput([unreadable(file, error, 'Name files that --shard wrote, or their folder.')]);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/**
 * The header of a file of results, and where its items begin.
 *
 * @throws InvalidInput for any other file
 */
export function openResults(file: string): { readonly header: ResultHeader; readonly start: number } {
  let head = Buffer.alloc(0);
  for (const chunk of chunksOf(file)) {
    const end = chunk.indexOf(NEWLINE);
    head = Buffer.concat([head, end < 0 ? chunk : chunk.subarray(0, end)]);
    if (end >= 0 || head.length > LONGEST_HEADER) break;
  }
  const header = headerSchema.safeParse(parsed(head.toString('utf8')));
  if (!header.success) throw new InvalidInput([foreign(file)]);
  return { header: header.data, start: head.length + 1 };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function foreign(file: string): Problem {
  const message = `is no file of results: its first line is no header of ${JSON.stringify(FORMAT)}`;
  return { file, path: '', message, fix: 'Name files that --shard wrote, or their folder.' };
}

/** A file of results whose header has been read. */
export interface ResultFile {
  readonly file: string;
  /** Byte at which its items begin. */
  readonly start: number;
  /** Items that it must hold. */
  readonly results: number;
}

/**
 * The items of a file as they stand in it, in pieces that end anywhere.
 *
 * @throws InvalidInput where there are more or fewer than the header says
 */
export function* itemText({ file, start, results: wanted }: ResultFile): Generator<Buffer> {
  let [position, lines, last] = [0, 0, NEWLINE];
  for (const chunk of chunksOf(file)) {
    const part = chunk.subarray(Math.max(0, start - position));
    position += chunk.length;
    if (part.length === 0) continue;
    for (let at = part.indexOf(NEWLINE); at >= 0; at = part.indexOf(NEWLINE, at + 1)) lines++;
    last = part[part.length - 1]!;
    yield part;
  }
  if (lines !== wanted || last !== NEWLINE) {
    const message = `holds ${lines} whole results of ${wanted}: it was cut off, or edited`;
    throw new InvalidInput([{ file, path: '', message, fix: 'Remove it and run its shard again.' }]);
  }
}
