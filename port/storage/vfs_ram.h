// SPDX-License-Identifier: MIT
// The file system type of `/`.
#ifndef PORT_VFS_RAM_H
#define PORT_VFS_RAM_H

#include <stdbool.h>

#include "py/obj.h"

// Mounts the RAM file system at `/`, empty where `format` is set or nothing usable is there.
void vfs_ram_mount(bool format);

extern const mp_obj_type_t vfs_ram_type;

#endif
