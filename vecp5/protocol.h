// SPDX-License-Identifier: MIT
// The two wire protocols of vecp5 as functions over bytes, without sockets: bytes in, bytes out, a board in between.
//
// XVC 1.0 (Xilinx Virtual Cable, README of its reference server): getinfo:, settck:, shift:.
// remote_bitbang (OpenOCD, doc/manual/jtag/drivers/remote_bitbang.txt): one character per change of pins.
#ifndef VECP5_PROTOCOL_H
#define VECP5_PROTOCOL_H

#include "models/board.h"

#define XVC_ANNOUNCED_BYTES (4096) // TMS and TDI together, what getinfo: promises
#define XVC_VECTOR_MAX (65536)     // bytes of one vector that are accepted all the same

typedef struct {
    board_t *board;
    uint8_t in[16 + 2 * XVC_VECTOR_MAX];
    size_t have;
    uint8_t out[XVC_VECTOR_MAX];
    const char *error;             // why the connection has to end, when a function said so
} xvc_t;

typedef struct {
    board_t *board;
    const char *error;
} bitbang_t;

// Called with answers; false when the peer is gone.
typedef bool (*protocol_send_t)(void *context, const void *data, size_t bytes);

void xvc_init(xvc_t *xvc, board_t *board);
// Where the next received bytes go and how many at most; then tell how many there were. False ends the connection:
// error says why, or is NULL when the peer ended it in order.
uint8_t *xvc_space(xvc_t *xvc, size_t *bytes);
bool xvc_received(xvc_t *xvc, size_t bytes, protocol_send_t send, void *context);

void bitbang_init(bitbang_t *bitbang, board_t *board);
bool bitbang_received(bitbang_t *bitbang, const uint8_t *data, size_t bytes, protocol_send_t send, void *context);

#endif // VECP5_PROTOCOL_H
