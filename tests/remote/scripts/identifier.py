# SPDX-License-Identifier: MIT
# What litex_cli --ident does, and the words that debug=True prints.
from litex import RemoteClient

bus = RemoteClient(debug=False)
bus.open()
identifier = ""
for i in range(256):
    c = chr(bus.read(bus.bases.identifier_mem + 4 * i) & 0xFF)
    if c == "\0":
        break
    identifier += c
print(identifier)
bus.close()

bus = RemoteClient(debug=True)
bus.open()
bus.regs.ctrl_scratch.write(0x12345678)
print(bus.regs.ctrl_scratch.read())
bus.write(bus.regs.ctrl_scratch.addr, [1])
print(bus.read(bus.bases.identifier_mem, 3))
print(bus.read(bus.regs.ctrl_scratch.addr, 2, burst="fixed"))
bus.close()
