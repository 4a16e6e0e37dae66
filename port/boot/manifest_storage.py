# SPDX-License-Identifier: MIT
"""The same for a SoC with a medium for file systems."""

module("_boot.py")
module("_storage.py", opt=3)
module("_update.py", opt=3)
module("sdraw.py", opt=3)
