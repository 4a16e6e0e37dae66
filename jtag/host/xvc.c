// SPDX-License-Identifier: MIT
//
// XVC client (xvc.h). Operations without capture are collected into one "shift:" and sent when something is to be
// read, when the vectors are full, or when the caller waits. An answer that does not come in time is LX_EIO, and ends the
// connection: what came late would be taken for the next answer.

#define _POSIX_C_SOURCE 200809L

#include "jtag/host/xvc.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define GREETING "xvcServer_v1.0:"

static int send_all(xvc_t *xvc, const void *data, size_t length) {
    const uint8_t *bytes = data;
    while (length) {
        ssize_t sent = send(xvc->socket, bytes, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent <= 0) {
            xvc_close(xvc);
            return LX_EIO;
        }
        bytes += sent;
        length -= sent;
    }
    return LX_OK;
}

static int receive(xvc_t *xvc, void *data, size_t length) {
    uint8_t *bytes = data;
    while (length) {
        struct pollfd wait = { .fd = xvc->socket, .events = POLLIN };
        int ready = poll(&wait, 1, xvc->timeout_ms);
        if (ready < 0 && errno == EINTR) {
            continue;
        }
        ssize_t got = ready > 0 ? recv(xvc->socket, bytes, length, 0) : 0;
        if (got <= 0) {
            xvc_close(xvc);
            return LX_EIO;
        }
        bytes += got;
        length -= got;
    }
    return LX_OK;
}

static void put_word(uint8_t *bytes, uint32_t word) {
    for (unsigned i = 0; i < 4; i++) {
        bytes[i] = word >> (8 * i);
    }
}

static int flush(xvc_t *xvc) {
    if (xvc->bits == 0) {
        return LX_OK;
    }
    uint8_t head[10] = "shift:";
    size_t bytes = (xvc->bits + 7) / 8;
    put_word(head + 6, xvc->bits);
    xvc->bits = 0;
    int status = send_all(xvc, head, sizeof(head));
    if (status == LX_OK) {
        status = send_all(xvc, xvc->tms, bytes);
    }
    if (status == LX_OK) {
        status = send_all(xvc, xvc->tdi, bytes);
    }
    return status == LX_OK ? receive(xvc, xvc->tdo, bytes) : status;
}

static void set_bit(uint8_t *bytes, uint32_t bit, bool level) {
    if (level) {
        bytes[bit / 8] |= 1 << (bit & 7);
    } else {
        bytes[bit / 8] &= ~(1 << (bit & 7));
    }
}

static int xvc_submit(void *ctx, const jtag_op_t *op) {
    xvc_t *xvc = ctx;
    bool vector = op->flags & JTAG_OP_TMS_VECTOR;
    bool msb_first = op->flags & JTAG_OP_MSB_FIRST;
    if (op->bits == 0 || (vector && op->bits > 32)) {
        return LX_EINVAL;
    }
    for (uint32_t done = 0; done < op->bits;) {
        uint32_t room = 8 * xvc->vector_bytes - xvc->bits;
        uint32_t now = op->bits - done < room ? op->bits - done : room;
        uint32_t first = xvc->bits;
        for (uint32_t i = 0; i < now; i++) {
            uint32_t n = done + i;
            bool last = n + 1 == op->bits && (op->flags & JTAG_OP_LAST);
            bool tms = vector ? (op->tms >> n) & 1 : op->tms || last;
            bool tdi = op->flags & JTAG_OP_TDI_HIGH;
            if (op->tdi) {
                tdi = op->tdi[n / 8] >> (msb_first ? 7 - (n & 7) : n & 7) & 1;
            }
            set_bit(xvc->tms, xvc->bits, tms);
            set_bit(xvc->tdi, xvc->bits++, tdi);
        }
        int status = op->tdo || xvc->bits == 8 * xvc->vector_bytes ? flush(xvc) : LX_OK;
        if (status != LX_OK) {
            return status;
        }
        for (uint32_t i = 0; op->tdo && i < now; i++) {
            uint32_t n = done + i;
            bool level = xvc->tdo[(first + i) / 8] >> ((first + i) & 7) & 1;
            if ((n & 7) == 0) {
                op->tdo[n / 8] = 0;
            }
            if (level) {
                op->tdo[n / 8] |= msb_first ? 0x80 >> (n & 7) : 1 << (n & 7);
            }
        }
        done += now;
    }
    return LX_OK;
}

static int xvc_wait(void *ctx, unsigned in_flight) {
    (void)in_flight;
    return flush(ctx);
}

static int xvc_set_freq(void *ctx, uint32_t hz, uint32_t *actual_hz) {
    xvc_t *xvc = ctx;
    uint8_t head[11] = "settck:";
    uint8_t answer[4] = { 0 };
    put_word(head + 7, (1000000000 + hz - 1) / hz);
    int status = send_all(xvc, head, sizeof(head));
    if (status == LX_OK) {
        status = receive(xvc, answer, sizeof(answer));
    }
    uint32_t ns = answer[0] | (uint32_t)answer[1] << 8 | (uint32_t)answer[2] << 16 | (uint32_t)answer[3] << 24;
    if (status == LX_OK) {
        *actual_hz = ns ? 1000000000 / ns : 0;
    }
    return status;
}

const jtag_transport_ops_t xvc_ops = { .submit = xvc_submit, .wait = xvc_wait, .set_freq = xvc_set_freq };

int xvc_open(xvc_t *xvc, const char *host, const char *port, uint32_t timeout_ms) {
    struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
    struct addrinfo *found;
    xvc->socket = -1;
    xvc->bits = 0;
    xvc->timeout_ms = timeout_ms;
    if (getaddrinfo(host, port, &hints, &found) != 0) {
        return LX_EIO;
    }
    for (struct addrinfo *at = found; at && xvc->socket < 0; at = at->ai_next) {
        xvc->socket = socket(at->ai_family, at->ai_socktype, at->ai_protocol);
        if (xvc->socket >= 0 && connect(xvc->socket, at->ai_addr, at->ai_addrlen) != 0) {
            xvc_close(xvc);
        }
    }
    freeaddrinfo(found);
    if (xvc->socket < 0) {
        return LX_EIO;
    }
    // The answer is "xvcServer_v1.0:<bytes of both vectors>\n".
    char line[40] = { 0 };
    int status = send_all(xvc, "getinfo:", 8);
    for (size_t i = 0; status == LX_OK && i + 1 < sizeof(line); i++) {
        status = receive(xvc, line + i, 1);
        if (line[i] == '\n') {
            break;
        }
    }
    unsigned long bytes = 0;
    if (status == LX_OK && strncmp(line, GREETING, strlen(GREETING)) == 0) {
        bytes = strtoul(line + strlen(GREETING), NULL, 10) / 2;
    }
    if (bytes == 0) {
        xvc_close(xvc);
        return LX_EIO;
    }
    xvc->vector_bytes = bytes < XVC_VECTOR_BYTES ? bytes : XVC_VECTOR_BYTES;
    return LX_OK;
}

void xvc_close(xvc_t *xvc) {
    if (xvc->socket >= 0) {
        close(xvc->socket);
    }
    xvc->socket = -1;
}
