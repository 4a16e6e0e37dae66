# SPDX-License-Identifier: MIT
"""The same with the FPGA programmer."""

include("manifest.py")
include("../jtag/usermod/manifest.py", http=False)
