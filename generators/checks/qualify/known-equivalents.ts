/** A change of the generated Verilog that no test can tell, where no proof of states that never occur is at hand. */
export interface KnownEquivalent {
  /** Kind of the file, such as `controller`; `top` for the top level. */
  readonly file: string;
  /** The line as `plainLines` gives it. */
  readonly line: string;
  /** Which of the same changes of such lines, from 1; all where left out. */
  readonly nth?: number;
  readonly before: string;
  readonly after: string;
  readonly reason: string;
  /** Yosys proves it of the whole design, in every macro of the mutation test; that takes minutes. */
  readonly proof?: 'design';
}

/** Changes that no test can tell for the same reason. */
export interface EquivalentGroup extends Pick<KnownEquivalent, 'reason' | 'proof'> {
  /** File, line, before, after, and which of the same changes where not all are meant. */
  readonly changes: readonly (readonly [string, string, string, string, number?])[];
}

/** Each group has its reason; `npm run mutation -- --all` finds those that are killed after all, or match nothing. */
export const EQUIVALENT_GROUPS: readonly EquivalentGroup[] = [
  {
    reason: 'a number held wider than it need be: every value fits as before',
    changes: [
      ['input_drivers', 'localparam WORD = 4 * IN_BITS;', '4', '5'],
      ['stream_input', 'localparam BEAT_W = (BEATS > 1) ? $clog2(BEATS) : 1;', '1', '2'],
      [
        'psum_lane',
        'localparam FACTOR_BITS = VALUE_BITS + 1 - VALUE_SIGNED; // a value as a signed number',
        '1',
        '2',
      ],
      ['psum_lane', 'localparam OFFSET_BITS = 33; // a bias of up to 32 bits, and what rounds', '33', '34'],
      ['psum_top', 'localparam TILE_W = (TILES > 1) ? $clog2(TILES) : 1;', '1', '2'],
      ['psum_top', 'localparam WEIGHT_W = (TILES * DIGITS > 1) ? $clog2(TILES * DIGITS) : 1;', '1', '2'],
      ['top', 'localparam BANK_W = (BANKS > 1) ? $clog2(BANKS) : 1;', '1', '2'],
      ['top', 'localparam COL_W = (COLS > 1) ? $clog2(COLS) : 1;', '1', '2'],
      ['top', 'localparam GROUP_W = (GROUPS > 1) ? $clog2(GROUPS) : 1;', '1', '2'],
      ['top', 'localparam GROUPS = (COLS + FIELDS - 1) / FIELDS;', '-', '+'],
      ['top', 'localparam IN_WORD_W = (ROWS > 4) ? $clog2((ROWS + 3) / 4) : 1;', '3', '4'],
      ['top', 'localparam ROW_W = (CELL_ROWS > 1) ? $clog2(CELL_ROWS) : 1;', '1', '2'],
      ['top', 'localparam WORD_W = (CELL_COLS > 32) ? $clog2((CELL_COLS + 31) / 32) : 1;', '1', '2'],
      ['psum_top', 'localparam BEAT_W = (BEATS > 1) ? $clog2(BEATS) : 1;', '1', '2'],
      ['psum_top', 'localparam LANE_W = (LANES > 1) ? $clog2(LANES) : 1;', '1', '2'],
      [
        'psum_top',
        'localparam TOTAL_BITS = ((ACC_BITS + SCALE_BITS > 33) ? ACC_BITS + SCALE_BITS : 33) + 2;',
        '2',
        '3',
      ],
      [
        'psum_top',
        'localparam TOTAL_BITS = ((ACC_BITS + SCALE_BITS > 33) ? ACC_BITS + SCALE_BITS : 33) + 2;',
        '33',
        '34',
      ],
      ['psum_top', '.WIDTH (BEAT + 2)', '2', '3'],
      ['psum_sequence', 'localparam DIGIT_W = (DIGITS > 1) ? $clog2(DIGITS) : 1;', '1', '2'],
    ],
  },
  {
    reason: 'adds 1024 / LANES, of which none of the bits that name a beat is left',
    changes: [['psum_top', "wire [31:0] channel_beat = {22'd0, channel} / LANES;", "22'd0", "22'd1"]],
  },
  {
    reason: 'of a word that the lane does not have: its results are dark, and nobody can read it',
    changes: [
      ['psum_lane', "assign acc_word[k] = {ACC_BITS{1'b0}};", "{ACC_BITS{1'b0}}", '~0'],
      ['psum_lane', "assign scale_word[k] = {SCALE_BITS{1'b0}};", "{SCALE_BITS{1'b0}}", '~0'],
      ['psum_lane', "assign bias_word[k] = {BIAS_BITS{1'b0}};", "{BIAS_BITS{1'b0}}", '~0'],
      ['psum_lane', "assign acc_word[k] = {ACC_BITS{1'b0}};", "1'b0", "1'd1"],
      ['psum_lane', "assign scale_word[k] = {SCALE_BITS{1'b0}};", "1'b0", "1'd1"],
      ['psum_lane', "assign bias_word[k] = {BIAS_BITS{1'b0}};", "1'b0", "1'd1"],
    ],
  },
  {
    reason: 'a sum is kept while the unit is busy, and then both name the beat of the product',
    changes: [
      ['psum_lane', "wire [31:0] beat = { {(32-BEAT_W){1'b0}}, beat_i};", 'beat_i', 'word_i'],
      [
        'psum_lane',
        'wire [ACC_BITS-1:0] so_far = acc_word[beat_i] & {ACC_BITS{!first_i}};',
        'beat_i',
        'word_i',
      ],
      ['psum_lane', 'if (beat == e) acc_q[e*ACC_BITS +: ACC_BITS] <= sum;', 'beat', 'word'],
      ['psum_top', '.beat_i (product_beat),', 'product_beat', 'word'],
    ],
  },
  {
    reason: 'the vector that begins a sum is of tile 0, and takes weight 0 whatever is held',
    changes: [
      ['psum_sequence', "weight_q <= {WEIGHT_W{1'b0}};", "1'b0", "1'd1", 2],
      ['psum_sequence', "weight_q <= {WEIGHT_W{1'b0}};", "weight_q <= {WEIGHT_W{1'b0}};", ';', 1],
      ['psum_sequence', "weight_q <= {WEIGHT_W{1'b0}};", "weight_q <= {WEIGHT_W{1'b0}};", ';', 2],
      ['psum_sequence', "weight_q <= {WEIGHT_W{1'b0}};", "1'b0", "1'd1", 1],
    ],
  },
  {
    reason: 'read only while a start is queued, and written when one is',
    changes: [
      ['controller', "bank_next_q <= {BANK_W{1'b0}};", "bank_next_q <= {BANK_W{1'b0}};", ';'],
      ['controller', "bank_next_q <= {BANK_W{1'b0}};", "1'b0", "1'd1"],
      ['controller', "bits_next_q <= 3'd0;", "bits_next_q <= 3'd0;", ';'],
      ['controller', "bits_next_q <= 3'd0;", "3'd0", "3'd1"],
    ],
  },
  {
    reason: 'set by every start before anything reads it',
    changes: [
      ['controller', "bits_q <= 3'd0;", "bits_q <= 3'd0;", ';'],
      ['controller', "bits_q <= 3'd0;", "3'd0", "3'd1"],
      ['controller', "cycle_q <= 8'd0;", "cycle_q <= 8'd0;", ';', 1],
      ['controller', "cycle_q <= 8'd0;", "8'd0", "8'd1", 1],
    ],
  },
  {
    reason: 'the Wishbone adapters hand the address through',
    changes: [
      ['top', '.addr_i (addr),', 'addr', 'wb_adr_i'],
      ['psum_top', '.addr_i (addr),', 'addr', 'wb_adr_i'],
    ],
  },
  {
    reason: 'the APB adapter hands the address through',
    changes: [
      ['top', '.addr_i (addr),', 'addr', 'paddr_i'],
      ['psum_top', '.addr_i (addr),', 'addr', 'paddr_i'],
    ],
  },
  {
    reason: 'the Wishbone adapters hand the byte strobes through',
    changes: [
      ['top', '.strb_i (strb),', 'strb', 'wb_sel_i'],
      ['psum_top', '.strb_i (strb),', 'strb', 'wb_sel_i'],
    ],
  },
  {
    reason: 'on the bus after a request only, and every request sets it',
    changes: [
      ['registers', "last_word_q <= 1'b0;", "1'b0", "1'd1"],
      ['registers', "last_word_q <= 1'b0;", "last_word_q <= 1'b0;", ';'],
      ['registers', "rdata_q <= 32'd0;", "32'd0", "32'd1"],
      ['registers', "rdata_q <= 32'd0;", "rdata_q <= 32'd0;", ';'],
      ['registers', "from_cells_q <= 1'b0;", "from_cells_q <= 1'b0;", ';'],
      ['registers', "from_cells_q <= 1'b0;", "1'b0", "1'd1"],
      ['registers', "error_answer_q <= 1'b0;", "error_answer_q <= 1'b0;", ';'],
      ['registers', "error_answer_q <= 1'b0;", "1'b0", "1'd1"],
      ['registers', "from_table_q <= 1'b0;", "from_table_q <= 1'b0;", ';'],
      ['registers', "from_table_q <= 1'b0;", "1'b0", "1'd1"],
      ['registers', "from_packed_q <= 1'b0;", "from_packed_q <= 1'b0;", ';'],
      ['registers', "from_packed_q <= 1'b0;", "1'b0", "1'd1"],
      ['psum_registers', "rdata_q <= 32'd0;", "rdata_q <= 32'd0;", ';'],
      ['psum_registers', "rdata_q <= 32'd0;", "32'd0", "32'd1"],
      ['psum_registers', "error_answer_q <= 1'b0;", "error_answer_q <= 1'b0;", ';'],
      ['psum_registers', "error_answer_q <= 1'b0;", "1'b0", "1'd1"],
    ],
  },
  {
    reason: 'a write to a bit that does not exist is no write',
    changes: [
      ['psum_lane', 'for (e = 0; e < WORDS; e = e + 1) begin', '<', '<='],
      [
        'column_capture',
        'for (k = 0; k < ADC_BITS; k = k + 1) read[k] = result[k*COLS + column];',
        '<',
        '<=',
      ],
      ['input_drivers', 'for (j = 0; j < 4; j = j + 1) begin : gen_lane', '4', '5'],
      [
        'column_broadcast',
        'for (k = 0; k < OUT_BITS; k = k + 1) read[k] = result[k*COLS + column];',
        '<',
        '<=',
      ],
      ['column_counter', 'for (j = 0; j < ADC_BITS; j = j + 1) begin : gen_start', '<', '<='],
      ['column_capture', 'for (b = 0; b < ADC_BITS; b = b + 1) begin', '<', '<='],
    ],
  },
  {
    reason: 'what ends here answers from the cells, or is refused',
    changes: [
      ['registers', "is_result ? {code, place} : 32'd0;", "32'd0", "32'd1"],
      ['registers', "is_result ? result_answer : 32'd0;", "32'd0", "32'd1"],
      ['registers', "is_result ? {16'd0, result[15:0]} : 32'd0;", "32'd0", "32'd1"],
    ],
  },
  {
    reason: 'nothing runs in the cycle after reset, which sets it',
    changes: [
      ['registers', "stream_owner_q <= 1'b0;", "stream_owner_q <= 1'b0;", ';'],
      ['registers', "stream_owner_q <= 1'b0;", "1'b0", "1'd1"],
    ],
  },
  {
    reason:
      'of a single column all of these are 0; in wider macros they have not as many bits as one another',
    changes: [
      ['column_lut', 'fields[k*FIELDS +: FIELDS] = plane[group*FIELDS +: FIELDS];', 'group', 'lane'],
      ['column_lut', 'wire [31:0] lane = column % FIELDS;', 'column', 'group'],
    ],
  },
  {
    reason: 'broadcast converters show 0 past the last column, with the mask of the last word or without',
    changes: [
      ['registers', 'wire last_word = packed_column == LAST * FIELDS;', 'packed_column', 'plain_word'],
    ],
  },
  {
    reason: 'another number for a state, which no other has',
    changes: [['calibration', "localparam [2:0] CONVERT = 3'd4;", "3'd4", "3'd5"]],
  },
  {
    reason: 'with one bank, which is bank 0, the bits of an answer that name its bank are 0 too',
    changes: [['top', '.cell_bank_i (asked_bank),', 'asked_bank', 'field_bank']],
  },
  {
    reason:
      'without a double buffer, or with one bank, results are of one bank from request to answer; packed-words.test.ts has both',
    changes: [
      [
        'decoder',
        'wire [BANK_W+ADC_BITS-1:0] of_field = {fields_bank_i, code};',
        'fields_bank_i',
        'entries_bank_i',
      ],
    ],
  },
  {
    reason: 'outside the input phase no word line is driven, whatever slice is chosen',
    changes: [['input_drivers', "wire [3:0] number = mac_i ? cycle_i[3:0] : 4'd0;", "4'd0", "4'd1"]],
  },
  {
    reason: 'a word that no row is of',
    changes: [['input_drivers', 'localparam WORDS = (ROWS + 3) / 4;', '3', '4']],
  },
  {
    reason: 'no strobe comes in the done cycle, so both are the same',
    changes: [['column_counter', 'else if (done_i) result_q <= count_q;', 'count_q', 'count_d']],
  },
  {
    reason: 'without a double buffer results are read while nothing runs, and then no strobe comes',
    changes: [['column_counter', 'assign result = count_q;', 'count_q', 'count_d']],
  },
  {
    reason: 'used among the reference cells only, which a march enters at its first bank',
    changes: [
      ['march', "bank_q <= {BANK_W{1'b0}};", "bank_q <= {BANK_W{1'b0}};", ';'],
      ['march', "bank_q <= {BANK_W{1'b0}};", "1'b0", "1'd1"],
    ],
  },
  {
    reason: 'they differ where a march enters or leaves the reference cells, whose plane is 0',
    changes: [
      ['march', 'if (word_ends) plane_q <= !to_ref && (ref_ends ? down : !plane_q);', 'ref_ends', 'ends'],
    ],
  },
  {
    reason: 'the column is looked at by reads of results only',
    changes: [
      ['registers', "assign column_o = is_result ? addr_i[2 +: COL_W] : {COL_W{1'b0}};", "1'b0", "1'd1"],
      ['registers', "assign column_o = is_result ? first_column[COL_W-1:0] : {COL_W{1'b0}};", "1'b0", "1'd1"],
    ],
  },
  {
    reason: 'with one bank the bank of every accepted access is 0',
    proof: 'design',
    changes: [['decoder', 'localparam INDEX_W = (BANKS > 1) ? BANK_W + ADC_BITS : ADC_BITS;', '>', '>=']],
  },
  {
    reason: 'inputs that are taken over while nothing runs are taken over again when a conversion begins',
    changes: [
      ['controller', "if (<reset>) load_q <= 1'b0;", "load_q <= 1'b0;", ';'],
      ['controller', "if (<reset>) load_q <= 1'b0;", "1'b0", "1'd1"],
    ],
  },
  {
    reason: 'a table is looked up by the bits of the bank alone; those above them are in no answer',
    changes: [['registers', "wire [15:0] place = { {(8-BANK_W){1'b0}}, entry_bank,", "1'b0", "1'd1"]],
  },
  {
    reason: 'a table is looked up by the bits of the code alone; those above them are in no answer',
    changes: [['registers', "{(8-ADC_BITS){1'b0}}, entry_code};", "1'b0", "1'd1"]],
  },
  {
    reason: 'an answer is looked at in the cycle after its request only',
    changes: [
      ['registers', 'if (<reset>) begin', 'rst_ni', 'req_i', 2],
      ['psum_registers', 'if (<reset>) begin', 'rst_ni', 'req_i', 2],
    ],
  },
  {
    reason:
      'a master of Wishbone ends its bus cycle with reset, and outside of one the adapter answers nothing',
    changes: [['psum_top', '.rst_ni (rst_ni),', 'rst_ni', 'wb_cyc_i', 1]],
  },
  {
    reason: 'the APB adapter hands the byte strobes through',
    changes: [
      ['registers', "wire [31:0] packed_bank = { {(32-BANK_W){1'b0}}, result_bank_q};", "1'b0", "1'd1"],
      ['top', '.strb_i (strb),', 'strb', 'pstrb_i'],
      ['psum_top', '.strb_i (strb),', 'strb', 'pstrb_i'],
    ],
  },
  {
    reason: 'adds 1024 / LANES, of which none of the bits that name a lane is left',
    changes: [['psum_top', "wire [31:0] channel_lane = {22'd0, channel} % LANES;", "22'd0", "22'd1"]],
  },
  {
    reason: 'words of a lane that no channel has',
    changes: [
      ['psum_top', 'localparam WORDS = (CHANNELS + LANES - 1 - l) / LANES;', '-', '+', 1],
      ['psum_top', 'localparam WORDS = (CHANNELS + LANES - 1 - l) / LANES;', '-', '+', 2],
    ],
  },
  {
    reason: 'a lane without a channel: its results are dark, and nobody can read it',
    changes: [['psum_top', 'if (WORDS > 0) begin : gen_channels', '>', '>=']],
  },
  {
    reason: 'of a lane without a channel: its results are dark, and nobody can read it',
    changes: [
      ['psum_top', "assign result = {RESULT_BITS{1'b0}};", "{RESULT_BITS{1'b0}}", '~0'],
      ['psum_top', "assign result = {RESULT_BITS{1'b0}};", "1'b0", "1'd1"],
      ['psum_top', "assign scale[l] = {SCALE_BITS{1'b0}};", "{SCALE_BITS{1'b0}}", '~0'],
      ['psum_top', "assign scale[l] = {SCALE_BITS{1'b0}};", "1'b0", "1'd1"],
      ['psum_top', "assign bias[l] = {BIAS_BITS{1'b0}};", "{BIAS_BITS{1'b0}}", '~0'],
      ['psum_top', "assign bias[l] = {BIAS_BITS{1'b0}};", "1'b0", "1'd1"],
    ],
  },
  {
    reason: 'of a weight that the unit does not have: no beat takes it, and nobody can read it',
    changes: [
      ['psum_registers', "assign weight[k] = {WEIGHT_BITS{1'b0}};", "{WEIGHT_BITS{1'b0}}", '~0'],
      ['psum_registers', "assign weight[k] = {WEIGHT_BITS{1'b0}};", "1'b0", "1'd1"],
    ],
  },
  {
    reason: 'results leave in the pass of the last digit, where both are the same',
    changes: [['psum_sequence', 'value_last_q <= pass_ends || last_i;', 'pass_ends', 'ends']],
  },
  {
    reason: 'no result comes of a vector that is of another tile',
    changes: [
      ['psum_sequence', 'value_bad_q <= misplaced; // which makes it the last', 'misplaced', 'broken'],
    ],
  },
  {
    reason: 'until the first beat is taken nobody looks at what it names',
    changes: [['stream_input', 'if (taken && first) begin', 'taken', 'first']],
  },
  {
    reason: 'the split of a scale in two parts is free: their products add up to the same',
    changes: [
      [
        'psum_lane',
        "localparam LOW_BITS = (SCALE_BITS + 1) / 2; // a scale in two halves, each a stage's work",
        '2',
        '3',
      ],
    ],
  },
  {
    reason: 'the two bits above the widest total are both its sign',
    changes: [['psum_lane', 'wire negative = shifted_q[TOTAL_BITS-1];', '1', '2']],
  },
  {
    reason: 'a result at the upper bound is that bound either way',
    changes: [['psum_lane', 'wire above = fits ? wide > wide_high : !negative;', '>', '>=']],
  },
  {
    reason: 'what is below the lower bound is told first',
    changes: [['psum_lane', 'wire above = fits ? wide > wide_high : !negative;', 'negative', 'fits']],
  },
  {
    reason: 'of the number of a word only the bits above it change, and none of those is left',
    changes: [
      ['stream_input', "wire [31:0] beat = { {(32-BEAT_W){1'b0}}, beat_q};", "1'b0", "1'd1"],
      ['stream_input', "wire [31:0] word = { {(32-WORD_W){1'b0}}, word_i};", "1'b0", "1'd1"],
    ],
  },
  {
    reason: 'what is read of columns past the last one is shown as 0 where results are packed or streamed',
    changes: [
      ['column_broadcast', "plane = {PADDED{1'b0}};", "1'b0", "1'd1"],
      ['column_capture', "plane = {PADDED{1'b0}};", "1'b0", "1'd1"],
      ['column_counter', "plane = {PADDED{1'b0}};", "1'b0", "1'd1"],
      ['column_lut', "plane = {PADDED{1'b0}};", "1'b0", "1'd1"],
    ],
  },
  {
    reason: 'protection bits of AXI are taken, and nobody looks at them',
    changes: [
      ['top', '.axi_awprot_i (axi_awprot_i),', 'axi_awprot_i', 'axi_arprot_i'],
      ['top', '.axi_arprot_i (axi_arprot_i),', 'axi_arprot_i', 'start_bits'],
      ['psum_top', '.axi_awprot_i (axi_awprot_i),', 'axi_awprot_i', 'axi_arprot_i'],
    ],
  },
];
