"""Conversions a second of a die in NumPy, float64, on files that bench/die.ts has written; a JSON line.

usage: numpy_die.py folder settings

Noise is drawn where it can decide a comparison, as the kernel does it. Processor time of this process.
"""

import json
import sys
import time

import numpy as np

folder, settings = sys.argv[1], json.loads(sys.argv[2])
inputs, plus, minus, thresholds = (
    np.load(f"{folder}/{name}.npy") for name in ("inputs", "plus", "minus", "thresholds")
)
GOLDEN = np.uint32(0x9E3779B9)
REACH = (settings["noise"] * 1020 + 2**15) // 2**16
LEAKS = plus.sum(0), minus.sum(0)


def mix(word):
    word = word ^ (word >> np.uint32(16))
    word = word * np.uint32(0x85EBCA6B)
    word = word ^ (word >> np.uint32(13))
    word = word * np.uint32(0xC2B2AE35)
    return word ^ (word >> np.uint32(16))


def noise(conversions, indices):
    key = mix(mix(conversions ^ np.uint32(settings["first"])) + np.uint32(settings["second"]))
    first = mix(key)
    word = mix(mix(indices ^ first) + mix(first + GOLDEN))
    drawn = sum(part.view(np.uint8).reshape(-1, 4).sum(1, dtype=np.int64) for part in (word, mix(word + GOLDEN)))
    return np.floor((settings["noise"] * (drawn - 1020.0) + 2**15) / 2**16)


def line(charge):
    charge = np.floor(charge * (settings["gain"] / 2**16))
    charge = np.minimum(charge, settings["bendEnd"])
    return charge - np.floor(charge * np.floor(charge * (settings["bend"] / 2**24)) / 2**24)


def codes():
    charges = inputs @ plus, inputs @ minus
    values = line(charges[0]) - line(charges[1])
    found = np.zeros(values.shape, np.uint8)
    for step, threshold in enumerate(thresholds, 1):
        if settings["leakage"] > 0:
            leaked = [np.floor(leak * settings["leakage"] * step / 2**24) for leak in LEAKS]
            values = line(charges[0] + leaked[0]) - line(charges[1] + leaked[1])
        gap = threshold - values
        high = gap <= 0
        if settings["noise"] > 0:
            at, column = np.nonzero(np.abs(gap) <= REACH)
            indices = (1024 * step + column).astype(np.uint32)
            high[at, column] = noise(at.astype(np.uint32), indices) >= gap[at, column]
        found += high
    return found


with np.errstate(over="ignore"):
    result = codes().astype(np.int64).ravel()
    begun = time.process_time()
    rounds = 0
    while time.process_time() - begun < 0.5:
        codes()
        rounds += 1
    rate = rounds * len(inputs) / (time.process_time() - begun)
weighted = int((result * (np.arange(len(result)) % 97 + 1)).sum())
print(json.dumps({"rate": rate, "sum": weighted}))
