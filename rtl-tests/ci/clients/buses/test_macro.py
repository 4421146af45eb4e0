"""A generated macro as a driver sees it over its bus, against numbers of the golden model (expectations.json)."""

import json
import os
import random

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, RisingEdge
from ports import PipelinedBurst, port_of

with open(os.environ["EXPECTATIONS"], encoding="utf-8") as file:
    EXPECTED = json.load(file)

ADDRESS = {register["name"]: register["address"] for register in EXPECTED["registers"]}
ERRORS = EXPECTED["errors"]
DONE, BUSY = EXPECTED["status"]["done"], EXPECTED["status"]["busy"]
ALL_BYTES = 0xFFFFFFFF


async def started(dut):
    """A clocked macro after reset, and the port to it."""
    random.seed(EXPECTED["name"])
    reset = getattr(dut, EXPECTED["resetPin"])
    # Quiet from the first edge on; masters begin after reset.
    for pin in dir(dut):
        if pin.endswith("_i"):
            getattr(dut, pin).value = 0
    reset.value = EXPECTED["resetActive"]
    cocotb.start_soon(Clock(dut.clk_i, 10, "ns").start())
    await ClockCycles(dut.clk_i, 4)
    reset.value = 1 - EXPECTED["resetActive"]
    await ClockCycles(dut.clk_i, 2)
    return port_of(dut, EXPECTED["bus"])


async def load(port, words):
    for address, written, _ in words:
        await port.write(address, written)


async def expect(port, words):
    """Reads every word, in any order."""
    for address, data in random.sample(words, len(words)):
        read = await port.read(address)
        assert read == data, f"{address:#07x} reads {read:#x}, expected {data:#x}"


def contents(words):
    return [(address, read) for address, _, read in words]


async def errors(port):
    """Error bits, cleared."""
    bits = await port.read(ADDRESS["error"])
    await port.write(ADDRESS["error"], bits)
    assert await port.read(ADDRESS["error"]) == 0
    return bits


async def convert(port, conversion):
    for address, data in conversion["inputs"]:
        await port.write(address, data)
    await port.write(ADDRESS["start"], conversion["start"])
    while not await port.read(ADDRESS["status"]) & DONE:
        pass
    await port.write(ADDRESS["status"], DONE)


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def registers_after_reset(dut):
    port = await started(dut)
    await expect(port, [(register["address"], register["reset"]) for register in EXPECTED["registers"]])
    await expect(port, EXPECTED["tables"])
    assert not dut.irq_o.value and not dut.busy_o.value and not dut.done_o.value


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def registers_keep_the_bits_they_have(dut):
    port = await started(dut)
    for register in EXPECTED["registers"]:
        if register["writable"]:
            for data in (ALL_BYTES, 0, 0x5A5A5A5A):
                await port.write(register["address"], data)
                await expect(port, [(register["address"], data & register["writable"])])
    assert await errors(port) == 0


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def cells_tables_and_conversions(dut):
    port = await started(dut)
    for content in EXPECTED["rounds"]:
        await load(port, content["words"])
        await expect(port, contents(content["words"]))
        for conversion in content["conversions"]:
            await convert(port, conversion)
            await expect(port, conversion["results"])
            if EXPECTED["parallelBits"]:
                bits = EXPECTED["parallelBits"]
                everything = int(dut.y_o.value)
                for column, (_, result) in enumerate(conversion["results"]):
                    mask = (1 << bits) - 1
                    assert everything >> bits * column & mask == result & mask, f"y_o of column {column}"
            if EXPECTED["bus"] == "wishbone_pipelined":
                words = await PipelinedBurst(dut).read([address for address, _ in conversion["results"]])
                assert words == [data for _, data in conversion["results"]]
        # A conversion uses cells and tables, and keeps them.
        await expect(port, contents(content["words"]))
    assert await errors(port) == 0


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def bytes_that_are_not_written_stay(dut):
    port = await started(dut)
    for word in EXPECTED["bytewise"]:
        kept = 0x96C35A0F
        await port.write(word["address"], kept)
        for strobes in (1, 2, 4, 8, 6, 9, 15, 0):
            data = random.getrandbits(32)
            lanes = sum(0xFF << 8 * byte for byte in range(4) if strobes >> byte & 1)
            kept = kept & ~lanes | data & lanes
            await port.write(word["address"], data, strobes)
            await expect(port, [(word["address"], kept & word["mask"])])
    assert await errors(port) == 0


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def refused_accesses_change_nothing(dut):
    port = await started(dut)
    content = EXPECTED["rounds"][0]
    await load(port, content["words"])
    conversion = content["conversions"][-1]
    await convert(port, conversion)
    await port.write(ADDRESS["interrupt"], 1)
    for access in EXPECTED["refused"]:
        if access["write"]:
            await port.write(access["address"], random.getrandbits(32), access["strobes"], refused=True)
        else:
            await port.read(access["address"], refused=True)
        assert await errors(port) == ERRORS["access"], access["why"]
    # A write of no byte at all is legal anywhere, and writes nothing.
    for address in (ADDRESS["id"], content["words"][0][0], 0xFFFFC):
        await port.write(address, ALL_BYTES, 0)
    assert await errors(port) == 0
    await expect(port, contents(content["words"]))
    await expect(port, conversion["results"])
    await expect(port, [(ADDRESS["interrupt"], 1)])


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def cells_are_refused_while_a_conversion_runs(dut):
    port = await started(dut)
    content = EXPECTED["rounds"][0]
    await load(port, content["words"])
    conversion = content["conversions"][-1]
    for address, data in conversion["inputs"]:
        await port.write(address, data)
    await port.write(ADDRESS["interrupt"], 1)
    port.hurry()
    await port.write(ADDRESS["start"], conversion["start"])
    await RisingEdge(dut.clk_i)  # AXI4-Lite answers a write in the cycle before it takes effect
    assert dut.busy_o.value and not dut.irq_o.value
    address, written, read = content["words"][0]
    await port.write(address, ~written & ALL_BYTES, refused=True)
    while not dut.irq_o.value:
        await RisingEdge(dut.clk_i)
    assert await port.read(ADDRESS["status"]) & (DONE | BUSY) == DONE
    await port.write(ADDRESS["status"], DONE)
    await RisingEdge(dut.clk_i)
    assert not dut.irq_o.value
    assert await errors(port) == ERRORS["busy"]
    await expect(port, [(address, read)])
    await expect(port, conversion["results"])
