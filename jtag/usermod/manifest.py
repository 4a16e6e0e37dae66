# SPDX-License-Identifier: MIT
"""The Python side of the programmer, to be frozen."""

module("ecp5.py")
module("ecp5_source.py")
module("jtag.py")
