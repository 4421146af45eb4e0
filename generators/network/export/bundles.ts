/** In: tiles of a layer. Out: which of them a convolution computes together, and the channels that it takes for each. */
import type { LayerPlan } from '../plan/plan.js';
import type { Tile } from '../plan/tiles.js';

/** Channels of a convolution: runtimes lay them out in blocks only where this divides their number. */
const ALIGNED = 4;
/** The same of a convolution with several groups, for each of them: the largest block. */
const BLOCK = 16;
/** Most channels that are taken for the sake of blocks, as a share of those of the layer: their cells are 0. */
const MOST_PADDING = 0.5;

/** Channels of a layer's input that a convolution takes for a tile. */
export interface TakenChannels {
  /** Number of the tile. */
  readonly tile: number;
  readonly first: number;
  readonly channels: number;
}

/**
 * Tiles that one convolution computes, a group each: all tiles of a layer where their channels fit blocks, else each tile by
 * itself. Fewer and larger nodes take less time. A tile takes neighbouring channels until the runtime can use blocks.
 */
export function bundledTiles(plan: LayerPlan): TakenChannels[][] {
  const { tiles, rule } = plan;
  const { channels, outputs } = rule.step;
  const width = up(Math.max(...tiles.map((tile) => tile.channels)), BLOCK);
  const blocks = (outputs * rule.digits.length) % BLOCK === 0 && width <= channels;
  if (blocks && tiles.length > 1 && width * tiles.length <= channels * (1 + MOST_PADDING)) {
    return [tiles.map((tile, index) => taken(tile, index, width, channels))];
  }
  return singleTiles(plan).map((each) => [each]);
}

/** Each tile by itself. */
export function singleTiles({ tiles, rule }: LayerPlan): TakenChannels[] {
  const { channels } = rule.step;
  return tiles.map((tile, index) => taken(tile, index, up(tile.channels, ALIGNED), channels));
}

function taken({ first }: Tile, tile: number, wanted: number, all: number): TakenChannels {
  const channels = Math.min(wanted, all);
  return { tile, first: Math.min(first, all - channels), channels };
}

function up(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
