// SPDX-License-Identifier: MIT
//
// Fuzzing the bitstream parser. The first byte chooses options, device and the size of parts. What comes out must not
// depend on how the input is cut, nor be longer than the input and what is held back.

#include <stdlib.h>
#include <string.h>

#include "common/crc32.h"
#include "jtag/bitstream.h"

typedef struct {
    uint32_t crc;
    size_t length;
} sum_t;

static int sum(void *ctx, const uint8_t *data, size_t length) {
    sum_t *to = ctx;
    to->crc = crc32_update(to->crc, data, length);
    to->length += length;
    return LX_OK;
}

static int run(const uint8_t *data, size_t length, size_t part, uint8_t choice, sum_t *to) {
    static const uint32_t ids[] = { 0, 0x41111043, 0x21111043, 0x41113043 };
    bitstream_t bs;
    memset(to, 0, sizeof(*to));
    bitstream_open(&bs, ecp5_find(ids[choice >> 3 & 3]), (jtag_sink_t) { sum, to }, choice & 7);
    int status = LX_OK;
    for (size_t at = 0; status == LX_OK && at < length; at += part) {
        status = bitstream_write(&bs, data + at, length - at < part ? length - at : part);
    }
    return status == LX_OK ? bitstream_finish(&bs) : status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    if (length < 1) {
        return 0;
    }
    sum_t whole;
    sum_t parts;
    int one = run(data + 1, length - 1, length, data[0], &whole);
    int two = run(data + 1, length - 1, 1 + (data[0] >> 5), data[0], &parts);
    if (one != two || (one == LX_OK && (whole.crc != parts.crc || whole.length != parts.length))
        || whole.length > length + BITSTREAM_HELD_BYTES) {
        abort();
    }
    return 0;
}
