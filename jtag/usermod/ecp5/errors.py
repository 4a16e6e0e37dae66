# SPDX-License-Identifier: MIT
"""What each error says and what to do about it: the only place for both.

A code of common/status.h has one row in _texts(). Where a sentence holds values, _values() takes them from the session.
"""

import _ecp5
from ecp5 import boot
from ecp5.reports import FlashStatus

# Reasons of EBUSY and ENOTSUP that only Python knows.
OPEN = "not now: finish or close what is open first"
CLIENT = "the XVC server's client has the JTAG port: disconnect it first"
OTHER = "another Programmer has something open on this JTAG port: close it first"
BESIDE = (
    "the flash does not answer beside the running design: build that with ecppack --background, or open the flash"
    " without beside=True, which ends it"
)
HIDDEN = "a device between TDI and the ECP5 hides the flash: take it out of the chain"
UNREACHABLE = "the flash is out of reach from the ECP5's slave SPI port: use JTAG"

EMPTY = "the source is empty: give one with data, or any_data=True"

_WORN = "run it again; if it fails there again, the chip is worn out"
_NOT_PACKED = "; or is it not packed at all? unpack=False writes it as it is"


class Error(Exception):
    """The message says what happened, where, and what to do; .code is one of the codes of common/status.h."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


def _texts():
    """{code: (what happened and where, what to do)}. Built when an error happens, and garbage afterwards."""
    again = "copy the file again"
    which = "ecp5.check(file) tells which; p.calibrate() finds a TCK that works"
    reach = "run it again; if it fails again, state its sectors: p.flash.configure(sector=)"
    return {
        _ecp5.EINVAL: ("an argument is out of range", ""),
        _ecp5.ENODEV: ("nothing answers on TDO", "check power, cable and pins"),
        _ecp5.EBUSY: ("not now", "finish or abort what is open first"),
        _ecp5.ETIMEDOUT: ("the device did not become ready in time", "cycle its power"),
        _ecp5.EIO: (
            "the JTAG transport failed: check its connection",
            "a jtag.XVC is closed now: make another",
        ),
        _ecp5.EOVERFLOW: ("does not fit: {}", ""),
        _ecp5.ENOTSUP: ("this device or transport cannot do that", ""),
        _ecp5.EINTR: ("interrupted", ""),
        _ecp5.ECHAIN: (
            "TDO answers, but not as a JTAG chain",
            "lower TCK with p.calibrate(), check the wires",
        ),
        _ecp5.EIRLENGTH: (
            "the chain holds a device of unknown IR length",
            "give it: p.set_ir_bits(device, bits)",
        ),
        _ecp5.EDEVICE: (
            "the chain has no ECP5 number {}: {}",
            "select the right chain or pins, or lower TCK: p.calibrate()",
        ),
        _ecp5.ENOBITSTREAM: (
            "no bitstream: the ECP5 preamble is missing",
            "give the .bit file of ecppack or Diamond",
        ),
        _ecp5.EWRONGDEVICE: (
            "bitstream is for {}, the board has {}",
            "override_id=True takes it for a device of the same size",
        ),
        _ecp5.ENOID: (
            "the bitstream has no IDCODE before its data",
            "it is damaged, or not for an ECP5",
        ),
        _ecp5.ECOMMAND: (
            "the bitstream holds a command that the ECP5 does not have",
            "it is damaged, or for another family",
        ),
        _ecp5.ECRC: ("a CRC in the bitstream is wrong: the file is damaged", again),
        _ecp5.ETRUNCATED: ("the file ends too early", again),
        _ecp5.EDEFLATE: ("the compressed data is damaged", again),
        _ecp5.ECHECKSUM: ("the unpacked data does not match its checksum", again),
        _ecp5.EWINDOW: (
            "compressed with a larger window than there is memory for",
            "pack with a window of 4 KiB: zlib.compressobj(9, wbits=16 + 12)",
        ),
        _ecp5.EPARTIAL: (
            "a partial bitstream (ecppack --delta): it changes the design that it was made for",
            "give the .bit file of the whole design",
        ),
        _ecp5.EJUMP: (
            "a multi-boot jump table, not a design",
            "its place is in the flash, at the end of a multi-boot image",
        ),
        _ecp5.EENABLE: ("the ECP5 does not enter programming mode ({})", "cycle its power"),
        _ecp5.EERASE: (
            "the ECP5 does not erase its SRAM ({})",
            "cycle its power; check its supply",
        ),
        _ecp5.EDEVICEID: (
            "the ECP5 refuses the IDCODE in the bitstream ({})",
            "lower TCK: p.calibrate() finds one that works",
        ),
        _ecp5.EDEVICECRC: (
            "the ECP5 saw a CRC error: damaged file, or TCK too fast ({})",
            which,
        ),
        _ecp5.EDEVICECOMMAND: (
            "the ECP5 saw an illegal command: damaged file, or TCK too fast ({})",
            which,
        ),
        _ecp5.EDEVICEDATA: (
            "the ECP5 rejected the bitstream ({})",
            "check the file with ecp5.check()",
        ),
        _ecp5.ENOTDONE: (
            "all was sent without error, but DONE stays low ({})",
            "check the file with ecp5.check(), and the FPGA's supply",
        ),
        _ecp5.EREFRESH: (
            "the ECP5 did not boot from its flash ({})",
            "look at p.flash.info(), and whether a bitstream for this device is at address 0",
        ),
        _ecp5.EDECRYPTONLY: (
            "the ECP5's fuses accept encrypted bitstreams only, and this one is not encrypted",
            "encrypt it with the key that was programmed into this ECP5",
        ),
        _ecp5.ENOKEY: (
            "the bitstream is encrypted, and this ECP5 has no key to decrypt it ({})",
            "give the one that is not encrypted, or program the key with Lattice's tools",
        ),
        _ecp5.ENOFLASH: (
            "no SPI flash answers",
            "check its supply and its chip select; one that was left in QPI mode answers after a power cycle",
        ),
        _ecp5.EFLASHTYPE: (
            "the flash chip is unknown and does not describe itself: id 0x{:06X}",
            "state what its data sheet says: p.flash.configure(size, sector, opcode)",
        ),
        _ecp5.EPROTECTED: (
            "the flash is protected there{}",
            "p.flash.unprotect() lifts it, or check its WP pin",
        ),
        _ecp5.EFLASHBUSY: ("the flash stays busy", "cycle its power, and run this again"),
        _ecp5.EFLASHERASE: (
            "the flash does not erase: at 0x{:06X} is 0x{:02X}, not 0x{:02X}",
            "run it again; p.flash.unprotect() lifts locks that its registers do not show",
        ),
        _ecp5.EFLASHPROGRAM: (
            "the flash does not take the data: at 0x{:06X} is 0x{:02X}, not 0x{:02X}",
            reach,
        ),
        _ecp5.EFLASHLOST: (
            "the flash does not answer any more",
            "check power and cable, and run this again: what is written already stays",
        ),
        _ecp5.EREACH: (
            "an erase of this flash clears more than its description says, or what was written is gone again",
            "state the size of its sectors: p.flash.configure(sector=), and write again",
        ),
    }


def _device(idcode: int) -> str:
    return "{} (0x{:08X})".format(_ecp5.device_name(idcode) or "no known ECP5", idcode)


def _protection(link) -> str:
    status = link._session.flash_status()
    if isinstance(status, int):  # the chip does not answer any more
        return ""
    status = FlashStatus(*status)
    if not status.known:
        return ""
    if status.at_power_up and not status.locked:
        return ": 0x{:06X} to 0x{:06X}, by locks that each power-up sets".format(
            status.start, status.start + status.bytes
        )
    if status.individual:
        return ": its blocks have locks of their own (WPS)"
    return ": 0x{:06X} to 0x{:06X}{}".format(
        status.start,
        status.start + status.bytes,
        ", locked until its power is cycled" if status.locked else "",
    )


def _values(code: int, link) -> tuple:
    """What fills the braces of a sentence."""
    if code == _ecp5.EWRONGDEVICE:
        return _device(link._stream_info().idcode), _device(link._board())
    if code == _ecp5.EDEVICE:
        return link.which, ", ".join("0x{:08X}".format(found[0]) for found in link._chain())
    if code in (_ecp5.EFLASHERASE, _ecp5.EFLASHPROGRAM):
        bad = link._mismatch()
        return bad.address, bad.found, bad.wanted
    if code == _ecp5.EFLASHTYPE:
        return (link._flash_chip().id,)
    if code == _ecp5.EPROTECTED:
        return (_protection(link),)
    if code == _ecp5.EOVERFLOW:
        if link._bridged:
            return ("the flash ends at 0x{:06X}".format(link._flash_chip().bytes),)
        return ("the chain has more than 16 devices; check TDO, or lower TCK",)
    status = link._session.last_status()
    words = ", ".join(_ecp5.status_words(status)) or "all clear"
    return ("status 0x{:08X}: {}".format(status, words),)


def warnings(info, any_data: bool = False) -> tuple:
    """Sentences about a stream that was no error."""
    said = []
    if info.trailing:
        said.append("{} bytes after the end of the packed data were ignored".format(info.trailing))
    if info.kind == _ecp5.ENCRYPTED:
        said.append("the bitstream is encrypted: its device and its CRCs were not checked")
    elif not info.is_bitstream and not any_data:
        said.append("not a bitstream: written as data, without a check of its content")
    return tuple(said)


def explain(code: int, link) -> Error:
    """The exception for a negative status of the session of this link."""
    what, do = _texts().get(code, ("error {}".format(code), ""))
    if code in (_ecp5.EFLASHERASE, _ecp5.EFLASHPROGRAM) and link._mismatch().worn:
        do = _WORN
    if "{" in what:
        what = what.format(*_values(code, link))
    if code == _ecp5.EREFRESH:
        found, next_step = boot.reason(link)
        if found:
            what += ": " + found
            do = next_step or do
    if do:
        what += "; " + do
    # The check before a flash write takes data for packed that only begins like it.
    if code in (_ecp5.EDEFLATE, _ecp5.ECHECKSUM) and link._to_flash:
        what += _NOT_PACKED
    return Error(code, what)
