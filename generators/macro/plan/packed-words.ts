import type { Problem } from '../../common/problems.js';
import type { MacroShape } from './shape.js';

/* Words of the bus that hold many inputs, or results of several columns. */

/** Bits of a row in a packed word: the fewest of 1, 2, 4 and 8 that hold an input, so that no row lies in two words. */
export function packedInputBits({ inputBits }: MacroShape): number {
  return 2 ** Math.ceil(Math.log2(inputBits));
}

/** Rows of a word of packed inputs. */
export function packedRows(shape: MacroShape): number {
  return 32 / packedInputBits(shape);
}

/** Bits of a column in a packed word: a byte, or two, as drivers have them in memory. */
export function packedResultBits({ outputBits }: MacroShape): 8 | 16 {
  return outputBits > 8 ? 16 : 8;
}

/** Columns of a word of packed results. */
export function packedColumns(shape: MacroShape): number {
  return 32 / packedResultBits(shape);
}

/** Words of packed inputs; 0 where a macro has none. */
export function packedInputWords(shape: MacroShape): number {
  return shape.packedWords ? Math.ceil(shape.rows / packedRows(shape)) : 0;
}

/** Words of packed results; 0 where a macro has none. */
export function packedResultWords(shape: MacroShape): number {
  return shape.packedWords ? Math.ceil(shape.columns / packedColumns(shape)) : 0;
}

/** What stands in the way of packed words. */
export function checkPackedWords({ packedWords, streams }: MacroShape, file: string): Problem[] {
  if (!packedWords || streams === undefined) return [];
  return [
    {
      file,
      path: 'packedWords',
      message: 'true beside streams, which move more of the same in each cycle',
      fix: 'Use packedWords: false, or leave streams out.',
    },
  ];
}
