/** A mapped netlist as Yosys writes it in JSON, as far as it is read here. */
export interface Netlist {
  readonly modules: Readonly<Record<string, NetlistModule>>;
}

export interface NetlistModule {
  readonly ports: Readonly<Record<string, { readonly direction: Direction; readonly bits: readonly Bit[] }>>;
  readonly cells: Readonly<Record<string, NetlistCell>>;
  readonly netnames: Readonly<Record<string, { readonly bits: readonly Bit[] }>>;
}

/** A net by number, or a constant. */
type Bit = number | '0' | '1' | 'x' | 'z';

type Direction = 'input' | 'output' | 'inout';

export interface NetlistCell {
  readonly type: string;
  readonly port_directions: Readonly<Record<string, Direction>>;
  readonly connections: Readonly<Record<string, readonly Bit[]>>;
}

export function readNetlist(json: string): Netlist {
  return JSON.parse(json) as Netlist;
}

/** Cells of a module by type, modules below it taken in. */
export function countCells(netlist: Netlist, module: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { type } of Object.values(netlist.modules[module]?.cells ?? {})) {
    const below = isHierarchy(netlist, type) ? countCells(netlist, type) : new Map([[type, 1]]);
    for (const [cell, count] of below) counts.set(cell, (counts.get(cell) ?? 0) + count);
  }
  return counts;
}

/** A module with content: cells of the library and black boxes have none. */
function isHierarchy({ modules }: Netlist, type: string): boolean {
  const module = modules[type];
  return module !== undefined && Object.keys(module.cells).length > 0;
}

/** Name of the net at a pin, as the Verilog has it; the cell's own name where the net has none. */
export function netAt(module: NetlistModule, cell: string, pin: string): string {
  const bit = module.cells[cell]?.connections[pin]?.[0];
  const names = Object.entries(module.netnames)
    .filter(([name, { bits }]) => !name.startsWith('$') && bits.includes(bit ?? 'x'))
    .map(([name, { bits }]) => (bits.length > 1 ? `${name}[${bits.indexOf(bit!)}]` : name));
  // A register's own name before the port that it drives; Yosys' numbers last.
  const rank = (name: string) => (/^_\d+_/.test(name) ? 2 : /_q(\[|$)/.test(name) ? 0 : 1);
  return names.sort((a, b) => rank(a) - rank(b))[0] ?? cell;
}

/** Nets that are not driven once. */
export interface MisdrivenNets {
  /** Read by a cell or a port, driven by none. */
  readonly undriven: number;
  readonly multiplyDriven: number;
}

/** Counts drivers and readers of every net, module by module. */
export function misdrivenNets({ modules }: Netlist): MisdrivenNets {
  let undriven = 0;
  let multiplyDriven = 0;
  for (const { ports, cells } of Object.values(modules)) {
    // Black boxes and library cells have ports alone.
    if (Object.keys(cells).length === 0) continue;
    const drivers = new Map<Bit, number>();
    const read = new Set<Bit>();
    const join = (drives: boolean, bits: readonly Bit[]) => {
      for (const bit of bits) {
        if (drives) drivers.set(bit, (drivers.get(bit) ?? 0) + 1);
        else read.add(bit);
      }
    };
    for (const { direction, bits } of Object.values(ports)) join(direction === 'input', bits);
    for (const { port_directions, connections } of Object.values(cells)) {
      for (const [pin, bits] of Object.entries(connections)) join(port_directions[pin] === 'output', bits);
    }
    for (const bit of read) if (bit !== '0' && bit !== '1' && !drivers.has(bit)) undriven++;
    for (const count of drivers.values()) if (count > 1) multiplyDriven++;
  }
  return { undriven, multiplyDriven };
}

/** Ends of no path: outputs of a module, and inputs of the cells in it, that hold a constant. */
export function constantEnds({ modules }: Netlist, module: string): readonly string[] {
  const holds = (at: NetlistModule, bit: Bit): boolean => {
    if (typeof bit === 'string') return true;
    for (const { type, port_directions, connections } of Object.values(at.cells)) {
      for (const [pin, bits] of Object.entries(connections)) {
        if (port_directions[pin] !== 'output' || !bits.includes(bit)) continue;
        const inner = modules[type]?.ports[pin]?.bits[bits.indexOf(bit)];
        const tie = !Object.values(port_directions).includes('input');
        return tie || (inner !== undefined && holds(modules[type]!, inner));
      }
    }
    return false;
  };
  const top = modules[module]!;
  const constant = (name: string, bits: readonly Bit[]) =>
    bits.flatMap((bit, at) => (holds(top, bit) ? [bits.length > 1 ? `${name}[${at}]` : name] : []));
  return [
    ...Object.entries(top.ports).flatMap(([port, { direction, bits }]) =>
      direction === 'output' ? constant(port, bits) : [],
    ),
    ...Object.entries(top.cells).flatMap(([cell, { port_directions, connections }]) =>
      Object.entries(connections).flatMap(([pin, bits]) =>
        port_directions[pin] === 'input' ? constant(`${cell}/${pin}`, bits) : [],
      ),
    ),
  ];
}
