# SPDX-License-Identifier: MIT
"""The Programmer: one ECP5 on a JTAG transport."""

import _ecp5
import jtag
from ecp5.clock import Watch
from ecp5.errors import warnings
from ecp5.spiflash import Flash
from ecp5.link import Link
from ecp5.loading import Transfer
from ecp5.reports import Checked, Loaded


_KINDS = ("none", "complete", "partial", "jump", "encrypted")


class Programmer(Link):
    """An ECP5 on a JTAG transport: number `which` of those in the chain, counted from TDO."""

    def __init__(self, transport=None, freq: int = 25_000_000, which: int = 0) -> None:
        super().__init__(transport or jtag.default(), which)
        self.flash = Flash(self)
        self._claim()
        try:
            self.freq = self._value(self._session.set_freq(int(freq)))
        finally:
            self._release()

    # The chain and its device.

    def scan(self) -> list:
        """All devices of the chain, the one nearest to TDO first: [(IDCODE, name or None, IR length), ...]."""
        self._claim()
        try:
            status = self._session.scan(self.which)
            if status < 0 and status not in (_ecp5.EDEVICE, _ecp5.EIRLENGTH):
                self._fail(status)
            return [(idcode, _ecp5.device_name(idcode), bits) for idcode, bits in self._chain()]
        except BaseException:
            self._abort()
            raise
        finally:
            self._release()

    def set_ir_bits(self, device: int, bits: int) -> None:
        """Give the IR length of a device that scan() shows with 0."""
        self._value(self._session.set_ir_bits(device, bits))

    def calibrate(self, lowest: int = 1_000_000, highest: int = 25_000_000) -> int:
        """Find the highest TCK at which the ids read the same many times, with a reserve, and keep it."""
        self._claim()
        try:
            self.freq = self._value(self._session.calibrate(int(lowest), int(highest)))
            return self.freq
        except BaseException:
            self._abort()
            raise
        finally:
            self._release()

    def idcode(self) -> int:
        return self._run(lambda: self._value(self._session.idcode()))

    def usercode(self) -> int:
        return self._run(lambda: self._value(self._session.usercode()))

    def unique_id(self) -> int:
        buffer = bytearray(8)
        self._run(lambda: self._value(self._session.unique_id(buffer)))
        return int.from_bytes(buffer, "little")

    def status_register(self) -> int:
        return self._run(lambda: self._value(self._session.status()))

    def status(self) -> list:
        """The status register in words."""
        return _ecp5.status_words(self.status_register())

    def erase(self) -> None:
        """End the running design and clear the SRAM."""
        self._run(lambda: self._value(self._session.erase()))

    def refresh(self, timeout_ms: int = 10_000) -> None:
        """Boot from the flash as after power-up; an Error says why it did not."""
        self._run(lambda: self._value(self._session.refresh(timeout_ms)))

    # Loading.

    def program(self, source, progress=None, override_id: bool = False) -> Loaded:
        """Load a bitstream into the SRAM. progress(done, total) is told about bytes of the source."""
        options = _ecp5.OVERRIDE_ID if override_id else 0
        return self._run(self._program, source, progress, options)

    def push(self, override_id: bool = False):
        """Begin a load whose bytes come by calls: write(data), then finish(), which returns the report, or abort()."""
        from ecp5.pushing import SramPush

        return SramPush(self, _ecp5.OVERRIDE_ID if override_id else 0)

    def _program(self, source, progress, options) -> Loaded:
        watch = Watch()
        with Transfer(self, source) as transfer:
            seconds = transfer.push(_ecp5.SRAM, progress, options)
        return self._program_finish(watch, seconds)

    def _program_finish(self, watch, seconds) -> Loaded:
        self._value(self._session.finish())
        info = self._stream_info()
        return Loaded(
            info.bytes_out, seconds, watch.seconds(), info.idcode, info.usercode, warnings(info)
        )


def check(source) -> Checked:
    """Follow every frame of a bitstream and compare every CRC; nothing is connected for it."""
    link = Link(None)
    with Transfer(link, source) as transfer:
        transfer.push(_ecp5.CHECK)
    link._value(link._session.finish())
    info = link._stream_info()
    return Checked(
        info.bytes_out,
        _ecp5.device_name(info.idcode),
        info.idcode,
        info.usercode,
        info.frames,
        info.crcs,
        info.compressed,
        info.spi_mode,
        _KINDS[info.kind],
        info.mclk_hz,
        warnings(info),
    )
