# SPDX-License-Identifier: MIT
"""What the tests' unix port has frozen: asyncio, the FPGA programmer, and the services."""

include("$(MPY_DIR)/extmod/asyncio")
include("../../jtag/usermod/manifest.py")
include("../../services/manifest.py")
