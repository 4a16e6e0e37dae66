# SPDX-License-Identifier: MIT
"""The Python side of the programmer, to be frozen."""

package("ecp5")
module("jtag.py")
