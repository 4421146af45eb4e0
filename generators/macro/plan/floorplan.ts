import { nanometres, type Physical } from '../config/physical.js';
import type { MacroShape } from './shape.js';

/*
 * Size and pin positions of the analog macro, from the pitch of a cell. All lengths are whole
 * nanometres, so that what starts on a grid stays on it.
 *
 *              mem_*
 *        .----------------.
 *  rwl   | array | banks  |  control,
 *  trim  |       | of     |  ref_*
 *        |       | refs   |
 *        |----------------|
 *        | sense amps     |
 *        '----------------'
 *          sa_o
 */

/** Edge of the macro, as a map has it. */
export type Edge = 'west' | 'south' | 'east' | 'north';

/** A rectangle from its lower left to its upper right corner, nanometres. */
export interface Rectangle {
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
  readonly top: number;
}

export interface Floorplan {
  readonly widthNm: number;
  readonly heightNm: number;
  /** Lower left corner of the cells: row 0 of column 0. */
  readonly originNm: { readonly x: number; readonly y: number };
  /** Area of the cells, reference cells included, as a share of the macro. */
  readonly cellShare: number;
}

/** Wires of the analog macro as the floorplan needs them. */
interface Wire {
  readonly name: string;
  readonly port: { readonly name: string };
  readonly bit: number;
}

/** Tracks from one pin to the next where no row or column says where a pin belongs. */
const PIN_TRACKS = 2;

export function edgeOf(port: string): Edge {
  if (port.startsWith('rwl_') || port.startsWith('trim_')) return 'west';
  if (port === 'sa_o') return 'south';
  return port.startsWith('mem_') ? 'north' : 'east';
}

/** Rows of cells: those of the array and the trim rows, or of the reference columns beside them. */
function cellRows({ rows, trimRows, referenceRows }: MacroShape): number {
  // The trim word line has a pin, and a place for it, in macros without trim rows as well.
  return Math.max(rows + Math.max(trimRows, 1), referenceRows);
}

function cellColumns({ columns, banks, referenceColumns }: MacroShape): number {
  return columns + banks * referenceColumns;
}

/**
 * Size of the macro: cells, periphery, and at least the pins of every edge. Whole tracks, so that its
 * pins meet the router's tracks wherever it is placed on one.
 */
export function floorplanOf(shape: MacroShape, physical: Physical, wires: readonly Wire[]): Floorplan {
  const { cell, periphery, lef } = physical;
  const [cellWidth, cellHeight] = [nanometres(cell.widthUm), nanometres(cell.heightUm)];
  const [pitchX, pitchY] = [nanometres(lef.vertical.pitchUm), nanometres(lef.horizontal.pitchUm)];
  const onEdge = (edge: Edge) => wires.filter(({ port }) => edgeOf(port.name) === edge).length;
  const origin = { x: nanometres(periphery.rowUm), y: nanometres(periphery.columnUm) };
  const cells = { width: cellColumns(shape) * cellWidth, height: cellRows(shape) * cellHeight };
  const straps = 4 * nanometres(lef.power.widthUm);
  const pins = 4 * nanometres(lef.pinDepthUm);
  const width = Math.max(origin.x + cells.width, (PIN_TRACKS * onEdge('north') + 2) * pitchX, pins);
  const height = Math.max(origin.y + cells.height, (PIN_TRACKS * onEdge('east') + 2) * pitchY, pins, straps);
  const upTo = (length: number, pitch: number) => Math.ceil(length / pitch) * pitch;
  const [widthNm, heightNm] = [upTo(width, pitchX), upTo(height, pitchY)];
  const cellArea = (shape.columns * (shape.rows + shape.trimRows) + referenceCells(shape)) * cellWidth;
  return {
    ...{ widthNm, heightNm, originNm: origin },
    cellShare: (cellArea * cellHeight) / (widthNm * heightNm),
  };
}

function referenceCells({ banks, referenceColumns, referenceRows }: MacroShape): number {
  return banks * referenceColumns * referenceRows;
}

/** A pin's metal: on a track, from the edge inwards. */
export interface PlacedPin {
  readonly name: string;
  readonly edge: Edge;
  readonly layer: string;
  readonly metal: Rectangle;
}

/** Places every wire; word lines at the pitch of the rows, outputs at that of the columns. */
export function placePins<W extends Wire>(
  shape: MacroShape,
  physical: Physical,
  plan: Floorplan,
  wires: readonly W[],
): readonly (W & PlacedPin)[] {
  const { cell, lef } = physical;
  const [cellWidth, cellHeight] = [nanometres(cell.widthUm), nanometres(cell.heightUm)];
  const inTurn: Record<Edge, number> = { west: 0, south: 0, east: 0, north: 0 };

  /** Where along its edge a wire wants to be. */
  const wanted = ({ port, bit }: Wire, edge: Edge, pitch: number): number => {
    switch (edge) {
      case 'west': {
        // In each row the two word lines have a half of its height.
        const part = port.name === 'rwl_p_i' ? 0.25 : port.name === 'rwl_n_i' ? 0.75 : 0.5;
        const row = port.name === 'trim_rwl_i' ? shape.rows : bit;
        return plan.originNm.y + (row + part) * cellHeight;
      }
      case 'south':
        return plan.originNm.x + (bit + 0.5) * cellWidth;
      default:
        return PIN_TRACKS * (1 + inTurn[edge]++) * pitch;
    }
  };

  return wires.map((wire) => {
    const edge = edgeOf(wire.port.name);
    const upright = edge === 'south' || edge === 'north';
    const tracks = upright ? lef.vertical : lef.horizontal;
    const [pitch, offset] = [nanometres(tracks.pitchUm), nanometres(tracks.offsetUm)];
    const along = wanted(wire, edge, pitch);
    const centre = offset + Math.max(0, Math.round((along - offset) / pitch)) * pitch;
    const half = nanometres(tracks.widthUm) / 2;
    const depth = nanometres(lef.pinDepthUm);
    const far = { west: 0, south: 0, east: plan.widthNm - depth, north: plan.heightNm - depth }[edge];
    const metal: Rectangle = upright
      ? { left: centre - half, bottom: far, right: centre + half, top: far + depth }
      : { left: far, bottom: centre - half, right: far + depth, top: centre + half };
    return { ...wire, edge, layer: tracks.layer, metal };
  });
}

/** Straps of both supplies across the macro, taking turns at even distances. */
export function powerStraps(
  physical: Physical,
  plan: Floorplan,
): Readonly<Record<'power' | 'ground', readonly Rectangle[]>> {
  const { power, gridUm } = physical.lef;
  const pairs = Math.max(1, Math.floor(plan.heightNm / nanometres(power.pitchUm)));
  const [grid, half] = [nanometres(gridUm), nanometres(power.widthUm) / 2];
  const straps = (part: number): Rectangle[] =>
    Array.from({ length: pairs }, (_, pair) => {
      const centre = Math.round(((pair + part) * plan.heightNm) / pairs / grid) * grid;
      return { left: 0, bottom: centre - half, right: plan.widthNm, top: centre + half };
    });
  return { power: straps(0.25), ground: straps(0.75) };
}

/** What routing must keep out of: blocked layers all over, pin layers within the ring of pins. */
export function obstructions(
  physical: Physical,
  plan: Floorplan,
): readonly (Rectangle & { layer: string })[] {
  const { blocked, horizontal, vertical, pinDepthUm } = physical.lef;
  const whole = { left: 0, bottom: 0, right: plan.widthNm, top: plan.heightNm };
  const inside = (margin: number): Rectangle => ({
    left: margin,
    bottom: margin,
    right: plan.widthNm - margin,
    top: plan.heightNm - margin,
  });
  const behindPins = ({ layer, pitchUm }: { readonly layer: string; readonly pitchUm: number }) => ({
    ...inside(nanometres(pinDepthUm) + nanometres(pitchUm)),
    layer,
  });
  return [...blocked.map((layer) => ({ ...whole, layer })), behindPins(horizontal), behindPins(vertical)];
}
