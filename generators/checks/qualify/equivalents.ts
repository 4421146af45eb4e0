/** A change of the generated Verilog that no test can tell, where no proof of states that never occur is at hand. */
export interface KnownEquivalent {
  /** Kind of the file, such as `controller`; `top` for the top level. */
  readonly file: string;
  /** The line as {@link plainLines} gives it. */
  readonly line: string;
  /** Which of the same changes of such lines, from 1; all where left out. */
  readonly nth?: number;
  readonly before: string;
  readonly after: string;
  readonly reason: string;
  /** Yosys proves it of the whole design, in every macro of the mutation test; that takes minutes. */
  readonly proof?: 'design';
}

/** A change as the list of known equivalents names it. */
export interface NamedChange extends Pick<KnownEquivalent, 'file' | 'line' | 'before' | 'after'> {
  readonly nth: number;
}

/** Lines of a file of a macro without the macro's name and its reset style, white space joined. */
export function plainLines(text: string, macro: string): string[] {
  return text
    .replaceAll(macro, '<name>')
    .replaceAll(/!rst_ni|rst_i/g, '<reset>')
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '));
}

/** Whether a change is the one of an entry. */
export function isKnownAs(entry: KnownEquivalent, { file, line, nth, before, after }: NamedChange): boolean {
  return (
    entry.file === file &&
    entry.line === line &&
    entry.before === before &&
    entry.after === after &&
    (entry.nth ?? nth) === nth
  );
}

/** Each has its reason; `npm run mutation -- --all` finds those that are killed after all, or match nothing. */
export const EQUIVALENTS: readonly KnownEquivalent[] = [
  {
    file: 'psum_top',
    line: 'localparam TILE_W = (TILES > 1) ? $clog2(TILES) : 1;',
    before: '1',
    after: '2',
    reason: 'a number held wider than it need be: every value fits as before',
  },
  {
    file: 'psum_top',
    line: 'localparam WEIGHT_W = (TILES * DIGITS > 1) ? $clog2(TILES * DIGITS) : 1;',
    before: '1',
    after: '2',
    reason: 'a number held wider than it need be: every value fits as before',
  },
  {
    file: 'psum_top',
    line: "wire [31:0] channel_beat = {22'd0, channel} / LANES;",
    before: "22'd0",
    after: "22'd1",
    reason: 'adds 1024 / LANES, of which none of the bits that name a beat is left',
  },
  {
    file: 'psum_lane',
    line: "assign acc_word[k] = {ACC_BITS{1'b0}};",
    before: "{ACC_BITS{1'b0}}",
    after: '~0',
    reason: 'of a word that the lane does not have: its results are dark, and nobody can read it',
  },
  {
    file: 'psum_lane',
    line: "assign scale_word[k] = {SCALE_BITS{1'b0}};",
    before: "{SCALE_BITS{1'b0}}",
    after: '~0',
    reason: 'of a word that the lane does not have: its results are dark, and nobody can read it',
  },
  {
    file: 'psum_lane',
    line: "assign bias_word[k] = {BIAS_BITS{1'b0}};",
    before: "{BIAS_BITS{1'b0}}",
    after: '~0',
    reason: 'of a word that the lane does not have: its results are dark, and nobody can read it',
  },
  {
    file: 'psum_lane',
    line: 'if (beat == e) acc_q[e*ACC_BITS +: ACC_BITS] <= sum;',
    before: 'beat',
    after: 'word',
    reason: 'a sum is kept while the unit is busy, and then both name the beat of the product',
  },
  {
    file: 'psum_sequence',
    line: "weight_q <= {WEIGHT_W{1'b0}};",
    nth: 2,
    before: "1'b0",
    after: "1'd1",
    reason: 'the vector that begins a sum is of tile 0, and takes weight 0 whatever is held',
  },
  {
    file: 'top',
    line: 'localparam COL_W = (COLS > 1) ? $clog2(COLS) : 1;',
    before: '1',
    after: '2',
    reason: 'a number held wider than it need be: every value fits as before',
  },
  {
    file: 'top',
    line: 'localparam ROW_W = (CELL_ROWS > 1) ? $clog2(CELL_ROWS) : 1;',
    before: '1',
    after: '2',
    reason: 'a number held wider than it need be: every value fits as before',
  },
  {
    file: 'top',
    line: 'localparam WORD_W = (CELL_COLS > 32) ? $clog2((CELL_COLS + 31) / 32) : 1;',
    before: '1',
    after: '2',
    reason: 'a number held wider than it need be: every value fits as before',
  },
  {
    file: 'controller',
    line: "bank_next_q <= {BANK_W{1'b0}};",
    before: "bank_next_q <= {BANK_W{1'b0}};",
    after: ';',
    reason: 'read only while a start is queued, and written when one is',
  },
  {
    file: 'controller',
    line: "bank_next_q <= {BANK_W{1'b0}};",
    before: "1'b0",
    after: "1'd1",
    reason: 'read only while a start is queued, and written when one is',
  },
  {
    file: 'controller',
    line: "bits_next_q <= 3'd0;",
    before: "bits_next_q <= 3'd0;",
    after: ';',
    reason: 'read only while a start is queued, and written when one is',
  },
  {
    file: 'controller',
    line: "bits_next_q <= 3'd0;",
    before: "3'd0",
    after: "3'd1",
    reason: 'read only while a start is queued, and written when one is',
  },
  {
    file: 'controller',
    line: "bits_q <= 3'd0;",
    before: "bits_q <= 3'd0;",
    after: ';',
    reason: 'set by every start before anything reads it',
  },
  {
    file: 'controller',
    line: "bits_q <= 3'd0;",
    before: "3'd0",
    after: "3'd1",
    reason: 'set by every start before anything reads it',
  },
  {
    file: 'controller',
    line: "cycle_q <= 8'd0;",
    nth: 1,
    before: "cycle_q <= 8'd0;",
    after: ';',
    reason: 'set by every start before anything reads it',
  },
  {
    file: 'controller',
    line: "cycle_q <= 8'd0;",
    nth: 1,
    before: "8'd0",
    after: "8'd1",
    reason: 'set by every start before anything reads it',
  },
  {
    file: 'top',
    line: '.addr_i (addr),',
    before: 'addr',
    after: 'wb_adr_i',
    reason: 'the Wishbone adapters hand the address through',
  },
  {
    file: 'top',
    line: '.addr_i (addr),',
    before: 'addr',
    after: 'paddr_i',
    reason: 'the APB adapter hands the address through',
  },
  {
    file: 'top',
    line: '.strb_i (strb),',
    before: 'strb',
    after: 'wb_sel_i',
    reason: 'the Wishbone adapters hand the byte strobes through',
  },
  {
    file: 'registers',
    line: "rdata_q <= 32'd0;",
    before: "32'd0",
    after: "32'd1",
    reason: 'on the bus after a request only, and every request sets it',
  },
  {
    file: 'column_capture',
    line: 'for (k = 0; k < ADC_BITS; k = k + 1) read[k] = result[k*COLS + column];',
    before: '<',
    after: '<=',
    reason: 'a write to a bit that does not exist is no write',
  },
  {
    file: 'registers',
    line: "is_result ? {code, place} : 32'd0;",
    before: "32'd0",
    after: "32'd1",
    reason: 'what ends here answers from the cells, or is refused',
  },
  {
    file: 'input_drivers',
    line: 'for (j = 0; j < 4; j = j + 1) begin : gen_lane',
    before: '4',
    after: '5',
    reason: 'a write to a bit that does not exist is no write',
  },
  {
    file: 'column_broadcast',
    line: 'for (k = 0; k < OUT_BITS; k = k + 1) read[k] = result[k*COLS + column];',
    before: '<',
    after: '<=',
    reason: 'a write to a bit that does not exist is no write',
  },
  {
    file: 'column_counter',
    line: 'for (j = 0; j < ADC_BITS; j = j + 1) begin : gen_start',
    before: '<',
    after: '<=',
    reason: 'a write to a bit that does not exist is no write',
  },
  {
    file: 'column_counter',
    line: 'else if (done_i) result_q <= count_q;',
    before: 'count_q',
    after: 'count_d',
    reason: 'no strobe comes in the done cycle, so both are the same',
  },
  {
    file: 'column_counter',
    line: 'assign result = count_q;',
    before: 'count_q',
    after: 'count_d',
    reason: 'without a double buffer results are read while nothing runs, and then no strobe comes',
  },
  {
    file: 'column_capture',
    line: 'for (b = 0; b < ADC_BITS; b = b + 1) begin',
    before: '<',
    after: '<=',
    reason: 'a write to a bit that does not exist is no write',
  },
  {
    file: 'march',
    line: "bank_q <= {BANK_W{1'b0}};",
    before: "bank_q <= {BANK_W{1'b0}};",
    after: ';',
    reason: 'used among the reference cells only, which a march enters at its first bank',
  },
  {
    file: 'march',
    line: "bank_q <= {BANK_W{1'b0}};",
    before: "1'b0",
    after: "1'd1",
    reason: 'used among the reference cells only, which a march enters at its first bank',
  },
  {
    file: 'march',
    line: 'if (word_ends) plane_q <= !to_ref && (ref_ends ? down : !plane_q);',
    before: 'ref_ends',
    after: 'ends',
    reason: 'they differ where a march enters or leaves the reference cells, whose plane is 0',
  },
  {
    file: 'registers',
    line: "rdata_q <= 32'd0;",
    before: "rdata_q <= 32'd0;",
    after: ';',
    reason: 'on the bus after a request only, and every request sets it',
  },
  {
    file: 'registers',
    line: "from_cells_q <= 1'b0;",
    before: "from_cells_q <= 1'b0;",
    after: ';',
    reason: 'on the bus after a request only, and every request sets it',
  },
  {
    file: 'registers',
    line: "from_cells_q <= 1'b0;",
    before: "1'b0",
    after: "1'd1",
    reason: 'on the bus after a request only, and every request sets it',
  },
  {
    file: 'registers',
    line: "error_answer_q <= 1'b0;",
    before: "error_answer_q <= 1'b0;",
    after: ';',
    reason: 'on the bus after a request only, and every request sets it',
  },
  {
    file: 'registers',
    line: "error_answer_q <= 1'b0;",
    before: "1'b0",
    after: "1'd1",
    reason: 'on the bus after a request only, and every request sets it',
  },
  {
    file: 'registers',
    line: "assign column_o = is_result ? addr_i[2 +: COL_W] : {COL_W{1'b0}};",
    before: "1'b0",
    after: "1'd1",
    reason: 'the column is looked at by reads of results only',
  },
  {
    file: 'decoder',
    line: 'localparam INDEX_W = (BANKS > 1) ? BANK_W + ADC_BITS : ADC_BITS;',
    before: '>',
    after: '>=',
    reason: 'with one bank the bank of every accepted access is 0',
    proof: 'design',
  },
  {
    file: 'registers',
    line: "from_table_q <= 1'b0;",
    before: "from_table_q <= 1'b0;",
    after: ';',
    reason: 'on the bus after a request only, and every request sets it',
  },
  {
    file: 'registers',
    line: "from_table_q <= 1'b0;",
    before: "1'b0",
    after: "1'd1",
    reason: 'on the bus after a request only, and every request sets it',
  },
  {
    file: 'controller',
    line: "if (<reset>) load_q <= 1'b0;",
    before: "load_q <= 1'b0;",
    after: ';',
    reason: 'inputs that are taken over while nothing runs are taken over again when a conversion begins',
  },
  {
    file: 'controller',
    line: "if (<reset>) load_q <= 1'b0;",
    before: "1'b0",
    after: "1'd1",
    reason: 'inputs that are taken over while nothing runs are taken over again when a conversion begins',
  },
  {
    file: 'registers',
    line: "wire [15:0] place = { {(8-BANK_W){1'b0}}, entry_bank,",
    before: "1'b0",
    after: "1'd1",
    reason: 'a table is looked up by the bits of the bank alone; those above them are in no answer',
  },
  {
    file: 'registers',
    line: "{(8-ADC_BITS){1'b0}}, entry_code};",
    before: "1'b0",
    after: "1'd1",
    reason: 'a table is looked up by the bits of the code alone; those above them are in no answer',
  },
  {
    file: 'registers',
    line: 'if (<reset>) begin',
    nth: 2,
    before: 'rst_ni',
    after: 'req_i',
    reason: 'an answer is looked at in the cycle after its request only',
  },
];
