/** A net, variable, parameter, genvar or function that is used above its declaration. */
export interface EarlyUse {
  readonly name: string;
  /** Lines, from 1. */
  readonly used: number;
  readonly declared: number;
}

type Kind = 'name' | 'keyword' | 'symbol';

interface Token {
  readonly text: string;
  readonly kind: Kind;
  readonly line: number;
}

/** What a module, function, task or block declares; a name's place is the index of its token. */
interface Scope {
  readonly outer: Scope | undefined;
  readonly declared: Map<string, number>;
}

interface Use {
  readonly at: number;
  readonly scope: Scope;
}

const words = (text: string): Set<string> => new Set(text.trim().split(/\s+/));

/** Keywords that a name follows which they declare. */
const DECLARES = words(`
  input output inout wire tri tri0 tri1 wand triand wor trior trireg uwire supply0 supply1 reg integer
  real realtime time genvar event parameter localparam specparam`);

/** All other keywords of Verilog-2005 that stand in designs and testbenches. */
const KEYWORDS = words(`
  always and assign automatic begin buf bufif0 bufif1 case casex casez cmos deassign default defparam
  disable edge else end endcase endfunction endgenerate endmodule endprimitive endspecify endtable
  endtask for force forever fork function generate highz0 highz1 if ifnone initial join large
  macromodule medium module nand negedge nmos nor noshowcancelled not notif0 notif1 or pmos posedge
  primitive pull0 pull1 pulldown pullup pulsestyle_ondetect pulsestyle_onevent rcmos release repeat
  rnmos rpmos rtran rtranif0 rtranif1 scalared showcancelled signed small specify strong0 strong1
  table task tran tranif0 tranif1 unsigned vectored wait weak0 weak1 while xnor xor`);

const OPENS = words('begin fork generate module macromodule primitive specify task');
const CLOSES = words('end join endgenerate endmodule endprimitive endspecify endfunction endtask');

/** In the order in which they are tried: what is no code, directives, literals, names, all else. */
const LEXEMES = new RegExp(
  [
    String.raw`(?<skipped>\s+|//[^\n]*|/\*[\s\S]*?\*/|"(?:\\[\s\S]|[^"\\])*"|\(\*(?!\s*\))[\s\S]*?\*\))`,
    String.raw`\x60define\s+(?<macro>\w+)(?<body>(?:\\\r?\n|[^\n])*)`,
    String.raw`(?<directive>\x60(?:(?:ifdef|ifndef|elsif|undef)\s+\w+|(?:include|timescale|default_nettype|line|pragma)\b[^\n]*))`,
    String.raw`\x60(?<call>\w+)`,
    String.raw`(?<literal>(?:\d[\d_]*)?\s*'[sS]?[bodhBODH]\s*[\w?]+|\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)`,
    String.raw`(?<system>\$[\w$]+)`,
    String.raw`(?<name>\\\S+|[A-Za-z_][\w$]*)`,
    String.raw`(?<symbol>[\s\S])`,
  ].join('|'),
  'g',
);

/**
 * Names that a Verilog-2005 text uses above their declaration, which newer simulators refuse. Only names
 * that the text declares are looked at: ports and instances of other modules, labels of blocks and parts
 * of hierarchical names are none of its nets. Tasks may call each other, so their order is free. A name
 * stands for its nearest declaration: that of the innermost block, function or module around it that has one.
 */
export function usedBeforeDeclared(text: string): EarlyUse[] {
  const tokens = tokensOf(text);
  const uses = usesIn(tokens);
  return uses.flatMap(({ at, scope }) => {
    const { text: name, line } = tokens[at]!;
    let around: Scope | undefined = scope;
    while (around !== undefined && !around.declared.has(name)) around = around.outer;
    const declared = around?.declared.get(name) ?? -1;
    return declared > at ? [{ name, used: line, declared: tokens[declared]!.line }] : [];
  });
}

/** Names, keywords and symbols in order; a macro's text stands where the macro is used. */
function tokensOf(text: string): Token[] {
  const macros = new Map<string, string>();
  const tokens: Token[] = [];
  const read = (part: string, firstLine: number, within: ReadonlySet<string>) => {
    let line = firstLine;
    for (const match of part.matchAll(LEXEMES)) {
      const { macro, body, call, name, symbol } = match.groups!;
      if (macro !== undefined) macros.set(macro, body!.replace(/\\\r?\n/g, ' '));
      else if (call !== undefined && macros.has(call) && !within.has(call)) {
        read(macros.get(call)!, line, new Set([...within, call]));
      } else if (name !== undefined) {
        const kind = DECLARES.has(name) || KEYWORDS.has(name) ? 'keyword' : 'name';
        tokens.push({ text: name.replace(/^\\/, ''), kind, line });
      } else if (symbol !== undefined) tokens.push({ text: symbol, kind: 'symbol', line });
      line += match[0].split('\n').length - 1;
    }
  };
  read(text, 1, new Set());
  return tokens;
}

/** Walks the text once: fills the scopes, and gives what is used in them. */
function usesIn(tokens: readonly Token[]): Use[] {
  const uses: Use[] = [];
  const labels = labelsIn(tokens);
  let scope: Scope = { outer: undefined, declared: new Map() };
  const open = () => {
    scope = { outer: scope, declared: new Map() };
  };
  const declare = (at: number) => {
    const { text } = tokens[at]!;
    if (!scope.declared.has(text)) scope.declared.set(text, at);
  };
  // Open brackets, and those inside which the names of the declaration under way stand.
  let depth = 0;
  let list: number | undefined;
  let awaitsName = false;
  let routine = false;
  tokens.forEach(({ text, kind }, at) => {
    if (kind === 'symbol') {
      if ('([{'.includes(text)) depth++;
      if (')]}'.includes(text)) depth--;
      if (list === undefined) return;
      if (text === ';' || depth < list) list = undefined;
      else if (text === ',' && depth === list) awaitsName = true;
    } else if (kind === 'keyword') {
      if (DECLARES.has(text) && !routine) {
        list = depth;
        awaitsName = true;
      }
      if (text === 'function') {
        list = depth;
        awaitsName = true;
        routine = true;
      }
      if (OPENS.has(text)) open();
      if (CLOSES.has(text)) scope = scope.outer ?? scope;
    } else if (labels.has(at)) {
      return;
    } else if (list === depth && awaitsName) {
      declare(at);
      awaitsName = false;
      if (routine) open();
      if (routine) list = undefined;
      routine = false;
    } else uses.push({ at, scope });
  });
  return uses;
}

/** Places of names that are no nets: ports and parts behind a dot, blocks, modules and their instances. */
function labelsIn(tokens: readonly Token[]): Set<number> {
  const labels = new Set<number>();
  const is = (at: number, text: string) => tokens[at]?.text === text && tokens[at]?.kind !== 'name';
  const isName = (at: number) => tokens[at]?.kind === 'name';
  let table = false;
  tokens.forEach(({ text, kind }, at) => {
    if (kind === 'keyword' && text === 'table') table = true;
    if (kind === 'keyword' && text === 'endtable') table = false;
    if (kind !== 'name') return;
    const blockName = is(at - 1, ':') && (is(at - 2, 'begin') || is(at - 2, 'fork'));
    const named = ['module', 'macromodule', 'primitive'].some((word) => is(at - 1, word));
    const follows =
      ['.', 'task', 'disable'].some((word) => is(at - 1, word)) ||
      (is(at - 1, 'automatic') && is(at - 2, 'task'));
    if (named) for (const port of plainPorts(tokens, at)) labels.add(port);
    if (table || blockName || named || follows) labels.add(at);
    // module instance
    if (isName(at + 1)) labels.add(at).add(at + 1);
    // module #( .. ) instance
    if (is(at + 1, '#') && is(at + 2, '(')) {
      labels.add(at);
      labels.add(closing(tokens, at + 2) + 1);
    }
  });
  return labels;
}

/** Names in the head of a module that only lists its ports and declares them inside. */
function plainPorts(tokens: readonly Token[], module: number): number[] {
  const from = tokens[module + 1]?.text === '#' ? closing(tokens, module + 2) + 1 : module + 1;
  if (tokens[from]?.text !== '(') return [];
  const head = tokens.slice(from, closing(tokens, from));
  if (head.some(({ text }) => DECLARES.has(text))) return [];
  return head.flatMap(({ kind }, at) => (kind === 'name' ? [from + at] : []));
}

/** Where the bracket that opens at `from` closes. */
function closing(tokens: readonly Token[], from: number): number {
  let depth = 0;
  for (let at = from; at < tokens.length; at++) {
    if (tokens[at]!.kind !== 'symbol') continue;
    if (tokens[at]!.text === '(') depth++;
    if (tokens[at]!.text === ')' && --depth === 0) return at;
  }
  return tokens.length;
}
