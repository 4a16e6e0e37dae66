// SPDX-License-Identifier: MIT
//
// XVC server (xvc_server.h), after Xilinx' XVC 1.0: "getinfo:", "settck:" with a period in ns, "shift:" with a number
// of bits and the vectors of TMS and TDI, answered by that of TDO. Numbers are little-endian.

#include "jtag/xvc_server.h"

#include <string.h>

enum { STATE_WORD, STATE_PERIOD, STATE_BITS, STATE_VECTORS, STATE_DEAD };

static uint32_t word_of(const uint8_t *bytes) {
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static int reply(xvc_server_t *server, const void *data, size_t length) {
    return server->answer.write(server->answer.ctx, data, length);
}

static int greet(xvc_server_t *server) {
    char text[32] = "xvcServer_v1.0:";
    size_t length = strlen(text);
    uint32_t scale = 1000000000;
    while (scale > server->vector_bytes) {
        scale /= 10;
    }
    for (; scale; scale /= 10) {
        text[length++] = '0' + server->vector_bytes / scale % 10;
    }
    text[length++] = '\n';
    return reply(server, text, length);
}

// The period that was asked for is echoed when the transport does not know its own, as the protocol wants it.
static int set_period(xvc_server_t *server) {
    uint32_t period_ns = word_of(server->head);
    uint32_t actual_hz = 0;
    const jtag_transport_ops_t *ops = server->transport.ops;
    if (ops->set_freq && period_ns) {
        int status = ops->set_freq(server->transport.ctx, 1000000000 / period_ns + (1000000000 % period_ns != 0), &actual_hz);
        if (status != LX_OK) {
            return status;
        }
    }
    if (actual_hz) {
        period_ns = 1000000000 / actual_hz;
    }
    uint8_t bytes[4] = { period_ns, period_ns >> 8, period_ns >> 16, period_ns >> 24 };
    return reply(server, bytes, sizeof(bytes));
}

// Whole bytes of constant TMS are one operation, all else goes 32 clocks at a time: so every operation begins at a byte.
static int shift(xvc_server_t *server) {
    const jtag_transport_ops_t *ops = server->transport.ops;
    for (uint32_t at = 0; at < server->bits;) {
        uint32_t left = server->bits - at;
        uint8_t *tdi = server->tdi + at / 8;
        const uint8_t *tms = server->tms + at / 8;
        jtag_op_t op = { .tdi = tdi, .tdo = tdi };
        uint32_t same = 0;
        while (same < left / 8 && tms[same] == tms[0]) {
            same++;
        }
        if (same && (tms[0] == 0x00 || tms[0] == 0xff)) {
            op.bits = 8 * same;
            op.tms = tms[0] & 1;
        } else {
            op.bits = left < 32 ? left : 32;
            op.flags = JTAG_OP_TMS_VECTOR;
            for (uint32_t i = 0; i < (op.bits + 7) / 8; i++) {
                op.tms |= (uint32_t)tms[i] << (8 * i);
            }
        }
        int status = jtag_start(&server->transport, &server->stop, &op);
        if (status != LX_OK) {
            return status;
        }
        at += op.bits;
    }
    int status = ops->wait ? ops->wait(server->transport.ctx, 0) : LX_OK;
    return status == LX_OK ? reply(server, server->tdi, (server->bits + 7) / 8) : status;
}

static void expect(xvc_server_t *server, uint8_t state, uint32_t need) {
    server->state = state;
    server->need = need;
    server->have = 0;
}

// A word ends with a colon.
static int word_seen(xvc_server_t *server) {
    static const struct {
        const char *text;
        uint8_t state;
    } words[] = { { "getinfo:", STATE_WORD }, { "settck:", STATE_PERIOD }, { "shift:", STATE_BITS } };
    for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (server->have == strlen(words[i].text) && memcmp(server->head, words[i].text, server->have) == 0) {
            expect(server, words[i].state, words[i].state == STATE_WORD ? sizeof(server->head) : 4);
            return words[i].state == STATE_WORD ? greet(server) : LX_OK;
        }
    }
    return LX_EINVAL;
}

// What was expected is complete.
static int complete(xvc_server_t *server) {
    uint8_t state = server->state;
    switch (state) {
        case STATE_BITS:
            server->bits = word_of(server->head);
            if (server->bits > 8 * server->vector_bytes) {
                return LX_EINVAL;
            }
            if (server->bits == 0) {
                // Legal, with no vectors and no answer.
                expect(server, STATE_WORD, sizeof(server->head));
                return LX_OK;
            }
            expect(server, STATE_VECTORS, 2 * ((server->bits + 7) / 8));
            return LX_OK;
        case STATE_PERIOD:
        case STATE_VECTORS:
            expect(server, STATE_WORD, sizeof(server->head));
            return state == STATE_PERIOD ? set_period(server) : shift(server);
        default: // a word without an end, or none is allowed any more
            return LX_EINVAL;
    }
}

static size_t take_vectors(xvc_server_t *server, const uint8_t *data, size_t length) {
    uint32_t half = server->need / 2;
    uint32_t end = server->have < half ? half : server->need;
    size_t now = length < end - server->have ? length : end - server->have;
    uint8_t *to = server->have < half ? server->tms + server->have : server->tdi + server->have - half;
    memcpy(to, data, now);
    server->have += now;
    return now;
}

int xvc_server_open(xvc_server_t *server, jtag_transport_t transport, jtag_sink_t answer, uint8_t *memory, size_t bytes) {
    memset(server, 0, sizeof(*server));
    server->transport = transport;
    server->answer = answer;
    server->vector_bytes = bytes / 2 < 1u << 24 ? bytes / 2 : 1u << 24;
    server->tms = memory;
    server->tdi = memory + server->vector_bytes;
    expect(server, server->vector_bytes < XVC_SERVER_VECTOR_MIN ? STATE_DEAD : STATE_WORD, sizeof(server->head));
    return server->state == STATE_DEAD ? LX_EOVERFLOW : LX_OK;
}

int xvc_server_push(void *ctx, const uint8_t *data, size_t length) {
    xvc_server_t *server = ctx;
    int status = server->state == STATE_DEAD ? LX_EINVAL : LX_OK;
    while (status == LX_OK && length) {
        size_t now = 1;
        bool word_ends = false;
        if (server->state == STATE_VECTORS) {
            now = take_vectors(server, data, length);
        } else {
            server->head[server->have++] = *data;
            word_ends = server->state == STATE_WORD && *data == ':';
        }
        data += now;
        length -= now;
        if (word_ends) {
            status = word_seen(server);
        } else if (server->have == server->need) {
            status = complete(server);
        }
    }
    if (status != LX_OK) {
        server->state = STATE_DEAD;
    }
    return status;
}

int xvc_server_close(xvc_server_t *server) {
    const jtag_transport_ops_t *ops = server->transport.ops;
    const jtag_op_t to_reset = { .bits = 5, .tms = 1, .flags = JTAG_OP_TDI_HIGH };
    server->state = STATE_DEAD;
    int status = jtag_start(&server->transport, &server->stop, &to_reset);
    return status == LX_OK && ops->wait ? ops->wait(server->transport.ctx, 0) : status;
}
