"""Conversions a second in NumPy, as JSON lines, on files that bench/golden.ts has written.

usage: numpy_rates.py folder vectors headroom

For every line read from standard input one round is timed, so that rounds alternate with those of the caller.
Processor time of this process, which other work on the machine lengthens least.
"""

import json
import sys
import time

import numpy

folder, vectors, headroom = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
inputs = numpy.load(f"{folder}/inputs.npy").reshape(vectors, -1)
plus = numpy.load(f"{folder}/plus.npy").reshape(inputs.shape[1], -1)
minus = numpy.load(f"{folder}/minus.npy").reshape(inputs.shape[1], -1)
weights = plus - minus
references = numpy.load(f"{folder}/references.npy")


def product():
    return inputs @ weights


def codes():
    return numpy.searchsorted(references, inputs @ weights, side="right")


def clipped():
    lines = numpy.minimum(inputs @ plus, headroom), numpy.minimum(inputs @ minus, headroom)
    return numpy.searchsorted(references, lines[0] - lines[1], side="right")


ways = {"product": product, "codes": codes, "clipped": clipped}
sums = {name: int(way().sum()) for name, way in ways.items()}
print(json.dumps({"version": numpy.__version__, "sums": sums}), flush=True)
for _ in sys.stdin:
    rates = {}
    for name, way in ways.items():
        begun = time.process_time()
        rounds = 0
        while time.process_time() - begun < 0.15:
            way()
            rounds += 1
        rates[name] = vectors * rounds / (time.process_time() - begun)
    print(json.dumps(rates), flush=True)
