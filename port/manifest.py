# SPDX-License-Identifier: MIT
"""Python modules frozen into the firmware of all but the small size class."""

include("$(MPY_DIR)/extmod/asyncio")
