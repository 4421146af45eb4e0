import { runYosys } from '@yowasp/yosys';

/*
 * Readers of the views of an analog macro, for tests: each knows its language and nothing of how the
 * view was made.
 */

/** A pin of a view; a vector counts as one. */
export interface Pin {
  readonly name: string;
  readonly direction: 'input' | 'output' | 'inout';
  readonly width: number;
  readonly use: 'signal' | 'power' | 'ground';
}

/** By name, so that views in another order compare. */
export function sorted(pins: readonly Pin[]): Pin[] {
  return [...pins].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What the names of supplies mean, in languages that have no word for it. */
function useOf(name: string): Pin['use'] {
  if (/^(VDD|vccd1|CORE_POWER)$/.test(name)) return 'power';
  return /^(VSS|vssd1|GND)$/.test(name) ? 'ground' : 'signal';
}

/** Pins from their wires: `sa_o[0]`, `sa_o[1]` are one of width 2. Numbers must be 0 .. width - 1. */
function vectorsOf(wires: readonly Omit<Pin, 'width'>[]): Pin[] {
  const numbers = new Map<string, number[]>();
  const first = new Map<string, Omit<Pin, 'width'>>();
  for (const wire of wires) {
    const [, name, bit] = /^(\w+)(?:\[(\d+)\])?$/.exec(wire.name)!;
    const seen = first.get(name!) ?? { ...wire, name: name! };
    if (seen.direction !== wire.direction || seen.use !== wire.use) throw new Error(`${wire.name} differs`);
    first.set(name!, seen);
    numbers.set(name!, [...(numbers.get(name!) ?? []), Number(bit ?? 0)]);
  }
  return [...first.values()].map((pin) => {
    const bits = numbers.get(pin.name)!.sort((a, b) => a - b);
    if (bits.some((bit, at) => bit !== at)) throw new Error(`${pin.name} has wires ${bits.join(' ')}`);
    return { name: pin.name, direction: pin.direction, width: bits.length, use: pin.use };
  });
}

/** Ports of a module of ANSI style, as its default parameters make them; power pins included. */
export function readVerilog(text: string): Pin[] {
  const head = text.slice(text.indexOf('\nmodule '), text.indexOf('\n);'));
  const values = new Map(
    [...head.matchAll(/^ +parameter +(\w+) *= *(\d+)/gm)].map(([, name, value]) => [name!, Number(value)]),
  );
  const numberOf = (word: string) => values.get(word) ?? Number(word);
  const last = (expression: string): number => {
    const shifted = /^\(1<<(\w+)\)-1$/.exec(expression);
    if (shifted !== null) return 2 ** numberOf(shifted[1]!) - 1;
    const less = /^(\w+)-1$/.exec(expression);
    return less === null ? numberOf(expression) : numberOf(less[1]!) - 1;
  };
  return [...head.matchAll(/^ +(input|output|inout) +wire +(?:\[([^:\]]+):0\])? *(\w+)/gm)].map(
    ([, direction, high, name]) => ({
      name: name!,
      direction: direction as Pin['direction'],
      width: high === undefined ? 1 : last(high) + 1,
      use: useOf(name!),
    }),
  );
}

interface YosysModule {
  readonly cells: Readonly<
    Record<
      string,
      {
        readonly type: string;
        readonly port_directions: Readonly<Record<string, Pin['direction']>>;
        readonly connections: Readonly<Record<string, readonly unknown[]>>;
      }
    >
  >;
}

/** Pins of the macro as the top level connects them: widths are those of its nets, as Yosys reads them. */
export async function readInstance(macro: string, top: string, blackbox: string): Promise<Pin[]> {
  const script =
    'read_verilog -DUSE_POWER_PINS -DSYNTHESIS top.v array.v; ' +
    `select ${macro}; write_json -selected out.json`;
  const silent = { stdout: () => undefined, stderr: () => undefined };
  const files = await runYosys(['-q', '-p', script], { 'top.v': top, 'array.v': blackbox }, silent);
  const { modules } = JSON.parse(String((files as Record<string, unknown>)['out.json'])) as {
    readonly modules: Readonly<Record<string, YosysModule>>;
  };
  const array = modules[macro]!.cells.u_array!;
  if (array.type !== `${macro}_array`) throw new Error(`u_array is a ${array.type}`);
  return Object.entries(array.connections).map(([name, nets]) => ({
    name,
    direction: array.port_directions[name]!,
    width: nets.length,
    use: useOf(name),
  }));
}

/** A rectangle of metal, micrometres. */
export interface Metal {
  readonly layer: string;
  readonly box: readonly [number, number, number, number];
}

export interface Lef {
  readonly macro: string;
  readonly size: readonly [number, number];
  readonly pins: readonly Pin[];
  /** By wire. */
  readonly metal: ReadonlyMap<string, readonly Metal[]>;
  readonly blocked: readonly Metal[];
}

/** Statements `WORD .. ;` of a LEF macro, its pins and obstructions. */
export function readLef(text: string): Lef {
  const words = text
    .replace(/#.*$/gm, '')
    .split(/\s+/)
    .filter((word) => word !== '');
  const wires: Omit<Pin, 'width'>[] = [];
  const metal = new Map<string, Metal[]>();
  const blocked: Metal[] = [];
  let macro = '';
  let size: [number, number] = [0, 0];
  let pin: { name: string; direction: string; use: string } | undefined;
  let layer = '';
  for (let at = 0; at < words.length; at++) {
    const next = () => words[++at]!;
    switch (words[at]) {
      case 'MACRO':
        macro = next();
        break;
      case 'SIZE':
        size = [Number(words[at + 1]), Number(words[at + 3])];
        break;
      case 'PIN':
        pin = { name: next(), direction: '', use: '' };
        break;
      case 'DIRECTION':
        pin!.direction = next().toLowerCase();
        break;
      case 'USE':
        pin!.use = next().toLowerCase();
        break;
      case 'LAYER':
        layer = next();
        break;
      case 'RECT': {
        const box = [Number(next()), Number(next()), Number(next()), Number(next())] as const;
        if (pin === undefined) blocked.push({ layer, box });
        else metal.set(pin.name, [...(metal.get(pin.name) ?? []), { layer, box }]);
        break;
      }
      case 'END':
        if (pin !== undefined && words[at + 1] === pin.name) {
          const use = pin.use === 'clock' ? 'signal' : pin.use;
          wires.push({
            name: next(),
            direction: pin.direction as Pin['direction'],
            use: use as Pin['use'],
          });
          pin = undefined;
        }
        break;
    }
  }
  return { macro, size, pins: vectorsOf(wires), metal, blocked };
}

/** A group of a Liberty file: `kind (names) { attributes, groups }`. */
export interface Group {
  readonly kind: string;
  readonly names: readonly string[];
  readonly attributes: ReadonlyMap<string, string>;
  readonly groups: readonly Group[];
}

/** Any Liberty file: groups, simple attributes `a : b;` and complex ones `a (b);`. */
export function readLiberty(text: string): Group {
  const tokens = text.replace(/\/\*[\s\S]*?\*\//g, '').match(/"[^"]*"|[\w.+*/-]+|[(){}:;,]/g) ?? [];
  let at = 0;
  const expect = (token: string) => {
    if (tokens[at] !== token) throw new Error(`Liberty: ${token} expected before ${tokens[at]}`);
    at++;
  };
  const bare = (token: string) => token.replace(/^"|"$/g, '');
  const body = (kind: string, names: readonly string[]): Group => {
    const attributes = new Map<string, string>();
    const groups: Group[] = [];
    expect('{');
    while (tokens[at] !== '}') {
      const word = tokens[at++]!;
      if (tokens[at] === ':') {
        at++;
        attributes.set(word, bare(tokens[at++]!));
        expect(';');
        continue;
      }
      expect('(');
      const inner: string[] = [];
      while (tokens[at] !== ')') {
        if (tokens[at] !== ',') inner.push(bare(tokens[at]!));
        at++;
      }
      at++;
      if (tokens[at] === '{') groups.push(body(word, inner));
      else {
        attributes.set(word, inner.join(' '));
        expect(';');
      }
    }
    at++;
    return { kind, names, attributes, groups };
  };
  const kind = tokens[at++]!;
  expect('(');
  const name = bare(tokens[at++]!);
  expect(')');
  return body(kind, [name]);
}

/** Pins of the one cell of a Liberty library. */
export function libertyPins(library: Group): Pin[] {
  const widths = new Map(
    library.groups
      .filter(({ kind }) => kind === 'type')
      .map(({ names, attributes }) => [names[0]!, Number(attributes.get('bit_width'))]),
  );
  return cellOf(library)
    .groups.filter(({ kind }) => ['pin', 'bus', 'pg_pin'].includes(kind))
    .map(({ kind, names, attributes }) => {
      const supply = kind === 'pg_pin' ? attributes.get('pg_type')!.replace('primary_', '') : 'signal';
      return {
        name: names[0]!,
        direction: kind === 'pg_pin' ? 'inout' : (attributes.get('direction') as Pin['direction']),
        width: kind === 'bus' ? widths.get(attributes.get('bus_type')!)! : 1,
        use: supply as Pin['use'],
      };
    });
}

export function cellOf(library: Group): Group {
  const cells = library.groups.filter(({ kind }) => kind === 'cell');
  if (cells.length !== 1) throw new Error(`${cells.length} cells`);
  return cells[0]!;
}

/** An instance (`X..`) or a device (`M..`, `C..`) of a netlist. */
export interface Element {
  readonly label: string;
  readonly nets: readonly string[];
  /** Subcircuit or model. */
  readonly type: string;
}

export interface Netlist {
  /** Pins and elements of every subcircuit. */
  readonly subcircuits: ReadonlyMap<
    string,
    { readonly pins: readonly string[]; readonly body: readonly Element[] }
  >;
  /** `.PARAM`s. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Directions by pin, of the `*.PININFO` lines. */
  readonly directions: ReadonlyMap<string, string>;
}

/** A SPICE netlist of subcircuits, transistors and capacitors. */
export function readCdl(text: string): Netlist {
  const directions = new Map(
    [...text.matchAll(/^\*\.PININFO (.*)$/gm)].flatMap(([, list]) =>
      list!.split(' ').map((entry) => entry.split(':') as [string, string]),
    ),
  );
  const lines = text
    .replace(/^\*.*\n/gm, '')
    .replace(/\n\+/g, ' ')
    .split('\n');
  const subcircuits = new Map<string, { pins: string[]; body: Element[] }>();
  const parameters = new Map<string, string>();
  let open: { pins: string[]; body: Element[] } | undefined;
  for (const line of lines) {
    const words = line.split(/\s+/).filter((word) => word !== '');
    const [first] = words;
    if (first === undefined) continue;
    if (first === '.PARAM') {
      const [name, value] = words[1]!.split('=');
      parameters.set(name!, value!);
    } else if (first === '.SUBCKT') {
      open = { pins: words.slice(2), body: [] };
      subcircuits.set(words[1]!, open);
    } else if (first === '.ENDS') open = undefined;
    else {
      const plain = words.slice(1).filter((word) => !word.includes('='));
      const isCapacitor = first.startsWith('C');
      open!.body.push({
        label: first,
        nets: isCapacitor ? plain : plain.slice(0, -1),
        type: isCapacitor ? 'capacitor' : plain.at(-1)!,
      });
    }
  }
  return { subcircuits, parameters, directions };
}

const CDL_DIRECTIONS: Readonly<Record<string, Pin['direction']>> = { I: 'input', O: 'output', B: 'inout' };

/** Pins of a subcircuit with `*.PININFO`. */
export function cdlPins({ subcircuits, directions }: Netlist, name: string): Pin[] {
  return vectorsOf(
    subcircuits.get(name)!.pins.map((pin) => ({
      name: pin,
      direction: CDL_DIRECTIONS[directions.get(pin)!]!,
      use: useOf(pin),
    })),
  );
}

/** How often a subcircuit or a model occurs in the flat netlist below `top`. */
export function countOf({ subcircuits }: Netlist, top: string, type: string): number {
  const counts = new Map<string, number>();
  const within = (name: string): number => {
    const known = counts.get(name);
    if (known !== undefined) return known;
    const count = (subcircuits.get(name)?.body ?? []).reduce(
      (sum, element) => sum + Number(element.type === type) + within(element.type),
      0,
    );
    counts.set(name, count);
    return count;
  };
  return within(top);
}

/** Instances whose number of nets differs from the pins of what they instantiate, and what does not exist. */
export function misfits({ subcircuits }: Netlist): string[] {
  return [...subcircuits].flatMap(([name, { body }]) =>
    body
      .filter(({ label }) => label.startsWith('X'))
      .filter(({ type, nets }) => subcircuits.get(type)?.pins.length !== nets.length)
      .map(({ label, type }) => `${name}: ${label} ${type}`),
  );
}
