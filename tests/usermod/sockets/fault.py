# SPDX-License-Identifier: MIT
"""fault.py PORT load|write|over: one operation on a vecp5 server; prints the error's text, or "fine"."""

import sys

import ecp5
from harness import bitstream, noise

import jtag

p = None
try:
    p = ecp5.Programmer(jtag.XVC("127.0.0.1", int(sys.argv[1])))
    if sys.argv[2] == "load":
        p.program(bitstream("25f-compress.bit"))
    else:
        p.flash.write(noise(20000), 0x1000 if sys.argv[2] == "write" else 0, any_data=True)
    print("fine")
except ecp5.Error as error:
    print(error)
