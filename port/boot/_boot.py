# SPDX-License-Identifier: MIT
# Runs before boot.py and main.py at each start of the virtual machine, where the SoC has a medium for file systems
# (ram/_boot.py: where it has none): mounts them. docs/storage.md says which goes where; nothing is formatted but a flash
# region that is blank. Each start waits for this: to import _storage takes longer than to mount a littlefs, so that is
# for a flash without one, and for cards.
import litex
import machine
import vfs

ram = litex.VfsRam()
root = None
cards = hasattr(litex, "format") and hasattr(machine, "SDCard")
if cards:
    import _storage  # while there are no files, among which it would be looked for first
if hasattr(litex, "SPIFlash"):
    try:
        root = vfs.VfsLfs2(litex.SPIFlash(), readsize=128, progsize=64, lookahead=256)
    except (OSError, ValueError):
        import _storage

        root = _storage.flash_files()
vfs.mount(ram if root is None else root, "/")
if root is not None:
    vfs.mount(ram, "/ram")
if cards:
    _storage.mount_card()
del machine, cards
