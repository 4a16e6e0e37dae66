# SPDX-License-Identifier: MIT
"""A MAC and its PHY by their registers: what the management says, an ARP request to libslirp's network, its answer."""

import litex
from machine import mem8

RX = 0x80000000  # of the SoC `net`
SLOT = 2048
RX_SLOTS = 2
MAC = bytes([2, 0, 0, 0, 0, 1])
W_MDC, W_OE, W_DATA = 1, 2, 4


def write(name, value):
    litex.csr_write("ethmac_" + name, value)


def read(name):
    return litex.csr_read("ethmac_" + name)


def clock(levels):
    for mdc in (0, W_MDC, 0):
        litex.csr_write("ethphy_mdio_w", levels | mdc)


def phy_read(address, register):
    header = 1 << 12 | 2 << 10 | address << 5 | register
    for bit in [1] * 32 + [header >> i & 1 for i in range(13, -1, -1)]:
        clock(W_OE | (W_DATA if bit else 0))
    clock(0)
    clock(0)
    value = 0
    for _ in range(16):
        value = value << 1 | litex.csr_read("ethphy_mdio_r")
        clock(0)
    return value


def send(frame, slot):
    base = RX + (RX_SLOTS + slot) * SLOT
    for i, byte in enumerate(frame):
        mem8[base + i] = byte
    write("sram_reader_slot", slot)
    write("sram_reader_length", len(frame))
    write("sram_reader_start", 1)


def receive():
    while not read("sram_writer_ev_pending"):
        pass
    base = RX + read("sram_writer_slot") * SLOT
    frame = bytes(mem8[base + i] for i in range(read("sram_writer_length")))
    write("sram_writer_ev_pending", 1)
    return frame


def arp(slot):
    target = b"\0" * 6 + bytes([10, 0, 2, 2])
    head = b"\xff" * 6 + MAC + b"\x08\x06\0\x01\x08\0\x06\x04\0\x01"
    send(head + MAC + bytes([10, 0, 2, 15]) + target, slot)
    print(receive())
    print(read("sram_reader_ready"), read("sram_reader_level"), read("sram_reader_ev_pending"))
    write("sram_reader_ev_pending", 1)
    print(read("sram_reader_ev_pending"))


while not phy_read(1, 1) & 4:
    pass
for register in range(6):
    print(phy_read(1, register))
print(phy_read(2, 2))
for slot in (0, 1, 0, 1):
    arp(slot)
print(read("sram_writer_errors"), read("preamble_crc"), read("rx_datapath_crc_errors"))
print(read("rx_datapath_preamble_errors"), read("sram_writer_ev_pending"))
print("end of the session")
