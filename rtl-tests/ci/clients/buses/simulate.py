"""Compiles one package with Icarus and runs test_macro.py on it:

    python simulate.py <package> <macro> <expectations.json> <build folder>

Prints a line a test, and ends with 1 where one failed.
"""

import os
import sys
from pathlib import Path
from xml.etree import ElementTree

from cocotb_tools.runner import get_runner

package, macro, expectations, build = sys.argv[1:]
os.environ["EXPECTATIONS"] = expectations
os.environ["COCOTB_LOG_LEVEL"] = "WARNING"
sys.path.insert(0, str(Path(__file__).parent))

runner = get_runner("icarus")
sources = [Path(package) / line for line in (Path(package) / f"{macro}.f").read_text().split()]
log = Path(build) / "log"
os.makedirs(build, exist_ok=True)
try:
    arguments = {"sources": sources, "hdl_toplevel": macro, "build_dir": build}
    runner.build(**arguments, build_args=["-g2005", "-Wall"], timescale=("1ns", "1ps"), log_file=log)
    results = runner.test(test_module="test_macro", hdl_toplevel=macro, build_dir=build, log_file=log)
except SystemExit:
    # The runner ends where a test failed; results tell which.
    results = Path(build) / "results.xml"

cases = list(ElementTree.parse(results).iter("testcase")) if results.exists() else []
failures = {case.get("name"): case.find("failure") for case in cases if case.find("failure") is not None}
for name in (case.get("name") for case in cases):
    print(f"{'FAIL' if name in failures else 'PASS'} {name}")
for name, failure in failures.items():
    print(f"{name}: {failure.get('error_type')}: {failure.get('error_msg') or failure.get('message')}")
if not cases:
    print(log.read_text())
sys.exit(0 if cases and not failures else 1)
