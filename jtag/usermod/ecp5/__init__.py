# SPDX-License-Identifier: MIT
"""Program Lattice ECP5 FPGAs, and the flash behind them, over JTAG: ecp5.help() lists what there is.

These are the functions for the prompt: one FPGA, calls that print, True or False. A Programmer raises and reports
instead.
"""

import _ecp5
import jtag
from ecp5.clock import Watch, ticks_diff, ticks_ms
from ecp5.errors import Error
from ecp5.spiflash import SECTOR, Flash, check_address
from ecp5.loading import Push, Transfer
from ecp5.programmer import Programmer, check
from ecp5.reports import Checked, Chip, Compared, Loaded, Written
from ecp5.source import open_source

_PROGRESS_MS = 500  # between progress lines

_programmer = None
_timed = None  # (watch, seconds) of prog_stream(), for prog_close()
_push = None  # what prog_open() opened, for hwspi.write()
_blocks = [0, 0, 0]  # of flash_write_block_retry(): compared, erased, written


def init(tck=None, tms=None, tdi=None, tdo=None, transport=None, freq=25_000_000):
    """Say where the FPGA is: pins, or a transport. Without arguments: jtagpin.py, else the SoC's JTAG master."""
    global _programmer
    if transport is None and tck is not None:
        transport = jtag.pins(tck, tms, tdi, tdo)
    _programmer = Programmer(transport, freq)
    return _programmer


def _the():
    return _programmer or init()


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


# The SRAM.


def prog(source, close=True, override_id=False):
    """Load a bitstream into the SRAM; True when it runs."""
    return prog_stream(source, override_id=override_id) and (not close or prog_close())


def prog_stream(source, blocksize=0, override_id=False):
    """The same without the end: prog_close() starts the design. Sizes of blocks are the programmer's own business."""
    global _timed

    def push(progress):
        programmer = _begin()
        try:
            with Transfer(programmer, source) as transfer:
                options = _ecp5.OVERRIDE_ID if override_id else 0
                return watch, transfer.push(_ecp5.SRAM, progress, options)
        except BaseException:
            programmer._abort()
            raise

    watch = Watch()
    _timed = _told(push)
    return bool(_timed)


def _begin():
    """The programmer, scanned and claimed for a load; what was left open does not lock it."""
    programmer = _the()
    if programmer._busy:
        programmer._abort()
    programmer._claim()
    try:
        programmer._scan()
    except BaseException:
        programmer._abort()
        raise
    return programmer


def prog_open():
    """Begin a load whose bytes come by hwspi.write(); prog_close() ends it."""
    global _push, _timed

    def begin(progress):
        return Push(_begin())

    _timed = None
    _push = _told(begin)
    return _push is not None


class _Spi:
    def write(self, data):
        """The next bytes of a bitstream, after prog_open()."""
        global _push

        def push(progress):
            programmer = _the()
            if _push is None or not programmer._busy:
                programmer._fail(_ecp5.EBUSY)
            try:
                _push.write(data)
            except BaseException:
                programmer._abort()
                raise
            return True

        if not _told(push):
            _push = None  # prog_close() says False


hwspi = _Spi()


def prog_close():
    """Start the design; True when it runs."""
    global _push

    def finish(progress):
        programmer = _the()
        if not programmer._busy or programmer._bridged:
            programmer._fail(_ecp5.EBUSY)  # nothing to finish: the port may be someone else's
        try:
            watch = _push.watch if _push and _push.watch else Watch()
            loaded = programmer._program_finish(*(_timed or (watch, watch.seconds())))
        finally:
            programmer._abort()
        _print_rate(loaded)
        _print_warnings(loaded)
        return True

    try:
        return bool(_told(finish))
    finally:
        _push = None


def _print_warnings(report):
    for text in report.warnings:
        print("warning: " + text)


def _print_rate(report):
    ms = int(report.seconds * 1000 + 0.5)
    rate = (
        "{} kB/s".format(int(report.bytes / report.seconds / 1000))
        if report.seconds > 0
        else "at once"
    )
    print("{} bytes uploaded in {} ms ({})".format(report.bytes, ms, rate))


# The flash.


def flash(source, addr=0, close=True, any_data=False, override_id=False):
    """Write to the flash: True when its content is verified. Whether the FPGA boots from it is a line of its own."""
    ok = flash_stream(source, addr, any_data, override_id)
    if ok and close:
        flash_close()
    return ok


def flash_open():
    _blocks[:] = (0, 0, 0)
    return bool(_told(lambda progress: _the().flash.open() or True))


def flash_stream(source, addr=0, any_data=False, override_id=False):
    """Write to the flash and verify; flash_close() boots from it."""

    def write(progress):
        written = _the().flash.write(
            source, addr, progress, any_data=any_data, override_id=override_id
        )
        progress.end()
        _print_rate(written)
        _print_warnings(written)
        print(
            "{} blocks compared, {} erased, {} written; verified, CRC-32 0x{:08X}".format(
                written.sectors, written.sectors_erased, written.sectors_written, written.crc32
            )
        )
        return True

    check_address(addr)
    return bool(_told(write))


def compare(source, addr=0):
    """Compare the flash with a source; True when it is the same."""

    def look(progress):
        compared = _the().flash.compare(source, addr, progress)
        progress.end()
        print(
            "{} blocks compared, {} different; CRC-32 0x{:08X}".format(
                compared.sectors, compared.sectors_different, compared.crc32
            )
        )
        return compared.sectors_different == 0

    check_address(addr)
    return bool(_told(look))


def flash_close():
    """Boot from the flash; True when the FPGA runs."""

    def boot(progress):
        _the().flash.close()
        _the().refresh()
        print("FPGA booted from its flash")
        return True

    return bool(_told(boot))


def flash_write_block_retry(block, addr):
    """Make one block of 4096 bytes of the flash hold this; True when it is verified."""

    def write(progress):
        written = _the().flash.write_block(block, addr)
        _blocks[0] += written.sectors
        _blocks[1] += written.sectors_erased
        _blocks[2] += written.sectors_written
        return True

    return len(block) == SECTOR and addr % SECTOR == 0 and bool(_told(write))


def flash_report():
    print("4K blocks: {} total, {} erased, {} written.".format(*_blocks))


def flash_read_block(buffer, addr=0):
    """Fill the buffer from the flash; True when it is."""
    return bool(_told(lambda progress: _the().flash.read_into(buffer, addr) or True))


def flash_read(data=None, addr=None, n=None):
    """flash_read(addr, n) returns n bytes of the flash; flash_read(buffer, addr) fills the buffer."""
    if data is not None and not isinstance(data, int):
        return _the().flash.read_into(data, addr or 0)
    if isinstance(data, int):
        addr, n = data, addr if n is None else n
    buffer = bytearray(1 if n is None else n)
    _the().flash.read_into(buffer, addr or 0)
    return buffer


def flashrd(addr=0, length=256):
    """Print and return bytes of the flash."""
    data = flash_read(addr, length)
    for at in range(0, length, 16):
        row = " ".join("{:02X}".format(byte) for byte in data[at : at + 16])
        print("{:06X}  {}".format(addr + at, row))
    return data


# Names of the same work in esp32ecp5: packed data is told by its content, and nothing needs to be switched.


def prog_stream_gz(source, blocksize=0, name=""):
    return prog_stream(source)


def prog_stream_done():
    pass


def flash_stream_gz(source, addr=0, name=""):
    return flash_stream(source, addr)


datastream = open_web = open_source


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
p.flash.write() compare() erase() info() read_into() protect() unprotect() quad() unique_id() configure(): as above, with reports and exceptions"""
    )
