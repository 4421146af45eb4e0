"""One way to access a macro over each of its four buses, through bus masters of cocotb extensions.

Every port has

    await port.write(address, data, strobes=15, refused=False)
    await port.read(address, refused=False) -> word
    port.hurry()    no pauses from now on

and asserts that the access is answered as expected: done, or refused with an error. Pauses are random, on the
master's side before an access and, where the bus has a handshake for the answer, before it is taken.

Wishbone: the master of cocotbext-wishbone speaks classic and pipelined, the latter with one access under way at a
time. Requests in every cycle come from a driver of our own, PipelinedBurst, which is all that is missing there.
"""

import random

from cocotb.triggers import FallingEdge, RisingEdge
from cocotbext.apb import ApbBus, ApbMaster
from cocotbext.axi import AxiLiteBus, AxiLiteMaster
from cocotbext.axi.axil_channels import AxiLiteARTransaction, AxiLiteAWTransaction, AxiLiteWTransaction
from cocotbext.wishbone.driver import WBOp, WishboneMaster

OKAY, SLVERR = 0, 2
# Cycles before an access, one of these.
WAITS = (0, 0, 1, 3)


class Pins:
    """The pins of a macro without the endings `_i` and `_o`, as extensions name them."""

    def __init__(self, dut):
        self._dut = dut
        self._name = dut._name
        self._log = dut._log
        self._pins = {}
        for pin in dir(dut):
            if pin.endswith(("_i", "_o")):
                self._pins[pin[:-2]] = getattr(dut, pin)

    def __dir__(self):
        return list(self._pins)

    def __getattr__(self, name):
        try:
            return self.__dict__["_pins"][name]
        except KeyError:
            raise AttributeError(name) from None


def pauses(chance):
    """Whether to pause, cycle by cycle."""
    while True:
        yield random.random() < chance


class ApbPort:
    def __init__(self, dut):
        self.clock = dut.clk_i
        self.master = ApbMaster(ApbBus.from_prefix(Pins(dut), ""), dut.clk_i, seednum=random.randrange(2**24))
        self.master.log.setLevel("WARNING")
        self.waits = WAITS

    def hurry(self):
        self.waits = (0,)

    async def pause(self):
        for _ in range(random.choice(self.waits)):
            await RisingEdge(self.clock)

    async def write(self, address, data, strobes=15, refused=False):
        await self.pause()
        await self.master.write(address, data, strb=strobes, error_expected=refused)

    async def read(self, address, refused=False):
        await self.pause()
        return int.from_bytes(await self.master.read(address, error_expected=refused), "little")


class AxiLitePort:
    """Through the channels of the master: its own `write` has no strobes, and aligns what is not."""

    def __init__(self, dut):
        bus = AxiLiteBus.from_prefix(Pins(dut), "axi")
        self.master = AxiLiteMaster(bus, dut.clk_i)
        self.writes, self.reads = self.master.write_if, self.master.read_if
        for half in (self.writes, self.reads):
            half.log.setLevel("WARNING")
        self.channels = (self.writes.aw_channel, self.writes.w_channel, self.writes.b_channel)
        self.channels += (self.reads.ar_channel, self.reads.r_channel)
        for channel in self.channels:
            channel.log.setLevel("WARNING")
            channel.set_pause_generator(pauses(0.3))

    def hurry(self):
        for channel in self.channels:
            channel.clear_pause_generator()
            channel.pause = False

    async def write(self, address, data, strobes=15, refused=False):
        await self.writes.aw_channel.send(AxiLiteAWTransaction(awaddr=address))
        await self.writes.w_channel.send(AxiLiteWTransaction(wdata=data, wstrb=strobes))
        answer = await self.writes.b_channel.recv()
        assert int(answer.bresp) == (SLVERR if refused else OKAY), f"write of {address:#07x}: bresp {answer.bresp}"

    async def read(self, address, refused=False):
        await self.reads.ar_channel.send(AxiLiteARTransaction(araddr=address))
        answer = await self.reads.r_channel.recv()
        assert int(answer.rresp) == (SLVERR if refused else OKAY), f"read of {address:#07x}: rresp {answer.rresp}"
        return int(answer.rdata)


class WishbonePort:
    PINS = {
        "cyc": "wb_cyc_i",
        "stb": "wb_stb_i",
        "we": "wb_we_i",
        "adr": "wb_adr_i",
        "datwr": "wb_dat_i",
        "datrd": "wb_dat_o",
        "sel": "wb_sel_i",
        "ack": "wb_ack_o",
        "err": "wb_err_o",
    }
    ACK, ERR = 1, 2

    def __init__(self, dut, pipelined):
        pins = self.PINS | ({"stall": "wb_stall_o"} if pipelined else {})
        self.master = WishboneMaster(dut, None, dut.clk_i, timeout=20, signals_dict=pins)
        self.master.log.setLevel("WARNING")
        self.waits = WAITS

    def hurry(self):
        self.waits = (0,)

    async def access(self, operation, refused):
        (answer,) = await self.master.send_cycle([operation])
        expected = self.ERR if refused else self.ACK
        assert answer.ack == expected, f"access of {operation.adr:#07x}: answer {answer.ack}"
        return answer.datrd

    async def write(self, address, data, strobes=15, refused=False):
        await self.access(WBOp(address, data, idle=random.choice(self.waits), sel=strobes), refused)

    async def read(self, address, refused=False):
        data = await self.access(WBOp(address, idle=random.choice(self.waits)), refused)
        return 0 if refused else int(data)


class PipelinedBurst:
    """Reads of pipelined Wishbone in every cycle, which the master of the extension does not make."""

    def __init__(self, dut):
        self.dut = dut

    async def read(self, addresses):
        """Words of `addresses`, requested one a cycle; answers come in order."""
        dut, words, requests = self.dut, [], list(addresses)
        await FallingEdge(dut.clk_i)
        dut.wb_cyc_i.value = 1
        dut.wb_we_i.value = 0
        while len(words) < len(addresses):
            dut.wb_stb_i.value = 1 if requests else 0
            dut.wb_adr_i.value = requests.pop(0) if requests else 0
            await FallingEdge(dut.clk_i)
            assert not dut.wb_stall_o.value and not dut.wb_err_o.value, "a burst of reads stalls or is refused"
            if dut.wb_ack_o.value:
                words.append(int(dut.wb_dat_o.value))
        dut.wb_stb_i.value = 0
        dut.wb_cyc_i.value = 0
        return words


def port_of(dut, bus):
    return {
        "apb": lambda: ApbPort(dut),
        "axi4lite": lambda: AxiLitePort(dut),
        "wishbone": lambda: WishbonePort(dut, pipelined=False),
        "wishbone_pipelined": lambda: WishbonePort(dut, pipelined=True),
    }[bus]()
