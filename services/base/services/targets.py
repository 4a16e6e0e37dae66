# SPDX-License-Identifier: MIT
"""What bytes can go to and come from: files, the FPGA's SRAM (`fpga`), its flash (`flash@ADDR`), the card (`sd@BYTE`).

A sink has write(data), finish(), which returns a sentence, and abort(); a source has readinto(buffer) and close().
Neither waits for the network. Whatever goes wrong is an exception whose last argument says what.
"""

import gc

from services import files

BLOCK = 512
SHORT_BYTES = 65536  # of free heap, with which a transfer collects first
ROOMY_BYTES = 1 << 20  # in one piece: such a heap is never short
MAGIC_GZIP = b"\x1f\x8b"


class Refused(Exception):
    """A sentence for the client."""


_roomy = False


def buffer_of(most: int) -> memoryview:
    """The largest buffer for which there is memory."""
    global _roomy
    if not _roomy:
        # gc.mem_free() looks at each block of the heap: most of a second where there are a million.
        try:
            bytearray(ROOMY_BYTES)
            _roomy = True
        except MemoryError:
            if gc.mem_free() < SHORT_BYTES:
                gc.collect()
    size = most
    while size > 1024:
        try:
            return memoryview(bytearray(size))
        except MemoryError:
            size //= 2
    return memoryview(bytearray(1024))


def parse(name: str):
    """(kind, offset, length or None) of a target's name, with or without a leading /; None of a file's. Refused."""
    bare = name.lstrip("/")
    lower = bare.lower()
    if lower in ("fpga", "jtag"):
        return "fpga", 0, None
    for kind in ("flash", "sd"):
        if lower == kind or lower.startswith(kind + "@"):
            if lower == "sd":
                return None  # the folder where the card is mounted
            start, plus, length = lower[len(kind) + 1 :].partition("+")
            try:
                return kind, int(start or "0", 0), int(length, 0) if plus else None
            except ValueError:
                raise Refused(
                    "{}: not an address; write {}@0x200000 or {}@0x200000+0x10000".format(
                        bare, kind, kind
                    )
                )
    return None


def text_of(error) -> str:
    """One line that says what went wrong."""
    if isinstance(error, MemoryError):
        return "not enough memory ({})".format(error.args[0] if error.args else "?")
    last = error.args[-1] if error.args else ""
    if isinstance(error, OSError) and isinstance(last, int):
        reasons = {
            2: "no such file or folder",
            13: "not allowed",
            17: "it exists already",
            19: "the device is not there any more",
            20: "not a folder",
            21: "a folder",
            22: "not allowed here",
            28: "no space left",
            30: "read-only",
            39: "the folder is not empty",
            5: "the device reports an error",
        }
        return reasons.get(last, "error {}".format(last))
    return str(last).replace("\n", " ") or repr(error)


class FileSink:
    def __init__(self, path: str, append: bool, offset: int) -> None:
        if files.is_folder(path):
            raise OSError(21)
        self.path = path
        self.bytes = 0
        if offset:
            self.file = open(path, "r+b")
            if self.file.seek(0, 2) < offset:
                self.file.close()
                raise Refused("the file ends before byte {}".format(offset))
            self.file.seek(offset)
        else:
            self.file = open(path, "ab" if append else "wb")

    def write(self, data) -> None:
        while len(data):
            n = self.file.write(data)
            if not n:
                raise OSError(28)
            self.bytes += n
            data = data[n:]

    def finish(self) -> str:
        self.file.close()
        return "{} bytes".format(self.bytes)

    def abort(self) -> None:
        try:
            self.file.close()
        except OSError:
            pass  # a card that is gone


class FileSource:
    def __init__(self, path: str, offset: int = 0) -> None:
        if files.is_folder(path):
            raise OSError(21)
        self.file = open(path, "rb")
        self.readinto = self.file.readinto
        self.close = self.file.close
        if offset:
            if self.file.seek(0, 2) < offset:
                self.file.close()
                raise Refused("the file ends before byte {}".format(offset))
            self.file.seek(offset)


class _Blocks:
    """Bytes in pieces of any length, made blocks: put(block) is called with whole ones."""

    def __init__(self, size: int, put) -> None:
        self._block = bytearray(size)
        self._fill = 0
        self._put = put

    def write(self, data) -> None:
        size = len(self._block)
        at = 0
        while at < len(data):
            n = min(size - self._fill, len(data) - at)
            self._block[self._fill : self._fill + n] = data[at : at + n]
            self._fill += n
            at += n
            if self._fill == size:
                self._put(self._block)
                self._fill = 0


# The FPGA and its flash.


def programmer():
    """The Programmer that the prompt has, so that both know of each other."""
    try:
        import ecp5
    except ImportError:
        raise Refused("this firmware has no FPGA programmer")
    try:
        return ecp5._the()
    except RuntimeError as error:  # no pins are known
        raise Refused(str(error))


def _claimed(function, *args):
    """What a function of the programmer returns that takes the JTAG port; Refused where somebody else has it."""
    try:
        return function(*args)
    except Exception as error:
        import _ecp5

        if getattr(error, "code", None) == _ecp5.EBUSY:
            raise Refused("the FPGA is in use ({})".format(text_of(error)))
        raise


class FpgaSink:
    def __init__(self) -> None:
        self._push = _claimed(programmer().push)
        self.write = self._push.write
        self.abort = self._push.abort

    def finish(self) -> str:
        loaded = self._push.finish()
        return "{} bytes in {} ms, IDCODE 0x{:08X}{}".format(
            loaded.bytes,
            int(loaded.total_seconds * 1000),
            loaded.idcode,
            _warned(loaded),
        )


def _warned(report) -> str:
    return "".join(["; warning: " + text for text in report.warnings])


class FlashSink:
    def __init__(self, addr: int) -> None:
        self._programmer = programmer()
        if addr < 0:
            raise Refused("flash@: the address counts from the flash's beginning")
        self._push = _claimed(self._programmer.flash.push, addr)
        self.write = self._push.write
        self.abort = self._push.abort

    def finish(self) -> str:
        written = self._push.finish()
        text = "{} blocks, {} erased, {} written, verified{}".format(
            written.sectors, written.sectors_erased, written.sectors_written, _warned(written)
        )
        return text + _booted(self._programmer)


def _booted(programmer) -> str:
    """Start what the flash holds: reaching the flash ended the design that ran."""
    try:
        programmer.refresh()
    except Exception as error:
        return "; not booted: " + text_of(error)
    return "; booted"


class FlashSource:
    def __init__(self, addr: int, length) -> None:
        self._flash = programmer().flash
        self._programmer = self._flash._link
        _claimed(self._flash.open)
        try:
            end = self._flash._link._flash_chip().bytes
            self._at = addr if addr >= 0 else end + addr
            self._end = end if length is None else self._at + length
            if not 0 <= self._at <= self._end <= end:
                raise Refused("the flash has {} bytes".format(end))
        except BaseException:
            self.close()
            raise

    def readinto(self, buffer) -> int:
        n = min(len(buffer), self._end - self._at)
        if n:
            self._flash.read_into(memoryview(buffer)[:n], self._at)
            self._at += n
        return n

    def close(self) -> None:
        self._flash.close()
        _booted(self._programmer)


# The card, block by block.


def card():
    """The card as a block device: that of main.py's `services.card`, else the SoC's."""
    import services

    if services.card is None:
        try:
            from machine import SDCard

            services.card = SDCard()
        except (ImportError, OSError, ValueError) as error:
            raise Refused("no card: {}".format(text_of(error)))
    return services.card


class _Card:
    def __init__(self, start: int, length) -> None:
        self.card = card()
        end = self.card.ioctl(4, 0) * BLOCK
        if start < 0:
            start += end
        if start % BLOCK:
            raise Refused("sd@: the position is not a multiple of {}".format(BLOCK))
        stop = end if length is None else start + length
        if not 0 <= start <= stop <= end:
            raise Refused("the card has {} bytes".format(end))
        self.block = start // BLOCK
        self.end = end // BLOCK
        self.bytes = stop - start

    def checked(self, result) -> None:
        """MicroPython's block devices return 0 or None, or a number of an error."""
        if result:
            raise OSError(abs(result) if result is not True else 5)


class _Unpacked:
    """What write() is called with, unpacked where it begins as gzip does; by the programmer's code, where there is one."""

    def __init__(self, write) -> None:
        self._write = write
        self._unpacker = None
        self.write = self._first

    def _first(self, data) -> None:
        if not len(data):
            return
        self.write = self._write
        if bytes(data[:2]) == MAGIC_GZIP:
            try:
                from _ecp5 import Unpacker
                from ecp5.loading import _window
            except ImportError:
                raise Refused("this firmware does not unpack gzip for the card: send it unpacked")
            self._unpacker = Unpacker(_window(), self._write)
            self.write = self._push
        self.write(data)

    def _push(self, data) -> None:
        self._checked(self._unpacker.push(data))

    def _checked(self, status: int) -> None:
        if status:
            import _ecp5

            if status in (_ecp5.EWINDOW, _ecp5.EOVERFLOW):
                raise Refused("not enough memory to unpack: send it unpacked")
            early = status == _ecp5.ETRUNCATED
            raise Refused("the gzip data " + ("ends too early" if early else "is damaged"))

    def finish(self) -> None:
        if self._unpacker:
            self._checked(self._unpacker.finish())


class CardSink(_Card):
    BLOCKS = 8  # at a time

    def __init__(self, start: int) -> None:
        super().__init__(start, None)
        self.written = 0
        self._blocks = _Blocks(self.BLOCKS * BLOCK, self._put)
        self._unpacked = _Unpacked(self._blocks.write)

    def write(self, data) -> None:
        self._unpacked.write(data)

    def _put(self, data) -> None:
        if self.block + len(data) // BLOCK > self.end:
            raise OSError(28)
        self.checked(self.card.writeblocks(self.block, data))
        self.block += len(data) // BLOCK
        self.written += len(data) // BLOCK

    def finish(self) -> str:
        self._unpacked.finish()
        blocks = self._blocks
        n = blocks._fill
        if n:
            whole = -(-n // BLOCK)
            rest = memoryview(blocks._block)[: whole * BLOCK]
            if n % BLOCK:  # the rest of the last block stays as it was
                last = bytearray(BLOCK)
                self.checked(self.card.readblocks(self.block + whole - 1, last))
                rest[n:] = memoryview(last)[n % BLOCK :]
            self._put(rest)
        self.card.ioctl(3, 0)
        return "{} blocks of the card written".format(self.written)

    def abort(self) -> None:
        pass


class CardSource(_Card):
    def readinto(self, buffer) -> int:
        n = min(len(buffer), self.bytes)
        if n % BLOCK == 0 and len(buffer) >= BLOCK:
            view = memoryview(buffer)[:n]
            if n:
                self.checked(self.card.readblocks(self.block, view))
                self.block += n // BLOCK
        elif n >= BLOCK:
            n -= n % BLOCK
            self.checked(self.card.readblocks(self.block, memoryview(buffer)[:n]))
            self.block += n // BLOCK
        elif n:
            last = bytearray(BLOCK)
            self.checked(self.card.readblocks(self.block, last))
            buffer[:n] = memoryview(last)[:n]
        self.bytes -= n
        return n

    def close(self) -> None:
        pass


def sink(target):
    kind, offset, _ = target
    gc.collect()  # what unpacks needs a large piece
    if kind == "fpga":
        return FpgaSink()
    return FlashSink(offset) if kind == "flash" else CardSink(offset)


def source(target):
    kind, offset, length = target
    if kind == "fpga":
        raise Refused("an FPGA's configuration cannot be read")
    return FlashSource(offset, length) if kind == "flash" else CardSource(offset, length)
