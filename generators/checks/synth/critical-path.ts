import type { Library } from './library.js';
import { type Netlist, netAt } from './netlist.js';
import type { Stage, TimingPath } from './timing.js';

/** A timing path in the words of the hardware. */
export interface CriticalPath {
  /** `input paddr_i[19]`, or `flip-flop phase_q[1] of u_controller`. */
  readonly from: string;
  readonly to: string;
  /** Blocks that it passes, in order. */
  readonly through: readonly { readonly instance: string; readonly cells: number; readonly ns: number }[];
  /** Cells between its ends, and how many of them are buffers. */
  readonly levels: number;
  readonly buffers: number;
  /** Time outside the macro before it begins, and its whole length up to the last pin. */
  readonly outsideNs: number;
  readonly arrivalNs: number;
}

/** Reads block and register names out of the netlist: a mapped flip-flop is a number, its net has a name. */
export function explainPath(path: TimingPath, top: string, netlist: Netlist, library: Library): CriticalPath {
  const { stages } = path;
  const gates = stages.filter(({ cell }, at) => {
    const inner = at > 0 && at < stages.length - 1;
    return inner && library.liberty.cells.get(cell)?.kind === 'gate';
  });
  const through: { instance: string; cells: number; ns: number }[] = [];
  for (const { pin, delayNs } of gates) {
    const instance = partsOf(pin).instance;
    const last = through.at(-1);
    if (last?.instance === instance) {
      last.cells++;
      last.ns += delayNs;
    } else through.push({ instance, cells: 1, ns: delayNs });
  }
  return {
    from: endName(stages[0]!, top, netlist, library),
    to: endName(stages.at(-1)!, top, netlist, library),
    through: through.map(({ ns, ...rest }) => ({ ...rest, ns: Number(ns.toFixed(4)) })),
    levels: gates.length,
    buffers: gates.filter(({ cell }) => library.buffers.has(cell)).length,
    outsideNs: path.outsideNs,
    arrivalNs: path.arrivalNs,
  };
}

/** `u_registers/_601_/D`: block, cell, pin; a port has no block. */
function partsOf(pin: string): { instance: string; cell: string; pin: string } {
  const parts = pin.split('/');
  return { instance: parts.slice(0, -2).join('/'), cell: parts.at(-2) ?? '', pin: parts.at(-1)! };
}

function endName({ pin, cell }: Stage, top: string, netlist: Netlist, library: Library): string {
  if (cell === 'in') return `input ${pin}`;
  if (cell === 'out') return `output ${pin}`;
  const { instance, cell: name, pin: last } = partsOf(pin);
  const { kind, pins } = library.liberty.cells.get(cell) ?? {};
  // `u_array/sa_o[3]`: a pin of the analog macro.
  if (kind === undefined) return `pin ${last} of ${name}`;
  const module = netlist.modules[netlist.modules[top]?.cells[instance]?.type ?? top];
  const output = pins?.find(({ direction }) => direction === 'output')?.name;
  const register = module === undefined || output === undefined ? name : netAt(module, name, output);
  return `flip-flop ${register}${instance === '' ? '' : ` of ${instance}`}`;
}
