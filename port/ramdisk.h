// SPDX-License-Identifier: MIT
// The RAM disk at `/`: littlefs on a part of main RAM outside of the heap. It survives soft resets and
// traps, and is formatted when the firmware is entered by the BIOS or a ROM stub.
#ifndef PORT_RAMDISK_H
#define PORT_RAMDISK_H

#include <stdbool.h>

#include "py/obj.h"

// Mounts the disk at `/`, formatting it first on request, or where it cannot be mounted as it is.
void ramdisk_mount(bool format);

// The block device class, litex.RAMDisk: RAMDisk() is the disk at `/`.
extern const mp_obj_type_t ramdisk_type;

#endif
