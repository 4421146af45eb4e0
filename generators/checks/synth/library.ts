import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { failure, type Result, success } from '../../common/problems.js';
import { unreadable } from '../../common/system-errors.js';
import type { MappingLibrary } from '../../package/flow/synthesis.js';
import { truthTable } from './functions.js';
import { type Cell, type Liberty, parseLiberty } from './liberty.js';

/** A cell library to map to. */
export interface Library {
  /** As the user named it. */
  readonly file: string;
  readonly text: string;
  readonly liberty: Liberty;
  readonly mapping: MappingLibrary;
  /** Area of a 2-input NAND: one gate equivalent. Undefined where the library has none. */
  readonly gateArea: number | undefined;
  /** Cells that pass their input on. */
  readonly buffers: ReadonlySet<string>;
}

/** Loads a Liberty file and finds the cells that scripts have to name. */
export async function loadLibrary(file: string): Promise<Result<Library>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return failure(unreadable(file, error));
  }
  return libraryOf(text, file);
}

/** Loads of this many inputs of the driving cell on every output, for the mapper. */
const FANOUT_OF_OUTPUTS = 4;

function libraryOf(text: string, file: string): Result<Library> {
  const parsed = parseLiberty(text, file);
  if (!parsed.ok) return parsed;
  const liberty = parsed.value;
  if (!/^[\w.+-]+$/.test(path.basename(file))) {
    return failure({
      file,
      path: '',
      message: 'has a name that scripts cannot hold',
      fix: 'Rename it: letters, digits, dots, dashes and underscores.',
    });
  }
  const flops = [...liberty.cells.values()].filter(({ kind }) => kind === 'flop');
  if (flops.length === 0) return failure({ file, path: '', message: 'has no flip-flops' });
  const computing = (inputs: number, table: (pattern: number) => boolean) =>
    cellsComputing(liberty, inputs, table);
  const buffer = computing(1, (pattern) => pattern === 1)[0];
  const tie = [computing(0, () => true)[0], computing(0, () => false)[0]] as const;
  const nand = computing(2, (pattern) => pattern !== 3)[0];
  const input = buffer?.pins.find(({ direction }) => direction === 'input');
  return success({
    file,
    text,
    liberty,
    gateArea: nand?.area,
    buffers: new Set(computing(1, (pattern) => pattern === 1).map((cell) => cell.name)),
    mapping: {
      path: `syn/${path.basename(file)}`,
      timed: liberty.timed,
      driver: liberty.timed ? buffer?.name : undefined,
      loadFemtofarads: Math.ceil(
        (FANOUT_OF_OUTPUTS * (input?.capacitance ?? 0) * liberty.capacitanceUnit) / 1e-15,
      ),
      tie: tie[0] && tie[1] ? { high: outputOf(tie[0]), low: outputOf(tie[1]) } : undefined,
    },
  });
}

function outputOf(cell: Cell): { cell: string; pin: string } {
  return { cell: cell.name, pin: cell.pins.find(({ direction }) => direction === 'output')!.name };
}

/** Gates with one output of a given function, the smallest first. */
function cellsComputing(
  { cells }: Liberty,
  inputs: number,
  table: (pattern: number) => boolean,
): readonly Cell[] {
  return [...cells.values()]
    .filter(({ kind, pins }) => {
      const outputs = pins.filter(({ direction }) => direction === 'output');
      const names = pins.filter(({ direction }) => direction === 'input').map(({ name }) => name);
      const [output] = outputs;
      if (kind !== 'gate' || outputs.length !== 1 || names.length !== inputs) return false;
      const values = output?.function === undefined ? undefined : truthTable(output.function, names);
      return values?.every((value, pattern) => value === table(pattern)) ?? false;
    })
    .sort((a, b) => a.area - b.area);
}
