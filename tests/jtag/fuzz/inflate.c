// SPDX-License-Identifier: MIT
//
// Fuzzing unpacking. The first byte chooses the framing and the memory. The result must not depend on how the input
// is cut.

#include <stdlib.h>
#include <string.h>

#include "common/crc32.h"
#include "jtag/inflate.h"

#define OUT_MAX (1u << 20)

typedef struct {
    uint32_t crc;
    uint32_t length;
} sum_t;

static int sum(void *ctx, const uint8_t *data, size_t length) {
    sum_t *to = ctx;
    to->crc = crc32_update(to->crc, data, length);
    to->length += length;
    return to->length > OUT_MAX ? LX_EOVERFLOW : LX_OK;
}

static int run(const uint8_t *data, size_t length, size_t part, uint8_t choice, sum_t *to) {
    // Memory of exactly the size, so that every byte beyond it is seen.
    size_t bytes = INFLATE_MEMORY_BYTES(8 + (choice >> 3 & 7)) - (choice >> 6 ? 0 : 1);
    uint8_t *memory = malloc(bytes);
    inflate_t inf;
    memset(to, 0, sizeof(*to));
    inflate_open(&inf, (jtag_sink_t) { sum, to }, choice % 8 % 5, memory, bytes);
    int status = LX_OK;
    for (size_t at = 0; status == LX_OK && at < length; at += part) {
        status = inflate_write(&inf, data + at, length - at < part ? length - at : part);
    }
    if (status == LX_OK) {
        status = inflate_finish(&inf);
    }
    free(memory);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    if (length < 1) {
        return 0;
    }
    sum_t whole;
    sum_t parts;
    int one = run(data + 1, length - 1, length, data[0], &whole);
    int two = run(data + 1, length - 1, 3, data[0], &parts);
    if (one == LX_EWINDOW || two == LX_EWINDOW) {
        return 0; // a distance beyond the window may still lie in the same part of the output
    }
    if (one != two || (one == LX_OK && (whole.crc != parts.crc || whole.length != parts.length))) {
        abort();
    }
    return 0;
}
