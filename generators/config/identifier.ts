import { z } from 'zod';

/** Reserved words of Verilog-2005 and SystemVerilog-2017: none of them can name a module. */
const KEYWORDS = new Set(
  `accept_on alias always always_comb always_ff always_latch and assert assign assume automatic before
  begin bind bins binsof bit break buf bufif0 bufif1 byte case casex casez cell chandle checker class
  clocking cmos config const constraint context continue cover covergroup coverpoint cross deassign
  default defparam design disable dist do edge else end endcase endchecker endclass endclocking
  endconfig endfunction endgenerate endgroup endinterface endmodule endpackage endprimitive endprogram
  endproperty endsequence endspecify endtable endtask enum event eventually expect export extends extern
  final first_match for force foreach forever fork forkjoin function generate genvar global highz0 highz1
  if iff ifnone ignore_bins illegal_bins implements implies import incdir include initial inout input
  inside instance int integer interconnect interface intersect join join_any join_none large let liblist
  library local localparam logic longint macromodule matches medium modport module nand negedge nettype
  new nexttime nmos nor noshowcancelled not notif0 notif1 null or output package packed parameter pmos
  posedge primitive priority program property protected pull0 pull1 pulldown pullup
  pulsestyle_ondetect pulsestyle_onevent pure rand randc randcase randsequence rcmos real realtime ref
  reg reject_on release repeat restrict return rnmos rpmos rtran rtranif0 rtranif1 s_always s_eventually
  s_nexttime s_until s_until_with scalared sequence shortint shortreal showcancelled signed small soft
  solve specify specparam static string strong strong0 strong1 struct super supply0 supply1
  sync_accept_on sync_reject_on table tagged task this throughout time timeprecision timeunit tran
  tranif0 tranif1 tri tri0 tri1 triand trior trireg type typedef union unique unique0 unsigned until
  until_with untyped use uwire var vectored virtual void wait wait_order wand weak weak0 weak1 while
  wildcard wire with within wor xnor xor`.split(/\s+/),
);

/** Longest accepted macro name: leaves room for module suffixes within tools' 64-character limits. */
export const MAX_NAME_LENGTH = 40;

/**
 * Why a name cannot be a Verilog module name, or undefined where it can.
 * Names are never renamed silently: they reach module names and file paths as they are.
 */
export function identifierFault(name: string): string | undefined {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) {
    return `"${name}" is not a module name: lower-case letters, digits and underscores, a letter first`;
  }
  if (name.length > MAX_NAME_LENGTH)
    return `"${name}" has ${name.length} characters, at most ${MAX_NAME_LENGTH} are allowed`;
  if (KEYWORDS.has(name)) return `"${name}" is a Verilog or SystemVerilog keyword`;
  if (name.endsWith('_') || name.includes('__')) return `"${name}" has a trailing or doubled underscore`;
  return undefined;
}

/** A name that can prefix Verilog modules; {@link identifierFault} in words that a JSON Schema has too. */
export const moduleName = z
  .string()
  .superRefine((name, context) => {
    const fault = identifierFault(name);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  })
  .meta({
    pattern: '^[a-z][a-z0-9]*(_[a-z0-9]+)*$',
    maxLength: MAX_NAME_LENGTH,
    not: { enum: [...KEYWORDS] },
  });
