# SPDX-License-Identifier: MIT
"""Raw images to and from a card or a flash: sdraw.write("card.img.gz"), sdraw.read("/backup.img", 0, 1 << 20).

Sources are the programmer's (ecp5/source.py), packed ones are unpacked on the way. Ctrl-C comes between two calls of
the medium's driver, so the medium is at rest then.
"""

import io
from time import ticks_diff, ticks_ms

import litex

try:
    from ecp5.source import open_source
except ImportError:  # a firmware without the programmer has that file alone
    from source import open_source

_BUFFERS = (65536, 32768, 16384, 8192, 4096)
_SMALLEST = _BUFFERS[-1]
_PROGRESS_MS = 500
_GZIP = b"\x1f\x8b"
_WINDOW_BITS = 15
_EIO = 5
_ENODEV = 19
_EBUSY = 16
_ENOSPC = 28


def _buffer():
    """The largest buffer for which there is memory."""
    for size in _BUFFERS:
        try:
            return memoryview(bytearray(size))
        except MemoryError:
            pass
    raise MemoryError("{} bytes are needed".format(_SMALLEST))


def _default():
    """The card, where the SoC can have one, else the flash's region for files."""
    import machine

    if hasattr(machine, "SDCard"):
        return machine.SDCard()
    if hasattr(litex, "SPIFlash"):
        return litex.SPIFlash()
    raise OSError(_ENODEV, "this SoC has no card and no flash: name a block device, dev=")


def _is_flash(dev) -> bool:
    return hasattr(litex, "SPIFlash") and isinstance(dev, litex.SPIFlash)


def _base(dev):
    """What a device is a part of, and how many of its blocks lie before it."""
    before = 0
    while hasattr(dev, "dev"):  # a partition
        before += dev.start
        dev = dev.dev
    return dev, before


def _overlap(a, b) -> bool:
    """Whether two block devices share blocks."""
    base, first = _base(a)
    other, second = _base(b)
    if _is_flash(base) and _is_flash(other):
        ours, theirs = base.info(), other.info()
        if ours["core"] != theirs["core"]:
            return False
        size = base.ioctl(5, 0)
        first += ours["start"] // size
        second += theirs["start"] // size
    elif base is not other:
        return False
    return first < second + b.ioctl(4, 0) and second < first + a.ioctl(4, 0)


class _Medium:
    """A block device by byte addresses."""

    def __init__(self, dev) -> None:
        self.dev = _default() if dev is None else dev
        self.flash = _is_flash(self.dev)
        self.block = self.dev.ioctl(5, 0) or 512
        self.size = self.dev.ioctl(4, 0) * self.block
        for path, other in litex._mounted():
            if _overlap(self.dev, other):
                text = "{} is mounted at {}: call vfs.umount('{}') first"
                raise OSError(_EBUSY, text.format(self.dev, path, path))

    def address(self, addr: int) -> int:
        """Where an address lies that may count from the end."""
        if addr % self.block:
            raise ValueError("addr must be a multiple of {} on {}".format(self.block, self.dev))
        at = addr + self.size if addr < 0 else addr
        if not 0 <= at < self.size:
            raise ValueError("{} has no byte {}: it has {}".format(self.dev, addr, self.size))
        return at

    def read(self, at: int, view) -> None:
        if self.flash:
            self.dev.readinto(view, at)
            return
        whole = len(view) - len(view) % self.block
        if whole:
            self.dev.readblocks(at // self.block, view[:whole])
        if whole < len(view):
            last = bytearray(self.block)
            self.dev.readblocks((at + whole) // self.block, last)
            view[whole:] = memoryview(last)[: len(view) - whole]

    def write(self, at: int, view) -> None:
        """Write; what follows in the last block stays."""
        if self.flash:
            self.dev.write(view, at)
            return
        whole = len(view) - len(view) % self.block
        if whole:
            self.dev.writeblocks(at // self.block, view[:whole])
        if whole < len(view):
            last = bytearray(self.block)
            self.dev.readblocks((at + whole) // self.block, last)
            last[: len(view) - whole] = view[whole:]
            self.dev.writeblocks((at + whole) // self.block, last)

    def compare(self, at: int, view, buffer) -> None:
        """Read again what was moved."""
        for start in range(0, len(view), len(buffer)):
            part = view[start : start + len(buffer)]
            back = buffer[: len(part)]
            self.read(at + start, back)
            if back != part:
                bad = 0
                while back[bad] == part[bad]:
                    bad += 1
                raise OSError(
                    _EIO,
                    "{}: byte {} does not read back the same".format(self.dev, at + start + bad),
                )


class _Unpacked(io.IOBase):
    """A source as a stream for deflate, with the bytes that were read to tell what it is."""

    def __init__(self, source, head) -> None:
        self.source = source
        self.head = head

    def readinto(self, buffer) -> int:
        if len(self.head):
            n = min(len(buffer), len(self.head))
            buffer[:n] = self.head[:n]
            self.head = self.head[n:]
            return n
        return self.source.readinto(buffer)


def _fill(stream, view) -> int:
    """Read until the view is full or the stream ends."""
    done = 0
    while done < len(view):
        n = stream.readinto(view[done:])
        if not n:
            break
        done += n
    return done


def _stream(source):
    """(readinto() of what is written, its length or 0)."""
    stream = source if source.view is None else io.BytesIO(source.view)
    head = memoryview(bytearray(2))
    head = head[: _fill(stream, head)]
    packed = bytes(head) == _GZIP
    stream = _Unpacked(stream, head)
    if packed:
        import deflate

        return deflate.DeflateIO(stream, deflate.GZIP, _WINDOW_BITS), 0
    return stream, source.length


class _Report:
    """What is printed: a line that is written over, and one at the end."""

    def __init__(self, verb: str, total: int) -> None:
        self.verb = verb
        self.total = total
        self.done = 0
        self.start = self.shown_at = ticks_ms()
        self.shown = False

    def rate(self) -> str:
        ms = ticks_diff(ticks_ms(), self.start)
        return "in {} ms{}".format(ms, " ({} kB/s)".format(self.done // ms) if ms > 0 else "")

    def add(self, n: int) -> None:
        self.done += n
        if ticks_diff(ticks_ms(), self.shown_at) >= _PROGRESS_MS:
            self.shown_at = ticks_ms()
            self.shown = True
            of = " of {}".format(self.total) if self.total else ""
            print("\r{}{} bytes {}   ".format(self.done, of, self.rate()), end="")

    def end(self, more: str = "") -> None:
        if self.shown:
            print("\r{}\r".format(" " * 60), end="")
        print("{} bytes {} {}{}".format(self.done, self.verb, self.rate(), more))


def write(src, addr: int = 0, *, dev=None, verify: bool = False) -> int:
    """Write all of a source to a card or flash from byte `addr` on; return its length. docs/storage.md says more."""
    medium = _Medium(dev)
    at = medium.address(addr)
    source = open_source(src)
    try:
        return _write(medium, at, source, verify)
    finally:
        source.close()


def _write(medium, at: int, source, verify: bool) -> int:
    stream, total = _stream(source)
    room = medium.size - at
    if total > room:
        text = "the source has {} bytes, from there to the end of {} are {}"
        raise OSError(_ENOSPC, text.format(total, medium.dev, room))
    buffer = _buffer()
    back = memoryview(bytearray(_SMALLEST)) if verify else None
    report = _Report("written", total)
    try:
        while True:
            n = _fill(stream, buffer)
            part = buffer[: min(n, room - report.done)]
            if len(part):
                medium.write(at + report.done, part)
                if verify:
                    medium.compare(at + report.done, part, back)
                report.add(len(part))
            if n > len(part):
                raise OSError(
                    _ENOSPC, "the source goes on behind the end of {}".format(medium.dev)
                )
            if n < len(buffer):
                break
    except BaseException:
        report.end(", then it stopped")
        raise
    report.end(", verified" if verify else "")
    return report.done


def read(dst, addr: int = 0, length=None, *, dev=None, verify: bool = False) -> int:
    """Read bytes of a card or flash into a file (path), a stream or a buffer; return how many."""
    medium = _Medium(dev)
    at = medium.address(addr)
    room = medium.size - at
    into = None
    if not isinstance(dst, str) and not hasattr(dst, "write"):
        into = memoryview(dst)
        length = len(into) if length is None else length
    length = room if length is None else length
    if not 0 < length <= room or (into is not None and length > len(into)):
        raise ValueError(
            "length must be 1 to {}".format(room if into is None else min(room, len(into)))
        )
    file = open(dst, "wb") if isinstance(dst, str) else None
    try:
        return _read(medium, at, length, file or dst, into, verify)
    finally:
        if file:
            file.close()


def _read(medium, at: int, length: int, out, into, verify: bool) -> int:
    buffer = _buffer() if into is None else into
    back = memoryview(bytearray(_SMALLEST)) if verify else None
    report = _Report("read", length)
    try:
        while report.done < length:
            if into is not None:
                buffer = into[report.done :]
            part = buffer[: min(length - report.done, _BUFFERS[0], len(buffer))]
            medium.read(at + report.done, part)
            if verify:
                medium.compare(at + report.done, part, back)
            if into is None and out.write(part) not in (None, len(part)):
                raise OSError(_ENOSPC, "the destination is full")
            report.add(len(part))
    except BaseException:
        report.end(", then it stopped")
        raise
    report.end(", verified" if verify else "")
    return report.done
