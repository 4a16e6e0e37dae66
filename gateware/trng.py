# SPDX-License-Identifier: MIT
"""A source of random bits: ring oscillators, sampled, with the health tests of NIST SP 800-90B (section 4.4).

What comes out is raw: no whitening hides a failing ring from the tests. Software hashes it (docs/entropy.md).
For simulations, and for them alone, SeededBits takes the rings' place.
"""

from math import ceil, comb

from litex.gen import LiteXModule
from litex.soc.interconnect.csr import CSRField, CSRStatus, CSRStorage
from migen import Cat, Constant, If, Instance, Signal
from migen.genlib.cdc import MultiReg

# Min-entropy per raw bit that the tests hold the source to, and that software counts on (drivers/lx_trng.h).
ENTROPY_PER_BIT = 0.25
# Once in 2**20 windows, and samples, a good source is called bad.
ALPHA_EXPONENT = 20
PROPORTION_WINDOW = 1024
# Samples that pass the tests before the first is given out (section 4.3).
STARTUP_SAMPLES = 1024
# From sample to sample: jitter adds up over about 200 periods of a ring.
SAMPLE_CYCLES = 128
RINGS = 16
LUT2_NAND = Constant(0x7, 4)
LUT4_NAND_AB = Constant(0x7777, 16)


def repetition_cutoff(entropy: float = ENTROPY_PER_BIT) -> int:
    """Return how many equal bits in a row are a failure (section 4.4.1)."""
    return 1 + ceil(ALPHA_EXPONENT / entropy)


def proportion_cutoff(entropy: float = ENTROPY_PER_BIT) -> int:
    """Return how many equal bits in a window are a failure (section 4.4.2): 1 + critbinom(W, 2**-H, 1 - alpha)."""
    p = 2.0**-entropy
    tail, count = 0.0, PROPORTION_WINDOW
    while True:
        tail += comb(PROPORTION_WINDOW, count) * p**count * (1 - p) ** (PROPORTION_WINDOW - count)
        if tail > 2.0**-ALPHA_EXPONENT:
            return count + 1
        count -= 1


class SeededBits(LiteXModule):
    """The same bits in each simulation: x^64 + x^63 + x^61 + x^60 + 1, a Fibonacci register that starts with ``seed``."""

    def __init__(self, seed: int) -> None:
        if not 0 < seed < 2**64:
            raise ValueError(f"a seed is 1 to 2**64 - 1, not {seed}")
        self.bit = Signal()
        state = Signal(64, reset=seed)
        self.comb += self.bit.eq(state[63])
        self.sync += state.eq(Cat(state[63] ^ state[62] ^ state[60] ^ state[59], state))


class Ring(LiteXModule):
    """A ring of an odd number of look-up tables, which yosys, Vivado and the mappers leave as they are.

    family: "ecp5" or "xilinx".
    """

    def __init__(self, family: str, stages: int, enable: Signal) -> None:
        if stages % 2 != 1 or stages < 3:
            raise ValueError(
                f"a ring oscillates with an odd number of stages from 3 on, not {stages}"
            )
        nets = [Signal(attr={"keep"}) for _ in range(stages)]
        self.out = nets[-1]
        for i, net in enumerate(nets):
            # The first is a NAND with the enable: a ring that starts has a definite phase.
            self.specials += self._stage(family, nets[i - 1], enable if i == 0 else 1, net)

    def _stage(self, family: str, a, b, z) -> Instance:
        if family == "ecp5":
            return Instance(
                "LUT4",
                p_INIT=LUT4_NAND_AB,
                i_A=a,
                i_B=b,
                i_C=0,
                i_D=0,
                o_Z=z,
                attr={"keep"},
            )
        if family == "xilinx":
            return Instance(
                "LUT2",
                p_INIT=LUT2_NAND,
                i_I0=a,
                i_I1=b,
                o_O=z,
                attr={"keep", "dont_touch"},
            )
        raise ValueError(f"no ring oscillator for {family}: ecp5 and xilinx have one")


class RingBits(LiteXModule):
    """Rings of different lengths, each sampled by the system clock, then XORed.

    Tools refuse or warn of the loops: nextpnr-ecp5 wants --ignore-loops; Vivado gets ALLOW_COMBINATORIAL_LOOPS where
    ``platform`` is given.
    """

    def __init__(self, family: str, rings: int = RINGS, platform=None) -> None:
        self.bit = Signal()
        enable = Signal(reset_less=True)
        self.sync += enable.eq(1)
        samples = []
        for i in range(rings):
            ring = Ring(family, 3 + 2 * (i % 4), enable)
            self.add_module(f"ring{i}", ring)
            sample = Signal()
            self.specials += MultiReg(ring.out, sample, n=3)
            samples.append(sample)
            if platform is not None and family == "xilinx":
                platform.add_platform_command(
                    "set_property ALLOW_COMBINATORIAL_LOOPS TRUE [get_nets {net}]", net=ring.out
                )
        total = samples[0]
        for sample in samples[1:]:
            total = total ^ sample
        self.sync += self.bit.eq(total)


class Trng(LiteXModule):
    """Words of raw bits for software.

    bits: has ``bit``, a new one in each cycle (RingBits, SeededBits).
    """

    def __init__(self, bits, sample_cycles: int = SAMPLE_CYCLES) -> None:
        self.data = CSRStatus(
            32, description="Raw bits, the latest in bit 0, while status.valid is 1."
        )
        self.status = CSRStatus(
            fields=[
                CSRField("valid", description="A word is there."),
                CSRField("repetition", description="The repetition count test failed."),
                CSRField("proportion", description="The adaptive proportion test failed."),
            ],
            description="After a failure no word becomes valid until control.restart.",
        )
        self.control = CSRStorage(
            fields=[
                CSRField("take", pulse=True, description="The word was read: collect the next."),
                CSRField("restart", pulse=True, description="Forget word and failure, test anew."),
            ]
        )

        self.bits = bits
        take = self.control.fields.take
        restart = self.control.fields.restart
        valid = self.status.fields.valid
        failed = Signal()
        divider = Signal(max=sample_cycles + 1)
        sample = Signal()
        started = Signal(max=STARTUP_SAMPLES + 1)
        count = Signal(max=33)
        self.comb += [
            failed.eq(self.status.fields.repetition | self.status.fields.proportion),
            sample.eq(divider == 0),
            valid.eq((count == 32) & ~failed),
        ]
        self.sync += [
            If(divider == 0, divider.eq(sample_cycles - 1)).Else(divider.eq(divider - 1)),
            If(
                sample & (started != STARTUP_SAMPLES),
                started.eq(started + 1),
            ).Elif(
                sample & (count != 32),
                self.data.status.eq(Cat(bits.bit, self.data.status)),
                count.eq(count + 1),
            ),
            # A word leaves nothing behind that could be read twice.
            If(take & (count == 32) | restart, count.eq(0), self.data.status.eq(0)),
            If(restart, started.eq(0)),
        ]
        self._add_repetition_test(bits.bit, sample, restart)
        self._add_proportion_test(bits.bit, sample, restart)

    def _add_repetition_test(self, bit: Signal, sample: Signal, restart: Signal) -> None:
        cutoff = repetition_cutoff()
        last = Signal()
        run = Signal(max=cutoff + 1)
        failure = self.status.fields.repetition
        flag = Signal()
        self.comb += failure.eq(flag)
        self.sync += [
            If(
                sample,
                last.eq(bit),
                If((bit == last) & (run != 0), run.eq(run + 1)).Else(run.eq(1)),
                If((bit == last) & (run == cutoff - 1), flag.eq(1), run.eq(0)),
            ),
            If(restart, run.eq(0), flag.eq(0)),
        ]

    def _add_proportion_test(self, bit: Signal, sample: Signal, restart: Signal) -> None:
        cutoff = proportion_cutoff()
        first = Signal()
        seen = Signal(max=PROPORTION_WINDOW)
        equal = Signal(max=cutoff + 1)
        flag = Signal()
        self.comb += self.status.fields.proportion.eq(flag)
        self.sync += [
            If(
                sample,
                seen.eq(seen + 1),  # wraps: the window is a power of two
                If(seen == 0, first.eq(bit), equal.eq(1)).Elif(
                    bit == first,
                    If(equal == cutoff - 1, flag.eq(1)).Else(equal.eq(equal + 1)),
                ),
            ),
            If(restart, seen.eq(0), flag.eq(0)),
        ]
