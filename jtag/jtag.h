// SPDX-License-Identifier: MIT
//
// The contract of a JTAG transport, which drives the four pins of a JTAG port (IEEE 1149.1) and knows nothing of
// TAP states. Functions return a status of common/status.h.
//
// Nothing in jtag/ allocates, prints or keeps state outside of the structs that the caller owns; every wait has
// a bound. One struct is used from one thread at a time; nothing here may be called from an interrupt.

#ifndef JTAG_JTAG_H
#define JTAG_JTAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"

// How a jtag_op_t is to be read.
#define JTAG_OP_TMS_VECTOR (1 << 0) // bit n of tms is the level at clock n; at most 32 bits
#define JTAG_OP_LAST (1 << 1) // TMS is 1 at the last clock (without JTAG_OP_TMS_VECTOR)
#define JTAG_OP_TDI_HIGH (1 << 2) // the constant level of TDI when tdi is NULL
#define JTAG_OP_MSB_FIRST (1 << 3) // tdi and tdo: bit 7 of each byte goes first; without it bit 0

// A run of clocks. Each clock drives TMS and TDI while TCK is low, then raises TCK; TDO is sampled before it
// rises. TCK is low between operations, and no clock happens that no operation asks for.
// Byte order is always first byte first. In a last byte of fewer than 8 bits the ones that count are those that
// go first; the rest of that byte is ignored in tdi and written as 0 in tdo.
typedef struct {
    uint32_t bits; // how many clocks, at least 1
    uint32_t tms; // 0 or 1, or the vector
    const uint8_t *tdi; // NULL: constant, see JTAG_OP_TDI_HIGH
    uint8_t *tdo; // NULL: not captured. May be the same memory as tdi
    uint8_t flags;
} jtag_op_t;

// What a transport implements. ctx is its own state, owned by the code that made the transport.
typedef struct {
    // Do this operation after those before it. The op itself is copied; tdi and tdo belong to the transport until
    // the operation has ended. At most two operations are in flight: when submit returns, all but this one and
    // the one before it have ended. A synchronous transport does the work here.
    // An error may belong to an earlier operation; what was in flight is then abandoned.
    int (*submit)(void *ctx, const jtag_op_t *op);

    // Return when at most in_flight (0 or 1) operations have not ended. NULL: submit is synchronous.
    int (*wait)(void *ctx, unsigned in_flight);

    // Set TCK to at most hz and say what it is now; *actual_hz 0: the transport does not know. NULL: fixed and
    // unknown. Called with nothing in flight.
    int (*set_freq)(void *ctx, uint32_t hz, uint32_t *actual_hz);

    // Microseconds since some point, wrapping; NULL: waits are counted in clocks of TCK.
    uint32_t (*time_us)(void *ctx);
} jtag_transport_ops_t;

typedef struct {
    const jtag_transport_ops_t *ops;
    void *ctx;
} jtag_transport_t;

// How a call into jtag/ is stopped from outside, by Ctrl-C for instance: requested is asked before each operation, and
// true ends the call with LX_EINTR. It is true once: the operations that follow reset the TAP. NULL: nothing stops a call.
typedef struct {
    bool (*requested)(void *ctx);
    void *ctx;
} jtag_stop_t;

// Do an operation, or stop before it with LX_EINTR. Then nothing is in flight, since after an error a caller takes back
// the memory that it gave to the transport.
int jtag_start(const jtag_transport_t *transport, const jtag_stop_t *stop, const jtag_op_t *op);

// Where a stream goes: chunks of any length, in order. The data must stay as it is until the *next* call of
// write has returned (a transport may still be shifting it), so a source that alternates two buffers never waits.
typedef struct {
    int (*write)(void *ctx, const uint8_t *data, size_t length);
    void *ctx;
} jtag_sink_t;

#endif // JTAG_JTAG_H
