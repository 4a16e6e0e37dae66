# SPDX-License-Identifier: MIT
# Runs before boot.py and main.py at each start of the virtual machine, where the SoC has no medium for file systems.
import litex
import vfs

vfs.mount(litex.VfsRam(), "/")
