// The least that takes over a broadcast word while the comparator is high: per column and bit two registers with
// reset, a multiplexer before each, one gate to read the result; per column one gate that decides. With the step
// number as the word it is `capture`, with its decoded value, shown on all pins, `broadcast`.
// SPDX-License-Identifier: Apache-2.0
module minimum_follower #(
    parameter COLS = 128, parameter BITS = 4, parameter COL_W = 7
) (
    input  wire                 clk_i,
    input  wire                 rst_ni,
    input  wire                 clear_i,   // the word is that of code 0
    input  wire                 strobe_i,
    input  wire [BITS-1:0]      word_i,
    input  wire [COLS-1:0]      sa_i,
    input  wire                 done_i,
    input  wire [COL_W-1:0]     column_i,
    output wire [COLS*BITS-1:0] state_o,
    output wire [COLS*BITS-1:0] y_o,
    output reg  [BITS-1:0]      result_o
);
    integer i;

    genvar c;
    generate
        for (c = 0; c < COLS; c = c + 1) begin : gen_column
            reg [BITS-1:0] word_q;
            reg [BITS-1:0] result_q;

            always @(posedge clk_i or negedge rst_ni) begin
                if (!rst_ni) begin
                    word_q   <= 0;
                    result_q <= 0;
                end else begin
                    word_q   <= (clear_i | strobe_i & sa_i[c]) ? word_i : word_q;
                    result_q <= done_i ? word_q : result_q;
                end
            end

            assign state_o[c*BITS +: BITS] = word_q;
            assign y_o[c*BITS +: BITS]     = result_q;
        end
    endgenerate

    always @* begin
        result_o = 0;
        for (i = 0; i < COLS; i = i + 1) result_o = result_o | ({BITS{column_i == i}} & y_o[i*BITS +: BITS]);
    end
endmodule
