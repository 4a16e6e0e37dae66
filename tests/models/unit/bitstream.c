// SPDX-License-Identifier: MIT
// Made-up bitstreams: the format of Project Trellis, with contents that a formula gives, and with flaws on request.

#include "tests/models/unit/check.h"

#include <stdlib.h>

typedef struct {
    uint8_t *data;
    size_t bytes;
    uint16_t crc;
} writer_t;

// The CRC as Trellis writes it: message bits shifted in, 16 zero bits at the end; not the form that the model uses.
static void crc_bit(writer_t *writer, unsigned bit) {
    bool out = writer->crc >> 15;
    writer->crc = (uint16_t)(writer->crc << 1 | bit);
    if (out) {
        writer->crc ^= 0x8005;
    }
}

static void put(writer_t *writer, uint8_t byte) {
    writer->data[writer->bytes++] = byte;
    for (int i = 7; i >= 0; i--) {
        crc_bit(writer, byte >> i & 1);
    }
}

static void put_dummies(writer_t *writer, int count) {
    while (count-- != 0) {
        writer->data[writer->bytes++] = 0xFF;
    }
}

static void put_crc(writer_t *writer, bool spoil) {
    for (int i = 0; i < 16; i++) {
        crc_bit(writer, 0);
    }
    uint16_t crc = writer->crc;
    put(writer, (uint8_t)((crc >> 8) ^ (spoil ? 1 : 0)));
    put(writer, (uint8_t)crc);
    writer->crc = 0;
}

static void put_command(writer_t *writer, uint8_t command, uint8_t info, uint32_t value, bool has_value) {
    put(writer, command);
    put(writer, info);
    put(writer, 0);
    put(writer, 0);
    for (int shift = 24; has_value && shift >= 0; shift -= 8) {
        put(writer, (uint8_t)(value >> shift));
    }
}

static uint8_t content(uint32_t frame, uint32_t byte) {
    static const uint8_t some[8] = { 0, 0, 0, 0x10, 0, 0xA5, 0, 0x37 };
    return some[(frame * 5 + byte * 3 + byte / 7) % 8];
}

static void put_compressed(writer_t *writer, uint32_t frame, uint32_t frame_bytes) {
    static const uint8_t dictionary_index = 4; // of A5
    uint32_t padding = (8 - frame_bytes % 8) % 8;
    uint32_t code = 0;
    unsigned bits = 0;
    for (uint32_t i = 0; i < padding + frame_bytes; i++) {
        uint8_t byte = i < padding ? 0 : content(frame, i - padding);
        unsigned length;
        uint32_t value;
        if (byte == 0) {
            length = 1;
            value = 0;
        } else if (byte == 0x10) {
            length = 6;
            value = 4u << 3 | 4;
        } else if (byte == 0xA5) {
            length = 6;
            value = 5u << 3 | dictionary_index;
        } else {
            length = 10;
            value = 3u << 8 | byte;
        }
        code = code << length | value;
        bits += length;
        while (bits >= 8) {
            bits -= 8;
            put(writer, (uint8_t)(code >> bits));
        }
    }
    if (bits != 0) {
        put(writer, (uint8_t)(code << (8 - bits)));
    }
}

uint8_t *make_bitstream(const ecp5_device_t *device, unsigned flaws, size_t *bytes) {
    uint32_t frame_bytes = (device->frame_bits + device->pad_bits) / 8u;
    writer_t writer = { .data = malloc((size_t)device->frames * (frame_bytes + 16) + 4096) };
    static const char header[] = "\xFF\0Part: made up\0";
    for (size_t i = 0; i < sizeof(header) - 1; i++) {
        put(&writer, (uint8_t)header[i]);
    }
    put_dummies(&writer, 3);
    put(&writer, 0xBD);
    put(&writer, flaws & FLAW_NO_PREAMBLE ? 0xB4 : 0xB3);
    put_dummies(&writer, 4);
    if (flaws & WITH_SPI_MODE) {
        put_command(&writer, 0x79, 0x59, 0, false);
    }
    put_command(&writer, 0x3B, 0, 0, false);
    writer.crc = 0;
    put_command(&writer, 0xE2, 0, device->idcode ^ (flaws & FLAW_ID ? 0x80000000u : 0), true);
    put_command(&writer, 0x22, 0, 0x40000000u | (flaws & WITH_BACKGROUND ? 0x2E000000u : 0)
        | (flaws & WITH_FAST_MCLK ? 0x3Bu : 0), true);
    put_command(&writer, 0x46, 0, 0, false);
    if (flaws & FLAW_COMMAND) {
        put_command(&writer, 0x33, 0, 0, false);
    }
    if (flaws & WITH_COMPRESSION) {
        put(&writer, 0x02);
        put(&writer, 0);
        put(&writer, 0);
        put(&writer, 0);
        for (int pattern = 7; pattern >= 0; pattern--) {
            put(&writer, pattern == 4 ? 0xA5 : (uint8_t)(3 + pattern));
        }
    }
    uint32_t frames = device->frames + (flaws & FLAW_TOO_MANY_FRAMES ? 1 : 0);
    put(&writer, flaws & WITH_COMPRESSION ? 0xB8 : 0x82);
    put(&writer, 0x91);
    put(&writer, (uint8_t)(frames >> 8));
    put(&writer, (uint8_t)frames);
    for (uint32_t i = 0; i < device->frames; i++) {
        if (flaws & WITH_COMPRESSION) {
            put_compressed(&writer, i, frame_bytes);
        } else {
            for (uint32_t j = 0; j < frame_bytes; j++) {
                put(&writer, content(i, j));
            }
        }
        put_crc(&writer, (flaws & FLAW_CRC) && i == 100);
        put(&writer, 0xFF);
    }
    put_dummies(&writer, 12);
    put_command(&writer, 0xC2, 0x80, 0xCAFE0123, true);
    put_crc(&writer, false);
    put_command(&writer, 0x5E, 0, 0, false);
    put_dummies(&writer, 4);
    *bytes = flaws & FLAW_TRUNCATED ? writer.bytes / 2 : writer.bytes;
    return writer.data;
}
