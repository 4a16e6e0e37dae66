# SPDX-License-Identifier: MIT
# Runs before boot.py and main.py at each start of the virtual machine: mounts the file systems. docs/storage.md says
# which goes where; nothing is formatted but a flash region that is blank.
import litex
import vfs

ram = litex.VfsRam()
root = None
if hasattr(litex, "SPIFlash"):
    import _storage

    root = _storage.flash_files()
vfs.mount(ram if root is None else root, "/")
if root is not None:
    vfs.mount(ram, "/ram")
    del _storage
if hasattr(litex, "format"):
    import _storage

    _storage.mount_card()
