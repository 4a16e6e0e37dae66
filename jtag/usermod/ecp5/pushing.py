# SPDX-License-Identifier: MIT
"""Loads and flash writes whose bytes come by calls, as a server gets them: write() each piece, then finish() for the
report, or abort(). A piece is the caller's again when write() has returned."""

import _ecp5
from ecp5 import errors
from ecp5.clock import Watch
from ecp5.loading import _open, _window

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Pushed:
    """What both have in common: the port is claimed from the beginning to finish() or abort()."""

    def __init__(self, programmer, options: int) -> None:
        self.link = programmer
        self.options = options
        self.watch = Watch()
        self.bytes = 0  # of the source
        self._window: Any = None
        programmer._claim()
        self._guarded(programmer._scan)

    def _guarded(self, function, *args):
        try:
            return function(*args)
        except BaseException:
            self.link._abort()
            raise

    def write(self, data) -> None:
        if len(data):
            self._guarded(self._write, data)
            self.bytes += len(data)

    def finish(self):
        """Return the report."""
        if not self.link._busy:
            self.link._fail(_ecp5.EBUSY)
        try:
            if not self.bytes:
                raise errors.Error(_ecp5.ENOBITSTREAM, errors.EMPTY)
            return self._finish()
        finally:
            self.link._abort()

    def abort(self) -> None:
        if self.link._busy:
            self.link._abort()

    def _unpack(self, data) -> None:
        """Take the memory to unpack, where the first piece is packed."""
        if _ecp5.is_packed(data):
            self._window = _window()

    def _open(self, target: int, options: int, *rest) -> None:
        _open(self.link, target, options, 0, self._window, _ecp5.AUTO, *rest)

    def _pass(self, data) -> None:
        session = self.link._session
        self.link._value(session.write(data))
        self.link._value(session.wait())  # the caller may change the data now


class SramPush(Pushed):
    def _write(self, data) -> None:
        if not self.bytes:
            self._unpack(data)
            self._open(_ecp5.SRAM, self.options)
            self.started = Watch()
        self._pass(data)

    def _finish(self):
        return self.link._program_finish(self.watch, self.started.seconds())


class FlashPush(Pushed):
    """The first pieces are only looked at, and kept, until it is known that they may be written."""

    def __init__(self, programmer, addr: int, options: int) -> None:
        self.addr = addr
        self._kept: list = []
        self._writing = False
        super().__init__(programmer, options)

    def _write(self, data) -> None:
        if self._writing:
            self._pass(data)
            return
        if not self.bytes:
            self._unpack(data)
            if self.options & _ecp5.ANY_DATA and self._window is None:
                self._kept = [data]
                self._begin()
                return
            self._open(_ecp5.PROBE, self.options)
        self._kept.append(bytes(data))
        self.link._value(self.link._session.write(self._kept[-1]))
        if self.link._stream_info().known:
            self._looked()

    def _looked(self) -> None:
        link = self.link
        link._value(link._session.finish())
        info = link._stream_info()
        if self.options & _ecp5.REQUIRE_BITSTREAM and not (info.known and info.is_bitstream):
            link._fail(_ecp5.ENOBITSTREAM)
        self._begin()

    def _begin(self) -> None:
        flash = self.link.flash
        flash._enter()
        flash._inside(self.addr)
        buffer = flash._buffer(0)
        hold = flash._hold() if self.options & _ecp5.REQUIRE_BITSTREAM else None
        self._open(_ecp5.FLASH, self.options, buffer, self.addr, 0, hold)
        self._writing = True
        kept, self._kept = self._kept, []
        for data in kept:
            self._pass(data)

    def _finish(self):
        if not self._writing:
            self._looked()
        return self.link.flash._finish(self.watch, self.watch.seconds(), self.addr, self.options)
