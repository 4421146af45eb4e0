"""Writes a C program that compares the header which PeakRDL makes of a SystemRDL file with the header of a package:

    python compare.py <macro> <package.rdl> <package.h> <out.c>

The program takes both headers. For every register in the file, arrays unrolled by systemrdl-compiler, it compares
the offset in PeakRDL's structure with the package's address macro; for every field, masks, positions and values
after reset; and each name of the package's header has to come up. It prints what differs and `same <comparisons>`.
"""

import re
import sys
from pathlib import Path

from systemrdl import RDLCompiler
from systemrdl.messages import MessagePrinter
from systemrdl.node import RegNode

macro, rdl, header, out = sys.argv[1:]
PREFIX = macro.upper()
THEIRS = f"{PREFIX}_REGS"


class Strict(MessagePrinter):
    """Any remark on the file ends it."""

    def print_message(self, severity, text, src_ref):
        super().print_message(severity, text, src_ref)
        if severity.name != "NONE":
            sys.exit(f"systemrdl-compiler: {severity.name}: {text}")


compiler = RDLCompiler(message_printer=Strict())
compiler.compile_file(rdl)
top = compiler.elaborate().top

named = set()


def ours(name):
    """A macro of the package's header without arguments."""
    named.add(f"{PREFIX}_{name}")
    return f"{PREFIX}_{name}"


def same(what, one, other):
    return f'    check("{what}", (unsigned long)({one}), (unsigned long)({other}));'


checks, described = [], set()
for node in top.descendants(unroll=True):
    if not isinstance(node, RegNode):
        continue
    path = node.get_path()[len(top.inst_name) + 1 :]
    indices = re.findall(r"\[(\d+)\]", path)
    region = re.sub(r"\[.*", "", path).upper()
    # The package has one macro for all rows of cells; trim rows are a structure of their own in the file.
    label = "WEIGHTS" if region == "TRIM" else region
    if indices:
        first = f"{ours('TRIM_ROW')} + {indices[0]}" if region == "TRIM" else indices[0]
        named.add(f"{PREFIX}_{label}")
        address = f"{PREFIX}_{label}({', '.join([first, *indices[1:]])})"
    else:
        address = ours(label)
    checks.append(same(path, address, f"offsetof({macro}_regs_t, {path})"))
    checks.append(same(f"{path}, of systemrdl-compiler", address, node.absolute_address))
    if region in described:
        continue
    described.add(region)
    reset = 0
    # The name of the definition, with those of the arrays around it.
    scope = "__".join([THEIRS, *(part.upper() for part in re.sub(r"\[\d+\]", "", path).split("."))])
    for field in node.fields():
        name = f"{label}_{field.inst_name.upper()}"
        their = f"{scope}__{field.inst_name.upper()}"
        mask, shift = ours(f"{name}_MASK"), ours(f"{name}_SHIFT")
        checks.append(same(f"{name}, mask", mask, f"{their}_bm"))
        checks.append(same(f"{name}, position", shift, f"{their}_bp"))
        checks.append(same(f"{name}, width", f"{mask} >> {shift}", f"(1ull << {their}_bw) - 1"))
        value = field.get_property("reset")
        if value is not None:
            checks.append(same(f"{name}, after reset", value, f"{their}_reset"))
            reset |= value << field.low
        values = field.get_property("encode")
        for entry in values or []:
            checks.append(same(f"{name}, {entry.name}", ours(f"{name}_{entry.name.upper()}"), entry.value))
    if not indices:
        checks.append(same(f"{label}, after reset", ours(f"{label}_RESET"), reset))

# Shape, sizes of regions and the guard of the header are no registers.
text = Path(header).read_text()
defined = set(re.findall(r"#define (\w+)", text[text.index("/* ---- registers") :]))
left = {name for name in defined - named if not name.endswith("_SIZE")}
if left:
    sys.exit(f"in the header of the package, not in SystemRDL: {', '.join(sorted(left))}")

lines = [
    "#include <stddef.h>",
    "#include <stdio.h>",
    '#include "theirs.h"',
    f'#include "{Path(header).name}"',
    "static unsigned long all, different;",
    "static void check(const char *what, unsigned long one, unsigned long other)",
    "{",
    "    all++;",
    "    if (one != other) {",
    "        different++;",
    '        printf("%s: 0x%lx and 0x%lx\\n", what, one, other);',
    "    }",
    "}",
    "int main(void)",
    "{",
    *checks,
    '    if (different == 0) printf("same %lu\\n", all);',
    "    return different != 0;",
    "}",
    "",
]
Path(out).write_text("\n".join(lines))
