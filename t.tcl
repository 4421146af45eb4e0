read_liberty 
read_verilog net.v
link_design e_psum
create_clock -name clk -period 5 [get_ports clk_i]
set_clock_uncertainty -setup 0.25 [get_clocks clk]
set_false_path -from [get_ports rst_ni]
set ins [list]
foreach p [all_inputs] { if {[get_property $p full_name] != "clk_i" && [get_property $p full_name] != "rst_ni"} {lappend ins $p} }
set_input_delay -max 1.25 -clock clk $ins
set_output_delay -max 1.25 -clock clk [all_outputs]
report_checks -path_delay max -digits 3 -group_count 1
report_checks -path_delay max -digits 3 -unique -group_count 30 -format end
report_worst_slack -max
