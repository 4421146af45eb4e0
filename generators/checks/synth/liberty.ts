/**
 * A reader for Liberty files, as far as area, function and kind of the cells go. Tables of delays are skipped:
 * they are for the mapper and the timing analyser, which read the file themselves.
 */
import { failure, type Result, success } from '../../common/problems.js';

/** `cell (NAND2X1) { area : 24; pin (A) { .. } }`: one group, with what it holds. */
export interface Group {
  readonly name: string;
  readonly argument: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly groups: readonly Group[];
}

export interface Pin {
  readonly name: string;
  readonly direction: string;
  /** Boolean expression of an output; undefined for inputs and state. */
  readonly function: string | undefined;
  /** In units of the library. */
  readonly capacitance: number;
}

export interface Cell {
  readonly name: string;
  /** In units of the library. */
  readonly area: number;
  readonly kind: 'gate' | 'flop' | 'latch';
  readonly pins: readonly Pin[];
}

export interface Liberty {
  readonly name: string;
  readonly cells: ReadonlyMap<string, Cell>;
  /** Its cells have delays: without them there is no static timing. */
  readonly timed: boolean;
  /** Farads of one unit of capacitance. */
  readonly capacitanceUnit: number;
}

/** Reads a Liberty file; `file` is the name that problems carry. */
export function parseLiberty(text: string, file: string): Result<Liberty> {
  let library: Group | undefined;
  try {
    library = new Scanner(text).file().find(({ name }) => name === 'library');
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return failure({ file, path: '', message: `is no Liberty file: ${error.message}` });
  }
  if (library === undefined) {
    return failure({ file, path: '', message: 'is no Liberty file: it has no library group' });
  }
  const cells = library.groups.filter(({ name }) => name === 'cell').map(cellOf);
  if (cells.length === 0) return failure({ file, path: '', message: 'has no cells' });
  return success({
    name: library.argument,
    cells: new Map(cells.map((cell) => [cell.name, cell])),
    timed: library.groups.some(
      (cell) =>
        cell.name === 'cell' &&
        cell.groups.some((pin) =>
          pin.groups.some(({ name, groups }) => name === 'timing' && groups.length > 0),
        ),
    ),
    capacitanceUnit: capacitanceUnit(library.attributes.get('capacitive_load_unit')),
  });
}

function cellOf(cell: Group): Cell {
  const holds = (...kinds: readonly string[]) => cell.groups.some(({ name }) => kinds.includes(name));
  return {
    name: cell.argument,
    area: Number(cell.attributes.get('area') ?? 0),
    kind: holds('latch', 'latch_bank') ? 'latch' : holds('ff', 'ff_bank') ? 'flop' : 'gate',
    pins: cell.groups
      .filter(({ name }) => name === 'pin')
      .map((pin) => ({
        name: pin.argument,
        direction: pin.attributes.get('direction') ?? '',
        function: pin.attributes.get('function'),
        capacitance: Number(pin.attributes.get('capacitance') ?? 0),
      })),
  };
}

/** `1,pf` and `1000, ff` alike. */
function capacitanceUnit(value: string | undefined): number {
  const [, count, unit] = /^([\d.]+)\s*,\s*([pf])f$/i.exec(value ?? '') ?? [];
  return Number(count ?? 1) * (unit?.toLowerCase() === 'f' ? 1e-15 : 1e-12);
}

/** Groups whose numbers nobody here reads; their attributes are skipped. */
const TABLES = new Set(['values', 'index_1', 'index_2', 'index_3']);

class Scanner {
  private at = 0;

  constructor(private readonly text: string) {}

  file(): Group[] {
    return this.groupsAndAttributes('').groups as Group[];
  }

  /** Statements up to the closing brace, or to the end of the file where there is none to close. */
  private groupsAndAttributes(of: string): { groups: readonly Group[]; attributes: Map<string, string> } {
    const groups: Group[] = [];
    const attributes = new Map<string, string>();
    for (;;) {
      this.skip();
      const char = this.text[this.at];
      if (char === undefined) {
        if (of !== '') throw new SyntaxError(`group ${of} does not end`);
        return { groups, attributes };
      }
      if (char === '}' && of !== '') {
        this.at++;
        return { groups, attributes };
      }
      if (char === ';') {
        this.at++;
        continue;
      }
      const name = this.word();
      this.skip();
      if (this.text[this.at] === ':') {
        this.at++;
        attributes.set(name, this.value());
      } else if (this.text[this.at] === '(') {
        const argument = this.argument(name);
        this.skip();
        if (this.text[this.at] !== '{') {
          attributes.set(name, argument);
          continue;
        }
        this.at++;
        groups.push({ name, argument, ...this.groupsAndAttributes(`${name}(${argument})`) });
      } else throw this.unexpected();
    }
  }

  /** White space, comments and continued lines. */
  private skip(): void {
    const { text } = this;
    for (;;) {
      const char = text.charCodeAt(this.at);
      if (char <= 32 || char === 92) this.at++;
      else if (text.startsWith('/*', this.at)) {
        const end = text.indexOf('*/', this.at + 2);
        this.at = end < 0 ? text.length : end + 2;
      } else if (text.startsWith('//', this.at)) {
        const end = text.indexOf('\n', this.at);
        this.at = end < 0 ? text.length : end;
      } else return;
    }
  }

  private word(): string {
    const word = /[\w.+-]+/y;
    word.lastIndex = this.at;
    const found = word.exec(this.text);
    if (found === null) throw this.unexpected();
    this.at = word.lastIndex;
    return found[0];
  }

  /** What follows a colon: a string, or all up to the end of the statement. */
  private value(): string {
    const value = /\s*(?:"([^"]*)"|([^;\n}]*))\s*;?/y;
    value.lastIndex = this.at;
    const [, quoted, plain] = value.exec(this.text)!;
    this.at = value.lastIndex;
    return quoted ?? plain!.trim();
  }

  /** What is in parentheses, without quotes; tables are skipped. */
  private argument(name: string): string {
    const from = this.at + 1;
    let quoted = false;
    for (this.at = from; this.at < this.text.length; this.at++) {
      const char = this.text[this.at];
      if (char === '"') quoted = !quoted;
      else if (char === ')' && !quoted) break;
    }
    if (this.at >= this.text.length) throw new SyntaxError(`the parenthesis of ${name} does not close`);
    const text = TABLES.has(name) ? '' : this.text.slice(from, this.at).replaceAll('"', '').trim();
    this.at++;
    return text;
  }

  private unexpected(): SyntaxError {
    const line = this.text.slice(0, this.at).split('\n').length;
    return new SyntaxError(`line ${line}: "${this.text.slice(this.at, this.at + 12)}" is not expected here`);
  }
}
