// The least that decodes the result of every column at once: per column one AND a code, per output bit one gate a
// code, from a table that all columns share. Beside minimum_counter it makes `column_lut`.
// SPDX-License-Identifier: Apache-2.0
module minimum_lut #(
    parameter COLS = 128, parameter BITS = 4, parameter OUT_BITS = 6
) (
    input  wire [COLS*BITS-1:0]              result_i,
    input  wire [(1<<BITS)*OUT_BITS-1:0]     entries_i,
    output reg  [COLS*OUT_BITS-1:0]          y_o
);
    integer c, k;

    always @* begin
        y_o = 0;
        for (c = 0; c < COLS; c = c + 1) begin
            for (k = 0; k < (1 << BITS); k = k + 1) begin
                y_o[c*OUT_BITS +: OUT_BITS] = y_o[c*OUT_BITS +: OUT_BITS]
                    | ({OUT_BITS{result_i[c*BITS +: BITS] == k}} & entries_i[k*OUT_BITS +: OUT_BITS]);
            end
        end
    end
endmodule
