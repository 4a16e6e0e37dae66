# SPDX-License-Identifier: MIT
"""All services, to be frozen."""

include("ftp/manifest.py")
include("http/manifest.py")
include("netman/manifest.py")
include("repl/manifest.py")
include("webrepl/manifest.py")
include("xvc/manifest.py")
