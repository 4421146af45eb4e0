import type { LayerPlan, NetworkPlan } from '../plan/plan.js';
import type { Tile } from '../plan/tiles.js';

/** One macro of a layer: which digit of which output channel each of its columns holds. */
export interface ArrayColumns {
  readonly tile: Tile;
  /** Number of the tile in its layer. */
  readonly tileIndex: number;
  /** Number of the levels that its ramp makes. */
  readonly levelSet: number;
  /** Index into the layer's digits, one a column. */
  readonly digits: Uint8Array;
  /** Output channel, one a column. */
  readonly outputs: Uint16Array;
  /** -1, 0 or 1; rows x columns, row by row. */
  readonly weights: Int8Array;
}

/** The macros of a layer, tile by tile, digit by digit; columns in the order of the output channels. */
export function arraysOf({ config }: NetworkPlan, layer: LayerPlan): ArrayColumns[] {
  const { digits } = layer.rule;
  const { sharing } = config.levels;
  const { columns } = config.macro.array;
  const indices = digits.map((_, index) => index);
  const sets = sharing === 'digit' ? indices.map((index) => [index]) : [indices];
  return layer.tiles.flatMap((tile, tileIndex) =>
    sets.flatMap((set, setIndex) => {
      const levelSet = sharing === 'layer' ? 0 : tileIndex * sets.length + setIndex;
      const all = set.flatMap((digit) =>
        Array.from({ length: layer.rule.step.outputs }, (_, output) => ({ digit, output })),
      );
      const chunks = Array.from({ length: Math.ceil(all.length / columns) }, (_, chunk) =>
        all.slice(chunk * columns, (chunk + 1) * columns),
      );
      return chunks.map((chunk) => ({
        ...{ tile, tileIndex, levelSet },
        digits: Uint8Array.from(chunk, ({ digit }) => digit),
        outputs: Uint16Array.from(chunk, ({ output }) => output),
        weights: cellsOf(layer, tile, chunk),
      }));
    }),
  );
}

function cellsOf(
  { weights, rule }: LayerPlan,
  { first, rows }: Tile,
  columns: readonly { readonly digit: number; readonly output: number }[],
): Int8Array {
  const { step } = rule;
  const size = weights.codes.length / step.outputs;
  const area = size / step.channels;
  const cells = new Int8Array(rows * columns.length);
  for (const [column, { digit, output }] of columns.entries()) {
    const plane = weights.planes[digit]!;
    const from = output * size + first * area;
    for (let row = 0; row < rows; row++) cells[row * columns.length + column] = plane[from + row]!;
  }
  return cells;
}
