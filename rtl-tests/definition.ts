import type { CellPlanes, ReferenceCells } from '../generators/golden/pack.js';
import type { MacroShape } from '../generators/plan/shape.js';

/** Everything that a conversion depends on, as it lies in the cells. */
export interface Contents {
  readonly shape: MacroShape;
  readonly cells: CellPlanes;
  readonly trim: CellPlanes;
  /** At the built width: a step a group. */
  readonly groups: ReferenceCells;
  readonly table: readonly number[];
}

/** The definition of a conversion, cell by cell, pulse by pulse and step by step, with nothing shared with the model. */
export function convertByDefinition(contents: Contents, inputs: ArrayLike<number>, bits: number) {
  const macs = macByCells(contents.shape, contents.cells, contents.trim, inputs);
  const codes = codesBySteps(contents, macs, bits);
  return { macs, codes, outputs: codes.map((code) => contents.table[code]!) };
}

export function macByCells(
  shape: MacroShape,
  cells: CellPlanes,
  trimCells: CellPlanes,
  inputs: ArrayLike<number>,
): number[] {
  const { rows, columns, headroom, inputBits, inputSigned, trimRows, trimPulses } = shape;
  const most = 2 ** (inputBits - Number(inputSigned)) - 1;
  return Array.from({ length: columns }, (_, column) => {
    let dP = 0;
    let dN = 0;
    let trim = 0;
    for (let row = 0; row < rows; row++) {
      const wp = cells.plus[row * columns + column]!;
      const wn = cells.minus[row * columns + column]!;
      for (let pulse = 0; pulse < Math.min(most, Math.abs(inputs[row]!)); pulse++) {
        dP = Math.min(headroom, dP + (inputs[row]! > 0 ? wp : wn));
        dN = Math.min(headroom, dN + (inputs[row]! > 0 ? wn : wp));
      }
    }
    for (let row = 0; row < trimRows; row++) {
      const at = row * columns + column;
      trim += trimPulses * (trimCells.plus[at]! - trimCells.minus[at]!);
    }
    return dP - dN + trim;
  });
}

/** The ramp of a counting readout: references discharge group by group, columns count, and the ramp may end early. */
function codesBySteps({ shape, groups }: Contents, macs: readonly number[], bits: number): number[] {
  const { adcBits, referencePulses, ramp, earlyStop, topK } = shape;
  const last = 2 ** bits - 1;
  const each = 2 ** (adcBits - bits);
  const reference = (step: number) => {
    let cells = -groups.offsetCells;
    for (let group = 0; group < step * each; group++) cells += groups.stepCells[group]!;
    return referencePulses * cells;
  };
  const falling = ramp === 'falling';
  const codes = macs.map(() => (falling ? last : 0));
  for (let i = 1; i <= last; i++) {
    const step = falling ? last + 1 - i : i;
    const high = macs.map((mac) => mac >= reference(step));
    high.forEach((isHigh, column) => {
      if (isHigh !== falling) codes[column]! += falling ? -1 : 1;
    });
    const found = high.filter(Boolean).length;
    if (earlyStop && (falling ? found >= topK : found === 0)) break;
  }
  return codes;
}
