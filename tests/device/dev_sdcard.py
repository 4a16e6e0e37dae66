# SPDX-License-Identifier: MIT
# machine.SDCard: one object for a slot, options, blocks with offsets, the ends of the card.
# Needs the full size class
import machine

if not hasattr(machine, "SDCard"):
    skip("no card")

SECTOR = 512
for slot in ("sdcard", "spisdcard"):
    card = machine.SDCard(slot)
    check(machine.SDCard(slot) is card)
    check(card.present())
    info = card.info()
    equal(info["size"], card.ioctl(4, 0) * SECTOR)
    equal(card.ioctl(5, 0), SECTOR)
    equal((info["mode"], info["width"]), ("SD", 4) if slot == "sdcard" else ("SPI", 1))
    data = bytes((i * 7 + (i >> 8)) & 255 for i in range(5 * SECTOR + 1))
    view = memoryview(data)
    back = bytearray(len(data))
    for start in 0, 1:  # any alignment
        card.writeblocks(7, view[start : start + 5 * SECTOR])
        card.readblocks(7, memoryview(back)[start : start + 5 * SECTOR])
        check(back[start : start + 5 * SECTOR] == view[start : start + 5 * SECTOR])
    card.writeblocks(7, b"part", 700)
    part = bytearray(6)
    card.readblocks(8, part, 187)
    equal(part[1:5], b"part")
    last = card.ioctl(4, 0) - 1
    card.writeblocks(last, data[:SECTOR])
    text = raises(OSError, card.writeblocks, last, data[: 2 * SECTOR])
    check("beyond the end" in text, text)
    raises(ValueError, card.writeblocks, 0, b"short")
    raises(ValueError, lambda: machine.SDCard(slot, freq=1))
    raises(ValueError, lambda: machine.SDCard(slot, width=3))
    verified = machine.SDCard(slot, verify=True)
    verified.writeblocks(9, data[:SECTOR])
    check(verified.info()["verify"])
slow = machine.SDCard("sdcard", freq=10_000_000)
check(slow.info()["freq"] <= 10_000_000)
slow.readblocks(9, back[:0])
slow.deinit()
check(slow.present())
