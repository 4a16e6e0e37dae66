// SPDX-License-Identifier: MIT
//
// Fuzzing the XVC server: the input is what a client sends, its first byte how long the pieces are.

#include <stdlib.h>

#include "jtag/xvc_server.h"

static int submit(void *ctx, const jtag_op_t *op) {
    (void)ctx;
    if (op->bits == 0 || ((op->flags & JTAG_OP_TMS_VECTOR) && op->bits > 32)) {
        abort();
    }
    for (uint32_t i = 0; i < (op->bits + 7) / 8; i++) {
        op->tdo[i] = ~op->tdi[i];
    }
    return LX_OK;
}

static int answer(void *ctx, const uint8_t *data, size_t length) {
    uint32_t *sum = ctx;
    while (length--) {
        *sum += *data++;
    }
    return LX_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    static const jtag_transport_ops_t ops = { .submit = submit };
    uint32_t sum = 0;
    uint8_t *memory = malloc(2 * XVC_SERVER_VECTOR_MIN);
    xvc_server_t server;
    if (length < 1 || xvc_server_open(&server, (jtag_transport_t) { &ops, NULL }, (jtag_sink_t) { answer, &sum }, memory,
        2 * XVC_SERVER_VECTOR_MIN) != LX_OK) {
        free(memory);
        return 0;
    }
    size_t piece = 1 + data[0];
    for (size_t at = 1; at < length; at += piece) {
        xvc_server_push(&server, data + at, length - at < piece ? length - at : piece);
    }
    free(memory);
    return 0;
}
