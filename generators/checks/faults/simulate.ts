import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bitsFor } from '../../common/bits.js';
import { type CellPort, type CellWord, cellWords, March } from '../../macro/golden/march.js';
import { registerAddress } from '../../macro/plan/addresses.js';
import type { MacroPlan } from '../../macro/plan/plan.js';
import { marchWord } from '../../macro/plan/register-words.js';
import { MARCH } from '../../macro/plan/registers.js';
import type { MacroShape } from '../../macro/plan/shape.js';
import { cellWordWidth, rowWidth } from '../../package/rtl/ports.js';
import { macroView } from '../../package/rtl/view.js';
import { render } from '../../package/text/render.js';
import type { Vectors } from '../../package/vectors/stimulus.js';
import { startAndLook } from '../../package/vectors/test-scenario.js';
import { newBench, vectorTexts } from '../../package/vectors/vectors.js';
import { type Simulator, simulate } from '../cosim/simulator.js';
import { judge, type Verdict } from '../cosim/verdict.js';
import { locates, type Report } from './coverage.js';
import { FAULT_MODELS, type Fault, FaultyCells, indexOf } from './fault.js';

/** A march on one data background with one fault in the cells, or none. */
export interface Trial {
  readonly fault: Fault | undefined;
  readonly background: number;
  /** Go on after each report, to the end of the march. */
  readonly resume?: boolean;
}

/** Marches through the RTL with a fault in the cells each time. */
export interface FaultSimulation extends Verdict {
  /** Marches, the one without a fault included. */
  readonly trials: number;
  /** Trials in which the march found the fault, on the golden model and, where the run passed, in the RTL. */
  readonly found: number;
  /** Found at the right place. */
  readonly located: number;
  /** Clock cycles of all marches together, each of them compared. */
  readonly cycles: number;
  /** Seconds of the simulation itself; undefined where parts of it ran in different places. */
  readonly seconds?: number;
}

/** Idle cycles before a trial, in the middle of which the fault changes. */
const PAUSE = 16;

/** What a simulator is given to march through faulty cells, and what the golden model made of it. */
interface FaultBench {
  readonly vectors: Vectors;
  /** Files beside operations.txt and trace.txt: the array with a defect and when each defect comes. */
  readonly files: Readonly<Record<'array.v' | 'faults.txt', string>>;
  readonly found: number;
  readonly located: number;
}

/** Marches with a fault in the cells each time, and what every register must read. */
export function faultBench(plan: MacroPlan, trials: readonly Trial[]): FaultBench {
  const { shape } = plan;
  const { stimulus } = newBench(plan, 1);
  const lines: string[] = [];
  const counts = { found: 0, located: 0 };
  const words = cellWords(shape);
  for (const { fault, background, resume = false } of trials) {
    stimulus.idle(PAUSE);
    lines.push(faultLine(fault, stimulus.machine.cycle - PAUSE / 2, shape));
    stimulus.machine.cells = onBus(new FaultyCells(fault), words);
    // The same march beside it, to know for how long it runs.
    const cells = new FaultyCells(fault);
    const pace = new March(shape, () => cells, words);
    const run = (word: number): Report | undefined => {
      startAndLook(stimulus, word);
      pace.write(word);
      let cycles = 0;
      for (; pace.busy; cycles++) pace.tick();
      stimulus.idle(cycles);
      const status = stimulus.read(registerAddress('march'));
      const address = stimulus.read(registerAddress('march_address'));
      stimulus.read(words[0]!.address); // what the cell port reads next changes nothing
      const failing = stimulus.read(registerAddress('march_data'));
      return (status & MARCH.fail) === 0 ? undefined : { address, failing };
    };
    let report = run(marchWord(background));
    if (report === undefined || fault === undefined) continue;
    counts.found++;
    if (locates(report, fault)) counts.located++;
    while (resume && report !== undefined) report = run(MARCH.resume);
  }
  const view = { ...macroView(plan), file: `${plan.name}_array.v`, purpose: 'cells with a defect' };
  return {
    vectors: stimulus.vectors(),
    files: { 'array.v': render('fault/array.v', view), 'faults.txt': lines.join('') },
    ...counts,
  };
}

/** The bus reads 0 where a word has no cell. */
function onBus(cells: CellPort, words: readonly CellWord[]): CellPort {
  const masks = new Map(words.map(({ address, mask }) => [address, mask]));
  return {
    readCells: (address) => (cells.readCells(address) & (masks.get(address) ?? 0)) >>> 0,
    writeCells: (address, data, strobes) => cells.writeCells(address, data, strobes),
  };
}

/**
 * Marches through the RTL of a package, a fault in its cells each time, every cycle and every register compared with
 * the golden model; one run of the simulator.
 */
export async function simulateFaults(
  plan: MacroPlan,
  trials: readonly Trial[],
  run: { readonly folder: string; readonly simulator: Simulator; readonly signal?: AbortSignal },
): Promise<FaultSimulation> {
  const { vectors, files, found, located } = faultBench(plan, trials);
  const folder = await mkdtemp(path.join(tmpdir(), 'imcgen-faults-'));
  try {
    const all = { ...files, ...Object.fromEntries(vectorTexts(vectors)) };
    for (const [file, text] of Object.entries(all)) await writeFile(path.join(folder, file), text);
    const arrayModel = path.join(folder, 'array.v');
    const output = await simulate({ ...run, macro: plan.name, vectors: folder, arrayModel });
    return {
      ...judge(output.lines, vectors, plan.shape.columns),
      trials: trials.length,
      ...{ found, located },
      cycles: vectors.cycles,
      seconds: output.seconds,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A line of faults.txt: clock edge, model, when, value, victim and its bit, aggressor and its bit. */
function faultLine(fault: Fault | undefined, edge: number, shape: MacroShape): string {
  if (fault === undefined) return `${edge.toString(16)} 0 0 0 0 0 0 0\n`;
  const { model, when, value, cell, other } = fault;
  const width = { bank: bitsFor(shape.banks), row: rowWidth(shape), word: cellWordWidth(shape) };
  const index = (address: number) => indexOf(address, shape.rows, width);
  const numbers = [
    ...[edge, FAULT_MODELS.indexOf(model) + 1, when, value],
    ...[index(cell.word.address), cell.bit, index(other.word.address), other.bit],
  ];
  return `${numbers.map((number) => number.toString(16)).join(' ')}\n`;
}
