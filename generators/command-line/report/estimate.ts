import type { Estimate } from '../../campaign/submit/estimate.js';
import { quoted } from '../../campaign/submit/plan.js';

/** Seconds as a person reads them: `0.31 s`, `12 ms`. */
function duration(seconds: number): string {
  if (seconds >= 100) return `${seconds.toFixed(0)} s`;
  if (seconds >= 0.1) return `${Number(seconds.toPrecision(3))} s`;
  return seconds >= 1e-4
    ? `${Number((1e3 * seconds).toPrecision(3))} ms`
    : `${Number((1e6 * seconds).toPrecision(2))} us`;
}

/** What a campaign costs, for a person who pays for it. */
export function estimateText(found: Estimate): string {
  const { command, shards, items, pieces, start, item, coreHours } = found;
  const ran = pieces.reduce((sum, piece) => sum + piece.items, 0);
  const sizes = pieces.map((piece) => piece.items);
  const measured = pieces.reduce((sum, { seconds }) => sum + seconds, 0);
  const percent = (part: number) => `${Number((100 * part).toPrecision(2))} %`;
  const seconds = 3600 * coreHours;
  const starts = seconds === 0 ? 0 : 1 - (items * item.mean) / seconds;
  const lines = [
    `estimate of: imcgen ${command.map(quoted).join(' ')}`,
    `  measured   ${pieces.length} pieces of ${Math.min(...sizes)} to ${Math.max(...sizes)} items here and now, ${duration(measured)} of processor time`,
    `  a shard    ${duration(start)} to start and to set up`,
    `  an item    ${duration(item.mean)}, ${duration(item.low)} to ${duration(item.high)} in the largest pieces`,
    `  all        ${items} items in ${shards} shards: ${Number(coreHours.toPrecision(3))} core hours, ${percent(starts)} of them starts; ` +
      `a shard takes ${duration(seconds / shards)}`,
    `A straight line through pieces with ${percent(ran / Math.max(1, items))} of the items, on this machine. Items that cost more than those of the pieces, other`,
    'processors, and time that a shard waits for files or for a free core are not in it.',
  ];
  return `${lines.join('\n')}\n`;
}
