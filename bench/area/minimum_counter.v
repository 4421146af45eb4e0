// The least that counts accepted ramp steps: per column and bit two registers with reset, one half adder whose
// carry also holds the count, one AND that clears it, one multiplexer that holds the result, one gate to read it.
// SPDX-License-Identifier: Apache-2.0
module minimum_counter #(
    parameter COLS = 128, parameter BITS = 4, parameter COL_W = 7
) (
    input  wire                 clk_i,
    input  wire                 rst_ni,
    input  wire                 clear_i,
    input  wire                 strobe_i,
    input  wire [COLS-1:0]      sa_i,
    input  wire                 done_i,
    input  wire [COL_W-1:0]     column_i,
    output wire [COLS*BITS-1:0] state_o,
    output reg  [BITS-1:0]      code_o
);
    wire [COLS*BITS-1:0] result;
    integer              i;

    genvar c;
    generate
        for (c = 0; c < COLS; c = c + 1) begin : gen_column
            reg  [BITS-1:0] count_q;
            reg  [BITS-1:0] result_q;
            wire [BITS-1:0] carry;

            assign carry[0] = strobe_i & sa_i[c];
            if (BITS > 1) assign carry[BITS-1:1] = carry[BITS-2:0] & count_q[BITS-2:0];

            always @(posedge clk_i or negedge rst_ni) begin
                if (!rst_ni) begin
                    count_q  <= 0;
                    result_q <= 0;
                end else begin
                    count_q  <= (count_q ^ carry) & {BITS{~clear_i}};
                    result_q <= done_i ? count_q : result_q;
                end
            end

            assign state_o[c*BITS +: BITS] = count_q;
            assign result[c*BITS +: BITS]  = result_q;
        end
    endgenerate

    always @* begin
        code_o = 0;
        for (i = 0; i < COLS; i = i + 1) code_o = code_o | ({BITS{column_i == i}} & result[i*BITS +: BITS]);
    end
endmodule
