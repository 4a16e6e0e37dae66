# SPDX-License-Identifier: MIT
"""Program Lattice ECP5 FPGAs, and the flash behind them, over JTAG: ecp5.help() lists what there is.

The work is done by the C module _ecp5; here are the names, the words and the sources.
"""

from collections import namedtuple

import _ecp5
import jtag
from ecp5_source import open_source

try:
    import time

    _ticks_ms = time.ticks_ms
    _ticks_us = time.ticks_us
    _ticks_diff = time.ticks_diff
except (ImportError, AttributeError):  # a port without a clock: all takes no time

    def _ticks_ms():
        return 0

    def _ticks_diff(now, then):
        return 0

    _ticks_us = _ticks_ms

_HEAD = 512  # the first chunk, before it is known how much memory the rest needs
_CHUNK = 2048  # of packed data
_PLAIN_CHUNK = 8192
_MEMORY_CHUNK = 16384  # of data that lies in memory already
_BUFFER_MAX = 65536  # of a flash write
_SPARE = 4096  # what it leaves for all else
_ROOM = 49152
_PROGRESS_MS = 500

Loaded = namedtuple("Loaded", ("bytes", "seconds", "total_seconds", "idcode", "usercode"))
Written = namedtuple(
    "Written",
    (
        "bytes",
        "skipped",
        "erased",
        "written",
        "verified",
        "crc32",
        "seconds",
        "compared",
        "retries",
        "sectors",
        "sectors_erased",
        "sectors_written",
        "total_seconds",
    ),
)
Checked = namedtuple(
    "Checked",
    ("bytes", "device", "idcode", "usercode", "frames", "crcs", "compressed", "spi_mode"),
)
Chip = namedtuple(
    "Chip",
    (
        "id",
        "name",
        "bytes",
        "sector_bytes",
        "page_bytes",
        "address_bytes",
        "sfdp",
        "status",
        "protected",
        "locked",
        "quad",
    ),
)

# What to do about it, where the core's sentence does not say so.
_NEXT = {
    _ecp5.EIO: "a jtag.XVC is closed now: make another",
    _ecp5.EDEVICE: "select the right chain or pins, or lower TCK: p.calibrate()",
    _ecp5.EIRLENGTH: "p.set_ir_bits(device, bits)",
    _ecp5.EENABLE: "cycle its power",
    _ecp5.EERASE: "cycle its power; check its supply",
    _ecp5.EDEVICECRC: "ecp5.check(file) tells which; p.calibrate() finds a TCK that works",
    _ecp5.EDEVICECOMMAND: "ecp5.check(file) tells which; p.calibrate() finds a TCK that works",
    _ecp5.EDEVICEDATA: "check the file with ecp5.check()",
    _ecp5.ENOTDONE: "check the file with ecp5.check(), and the FPGA's supply",
    _ecp5.EREFRESH: "look at p.flash.info(), and whether a bitstream for this device is at address 0",
    _ecp5.ETIMEDOUT: "cycle its power",
    _ecp5.EDEVICEID: "lower TCK: p.calibrate() finds one that works",
    _ecp5.ENOBITSTREAM: "give the .bit file of ecppack or Diamond",
    _ecp5.ENOFLASH: "check the flash's supply and its chip select",
    _ecp5.EFLASHBUSY: "cycle its power, and run this again",
    _ecp5.EFLASHLOST: "check power and cable, and run this again: what is written already stays",
    _ecp5.EFLASHERASE: "run it again; if it fails there again, the chip is worn out",
    _ecp5.EFLASHPROGRAM: "run it again; if it fails there again, the chip is worn out",
    _ecp5.ECHECKSUM: "copy the file again",
    _ecp5.EDEFLATE: "copy the file again",
    _ecp5.ETRUNCATED: "copy the file again",
}


# What is said of data that only looks as if it were packed.
_PACKED = (_ecp5.EDEFLATE, _ecp5.ECHECKSUM)


class Error(Exception):
    """What went wrong and what to do; .code is one of the codes of jtag/jtag.h."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


def _name(idcode):
    return "{} (0x{:08X})".format(_ecp5.device_name(idcode) or "no ECP5", idcode)


def _words(status):
    return "status 0x{:08X}: {}".format(
        status, ", ".join(_ecp5.status_words(status)) or "all clear"
    )


def _kilobytes(count, seconds):
    return "{} kB/s".format(int(count / seconds / 1000)) if seconds > 0 else "at once"


class _Watch:
    """Seconds since it was made; microseconds wrap early on some ports."""

    def __init__(self):
        self.ms = _ticks_ms()
        self.us = _ticks_us()

    def seconds(self):
        ms = _ticks_diff(_ticks_ms(), self.ms)
        return ms / 1000 if ms > 100000 else _ticks_diff(_ticks_us(), self.us) / 1000000


def _is_packed(head):
    """gzip, or zlib with a valid header."""
    if len(head) < 2:
        return False
    word = head[0] << 8 | head[1]
    return word == 0x1F8B or (head[0] & 15 == 8 and head[0] >> 4 < 8 and word % 31 == 0)


def _memory(sizes):
    """A bytearray of the first size for which there is memory. (The collector runs when there is none.)"""
    for size in sizes:
        try:
            return bytearray(size)
        except MemoryError:
            pass
    raise MemoryError("{} bytes are needed".format(size))


def _fill(source, view):
    """Fill the buffer as far as the source goes, so that the wire gets long runs."""
    got = source.readinto(view)
    while 0 < got < len(view):
        more = source.readinto(view[got:])
        if not more:
            break
        got += more
    return got


class _Loader:
    """A session with the core: its errors in words, and the way of a source into it."""

    which = 0
    flash = None

    def __init__(self, transport):
        self._session = _ecp5.Session(transport)
        self._target = None  # of the last stream

    def _value(self, value):
        if value < 0:
            self._raise(value)
        return value

    def _raise(self, code):
        session = self._session
        text = _ecp5.strerror(code)
        if code == _ecp5.EWRONGDEVICE:
            text = "bitstream is for {}, the board has {}".format(
                _name(session.info()[4]), _name(self._board())
            )
        elif code == _ecp5.EDEVICE:
            found = ", ".join("0x{:08X}".format(idcode) for idcode, _ in session.chain())
            text = "the chain has no ECP5 number {}: {}".format(self.which, found)
        elif code in (_ecp5.EFLASHERASE, _ecp5.EFLASHPROGRAM):
            address, wanted, found = session.report()[-3:]
            text += ": at 0x{:06X} is 0x{:02X}, not 0x{:02X}".format(address, found, wanted)
        elif code == _ecp5.EFLASHTYPE:
            text += ": id 0x{:06X}".format(session.flash_chip()[0])
        elif code == _ecp5.EOVERFLOW:
            if self.flash and self.flash._is_open:
                text += ": the flash ends at 0x{:06X}".format(session.flash_chip()[2])
            else:
                text += ": the chain has more than 16 devices; check TDO, or lower TCK"
        elif code == _ecp5.EPROTECTED:
            text += self.flash._protected_text()
        elif code in (
            _ecp5.EDEVICEID,
            _ecp5.EDEVICECRC,
            _ecp5.EDEVICECOMMAND,
            _ecp5.EDEVICEDATA,
            _ecp5.ENOTDONE,
            _ecp5.EENABLE,
            _ecp5.EERASE,
            _ecp5.EREFRESH,
        ):
            text += " ({})".format(_words(session.last_status()))
        if code in _NEXT:
            text += "; " + _NEXT[code]
        if code in _PACKED and self._target in (_ecp5.LOOK, _ecp5.FLASH):
            text += "; or is it no packed data? unpack=False writes it as it is"
        raise Error(code, text)

    def _board(self):
        """The IDCODE of the device, 0 where none is known."""
        ecp5s = [idcode for idcode, _ in self._session.chain() if _ecp5.device_name(idcode)]
        return ecp5s[self.which] if self.which < len(ecp5s) else 0

    def _stream(self, source, target, progress=None, options=0, address=0, unpack=True):
        """Push all of a source, and return the seconds that its data took; the caller finishes."""
        # Where memory is short, this collects before what lives long settles amid garbage.
        _memory([_ROOM, 0])
        source = open_source(source)
        try:
            return self._push(source, target, progress, options, address, unpack)
        finally:
            source.close()

    def _open_stream(self, target, memory, unpack, options, buffer=None, address=0, length=0):
        self._target = target
        opened = self._session.open(
            target,
            0 if target == _ecp5.CHECK else self._board(),
            memory,
            _ecp5.AUTO if unpack else _ecp5.PLAIN,
            options,
            buffer,
            address,
            length,
        )
        if opened == _ecp5.EINVAL:
            raise ValueError(
                "address 0x{:X} is not aligned to the flash's sectors".format(address)
            )
        self._value(opened)

    def _look(self, source, view, head, memory, unpack, options):
        """What is not for this device's flash is refused here, before the flash is opened, which ends the running design.
        Returns what was read of the source: mostly no more than its head."""
        session = self._session
        self._open_stream(_ecp5.LOOK, memory, unpack, options)
        parts = [head]
        at = 0
        while True:
            self._value(session.write(parts[-1]))
            at += len(parts[-1])
            if session.info()[-1]:
                break
            if view is None:
                part = memoryview(bytearray(_HEAD))
                part = part[: _fill(source, part)]
            else:
                part = view[at : at + _HEAD]
            if not len(part):
                break
            parts.append(part)
        self._value(session.finish())
        return parts

    def _push(self, source, target, progress, options, address, unpack):
        session = self._session
        total = source.length
        view = getattr(source, "view", None)
        if view is None:
            first = memoryview(bytearray(_HEAD))
            head = first[: _fill(source, first)]
        else:
            head = view[:_HEAD]
        packed = unpack and _is_packed(head)
        memory = buffer = None
        chunks = ()
        if packed:
            memory = _memory([_ecp5.INFLATE_BYTES + (1 << bits) for bits in (15, 14, 13, 12)])
        if view is None and len(head) == _HEAD:
            # Two in turns: one is filled while the other may still be shifted.
            sizes = [_CHUNK if packed else _PLAIN_CHUNK, _CHUNK // 2, _HEAD]
            chunks = memoryview(_memory(sizes)), memoryview(_memory(sizes))
        parts = [head]
        length = 0 if packed else total
        if target == _ecp5.FLASH:
            parts = self._look(source, view, head, memory, unpack, options)
            self.flash._enter()
            self.flash._inside(address)
            buffer = self.flash._buffer(length)
        self._open_stream(target, memory, unpack, options, buffer, address, length)
        write = session.write
        done = 0
        # To the SRAM, the time runs from the moment when it takes data, after checks and erase.
        watch = _Watch()
        before = 0
        for part in parts:
            self._value(write(part))
            done += len(part)
        if target == _ecp5.SRAM and session.info()[2]:
            self._value(session.wait())
            before = session.info()[1]
            watch = _Watch()
        if progress:
            self._value(session.wait())
            progress(done, total)
        if view is not None:
            while done < total:
                # The slice of a buffer of the caller, which may be changed only when nothing is in flight.
                self._value(write(view[done : done + _MEMORY_CHUNK]))
                done = min(done + _MEMORY_CHUNK, total)
                if progress:
                    self._value(session.wait())
                    progress(done, total)
        turn = 0
        while chunks:
            turn ^= 1
            got = _fill(source, chunks[turn])
            if got == 0:
                break
            self._value(write(chunks[turn] if got == len(chunks[turn]) else chunks[turn][:got]))
            done += got
            if progress:
                progress(done, total)
        self._value(session.wait())
        after = session.info()[1]
        seconds = watch.seconds()
        # As if all had gone at the rate of what was timed.
        if 0 < before < after:
            seconds = seconds * after / (after - before)
        return seconds


class Programmer(_Loader):
    """An ECP5 on a JTAG transport: number `which` of those in the chain, counted from TDO."""

    def __init__(self, transport=None, freq=25_000_000, which=0):
        self.transport = transport or jtag.default()
        super().__init__(self.transport)
        self.which = which
        self.flash = Flash(self)
        self._busy = False
        self._claim()
        try:
            self.freq = self._value(self._session.set_freq(int(freq)))
        finally:
            self._release()

    # Who has the transport.

    def _claim(self):
        if self._busy:
            raise Error(_ecp5.EBUSY, "not now: finish or close what is open first")
        try:
            if jtag.claim(self.transport, self):
                self._busy = True
                return  # without a jump between this and the caller's try, where Ctrl-C might come
        except BaseException:
            self._release()
            raise
        who = "the XVC server's client has the JTAG port: disconnect it first"
        if not isinstance(jtag.owner(self.transport), jtag.XVCServer):
            who = "another Programmer has something open on this JTAG port: close it first"
        raise Error(_ecp5.EBUSY, who)

    def _release(self):
        self._busy = False
        jtag.release(self.transport, self)

    def _abort(self):
        """Whatever is open is closed, the TAP is in reset."""
        self.flash._is_open = False
        try:
            return self._session.abort()
        finally:
            self._release()

    def _scan(self):
        status = self._session.scan(self.which)
        if status < 0:
            self._raise(status)

    def _run(self, function, *args):
        """One operation on the scanned device, with the TAP in reset after whatever happens."""
        self._claim()
        try:
            self._scan()
            return function(*args)
        except BaseException:
            self._abort()
            raise
        finally:
            self._release()

    # The chain and its device.

    def scan(self):
        """All devices of the chain, the one nearest to TDO first: [(IDCODE, name or None, IR length), ...]."""
        self._claim()
        try:
            status = self._session.scan(self.which)
            if status < 0 and status not in (_ecp5.EDEVICE, _ecp5.EIRLENGTH):
                self._raise(status)
            return [
                (idcode, _ecp5.device_name(idcode), bits) for idcode, bits in self._session.chain()
            ]
        except BaseException:
            self._abort()
            raise
        finally:
            self._release()

    def set_ir_bits(self, device, bits):
        """The IR length of a device that scan() shows with 0."""
        self._value(self._session.set_ir_bits(device, bits))

    def calibrate(self, lowest=1_000_000, highest=25_000_000):
        """The highest TCK at which the ids read the same many times, with some distance; it is set from now on."""
        self._claim()
        try:
            self.freq = self._value(self._session.calibrate(int(lowest), int(highest)))
            return self.freq
        except BaseException:
            self._abort()
            raise
        finally:
            self._release()

    def idcode(self):
        return self._run(lambda: self._value(self._session.idcode()))

    def usercode(self):
        return self._run(lambda: self._value(self._session.usercode()))

    def unique_id(self):
        buffer = bytearray(8)
        self._run(lambda: self._value(self._session.unique_id(buffer)))
        return int.from_bytes(buffer, "little")

    def status_register(self):
        return self._run(lambda: self._value(self._session.status()))

    def status(self):
        """The status register in words."""
        return _ecp5.status_words(self.status_register())

    def erase(self):
        """End the running design and clear the SRAM."""
        self._run(lambda: self._value(self._session.erase()))

    def refresh(self, timeout_ms=10_000):
        """Boot from the flash as after power-up; an Error says why it did not."""
        self._run(lambda: self._value(self._session.refresh(timeout_ms)))

    # Loading.

    def program(self, source, progress=None, override_id=False):
        """Load a bitstream into the SRAM. progress(done, total) is told about bytes of the source."""
        options = _ecp5.OVERRIDE_ID if override_id else 0
        return self._run(self._program, source, progress, options)

    def _program(self, source, progress, options):
        watch = _Watch()
        seconds = self._stream(source, _ecp5.SRAM, progress, options)
        return self._program_finish(watch, seconds)

    def _program_finish(self, watch, seconds):
        self._value(self._session.finish())
        info = self._session.info()
        return Loaded(info[1], seconds, watch.seconds(), info[4], info[5])


class Flash:
    """The SPI flash behind the ECP5. Each call opens it, which ends the running design, and closes it again; many calls
    in a `with p.flash:` open it once. Nothing here boots the FPGA: p.refresh() does, and says whether it worked."""

    def __init__(self, programmer):
        self._programmer = programmer
        self._is_open = False
        self._taken = None  # the buffer of a write to come

    def open(self):
        programmer = self._programmer
        programmer._claim()
        try:
            programmer._scan()
            self._enter()
            return
        except BaseException:
            programmer._abort()
            raise

    def _enter(self):
        """Through the scanned FPGA to the chip, unless it is open."""
        if self._is_open:
            return
        programmer = self._programmer
        status = programmer._session.flash_open()
        if status == _ecp5.ENOTSUP:
            raise Error(
                status,
                "a device between TDI and the ECP5 hides the flash: take it out of the chain",
            )
        programmer._value(status)
        self._is_open = True

    def close(self):
        if self._is_open:
            self._programmer._value(self._programmer._abort())

    def __enter__(self):
        self.open()
        return self

    def __exit__(self, kind, value, trace):
        if kind is None:
            self.close()
        else:
            self._programmer._abort()

    def _run(self, function, *args):
        if not self._is_open:
            return self._programmer._run(self._once, function, *args)
        try:
            return function(*args)
        except BaseException:
            self._programmer._abort()
            raise

    def _once(self, function, *args):
        result = function(*args)
        self.close()
        return result

    def _buffer(self, length):
        """As large as helps and memory allows."""
        if self._taken:
            return self._taken
        least = max(self._programmer._session.flash_chip()[3], 4096)
        sizes = [_BUFFER_MAX]
        while sizes[-1] > least:
            sizes.append(sizes[-1] // 2)
        while length and len(sizes) > 1 and sizes[1] >= length:
            sizes.pop(0)
        spare = bytearray(_SPARE)
        buffer = _memory(sizes)
        del spare
        return buffer

    def _protected_text(self):
        status = self._programmer._session.flash_status()
        if isinstance(status, int) or not status[1]:
            return ""
        if status[4]:
            return ": its blocks have locks of their own (WPS); p.flash.unprotect() lifts them"
        return ": 0x{:06X} to 0x{:06X}{}; p.flash.unprotect() lifts it".format(
            status[2],
            status[2] + status[3],
            ", locked until its power is cycled" if status[5] else "",
        )

    def write(self, source, addr=0, progress=None, unpack=True, any_data=False):
        """Make the flash hold the source's data from addr on: what differs is erased and written, all is verified.

        A bitstream for another device is refused; any_data=True does not look. unpack=False writes packed
        data as it is.
        """
        if addr % 4096:
            raise ValueError("address 0x{:X} is not a multiple of 4096".format(addr))
        sector = self._programmer._session.flash_chip()[3]
        if sector > 4096:
            # A chip that is known to need so much: where there is no memory, the design runs on.
            self._taken = _memory([sector])
        try:
            return self._run(
                self._write, source, addr, progress, unpack, _ecp5.ANY_DATA if any_data else 0
            )
        finally:
            self._taken = None

    def _inside(self, addr, n=0):
        """Numbers of Python are longer than those of the core."""
        if not 0 <= addr <= addr + n <= self._programmer._session.flash_chip()[2]:
            self._programmer._raise(_ecp5.EOVERFLOW)

    def _write(self, source, addr, progress, unpack, options):
        watch = _Watch()
        seconds = self._programmer._stream(source, _ecp5.FLASH, progress, options, addr, unpack)
        return self._write_finish(watch, seconds)

    def _write_finish(self, watch, seconds):
        rest = _Watch()
        self._programmer._value(self._programmer._session.finish())
        seconds += rest.seconds()
        (
            count,
            compared,
            skipped,
            erased,
            written,
            verified,
            crc32,
            retries,
            all,
            cleared,
            changed,
        ) = self._programmer._session.report()[:11]
        return Written(
            count,
            skipped,
            erased,
            written,
            verified,
            crc32,
            seconds,
            compared,
            retries,
            all,
            cleared,
            changed,
            watch.seconds(),
        )

    def read_into(self, stream, addr=0, n=None):
        """Write n bytes (all to the end) to a stream or a path, or fill a buffer; return how many."""
        return self._run(self._read_into, stream, addr, n)

    def _read_into(self, stream, addr, n):
        self._enter()
        size = self._programmer._session.flash_chip()[2]
        read = self._programmer._session.flash_read
        if not isinstance(stream, str) and not hasattr(stream, "write"):
            view = memoryview(stream)
            view = view if n is None else view[:n]
            self._inside(addr, len(view))
            self._programmer._value(read(addr, view))
            return len(view)
        if n is None:
            n = size - addr
        self._inside(addr, n)
        view = memoryview(_memory([_PLAIN_CHUNK, _CHUNK]))
        target = open(stream, "wb") if isinstance(stream, str) else stream
        try:
            done = 0
            while done < n:
                part = view[: min(len(view), n - done)]
                self._programmer._value(read(addr + done, part))
                done += len(part)
                while len(part):
                    # Sockets and the like may take less.
                    taken = target.write(part)
                    if taken == 0:
                        raise OSError("the stream takes no more")
                    part = b"" if taken is None else part[taken:]
        finally:
            if isinstance(stream, str):
                target.close()
        return n

    def info(self):
        """The flash doctor: what the chip is, its status registers, what is protected, whether quad reads work."""
        return self._run(self._info)

    def _info(self):
        self._enter()
        session = self._programmer._session
        ident, name, size, sector, address, sfdp, page = session.flash_chip()
        status = session.flash_status()
        if isinstance(status, int):
            self._programmer._raise(status)
        registers, known, start, length, individual, locked, quad = status
        protected = None
        if known and not individual:
            protected = (start, start + length) if length else ()
        return Chip(
            "0x{:06X}".format(ident),
            name,
            size,
            sector,
            page,
            address,
            None if sfdp < 0 else "1.{}".format(sfdp),
            bytes(registers),
            protected,
            locked,
            ("unknown", "not needed", "off", "on")[quad],
        )

    def protect(self, addr=0, n=None):
        """Protect exactly this range (all of the chip); ValueError where the chip cannot."""
        self._run(self._protect, addr, n)

    def _protect(self, addr, n):
        self._enter()
        session = self._programmer._session
        if n is None:
            n = session.flash_chip()[2] - addr
        self._inside(addr, n)
        status = session.flash_protect(addr, n)
        if status == _ecp5.EINVAL:
            raise ValueError(
                "the chip cannot protect exactly 0x{:06X} to 0x{:06X}".format(addr, addr + n)
            )
        self._programmer._value(status)

    def unprotect(self):
        """Lift the protection of the whole chip."""
        self._run(self._protect, 0, 0)

    def quad(self, on=True):
        """Switch the quad-enable bit, which bitstreams that boot by four wires need."""
        self._run(self._quad, on)

    def _quad(self, on):
        self._enter()
        self._programmer._value(self._programmer._session.flash_quad(on))


def check(source):
    """Follow every frame of a bitstream and compare every CRC; nothing is connected for it."""
    reader = _Loader(None)
    reader._stream(source, _ecp5.CHECK)
    reader._value(reader._session.finish())
    info = reader._session.info()
    return Checked(
        info[1], _ecp5.device_name(info[4]), info[4], info[5], info[6], info[7], info[8], info[9]
    )


# What people know from other programmers: one FPGA, functions that print, True or False.

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


class _Progress:
    """A line that is written over, from time to time."""

    def __init__(self):
        self.at = _ticks_ms()
        self.shown = False

    def __call__(self, done, total):
        if _ticks_diff(_ticks_ms(), self.at) >= _PROGRESS_MS:
            self.at = _ticks_ms()
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
            return watch, programmer._stream(source, _ecp5.SRAM, progress)
        except BaseException:
            programmer._abort()
            raise

    watch = _Watch()
    _timed = _told(push)
    return bool(_timed)


def prog_close():
    def finish(progress):
        programmer = _the()
        if not programmer._busy or programmer.flash._is_open:
            programmer._raise(_ecp5.EBUSY)  # nothing to finish: the port may be someone else's
        try:
            loaded = programmer._program_finish(*(_timed or (_Watch(), 0)))
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

    if addr % 4096:
        raise ValueError("address 0x{:X} is not a multiple of 4096".format(addr))
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
    if addr % 4096:
        raise ValueError("address 0x{:X} is not a multiple of 4096".format(addr))
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
