# SPDX-License-Identifier: MIT
"""A core and its registers on a CSR bus, as LiteX's bank puts them there, for Migen's simulator."""

from litex.soc.interconnect import csr_bus
from migen import Module


class RegistersBench(Module):
    """The core under test; a bench adds what surrounds it."""

    def __init__(self, core: Module) -> None:
        self.submodules.core = core
        self.csr = csr_bus.Interface(data_width=32, address_width=14)
        self.submodules.bank = csr_bus.CSRBank(core.get_csrs(), bus=self.csr)
        # One word each, which LiteX names as the register or with a 0 behind it.
        words = enumerate(self.bank.simple_csrs)
        self.address = {csr.name.removesuffix("0"): word for word, csr in words}

    def write(self, name, value):
        """Write a register."""
        yield self.csr.adr.eq(self.address[name])
        yield self.csr.dat_w.eq(value)
        yield self.csr.we.eq(1)
        yield
        yield self.csr.we.eq(0)
        yield

    def read(self, name):
        """Read a register."""
        yield self.csr.adr.eq(self.address[name])
        yield self.csr.re.eq(1)
        yield
        yield self.csr.re.eq(0)
        yield
        return (yield self.csr.dat_r)
