/** Verilog-2005 and SystemVerilog-2017. */
const VERILOG = `accept_on alias always always_comb always_ff always_latch and assert assign assume automatic before
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
  wildcard wire with within wor xnor xor`;

/** VHDL, all versions up to 2019: a mixed-language design instantiates the macro from it. */
const VHDL = `abs access after alias all and architecture array assert assume assume_guarantee attribute begin
  block body buffer bus case component configuration constant context cover default disconnect downto
  else elsif end entity exit fairness file for force function generate generic group guarded if impure
  in inertial inout is label library linkage literal loop map mod nand new next nor not null of on open
  or others out package parameter port postponed private procedure process property protected pure range
  record register reject release rem report restrict restrict_guarantee return rol ror select sequence
  severity shared signal sla sll sra srl strong subtype then to transport type unaffected units until use
  variable view vmode vpkg vprop vunit wait when while with xnor xor`;

/** SystemRDL 2.0: keywords, and words that it keeps for later. */
const SYSTEM_RDL = `abstract accesstype addressingtype addrmap alias all alternate bit boolean bothedge byte compact
  component componentwidth constraint default encode enum external false field fullalign hw inside int
  internal level longint mem na negedge nonsticky number onreadtype onwritetype posedge precedencetype
  property r rclr real ref reg regalign regfile rset ruser rw rw1 shortint shortreal signal signed string
  struct sw this true type unsigned w w1 wclr with within woclr woset wot wr wset wuser wzc wzs wzt`;

/** C11 and C++20: simulators that compile Verilog to C++ warn of names that are taken there. */
const C = `alignas alignof and and_eq asm atomic_cancel atomic_commit atomic_noexcept auto bitand bitor bool break
  case catch char char16_t char32_t char8_t class co_await co_return co_yield compl concept const
  const_cast consteval constexpr constinit continue decltype default delete do double dynamic_cast else
  enum explicit export extern false float for friend goto if inline int long mutable namespace new
  noexcept not not_eq nullptr operator or or_eq private protected public reflexpr register
  reinterpret_cast requires restrict return short signed sizeof static static_assert static_cast struct
  switch synchronized template this thread_local throw true try typedef typeid typename typeof union
  unsigned using virtual void volatile wchar_t while xor xor_eq`;

/** Words that cannot be names, by the language that has them, in the order in which one is told. */
const LANGUAGES: readonly (readonly [language: string, words: ReadonlySet<string>])[] = [
  ['Verilog or SystemVerilog', setOf(VERILOG)],
  ['VHDL', setOf(VHDL)],
  ['SystemRDL', setOf(SYSTEM_RDL)],
  ['C or C++', setOf(C)],
];

function setOf(words: string): ReadonlySet<string> {
  return new Set(words.split(/\s+/));
}

/** The reserved words of all languages that generated names appear in, lower case. */
export const RESERVED_WORDS: ReadonlySet<string> = new Set(LANGUAGES.flatMap(([, words]) => [...words]));

/**
 * The language in which a word is reserved, or undefined where it is free in all of them.
 *
 * VHDL alone takes capitals for the same word.
 */
export function reservedIn(word: string): string | undefined {
  const reserving = LANGUAGES.find(([language, words]) =>
    words.has(language === 'VHDL' ? word.toLowerCase() : word),
  );
  return reserving?.[0];
}
