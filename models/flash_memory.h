// SPDX-License-Identifier: MIT
// The content of a flash for who puts a board together: blank memory, or a file that is kept up to date.
#ifndef MODELS_FLASH_MEMORY_H
#define MODELS_FLASH_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Memory of so many bytes. With a path it is that file, created blank, or padded with FF; NULL: blank memory. Returns
// NULL with the reason, a text that lasts until the next call of the C library.
uint8_t *flash_memory_open(const char *path, size_t bytes, const char **reason);

// bytes as it was opened with, and whether with a path; memory may be NULL.
void flash_memory_close(uint8_t *memory, size_t bytes, bool file);

#endif // MODELS_FLASH_MEMORY_H
