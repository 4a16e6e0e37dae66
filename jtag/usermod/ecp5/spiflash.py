# SPDX-License-Identifier: MIT
"""The SPI flash behind the ECP5: reading, writing, and the flash doctor."""

import _ecp5
from ecp5 import boot, errors
from ecp5.clock import Watch
from ecp5.loading import Transfer, memory
from ecp5.reports import Boot, Chip, Compared, Written

SECTOR = 4096  # a write starts at a multiple of it
_BUFFER_MAX = 65536  # of a write
_SPARE = 4096  # what a write's buffer leaves for everything else
_PREAMBLE = b"\xff\xff\xbd\xb3"
_JUMP = (
    b"\x7e\x00\x00\x00\x03"  # restart from an address of three bytes, which follows, by opcode 03h
)
_JUMP_BYTES = 256
_JUMP_REACH = 1 << 24  # of an address of three bytes
_READ_CHUNKS = (8192, 2048)
_QUAD = ("unknown", "not needed", "off", "on")


class Flash:
    """The SPI flash behind the ECP5. Each call opens it, which ends the running design, and closes it again; many calls
    in a `with p.flash:` open it once. Nothing here boots the FPGA: p.refresh() does, and says whether it worked."""

    def __init__(self, link) -> None:
        self._link = link

    def configure(self, size: int = 0, sector: int = 0, opcode: int = 0) -> None:
        """State what the chip does not say, or says wrongly: its bytes, those that one erase clears, and the opcode
        of that erase; 0 leaves it to the chip. It holds for whatever opens the flash from now on."""
        for name, value, highest in (
            ("size", size, 1 << 30),
            ("sector", sector, 1 << 18),
            ("opcode", opcode, 255),
        ):
            if not 0 <= value <= highest:
                raise ValueError("{} is {}, not 0 to {}".format(name, value, highest))
        self._link._statement = (size, sector, opcode)

    def open(self, beside: bool = False):
        """Open the flash until close(). beside=True does not end the running design, which must have been built to
        leave the flash's pins alone (ecppack --background)."""
        link = self._link
        link._claim()
        try:
            link._scan()
            self._enter(beside)
            return self
        except BaseException:
            link._abort()
            raise

    def _enter(self, beside: bool = False) -> None:
        """Go through the scanned FPGA to the chip, unless it is open."""
        link = self._link
        if link._bridged:
            return
        status = link._flash_open(beside)
        if status == _ecp5.ENOTSUP:
            alone = len(link._chain()) == 1
            raise errors.Error(status, errors.UNREACHABLE if alone else errors.HIDDEN)
        if status == _ecp5.ENOFLASH and beside:
            raise errors.Error(status, errors.BESIDE)
        if status == _ecp5.EINVAL:
            raise ValueError(
                "the chip cannot be as configure() stated: sizes are powers of two, sectors 4 KiB to 256 KiB"
            )
        link._value(status)
        link._bridged = True

    def close(self) -> None:
        if self._link._bridged:
            self._link._value(self._link._abort())

    def __enter__(self):
        return self if self._link._bridged else self.open()

    def __exit__(self, kind, value, trace) -> None:
        if kind is None:
            self.close()
        else:
            self._link._abort()

    def _run(self, function, *args):
        """Run it on the open flash."""
        return self._guarded(self._entered, function, *args)

    def _entered(self, function, *args):
        self._enter()
        return function(*args)

    def _guarded(self, function, *args):
        """Leave the flash open or closed as it was, and closed after an error."""
        link = self._link
        if not link._bridged:
            return link._run(self._once, function, *args)
        try:
            return function(*args)
        except BaseException:
            link._abort()
            raise

    def _once(self, function, *args):
        result = function(*args)
        self.close()
        return result

    def _inside(self, addr: int, n: int = 0) -> None:
        """Refuse what is outside of the chip. Python ints may exceed the 32 bits of the core."""
        if not 0 <= addr <= addr + n <= self._link._flash_chip().bytes:
            self._link._fail(_ecp5.EOVERFLOW)

    # Writing.

    def write(
        self,
        source,
        addr: int = 0,
        progress=None,
        unpack: bool = True,
        any_data: bool = False,
        override_id: bool = False,
        search: int = 0,
    ) -> Written:
        """Make the flash hold the source's data from addr on: what differs is erased and written, all is verified.

        Refused before anything is erased: a bitstream for another device (override_id=True writes one for a device of
        the same size under this device's IDCODE), a truncated one, and at the boot address 0 what is not a bitstream
        at all. any_data=True does not look. unpack=False writes packed data and text files as they are. search is in
        how many bytes to look for a bitstream's preamble (0: in as many as the ECP5 does where the source rewinds, in
        8192 of a stream).
        """
        options = _ecp5.ANY_DATA if any_data else _ecp5.REQUIRE_BITSTREAM if addr == 0 else 0
        if override_id:
            options |= _ecp5.OVERRIDE_ID
        check_address(addr)
        return self._guarded(self._write, source, addr, progress, unpack, options, search)

    def write_block(self, block, addr: int) -> Written:
        """Write part of an image that comes in blocks of 4096 bytes; that at address 0 must begin a bitstream."""
        check_address(addr)
        if addr == 0:
            # Only looks: the rest of it comes later.
            with Transfer(self._link, block) as transfer:
                transfer.look(_ecp5.REQUIRE_BITSTREAM, begins=True)
        return self._guarded(self._write, block, addr, None, False, _ecp5.ANY_DATA)

    def compare(self, source, addr: int = 0, progress=None, unpack: bool = True) -> Compared:
        """Compare the flash with a source, and change nothing: sectors_different is 0 where all is the same."""
        check_address(addr)
        options = _ecp5.ANY_DATA | _ecp5.COMPARE
        written = self._guarded(self._write, source, addr, progress, unpack, options)
        return Compared(
            written.bytes,
            written.sectors,
            written.sectors_written,
            written.crc32,
            written.total_seconds,
            written.warnings,
        )

    def _write(self, source, addr, progress, unpack, options, search=0) -> Written:
        watch = Watch()
        sector = self._link._flash_chip().largest_sector
        # A chip that is known to need this much: where there is no memory, the design runs on.
        buffer = memory([sector]) if sector > SECTOR else None
        with Transfer(self._link, source, unpack) as transfer:
            transfer.look(options, search)
            self._enter()
            addr += transfer.offset
            self._inside(addr)
            buffer = buffer or self._buffer(transfer.length())
            if options & _ecp5.REQUIRE_BITSTREAM and not transfer.source.rewinds:
                transfer.hold = self._hold()
            seconds = transfer.push(_ecp5.FLASH, progress, options, buffer, addr)
        return self._finish(watch, seconds, addr, options)

    def push(self, addr: int = 0, any_data: bool = False, override_id: bool = False):
        """Begin a write() whose bytes come by calls: write(data), then finish(), which returns the report, or abort()."""
        from ecp5.pushing import FlashPush

        options = _ecp5.ANY_DATA if any_data else _ecp5.REQUIRE_BITSTREAM if addr == 0 else 0
        if override_id:
            options |= _ecp5.OVERRIDE_ID
        check_address(addr)
        return FlashPush(self._link, addr, options)

    def _finish(self, watch, seconds, addr, options) -> Written:
        rest = Watch()
        self._link._value(self._link._session.finish())
        seconds += rest.seconds()
        any_data = bool(options & _ecp5.ANY_DATA)
        said = errors.warnings(self._link._stream_info(), any_data)
        if addr == 0 and not any_data:
            said += self._boot_warnings()
        report = self._link._session.report(seconds, watch.seconds())
        return Written(*(report + (said,)))

    def _boot_warnings(self) -> tuple:
        """What may keep the image at the boot address from booting."""
        found = self._link._session.flash_boot(0)
        return () if isinstance(found, int) else boot.warnings(Boot(*found))

    def _hold(self):
        """Memory for the first sector of a source that may break off: what the ECP5 boots from is written last. None
        where memory is short."""
        try:
            spare = bytearray(_SPARE)
            hold = bytearray(max(self._link._flash_chip().largest_sector, SECTOR))
            del spare
            return hold
        except MemoryError:
            return None

    def _buffer(self, length: int) -> bytearray:
        """As large as helps (length 0: unknown) and memory allows."""
        least = max(self._link._flash_chip().largest_sector, SECTOR)
        sizes = [max(_BUFFER_MAX, least)]
        while sizes[-1] > least:
            sizes.append(sizes[-1] // 2)
        while length and len(sizes) > 1 and sizes[1] >= length:
            sizes.pop(0)
        spare = bytearray(_SPARE)
        buffer = memory(sizes)
        del spare
        return buffer

    def erase(self, addr: int = 0, n=None) -> None:
        """Erase whole sectors from addr on, or all of the chip, and check that they are blank."""
        self._run(self._erase, addr, n)

    def _erase(self, addr, n) -> None:
        link = self._link
        if addr == 0 and n is None:
            link._value(link._session.flash_erase_chip())
            return
        if n is None:
            n = link._flash_chip().bytes - addr
        self._inside(addr, n)
        status = link._session.flash_erase(addr, n)
        if status == _ecp5.EINVAL:
            raise ValueError(
                "0x{:06X} to 0x{:06X} are not whole sectors (of {} bytes)".format(
                    addr, addr + n, link._flash_chip().sector_bytes
                )
            )
        link._value(status)

    # The jump that ends a multi-boot image.

    def jump(self, addr=None):
        """The address to which the jump at the end of the flash leads, None without one; or write a jump to addr."""
        return self._run(self._read_jump if addr is None else self._write_jump, addr)

    def _jump_place(self) -> int:
        return min(self._link._flash_chip().bytes, _JUMP_REACH) - _JUMP_BYTES

    def _read_jump(self, addr):
        page = bytearray(_JUMP_BYTES)
        self._read(self._jump_place(), memoryview(page))
        at = bytes(page).find(_PREAMBLE)
        at = bytes(page).find(_JUMP, at) if at >= 0 else -1
        if not 0 <= at <= _JUMP_BYTES - len(_JUMP) - 3:
            return None
        at += len(_JUMP)
        return page[at] << 16 | page[at + 1] << 8 | page[at + 2]

    def _write_jump(self, addr):
        if addr & ~0xFFFF00:
            raise ValueError("a jump to 0x{:X}: give a multiple of 256 below 16 MiB".format(addr))
        place = self._jump_place()
        start = place & -max(self._link._flash_chip().largest_sector, SECTOR)
        data = memory([place - start + _JUMP_BYTES])
        self._read(start, memoryview(data))
        page = b"\xff" * 16 + _PREAMBLE + b"\xff" * 4 + b"\x22" + bytes(7)
        page += _JUMP + bytes((addr >> 16, addr >> 8 & 255, addr & 255))
        data[place - start :] = page + b"\xff" * (_JUMP_BYTES - len(page))
        self._write(data, start, None, False, _ecp5.ANY_DATA)
        return addr

    # Reading.

    def unique_id(self) -> bytes:
        """The number of 8 bytes that the maker gave this one chip."""
        data = bytearray(8)
        self._run(lambda: self._link._value(self._link._session.flash_unique_id(data)))
        return bytes(data)

    def read_into(self, stream, addr: int = 0, n=None) -> int:
        """Write n bytes (all to the end) to a stream or a path, or fill a buffer; return how many."""
        return self._run(self._read_into, stream, addr, n)

    def _read_into(self, stream, addr, n) -> int:
        if isinstance(stream, str):
            with open(stream, "wb") as file:
                return self._read_to(file, addr, n)
        if hasattr(stream, "write"):
            return self._read_to(stream, addr, n)
        view = memoryview(stream)
        return self._read(addr, view if n is None else view[:n])

    def _read(self, addr, view) -> int:
        self._inside(addr, len(view))
        self._link._value(self._link._session.flash_read(addr, view))
        return len(view)

    def _read_to(self, target, addr, n) -> int:
        if n is None:
            n = self._link._flash_chip().bytes - addr
        self._inside(addr, n)
        view = memoryview(memory(_READ_CHUNKS))
        done = 0
        while done < n:
            part = view[: min(len(view), n - done)]
            done += self._read(addr + done, part)
            while len(part):
                # Sockets and the like may take less.
                taken = target.write(part)
                if taken == 0:
                    raise OSError("the stream takes no more")
                part = part[len(part) if taken is None else taken :]
        return n

    # The doctor.

    def info(self) -> Chip:
        """The flash doctor: what the chip is, its status registers, what is protected, whether quad reads work."""
        return self._run(self._info)

    def _info(self) -> Chip:
        link = self._link
        chip = link._flash_chip()
        status = link._flash_status()
        protected = None
        if status.known and not status.individual:
            protected = (status.start, status.start + status.bytes) if status.bytes else ()
        return Chip(
            "0x{:06X}".format(chip.id),
            chip.name,
            chip.bytes,
            chip.sector_bytes,
            chip.page_bytes,
            chip.address_bytes,
            None if chip.sfdp < 0 else "1.{}".format(chip.sfdp),
            bytes(status.registers),
            protected,
            status.locked,
            _QUAD[status.quad],
            status.at_power_up,
        )

    def protect(self, addr: int = 0, n=None) -> None:
        """Protect exactly this range (all of the chip); ValueError where the chip cannot."""
        self._run(self._protect, addr, n)

    def _protect(self, addr, n) -> None:
        link = self._link
        if n is None:
            n = link._flash_chip().bytes - addr
        self._inside(addr, n)
        status = link._session.flash_protect(addr, n)
        if status == _ecp5.EINVAL:
            raise ValueError(
                "the chip cannot protect exactly 0x{:06X} to 0x{:06X}".format(addr, addr + n)
            )
        link._value(status)

    def unprotect(self) -> None:
        """Lift the protection of the whole chip. One whose registers are not known gets the command that unlocks all
        blocks, which chips that power up locked need."""
        self._run(self._unprotect)

    def _unprotect(self) -> None:
        session = self._link._session
        status = session.flash_protect(0, 0)
        self._link._value(session.flash_unlock() if status == _ecp5.ENOTSUP else status)

    def quad(self, on: bool = True) -> None:
        """Switch the quad-enable bit, which bitstreams that boot by four wires need."""
        self._run(self._quad, on)

    def _quad(self, on) -> None:
        self._link._value(self._link._session.flash_quad(on))


def check_address(addr: int) -> None:
    if not isinstance(addr, int):
        raise TypeError("addr is {!r}: give a number, such as 0x200000".format(addr))
    if addr % SECTOR:
        raise ValueError("address 0x{:X} is not a multiple of {}".format(addr, SECTOR))
