# SPDX-License-Identifier: MIT
# The bus by address: bursts up to the limit, fixed addresses, base_address, errors.
from litex import RemoteClient

wb = RemoteClient()
wb.open()
at = wb.mems.main_ram.base + wb.mems.main_ram.size // 2

wb.write(at, 0x12345678)
print(hex(wb.read(at)), wb.read(at, 1), wb.read(at, length=1, burst="fixed"))
for count in (1, 2, 16, 255):
    words = [(i * 0x9E3779B1 + count) & 0xFFFFFFFF for i in range(count)]
    wb.write(at, words)
    print(count, wb.read(at, count) == words, [hex(word) for word in wb.read(at, 2)])
print(wb.read(at + 4, 3, burst="fixed") == [words[1]] * 3, wb.read(at, 3, "incr") == words[:3])
print(wb.read(addr=at + 8) == words[2])

for length in (256, 1000):
    try:
        wb.read(at, length)
    except ValueError as error:
        print("ValueError", error)
    try:
        wb.write(at, [0] * length)
    except ValueError as error:
        print("ValueError", error)
print(wb.read(at, 255) == words)

# Relative to a base.
near = RemoteClient("localhost", 1234, base_address=at)
near.open()
print(near.base_address == at, near.read(0) == words[0])
near.write(12, [7, 8])
# Read by the same client first: on a host nothing orders the writes of one before the reads of another.
print(near.read(-4 + 16), wb.read(at + 12, 2))
near.close()

# CSRs are words on the bus as well.
wb.write(wb.regs.ctrl_scratch.addr, [0xCAFE])
print(wb.regs.ctrl_scratch.read(), wb.read(wb.regs.ctrl_scratch.addr + 2))
wb.close()
