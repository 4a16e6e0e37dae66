# SPDX-License-Identifier: MIT
"""program.py PORT: the names that people know, on a vecp5 server, with paths."""

import os
import sys

import ecp5

import jtag

BITSTREAMS = os.getenv("BITSTREAMS")

ecp5.init(transport=jtag.XVC("127.0.0.1", int(sys.argv[1])))
print("idcode", hex(ecp5.idcode()))
print("prog", ecp5.prog(BITSTREAMS + "/25f-compress.bit.gz"))
print("flash", ecp5.flash(BITSTREAMS + "/25f-compress.bit"))
print("again", ecp5.flash(BITSTREAMS + "/25f-compress.bit.gz"))
print("folder", ecp5.flash(BITSTREAMS))
print("wrong", ecp5.prog(BITSTREAMS + "/85f-compress.bit"))
ecp5._programmer.transport.close()
print("closed", ecp5.idcode())
try:
    jtag.XVC("127.0.0.1", 1)
except OSError as error:
    print("error", error)
