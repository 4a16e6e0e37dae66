// SPDX-License-Identifier: MIT
//
// CRC-32 as in gzip and PNG.

#ifndef COMMON_CRC32_H
#define COMMON_CRC32_H

#include <stddef.h>
#include <stdint.h>

// Continue a CRC with the next bytes; a new one starts with 0.
uint32_t crc32_update(uint32_t crc, const uint8_t *data, size_t length);

#endif // COMMON_CRC32_H
