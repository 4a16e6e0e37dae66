# SPDX-License-Identifier: MIT
"""The way to one ECP5: the session with the C core, and who has the transport."""

import _ecp5
import jtag
from ecp5 import errors
from ecp5.reports import FlashChip, FlashStatus, Mismatch, Stream


class Link:
    """Calls into a session; a negative status becomes an errors.Error."""

    def __init__(self, transport, which: int = 0) -> None:
        self.transport = transport
        self.which = which
        self._session = _ecp5.Session(transport)
        self._busy = False  # the transport is claimed
        self._bridged = False  # the flash is open
        self._statement = (0, 0, 0)  # what Flash.configure() said
        self._to_flash = False  # the last stream went to the flash

    def _value(self, value: int) -> int:
        if value < 0:
            self._fail(value)
        return value

    def _fail(self, code: int) -> None:
        raise errors.explain(code, self)

    # What the session knows, by names.

    def _chain(self):
        return self._session.chain()

    def _stream_info(self) -> Stream:
        return Stream(*self._session.info())

    def _mismatch(self) -> Mismatch:
        return Mismatch(*self._session.mismatch())

    def _flash_chip(self) -> FlashChip:
        return FlashChip(*self._session.flash_chip())

    def _flash_status(self) -> FlashStatus:
        status = self._session.flash_status()
        if isinstance(status, int):
            self._fail(status)
        return FlashStatus(*status)

    def _flash_open(self, beside: bool = False) -> int:
        return self._session.flash_open(beside, *self._statement)

    def _board(self) -> int:
        """The IDCODE of the device, 0 where none is known."""
        ecp5s = [idcode for idcode, _ in self._chain() if _ecp5.device_name(idcode)]
        return ecp5s[self.which] if self.which < len(ecp5s) else 0

    # Who has the transport.

    def _claim(self) -> None:
        if self._busy:
            raise errors.Error(_ecp5.EBUSY, errors.OPEN)
        try:
            if jtag.claim(self.transport, self):
                self._busy = True
                return  # without a jump between this and the caller's try, where Ctrl-C might come
        except BaseException:
            self._release()
            raise
        client = isinstance(jtag.owner(self.transport), jtag.XVCServer)
        raise errors.Error(_ecp5.EBUSY, errors.CLIENT if client else errors.OTHER)

    def _release(self) -> None:
        self._busy = False
        jtag.release(self.transport, self)

    def _abort(self) -> int:
        """Close whatever is open; the TAP is in reset afterwards."""
        self._bridged = False
        try:
            return self._session.abort()
        finally:
            self._release()

    def _scan(self) -> None:
        self._value(self._session.scan(self.which))

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
