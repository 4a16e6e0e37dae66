# SPDX-License-Identifier: MIT
"""Power goes in every operation, erase or page, of a flash write over other content: run again, it ends verified, and
what lies around it is untouched."""

import ecp5
from harness import bitstream, board, check, equal, noise, run

ADDRESS = 0x2000
LENGTH = 40000


def cut_everywhere(source, new, old):
    """Write `source`, whose data is `new`, over `old` and cut; return how often."""
    cuts = 0
    around = noise(0x2000, 77)
    while True:
        it, p = board(fault=f"flash-power-loss={cuts + 1}")
        flash = it.flash()
        end = ADDRESS + (len(new) + 4095 & ~4095)
        flash[ADDRESS - 0x2000 : ADDRESS] = around
        flash[ADDRESS : ADDRESS + len(old)] = old
        flash[end : end + 0x2000] = around
        try:
            p.flash.write(source, ADDRESS)
        except ecp5.Error:
            it.power(True)
            p.flash.write(source, ADDRESS)
            cuts += 1
        else:
            return cuts
        equal(bytes(flash[ADDRESS : ADDRESS + len(new)]), bytes(new))
        equal(bytes(flash[ADDRESS - 0x2000 : ADDRESS]), bytes(around))
        equal(bytes(flash[end : end + 0x2000]), bytes(around))


def test_all_differs():
    cuts = cut_everywhere(noise(LENGTH, 2), noise(LENGTH, 2), noise(LENGTH + 4096, 1))
    print("power went in", cuts, "operations")
    check(cuts > LENGTH // 256, cuts)


def test_a_few_pages_differ():
    old = noise(LENGTH, 1)
    new = bytearray(old)
    for at in range(0, LENGTH, 9000):
        new[at] ^= 0x55
    cuts = cut_everywhere(new, new, old)
    print("power went in", cuts, "operations")
    check(cuts > 50, cuts)


def test_packed_over_blank():
    packed = bitstream("25f-compress.bit.gz")
    cuts = cut_everywhere(packed, bitstream("25f-compress.bit"), b"\xff")
    print("power went in", cuts, "operations")
    check(cuts > 300, cuts)


run(globals())
