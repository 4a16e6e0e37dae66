# SPDX-License-Identifier: MIT
"""The board as a JTAG cable on the network."""

include("../base/manifest.py")
module("xvcd.py", opt=3)
