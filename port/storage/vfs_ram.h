// SPDX-License-Identifier: MIT
// litex.VfsRam: the RAM file system as a type that vfs.mount() takes. The frozen _boot.py mounts it at `/`.
#ifndef PORT_VFS_RAM_H
#define PORT_VFS_RAM_H

#include <stdbool.h>

#include "py/obj.h"

// Finds the files in the RAM disk, or makes it empty if `format` is set or nothing usable is there. Once before each
// start of the virtual machine.
void vfs_ram_init(bool format);

extern const mp_obj_type_t vfs_ram_type;

#endif
