// SPDX-License-Identifier: MIT
//
// The serving side of the Xilinx Virtual Cable protocol 1.0: makes a board a network JTAG cable for openFPGALoader,
// OpenOCD and vendors' tools. Bytes of a client are pushed in as they come, answers leave through a sink; sockets are
// the caller's.

#ifndef JTAG_XVC_SERVER_H
#define JTAG_XVC_SERVER_H

#include "jtag/jtag.h"

#define XVC_SERVER_VECTOR_MIN (64)

// The caller owns it; private.
typedef struct {
    jtag_transport_t transport;
    jtag_stop_t stop; // none after xvc_server_open(); the caller may set it
    jtag_sink_t answer;
    uint8_t *tms;
    uint8_t *tdi; // what was captured takes its place
    uint32_t vector_bytes;
    uint32_t bits; // of the shift that is being received
    uint32_t need; // bytes of its vectors, or of the head
    uint32_t have;
    uint8_t state;
    uint8_t head[12];
} xvc_server_t;

// Begin with a client. memory holds both vectors: half of it is what the client is told as the longest vector.
// LX_EOVERFLOW: less than twice XVC_SERVER_VECTOR_MIN. What the sink gets is free again when it returns.
int xvc_server_open(xvc_server_t *server, jtag_transport_t transport, jtag_sink_t answer, uint8_t *memory, size_t bytes);

// Push what came, in pieces of any length (a sink's shape; the data is free again on return). LX_EINVAL: no command
// of the protocol, or a vector longer than announced. Or what the transport or the sink returned. After an error only
// open is allowed again: hang up.
int xvc_server_push(void *server, const uint8_t *data, size_t length);

// The client is gone, wherever it left the TAPs: they are in reset afterwards. Or what the transport returned.
int xvc_server_close(xvc_server_t *server);

#endif // JTAG_XVC_SERVER_H
