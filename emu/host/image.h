// SPDX-License-Identifier: MIT
//
// Images: flat files and ELF32 RISC-V executables into the guest's memory.

#ifndef EMU_HOST_IMAGE_H
#define EMU_HOST_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bus/bus.h"

typedef struct {
    uint8_t *data;
    size_t size;
} image_t;

// False: one line in error.
bool image_read(image_t *image, const char *path, char *error, size_t error_size);
void image_free(image_t *image);
bool image_is_elf(const image_t *image);
// Put the loadable segments where they belong (physical addresses); *entry is the start address.
bool image_load_elf(const image_t *image, const char *path, bus_t *bus, uint32_t *entry,
    char *error, size_t error_size);
// A flat image at addr. `room` bytes are left there in the region `name`.
bool image_load_flat(const image_t *image, const char *path, bus_t *bus, uint32_t addr, uint64_t room,
    const char *region, char *error, size_t error_size);

#endif
