// One column's nonlinear ADC in plain logic, for the same levels: every reference compared with the column's sum,
// the comparisons counted in a thermometer, and the value of that code taken from the table. References and table
// are inputs, shared by all columns. How the sum becomes a number is left out.
// SPDX-License-Identifier: Apache-2.0
module comparator_bank #(
    parameter BITS = 4, parameter SUM_BITS = 13, parameter OUT_BITS = 6
) (
    input  wire                               clk_i,
    input  wire                               rst_ni,
    input  wire                               done_i,
    input  wire [SUM_BITS-1:0]                sum_i,         // two's complement
    input  wire [((1<<BITS)-1)*SUM_BITS-1:0]  references_i,  // ascending
    input  wire [(1<<BITS)*OUT_BITS-1:0]      entries_i,
    output reg  [OUT_BITS-1:0]                value_q
);
    localparam LEVELS = (1 << BITS) - 1;

    reg [LEVELS-1:0]   above;
    reg [OUT_BITS-1:0] value;
    integer            k;

    always @* begin
        for (k = 0; k < LEVELS; k = k + 1) begin
            above[k] = $signed(sum_i) >= $signed(references_i[k*SUM_BITS +: SUM_BITS]);
        end
        value = entries_i[0 +: OUT_BITS];
        for (k = 0; k < LEVELS; k = k + 1) begin
            if (above[k]) value = entries_i[(k+1)*OUT_BITS +: OUT_BITS];
        end
    end

    always @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni)     value_q <= 0;
        else if (done_i) value_q <= value;
    end
endmodule
