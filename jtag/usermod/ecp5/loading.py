# SPDX-License-Identifier: MIT
"""The one way of a source to the SRAM, to the flash, or through a check."""

import _ecp5
from ecp5 import errors
from ecp5.clock import Watch
from ecp5.source import open_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_HEAD = 512  # bytes of the first part, read before it is known how much memory the rest needs
_PACKED_CHUNK = 2048
_PLAIN_CHUNK = 8192
_MEMORY_CHUNK = 16384  # of a source that is in memory already
_COLLECT = 49152  # bytes that a load takes together
_WINDOW_BITS = (15, 14, 13, 12)  # of what unpacks, best first


def memory(sizes) -> bytearray:
    """A bytearray of the first size for which there is memory. An allocation that fails has collected."""
    for size in sizes:
        try:
            return bytearray(size)
        except MemoryError:
            pass
    raise MemoryError("{} bytes are needed".format(size))


def _window():
    """Memory to unpack: with a window as large as possible."""
    return memory([_ecp5.INFLATE_BYTES + (1 << bits) for bits in _WINDOW_BITS])


def _open(
    link, target, options, length, window, format, buffer=None, address=0, search=0, hold=None
) -> None:
    link._to_flash = target in (_ecp5.PROBE, _ecp5.FLASH)
    device = 0 if target == _ecp5.CHECK else link._board()
    opened = link._session.open(
        target, device, window, format, options, buffer, address, length, search, hold
    )
    if opened == _ecp5.EINVAL:
        raise ValueError("address 0x{:X} is not aligned to the flash's sectors".format(address))
    link._value(opened)


class Push:
    """A load into the SRAM whose bytes come by calls of write(), plain or packed."""

    def __init__(self, link) -> None:
        self.link = link
        self.watch: Any = None

    def write(self, data) -> None:
        link = self.link
        if self.watch is None:
            packed = _ecp5.is_packed(data)
            window = _window() if packed else None
            _open(link, _ecp5.SRAM, 0, 0, window, _ecp5.AUTO)
            self.watch = Watch()
        link._value(link._session.write(data))
        link._value(link._session.wait())  # the caller may change the data now


class Transfer:
    """One source on its way. Its first parts stay in memory; the others live in two buffers in turns, since the core may
    still shift the part before the one that it was given last."""

    def __init__(self, link, source, unpack: bool = True) -> None:
        # Collect where memory is short: otherwise the buffers settle amid garbage and split the heap.
        memory([_COLLECT, 0])
        self.link = link
        self.format = _ecp5.AUTO if unpack else _ecp5.PLAIN
        self.parts: list = []  # the first ones
        self.at = 0  # bytes that were read
        self.ended = False
        self.window = None
        self.buffers: Any = None
        self.search = 0
        self.hold = None  # of what is written last
        self.source = open_source(source)
        try:
            self._allocate()
        except BaseException:
            self.source.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace) -> None:
        self.source.close()

    @property
    def offset(self) -> int:
        """Where the source says that it begins, relative to the address that the caller gave."""
        return getattr(self.source, "address", 0)

    def _allocate(self) -> None:
        """Take all memory before anything happens to the device."""
        self._look_further()
        head = self.parts[0] if self.parts else b""
        if self.format == _ecp5.AUTO and len(head) and 32 < head[0] < 127:
            from ecp5.records import text_source

            text = text_source(self.source, head)
            if text:
                self._restart(text)
                head = self.parts[0] if self.parts else b""
        self.packed = self.format == _ecp5.AUTO and _ecp5.is_packed(head)
        if self.packed:
            self.window = _window()
        if self.source.view is None and not self.ended:
            sizes = [_PACKED_CHUNK if self.packed else _PLAIN_CHUNK, _PACKED_CHUNK // 2, _HEAD]
            self.buffers = [memoryview(memory(sizes)), memoryview(memory(sizes))]

    # Reading the source.

    def _restart(self, source) -> None:
        self.source = source
        self.parts = []
        self.at = 0
        self.ended = False
        self._look_further()

    def _part(self, size: int, buffer=None):
        """The next bytes of the source: `size` of them, fewer at its end."""
        if self.source.view is not None:
            part = self.source.view[self.at : self.at + size]
            self.at += len(part)
            return part
        if buffer is None:
            buffer = memoryview(bytearray(size))
        # Short reads are put together: the wire gets long runs.
        got = more = self.source.readinto(buffer)
        while more and got < len(buffer):
            more = self.source.readinto(buffer[got:])
            got += more
        self.ended = got < len(buffer)
        self.at += got
        return buffer[:got] if self.ended else buffer

    def _look_further(self) -> None:
        """Read one more of the first parts."""
        part = self._part(_HEAD)
        if len(part):
            self.parts.append(part)

    def _next(self):
        """What follows the first parts, part by part; empty at the end."""
        view = self.source.view
        if view is not None:
            part = view[self.at : self.at + _MEMORY_CHUNK]
            self.at += len(part)
            return part
        if self.ended:
            return b""
        self.buffers.reverse()
        return self._part(0, self.buffers[0])

    # Pushing it into the core.

    def length(self) -> int:
        """Bytes that reach the target, 0 where that is unknown."""
        return 0 if self.packed else self.source.length

    def _open(self, target, options, buffer=None, address=0) -> None:
        length = self.length()
        _open(
            self.link,
            target,
            options,
            length,
            self.window,
            self.format,
            buffer,
            address,
            self.search,
            self.hold,
        )

    def look(self, options: int, search: int = 0, begins: bool = False) -> None:
        """Refuse what is not for this device's flash, before the flash is opened, which ends the running design.

        A source that rewinds is read to its end, so that a truncated one is refused; of others only the beginning is
        known, mostly the first part. search: in how many bytes to look for the preamble.
        begins: the source is only the beginning of something longer.
        """
        link = self.link
        self.search = search
        if options & _ecp5.ANY_DATA:
            if not self.packed:
                return
        elif not self.parts:
            raise errors.Error(_ecp5.ENOBITSTREAM, errors.EMPTY)
        whole = self.source.rewinds and not begins
        if whole:
            options |= _ecp5.WHOLE
            self.search = search or _ecp5.SEARCH_BYTES
        self._open(_ecp5.PROBE, options)
        looked = 0
        while True:
            if looked == len(self.parts) and not whole:
                self._look_further()
            if looked < len(self.parts):
                part = self.parts[looked]
                looked += 1
            else:
                part = self._next() if whole else b""
            if not len(part):
                break
            link._value(link._session.write(part))
            info = link._stream_info()
            if info.known and not (whole and (info.is_bitstream or self.packed)):
                break
        link._value(link._session.finish())
        info = link._stream_info()
        if options & _ecp5.REQUIRE_BITSTREAM and not (info.known and info.is_bitstream):
            link._fail(_ecp5.ENOBITSTREAM)  # it ends before there is one
        if whole:
            self.source.rewind()
            self._restart(self.source)

    def push(
        self, target: int, progress=None, options: int = 0, buffer=None, address: int = 0
    ) -> float:
        """Push all of it and return the seconds that its data took; the caller finishes the session's stream."""
        link = self.link
        session = link._session
        total = self.source.length
        self._open(target, options, buffer, address)
        watch = Watch()
        untimed = done = 0
        for part in self.parts:
            link._value(session.write(part))
            done += len(part)
        if target == _ecp5.SRAM:
            info = link._stream_info()
            if info.loading:
                # The time runs from the moment when the SRAM takes data, after checks and erase.
                link._value(session.wait())
                untimed = info.bytes_out
                watch = Watch()
        if progress:
            link._value(session.wait())
            progress(done, total)
        while True:
            part = self._next()
            if not len(part):
                break
            link._value(session.write(part))
            done += len(part)
            if progress:
                if self.source.view is not None:
                    link._value(
                        session.wait()
                    )  # the buffer is the caller's, who may change it now
                progress(done, total)
        link._value(session.wait())
        seconds = watch.seconds()
        timed = link._stream_info().bytes_out - untimed
        # As if all had gone at the rate of what was timed.
        if untimed and timed:
            seconds = seconds * (timed + untimed) / timed
        return seconds
