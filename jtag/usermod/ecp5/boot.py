# SPDX-License-Identifier: MIT
"""Why an ECP5 did not boot: what the image at address 0 asks of the flash, and what this chip can do."""

import _ecp5
from ecp5.reports import Boot

_DONE = 1 << 8  # of the status register
_READS = {0: "slow reads (opcode 03)", 0x49: "fast reads", 0x51: "dual reads", 0x59: "quad reads"}


def _megahertz(hz: int) -> str:
    return "{}.{} MHz".format(hz // 1_000_000, hz // 100_000 % 10)


def _problem(boot: Boot) -> tuple:
    """(what is wrong, what to do)."""
    if boot.problems & _ecp5.BOOT_NO_BITSTREAM:
        return (
            "address 0 holds no bitstream",
            "look at p.flash.info(), and write one with p.flash.write()",
        )
    if boot.problems & _ecp5.BOOT_WRONG_DEVICE:
        name = _ecp5.device_name(boot.idcode) or "another device"
        return (
            "the bitstream at address 0 is for {} (0x{:08X})".format(name, boot.idcode),
            "write one for this device",
        )
    if boot.kind != _ecp5.COMPLETE:
        return "", ""
    asks = "the bitstream at address 0 asks for {} at {}".format(
        _READS.get(boot.spi_mode, "SPI mode 0x{:02X}".format(boot.spi_mode)),
        _megahertz(boot.mclk_hz) if boot.mclk_hz else "an unknown clock",
    )
    if boot.problems & _ecp5.BOOT_QUAD_OFF:
        return asks + ", and the quad-enable bit of the chip is off", "p.flash.quad(True)"
    if boot.problems & _ecp5.BOOT_TOO_FAST:
        return (
            asks + ", for which the chip's data sheet allows " + _megahertz(boot.slow_read_hz),
            "pack it with a lower --freq, or with --spimode fast-read",
        )
    return asks, ""


def warnings(boot: Boot) -> tuple:
    """The same in sentences, where there is a problem."""
    if not boot.problems:
        return ()
    what, do = _problem(boot)
    return (what + ": " + do,)


def reason(link) -> tuple:
    """(what is wrong, what to do) as far as the flash tells; the caller aborts the session.

    Opening the flash ends the running design: a golden image that did boot is left alone.
    """
    session = link._session
    if session.last_status() & _DONE or link._flash_open() < 0:
        return "", ""
    found = session.flash_boot(0)
    return ("", "") if isinstance(found, int) else _problem(Boot(*found))
