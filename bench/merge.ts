/**
 * Merging the results of many shards: `npm run bench:merge`.
 *
 * Time and largest memory for 10,000 and for 100,000 files of results, each merged by a process of its own; the limit is
 * an empty Node, and that a shard of ten times as many takes no longer than one of the fewer.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { execa } from 'execa';
import { campaignOf, writeResults } from '../generators/campaign/shards/result-file.js';
import { rangeOf } from '../generators/common/shard.js';

/** MB that a merge may take. */
const MOST_MEMORY = 300;
/** How much longer a shard may take among ten times as many. */
const MOST_GROWTH = 1.5;
const ITEMS_A_SHARD = 10;
const COUNTS = [10_000, 100_000] as const;

/** The merge by itself, as one file: in dist/ it is part of the command line. */
const MERGE = path.resolve('node_modules/.cache/bench-merge.mjs');
await build({
  entryPoints: ['generators/campaign/shards/merge.ts'],
  ...{ outfile: MERGE, bundle: true, platform: 'node', format: 'esm', packages: 'external' },
});
const MODULE = pathToFileURL(MERGE).href;
const PEAK = new URL('peak-memory.mjs', import.meta.url).href;
const script = (work: string) => `
  const { peakMemory } = await import(${JSON.stringify(PEAK)});
  const { gather, writeMerged } = await import(${JSON.stringify(MODULE)});
  const start = performance.now();
  ${work}
  const seconds = (performance.now() - start) / 1000;
  console.log(JSON.stringify({ seconds, megabytes: peakMemory() / 2 ** 20 }));`;

async function measured(work: string): Promise<{ seconds: number; megabytes: number }> {
  const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', script(work)]);
  return JSON.parse(stdout);
}

const root = await mkdtemp(path.join(tmpdir(), 'imcgen-bench-merge-'));
try {
  const empty = await measured('');
  process.stdout.write(`an empty Node: ${empty.megabytes.toFixed(0)} MB\n`);
  const perShard: number[] = [];
  let most = 0;
  for (const count of COUNTS) {
    const folder = path.join(root, String(count));
    const items = count * ITEMS_A_SHARD;
    const campaign = campaignOf('bench', items, {}, count);
    for (let index = 0; index < count; index++) {
      const shard = { index, of: count };
      const range = rangeOf(shard, items);
      const results = Array.from({ length: range.to - range.from }, (_, at) => ({
        at: range.from + at,
        codes: [1, 2, 3],
      }));
      writeResults(path.join(folder, `${index}.jsonl`), campaign, { shard, range }, results);
    }
    const output = path.join(root, `${count}.jsonl`);
    const { seconds, megabytes } = await measured(
      `writeMerged(gather([${JSON.stringify(folder)}]), ${JSON.stringify(output)});`,
    );
    perShard.push((1e6 * seconds) / count);
    most = Math.max(most, megabytes);
    process.stdout.write(
      `${count} shards of ${ITEMS_A_SHARD} results: ${seconds.toFixed(1)} s, ${perShard.at(-1)!.toFixed(0)} us a shard, ` +
        `${megabytes.toFixed(0)} MB, ${(megabytes / empty.megabytes).toFixed(1)}x an empty Node\n`,
    );
  }
  const growth = perShard[1]! / perShard[0]!;
  const kept = most < MOST_MEMORY && growth < MOST_GROWTH;
  process.stdout.write(
    `${kept ? 'kept  ' : 'FAILED'} memory below ${MOST_MEMORY} MB; a shard of ten times as many takes ` +
      `${growth.toFixed(2)}x as long, below ${MOST_GROWTH}x\n`,
  );
  process.exitCode = kept ? 0 : 1;
} finally {
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
}
