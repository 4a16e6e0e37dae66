// SPDX-License-Identifier: MIT
// What an update looks for in an image (firmware_id.c).
#ifndef PORT_STORAGE_FIRMWARE_ID_H
#define PORT_STORAGE_FIRMWARE_ID_H

#include <stdint.h>

#define FIRMWARE_ID_MAGIC "LiteX firmware1" // and a 0
#define FIRMWARE_ID_TEXT (76)

typedef struct {
    char magic[16];
    uint32_t map_hash;
    char identifier[FIRMWARE_ID_TEXT];
} firmware_id_t;

extern const firmware_id_t firmware_id;
extern const uint8_t first_stage[], first_stage_end[];

#endif
