// soc.v - a design around a generated macro: its APB, and what interrupts
`resetall
`timescale 1ns / 1ps
`default_nettype none

module soc (
    input  wire        clk_i,
    input  wire        rst_ni,
    input  wire        psel_i,
    input  wire        penable_i,
    input  wire        pwrite_i,
    input  wire [19:0] paddr_i,
    input  wire [31:0] pwdata_i,
    output wire [31:0] prdata_o,
    output wire        answered_o,  // ready, without an error
    output wire        attention_o
);

    wire       pready, pslverr, irq, busy, done;
    wire [2:0] phase;

    small_signed u_macro (
        .clk_i     (clk_i),
        .rst_ni    (rst_ni),
        .psel_i    (psel_i),
        .penable_i (penable_i),
        .pwrite_i  (pwrite_i),
        .paddr_i   (paddr_i),
        .pwdata_i  (pwdata_i),
        .pstrb_i   (4'hf),
        .pready_o  (pready),
        .prdata_o  (prdata_o),
        .pslverr_o (pslverr),
        .irq_o     (irq),
        .busy_o    (busy),
        .done_o    (done),
        .phase_o   (phase)
    );

    assign answered_o  = pready && !pslverr;
    assign attention_o = irq || busy || done || phase != 3'd0;

endmodule

`resetall
