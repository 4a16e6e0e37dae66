// SPDX-License-Identifier: MIT
// The content of a modelled flash: blank memory, or a mapped file.
#ifndef MODELS_FLASH_MEMORY_H
#define MODELS_FLASH_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Get `bytes` of memory. With a path, map that file, created or padded with FF; without, allocate blank
// memory. Returns NULL with the reason, a text that lasts until the next call of the C library.
uint8_t *flash_memory_open(const char *path, size_t bytes, const char **reason);

// Release it. `bytes` as given to open; `file`: a path was given. memory may be NULL.
void flash_memory_close(uint8_t *memory, size_t bytes, bool file);

#endif // MODELS_FLASH_MEMORY_H
