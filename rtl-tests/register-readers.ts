/*
 * Readers of the files that describe an address map, for tests: each knows its language and nothing of
 * how the file was made.
 */

/** A C header of macros that are numbers, or sums of products of their arguments. */
export interface CHeader {
  /** Values of the macros without arguments. */
  readonly values: ReadonlyMap<string, number>;
  /** Argument names by macro. */
  readonly functions: ReadonlyMap<string, readonly string[]>;
  /** Value of a macro, with its arguments where it takes some. */
  readonly value: (name: string, ...args: readonly number[]) => number;
}

/** A sum of products, such as `0x10000u + 0x4u * (3)`. */
function sumOf(expression: string): number {
  const terms = expression.replace(/^\((.*)\)$/, '$1').split(' + ');
  const factor = (text: string) => {
    const number = Number(text.replace(/^\((.*)\)$/, '$1').replace(/u$/, ''));
    if (Number.isNaN(number)) throw new Error(`C header: ${text} is not a number`);
    return number;
  };
  return terms.reduce(
    (sum, term) =>
      sum +
      term
        .split(' * ')
        .map(factor)
        .reduce((a, b) => a * b),
    0,
  );
}

export function readCHeader(text: string): CHeader {
  const values = new Map<string, number>();
  const functions = new Map<string, readonly string[]>();
  const bodies = new Map<string, string>();
  for (const [, name, args, body] of text.matchAll(
    /^#define (\w+)(?:\(([^)]*)\))? (.+?)(?: \/\*.*\*\/)?$/gm,
  )) {
    if (bodies.has(name!)) throw new Error(`C header: ${name} is defined twice`);
    bodies.set(name!, body!);
    if (args === undefined) values.set(name!, sumOf(body!));
    else functions.set(name!, args.split(', '));
  }
  return {
    values,
    functions,
    value: (name, ...args) => {
      const body = bodies.get(name);
      if (body === undefined) throw new Error(`C header: no ${name}`);
      const indices = functions.get(name) ?? [];
      if (indices.length !== args.length) throw new Error(`C header: ${name} takes ${indices.length}`);
      return sumOf(indices.reduce((sum, index, at) => sum.replace(`(${index})`, `(${args[at]})`), body));
    },
  };
}

export interface RdlField {
  readonly name: string;
  readonly msb: number;
  readonly lsb: number;
  /** `sw`, and `onwrite` where it has one. */
  readonly access: string;
  readonly reset: number | undefined;
  /** Names of its values, in order. */
  readonly values: readonly string[];
}

/** A register at one address. */
export interface RdlRegister {
  /** `tables[0].code[3]`. */
  readonly path: string;
  readonly address: number;
  readonly fields: readonly RdlField[];
}

/** Tokens of SystemRDL: strings, numbers such as `4'h3` and `0x10`, words, signs. */
function tokensOf(text: string): string[] {
  return (
    text
      .replace(/\/\/.*$/gm, '')
      .match(/"(?:[^"\\]|\\.)*"|\d+'[hd][0-9a-f]+|0x[0-9a-f]+|\w+|\+=|[{}[\]();:=@]/g) ?? []
  );
}

function numberOf(token: string): number {
  const sized = /^\d+'([hd])([0-9a-f]+)$/.exec(token);
  if (sized === null) return Number(token);
  return Number.parseInt(sized[2]!, sized[1] === 'h' ? 16 : 10);
}

/** What a SystemRDL file says: every register with its address, arrays unrolled, in ascending order. */
export function readRdl(text: string): readonly RdlRegister[] {
  const tokens = tokensOf(text);
  let at = 0;
  const take = (expected?: string): string => {
    const token = tokens[at++];
    if (token === undefined || (expected !== undefined && token !== expected)) {
      throw new Error(
        `SystemRDL: ${expected} expected, ${token} found after ${tokens.slice(at - 6, at - 1).join(' ')}`,
      );
    }
    return token;
  };
  const follows = (token: string): boolean => {
    if (tokens[at] !== token) return false;
    at++;
    return true;
  };
  const enums = new Map<string, string[]>();

  const enumeration = () => {
    take('enum');
    const name = take();
    const values: string[] = [];
    take('{');
    while (tokens[at] !== '}') {
      const entry = take();
      take('=');
      if (numberOf(take()) !== values.length) throw new Error(`SystemRDL: ${entry} is out of order`);
      take(';');
      values.push(entry);
    }
    take('}');
    take(';');
    enums.set(name, values);
  };

  const field = (): RdlField => {
    take('field');
    take('{');
    const properties = new Map<string, string>();
    while (tokens[at] !== '}') {
      const name = take();
      take('=');
      properties.set(name, take());
      take(';');
    }
    take('}');
    const name = take();
    take('[');
    const msb = Number(take());
    take(':');
    const lsb = Number(take());
    take(']');
    const reset = follows('=') ? numberOf(take()) : undefined;
    take(';');
    const onwrite = properties.get('onwrite');
    const encode = properties.get('encode');
    if (encode !== undefined && !enums.has(encode)) throw new Error(`SystemRDL: no enum ${encode}`);
    return {
      ...{ name, msb, lsb, reset },
      access: [properties.get('sw')!, ...(onwrite === undefined ? [] : [onwrite])].join(' '),
      values: encode === undefined ? [] : enums.get(encode)!,
    };
  };

  /** A `reg` or `regfile`, with the name and the address of each of its instances. */
  const component = (): RdlRegister[] => {
    const kind = take();
    take('{');
    const fields: RdlField[] = [];
    const inner: RdlRegister[] = [];
    while (tokens[at] !== '}') {
      if (tokens[at] === 'field') fields.push(field());
      else if (tokens[at] === 'enum') enumeration();
      else if (tokens[at] === 'reg' || tokens[at] === 'regfile') inner.push(...component());
      else {
        take('desc');
        take('=');
        take();
        take(';');
      }
    }
    take('}');
    const name = take();
    const count = follows('[') ? Number(take()) : undefined;
    if (count !== undefined) take(']');
    take('@');
    const base = numberOf(take());
    const stride = follows('+=') ? numberOf(take()) : 0;
    take(';');
    return Array.from({ length: count ?? 1 }, (_, index) => {
      const path = count === undefined ? name : `${name}[${index}]`;
      const address = base + index * stride;
      if (kind === 'reg') return [{ path, address, fields }];
      return inner.map((one) => ({ ...one, path: `${path}.${one.path}`, address: address + one.address }));
    }).flat();
  };

  take('addrmap');
  take();
  take('{');
  const registers: RdlRegister[] = [];
  while (tokens[at] !== '}') {
    if (tokens[at] === 'default') {
      take();
      take();
      take('=');
      if (take() !== '32') throw new Error('SystemRDL: words have 32 bits');
      take(';');
    } else registers.push(...component());
  }
  take('}');
  take(';');
  if (at !== tokens.length) throw new Error('SystemRDL: text after the address map');
  return registers.sort((a, b) => a.address - b.address);
}
