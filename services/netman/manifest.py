# SPDX-License-Identifier: MIT
"""The network manager."""

include("../base/manifest.py")
module("netman.py", opt=3)
module("wifiman.py", opt=3)
