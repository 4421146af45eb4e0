import type { MacroPlan } from '../../macro/plan/plan.js';
import type { KeptBlock } from '../../package/flow/synthesis.js';
import type { Library } from './library.js';
import { countCells, type Netlist } from './netlist.js';

/** What one block of the macro is made of. */
export interface BlockArea {
  /** `u_registers`; empty for the top level. */
  readonly instance: string;
  readonly module: string;
  /** In units of the library. */
  readonly area: number;
  readonly cells: number;
  readonly flops: number;
  readonly buffers: number;
}

/** Area of a macro's digital part; the analog macro is a black box and counts nothing. */
export interface AreaReport {
  /** The largest first; what the top level has beside its blocks is one as well. */
  readonly blocks: readonly BlockArea[];
  readonly total: BlockArea;
  /** Cells by type, the most frequent first. */
  readonly cells: readonly { readonly cell: string; readonly count: number; readonly area: number }[];
  /** Area units of a 2-input NAND; undefined where the library has none. */
  readonly gateArea: number | undefined;
  /** All digital area, divided by the columns. */
  readonly perColumn: number;
  /** What converts a column, divided by the columns. */
  readonly converter: ConverterArea;
}

/** Area of the conversion, a column's part. */
export interface ConverterArea {
  /** The column's own registers and logic, its part of the read port included: the column block. */
  readonly own: number;
  /** Its part of what all columns share. */
  readonly shared: number;
  /** Blocks that are shared. */
  readonly sharedBlocks: readonly string[];
}

/** The block that holds the column converters, and those that serve all of them. */
const COLUMNS = 'u_columns';
const SHARED = ['u_controller', 'u_reference_drivers', 'u_decoder'];

export function areaReport(
  plan: MacroPlan,
  netlist: Netlist,
  blocks: readonly KeptBlock[],
  library: Library,
): AreaReport {
  const { name, shape } = plan;
  const ofBlocks = blocks.map((block) => blockArea(block, countCells(netlist, block.module), library));
  const top = { instance: '', module: name };
  const total = blockArea(top, countCells(netlist, name), library);
  const rest = (of: 'area' | 'cells' | 'flops' | 'buffers') =>
    ofBlocks.reduce((left, block) => left - block[of], total[of]);
  const own: BlockArea = {
    ...top,
    area: rest('area'),
    cells: rest('cells'),
    flops: rest('flops'),
    buffers: rest('buffers'),
  };
  const areaOf = (instances: readonly string[]) =>
    ofBlocks.filter(({ instance }) => instances.includes(instance)).reduce((sum, { area }) => sum + area, 0);
  const { columns } = shape;
  return {
    blocks: [...ofBlocks, ...(own.cells > 0 ? [own] : [])].sort((a, b) => b.area - a.area),
    total,
    cells: [...countCells(netlist, name)]
      .filter(([cell]) => library.liberty.cells.has(cell))
      .map(([cell, count]) => ({ cell, count, area: count * library.liberty.cells.get(cell)!.area }))
      .sort((a, b) => b.area - a.area),
    gateArea: library.gateArea,
    perColumn: total.area / columns,
    converter: {
      own: areaOf([COLUMNS]) / columns,
      shared: areaOf(SHARED) / columns,
      sharedBlocks: ofBlocks.map(({ instance }) => instance).filter((instance) => SHARED.includes(instance)),
    },
  };
}

/** Cells, flip-flops and area of what is counted. */
export function blockArea(
  block: KeptBlock,
  counts: ReadonlyMap<string, number>,
  library: Library,
): BlockArea {
  const { cells } = library.liberty;
  const sum = (of: (cell: string) => number) =>
    [...counts].reduce((total, [cell, count]) => total + count * of(cell), 0);
  return {
    ...block,
    area: sum((cell) => cells.get(cell)?.area ?? 0),
    cells: sum((cell) => (cells.has(cell) ? 1 : 0)),
    flops: sum((cell) => (cells.get(cell)?.kind === 'flop' ? 1 : 0)),
    buffers: sum((cell) => (library.buffers.has(cell) ? 1 : 0)),
  };
}

/** Cells of a netlist that the library calls latches. */
export function latchesIn(netlist: Netlist, top: string, library: Library): number {
  return [...countCells(netlist, top)].reduce(
    (sum, [cell, count]) => sum + (library.liberty.cells.get(cell)?.kind === 'latch' ? count : 0),
    0,
  );
}
