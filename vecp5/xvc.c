// SPDX-License-Identifier: MIT
// XVC 1.0: commands are taken from a buffer as soon as they are whole.

#include "vecp5/protocol.h"

#include <stdio.h>
#include <string.h>

static uint32_t little_endian(const uint8_t *bytes) {
    return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0];
}

void xvc_init(xvc_t *xvc, board_t *board) {
    xvc->board = board;
    xvc->have = 0;
    xvc->error = NULL;
}

uint8_t *xvc_space(xvc_t *xvc, size_t *bytes) {
    *bytes = sizeof(xvc->in) - xvc->have;
    return xvc->in + xvc->have;
}

typedef struct {
    const char *name;
    size_t operand_bytes;
} command_t;

static const command_t commands[] = {
    { "getinfo:", 0 }, { "settck:", 4 }, { "shift:", 4 },
};

// The command that the buffer starts with; *open when more bytes could still make one.
static const command_t *recognize(const xvc_t *xvc, bool *open) {
    *open = false;
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        size_t length = strlen(commands[i].name);
        size_t known = xvc->have < length ? xvc->have : length;
        if (memcmp(xvc->in, commands[i].name, known) == 0) {
            if (known == length) {
                return &commands[i];
            }
            *open = true;
        }
    }
    return NULL;
}

bool xvc_received(xvc_t *xvc, size_t bytes, protocol_send_t send, void *context) {
    xvc->have += bytes;
    while (xvc->have != 0) {
        bool open;
        const command_t *command = recognize(xvc, &open);
        if (command == NULL) {
            xvc->error = open ? NULL : "no XVC command";
            return open;
        }
        size_t length = strlen(command->name);
        size_t whole = length + command->operand_bytes;
        if (xvc->have < whole) {
            return true;
        }
        const uint8_t *operand = xvc->in + length;
        bool sent;
        if (command == &commands[0]) {
            char text[32];
            int n = snprintf(text, sizeof(text), "xvcServer_v1.0:%d\n", XVC_ANNOUNCED_BYTES);
            sent = send(context, text, (size_t)n);
        } else if (command == &commands[1]) {
            uint32_t period_ns = little_endian(operand);
            board_set_tck(xvc->board, period_ns == 0 ? 0 : 1000000000u / period_ns);
            sent = send(context, operand, 4);
        } else {
            uint32_t bits = little_endian(operand);
            size_t vector = ((size_t)bits + 7) / 8;
            if (vector > XVC_VECTOR_MAX) {
                xvc->error = "shift: of more than 65536 bytes";
                return false;
            }
            whole += 2 * vector;
            if (xvc->have < whole) {
                return true;
            }
            memset(xvc->out, 0, vector);
            board_shift(xvc->board, bits, operand + 4, operand + 4 + vector, xvc->out);
            sent = vector == 0 || send(context, xvc->out, vector);
        }
        if (!sent) {
            return false;
        }
        xvc->have -= whole;
        memmove(xvc->in, xvc->in + whole, xvc->have);
    }
    return true;
}
