# SPDX-License-Identifier: MIT
"""Program Lattice ECP5 FPGAs, and the flash behind them, over JTAG: ecp5.help() lists what there is.

These are the functions for the prompt: one FPGA, calls that print, True or False. A Programmer raises and reports
instead.
"""

import _ecp5
import jtag
from ecp5.clock import Watch, ticks_diff, ticks_ms
from ecp5.errors import Error
from ecp5.flash import Flash, check_address
from ecp5.loading import Transfer
from ecp5.programmer import Programmer, check
from ecp5.reports import Checked, Chip, Loaded, Written

# What people know from other programmers: one FPGA, functions that print, True or False.

_PROGRESS_MS = 500  # between progress lines

_programmer = None
_timed = None  # (watch, seconds) of prog_stream(), for prog_close()


def init(tck=None, tms=None, tdi=None, tdo=None, transport=None, freq=25_000_000):
    """Say where the FPGA is: pins, or a transport. Without arguments: jtagpin.py, else the SoC's JTAG master."""
    global _programmer
    if transport is None and tck is not None:
        transport = jtag.pins(tck, tms, tdi, tdo)
    _programmer = Programmer(transport, freq)
    return _programmer


def _the():
    return _programmer or init()


def _kilobytes(count, seconds):
    return "{} kB/s".format(int(count / seconds / 1000)) if seconds > 0 else "at once"


class _Progress:
    """A line that is written over, from time to time."""

    def __init__(self):
        self.at = ticks_ms()
        self.shown = False

    def __call__(self, done, total):
        if ticks_diff(ticks_ms(), self.at) >= _PROGRESS_MS:
            self.at = ticks_ms()
            self.shown = True
            print("\r{} bytes{}".format(done, " of {}".format(total) if total else ""), end="")

    def end(self):
        if self.shown:
            self.shown = False
            print("\r{}\r".format(" " * 40), end="")


def _told(function, *args):
    """Run it with a progress line; print an Error instead of raising it."""
    progress = _Progress()
    try:
        result = function(progress, *args)
        progress.end()
        return result
    except (Error, OSError, MemoryError) as error:
        progress.end()
        text = error.args[-1] if error.args else repr(error)
        print(error if isinstance(text, int) else text)
        return None


def idcode():
    """The IDCODE, 0 when nothing answers."""
    return _told(lambda progress: _the().idcode()) or 0


def prog(source, close=True):
    """Load a bitstream into the SRAM; True when it runs."""
    return prog_stream(source) and (not close or prog_close())


def prog_stream(source):
    """The same without the end: prog_close() starts the design."""
    global _timed

    def push(progress):
        programmer = _the()
        if programmer._busy:
            programmer._abort()
        programmer._claim()
        try:
            programmer._scan()
            with Transfer(programmer, source) as transfer:
                return watch, transfer.push(_ecp5.SRAM, progress)
        except BaseException:
            programmer._abort()
            raise

    watch = Watch()
    _timed = _told(push)
    return bool(_timed)


def prog_close():
    def finish(progress):
        programmer = _the()
        if not programmer._busy or programmer._bridged:
            programmer._fail(_ecp5.EBUSY)  # nothing to finish: the port may be someone else's
        try:
            loaded = programmer._program_finish(*(_timed or (Watch(), 0)))
        finally:
            programmer._abort()
        ms = int(loaded.seconds * 1000 + 0.5)
        rate = _kilobytes(loaded.bytes, loaded.seconds)
        print("{} bytes uploaded in {} ms ({})".format(loaded.bytes, ms, rate))
        return True

    return bool(_told(finish))


def flash_open():
    return bool(_told(lambda progress: _the().flash.open() or True))


def flash_stream(source, addr=0):
    """Write to the flash and verify; flash_close() boots from it."""

    def write(progress):
        written = _the().flash.write(source, addr, progress)
        progress.end()
        ms = int(written.seconds * 1000 + 0.5)
        rate = _kilobytes(written.bytes, written.seconds)
        print("{} bytes uploaded in {} ms ({})".format(written.bytes, ms, rate))
        print(
            "{} blocks compared, {} erased, {} written; verified, CRC-32 0x{:08X}".format(
                written.sectors, written.sectors_erased, written.sectors_written, written.crc32
            )
        )
        return True

    check_address(addr)
    return bool(_told(write))


def flash_close():
    """Boot from the flash; True when the FPGA runs."""

    def boot(progress):
        _the().flash.close()
        _the().refresh()
        print("FPGA booted from its flash")
        return True

    return bool(_told(boot))


def flash(source, addr=0, close=True):
    """Write to the flash: True when its content is verified. Whether the FPGA boots from it is a line of its own."""
    check_address(addr)
    ok = flash_stream(source, addr)
    if ok and close:
        flash_close()
    return ok


def flash_read(addr=0, n=1):
    """n bytes of the flash."""
    data = bytearray(n)
    _the().flash.read_into(data, addr)
    return data


def flashrd(addr=0, n=256):
    """Print n bytes of the flash."""
    data = flash_read(addr, n)
    for at in range(0, n, 16):
        print(
            "{:06X}  {}".format(
                addr + at, " ".join("{:02X}".format(byte) for byte in data[at : at + 16])
            )
        )


def passthru():
    """Load passthru<IDCODE>.bit.gz, by which a board's own programmer gets through the FPGA."""
    found = idcode()
    return bool(found) and prog("passthru{:08X}.bit.gz".format(found))


def help():
    print(
        """ecp5.prog("file.bit")             load the SRAM: a path, http:// address, stream or bytes, plain or gzip
ecp5.flash("file.bit", addr=0)    write to the flash, verify, boot
ecp5.flash_read(addr, n)          bytes of the flash; ecp5.flashrd(addr, n) prints them
ecp5.idcode()  ecp5.passthru()  ecp5.check("file.bit")
ecp5.init(tck=, tms=, tdi=, tdo=) pins, unless jtagpin.py has them
p = ecp5.Programmer()             p.scan() p.status() p.program() p.refresh() p.calibrate() p.erase()
p.flash.write() info() read_into() protect() unprotect() quad(): as above, with reports and exceptions"""
    )
