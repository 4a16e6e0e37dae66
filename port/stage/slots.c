// SPDX-License-Identifier: MIT
// The choice among the slots: see slots.h. It runs from a copy of itself, without .data, .bss or a library.

#include "slots.h"

// CRC-32 of zlib, four bits at a time.
static uint32_t crc32_of(const uint8_t *data, uint32_t length) {
    uint32_t table[16];
    for (uint32_t i = 0; i < 16; i++) {
        uint32_t value = i;
        for (unsigned bit = 0; bit < 4; bit++) {
            value = value & 1 ? value >> 1 ^ 0xedb88320u : value >> 1;
        }
        table[i] = value;
    }
    uint32_t crc = 0xffffffffu;
    for (uint32_t i = 0; i < length; i++) {
        crc ^= data[i];
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}

static bool is_whole(const slot_header_t *header, uint32_t room) {
    return header->magic == SLOT_MAGIC && header->length != 0 && header->length <= SLOT_BYTES - SLOT_DATA
           && header->length <= room && header->check == crc32_of((const uint8_t *)header, 16);
}

static uint32_t load(const uint8_t *slot, const slot_header_t *header, uint8_t *to) {
    const volatile uint32_t *from = (const volatile uint32_t *)(const void *)(slot + SLOT_DATA);
    uint32_t *words = (uint32_t *)(void *)to;
    for (uint32_t i = 0; i < (header->length + 3) / 4; i++) {
        words[i] = from[i];
    }
    return crc32_of(to, header->length) == header->crc ? header->length : 0;
}

uint32_t slots_load(const uint8_t *flash, uint8_t *to, uint32_t room) {
    const uint8_t *slot[SLOTS];
    slot[0] = flash + SLOT_0;
    slot[1] = flash + SLOT_1;
    const slot_header_t *header[SLOTS];
    bool whole[SLOTS];
    for (unsigned i = 0; i < SLOTS; i++) {
        header[i] = (const slot_header_t *)(const void *)slot[i];
        whole[i] = is_whole(header[i], room);
    }
    // Numbers wrap.
    unsigned first = whole[0] && whole[1] ? (int32_t)(header[1]->number - header[0]->number) > 0 : whole[1];
    for (unsigned i = 0; i < SLOTS; i++) {
        unsigned n = first ^ i;
        uint32_t length = whole[n] ? load(slot[n], header[n], to) : 0;
        if (length != 0) {
            return length;
        }
    }
    return 0;
}
