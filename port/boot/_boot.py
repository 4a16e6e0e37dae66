# SPDX-License-Identifier: MIT
# Runs before boot.py and main.py at each start of the virtual machine: mounts the file systems.
import litex
import vfs

vfs.mount(litex.VfsRam(), "/")
