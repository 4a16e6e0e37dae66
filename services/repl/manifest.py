# SPDX-License-Identifier: MIT
"""The prompt over the network."""

include("../base/manifest.py")
module("netrepl.py", opt=3)
module("rfc2217.py", opt=3)
