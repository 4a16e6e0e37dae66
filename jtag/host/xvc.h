// SPDX-License-Identifier: MIT
//
// A transport for hosts: a client of the Xilinx Virtual Cable protocol 1.0 over TCP, as spoken by virtual boards,
// openFPGALoader and network cables. POSIX sockets; synchronous.

#ifndef JTAG_HOST_XVC_H
#define JTAG_HOST_XVC_H

#include "jtag/jtag.h"

// TMS and TDI of this many bytes each are collected before they are sent; the server may ask for less.
#define XVC_VECTOR_BYTES (8192)

// The caller owns it; private.
typedef struct {
    int socket;
    uint32_t vector_bytes; // agreed with the server
    uint32_t bits; // collected
    uint32_t timeout_ms;
    uint8_t tms[XVC_VECTOR_BYTES];
    uint8_t tdi[XVC_VECTOR_BYTES];
    uint8_t tdo[XVC_VECTOR_BYTES];
} xvc_t;

extern const jtag_transport_ops_t xvc_ops;

// Connect to host and port (decimal or a service name). timeout_ms bounds each answer. LX_EIO: cannot connect, or
// the server does not speak XVC.
int xvc_open(xvc_t *xvc, const char *host, const char *port, uint32_t timeout_ms);
void xvc_close(xvc_t *xvc);

#endif // JTAG_HOST_XVC_H
