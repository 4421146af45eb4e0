// soc_tb.v - writes a word of weight cells and reads it back: only a view of the array that has cells keeps it
`resetall
`timescale 1ns / 1ps
`default_nettype none

module soc_tb;

    localparam [19:0] CELLS = 20'h80000;
    localparam [31:0] WORD  = 32'h00005aa5;

    reg         clk = 1'b0;
    reg         rst_n = 1'b0;
    reg         sel = 1'b0;
    reg         enable = 1'b0;
    reg         write = 1'b0;
    reg  [31:0] read = 32'd0;
    reg         answered = 1'b0;
    wire [31:0] rdata;
    wire        ok, attention;

    soc u_soc (
        .clk_i       (clk),
        .rst_ni      (rst_n),
        .psel_i      (sel),
        .penable_i   (enable),
        .pwrite_i    (write),
        .paddr_i     (CELLS),
        .pwdata_i    (WORD),
        .prdata_o    (rdata),
        .answered_o  (ok),
        .attention_o (attention)
    );

    always #5 clk = !clk;

    task access(input write_i);
        begin
            @(negedge clk);
            sel   = 1'b1;
            write = write_i;
            @(negedge clk);
            enable = 1'b1;
            #4;
            read     = rdata;
            answered = ok;
            @(negedge clk);
            sel    = 1'b0;
            enable = 1'b0;
        end
    endtask

    initial begin
        repeat (3) @(negedge clk);
        rst_n = 1'b1;
        access(1'b1);
        access(1'b0);
        if (answered === 1'b1 && attention === 1'b0 && read === WORD) $display("PASS");
        else $display("FAIL read=%h", read);
        $finish;
    end

endmodule

`resetall
