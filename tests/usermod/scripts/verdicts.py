# SPDX-License-Identifier: MIT
"""What each fault of the virtual board ends in: a part of the message. Read by MicroPython and by CPython."""

# A load of 25f-compress.bit.
LOAD = {
    "wrong-id": "no ECP5",
    "stuck-busy": "did not become ready in time",
    "erase-fails": "does not erase its SRAM",
    "no-done": "DONE stays low",
    "decrypt-only": "encrypted bitstreams only",
    "disconnect=20000": "nothing answers on TDO",
    "power-loss=20000": "nothing answers on TDO",
    "fast-tck": "or lower TCK",
}

# A write of noise(20000) to address 0x1000 of a blank flash..
WRITE = {
    "wrong-id": "no ECP5",
    "erase-fails": "does not erase its SRAM",
    "neighbour": "hides the flash: take it out",
    "disconnect=9000": "does not answer any more",
    "power-loss=9000": "does not answer any more",
    "flash-wrong-id": "unknown",
    "flash-absent": "no SPI flash answers",
    "flash-stuck-busy": "stays busy",
    "flash-no-program": "does not take the data: at 0x00",
    "flash-no-write-enable": "protected",
    "flash-stuck-bit=0x1237": "at 0x001237",
    "flash-protected": "p.flash.unprotect()",
    "flash-block-locks": "locks of their own (WPS)",
    "flash-locked": "locked until its power",
    "flash-power-loss=3": "does not answer any more",
}

# A write of the same to address 0 of a flash full of other noise.
ERASE = {
    "flash-no-erase": "does not erase: at 0x00",
    "flash-stuck-zero=0x1235": "at 0x001235",
}
