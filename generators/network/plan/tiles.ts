import { failure, type Result, success } from '../../common/problems.js';
import type { LinearStep } from '../graph/steps.js';
import type { ChannelRange } from '../weights/quantize.js';

/** What one array takes of a layer: whole kernels of some input channels. */
export interface Tile extends ChannelRange {
  /** channels x kernel height x kernel width, in this order of rows: channel, y, x. */
  readonly rows: number;
}

/**
 * Input channels of a layer shared out to arrays. Kernels are never cut: an array takes at most
 * floor(rows / kernel area) channels (arXiv 2502.07842, S); channels are spread evenly over as few arrays as that takes.
 */
export function tilesOf(step: LinearStep, rows: number, file: string): Result<Tile[]> {
  const [height, width] = step.window.kernel;
  const area = height * width;
  const most = Math.floor(rows / area);
  if (most < 1) {
    return failure({
      file,
      path: 'macro.array.rows',
      message: `layer ${step.name}: a kernel of ${height} x ${width} takes ${area} rows, a macro has ${rows}, and kernels are never cut`,
      fix: `Use macro.array.rows >= ${area}, or override the layer with on: "digital".`,
    });
  }
  const count = Math.ceil(step.channels / most);
  return success(
    Array.from({ length: count }, (_, at) => {
      const first = Math.ceil((at * step.channels) / count);
      const channels = Math.ceil(((at + 1) * step.channels) / count) - first;
      return { first, channels, rows: channels * area };
    }),
  );
}
