# SPDX-License-Identifier: MIT
"""A script for LiteX's RemoteClient, which runs on a host and on the board alike (docs/remote.md):
identifies the SoC, tries a register and the memory, and blinks the LEDs where there are any."""

from litex import RemoteClient

wb = RemoteClient()
wb.open()

identifier = ""
while not identifier.endswith("\0") and len(identifier) < 256:
    identifier += chr(wb.read(wb.bases.identifier_mem + 4 * len(identifier)) & 0xFF)
print(identifier.rstrip("\0"))
print("clock: %d MHz" % (wb.constants.config_clock_frequency // 1000000))

wb.regs.ctrl_scratch.write(0x12345678)
print("ctrl_scratch: 0x%08x" % wb.regs.ctrl_scratch.read())

middle = wb.mems.main_ram.base + wb.mems.main_ram.size // 2
wb.write(middle, [0xCAFE0000 + i for i in range(8)])
print("main_ram: " + " ".join("%08x" % word for word in wb.read(middle, 8)))

if hasattr(wb.regs, "leds_out"):
    for pattern in (1, 2, 4, 8, 0):
        wb.regs.leds_out.write(pattern)
    print("leds: %d" % wb.regs.leds_out.read())

wb.close()
