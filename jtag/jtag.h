// SPDX-License-Identifier: MIT
//
// What the whole programmer shares: status codes, and the contract of a transport, which drives the four pins of
// a JTAG port (IEEE 1149.1) and knows nothing of TAP states.
//
// Nothing in jtag/ allocates, prints or keeps state outside of the structs that the caller owns; every wait has
// a bound. One struct is used from one thread at a time; nothing here may be called from an interrupt.

#ifndef JTAG_JTAG_H
#define JTAG_JTAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// 0 is success, errors are negative; functions that return a count say so. The first eight mean the same as in
// soc/status.h. jtag_strerror() has a sentence for each.
typedef enum {
    JTAG_OK = 0,
    JTAG_EINVAL = -1, // an argument is outside of what the header allows
    JTAG_ENODEV = -2, // nothing answers on TDO
    JTAG_EBUSY = -3, // calls in the wrong order: something else is open, or nothing is
    JTAG_ETIMEDOUT = -4, // the device did not become ready within the bound
    JTAG_EIO = -5, // the transport failed
    JTAG_EOVERFLOW = -6, // does not fit: a buffer, the flash, the chain
    JTAG_ENOTSUP = -7, // this device or transport cannot do that
    JTAG_EINTR = -8, // the transport was told to stop (Ctrl-C)

    // The chain.
    JTAG_ECHAIN = -20, // TDO answers, but what it says is no chain of TAPs
    JTAG_EIRLENGTH = -21, // a device of the chain has an unknown IR length
    JTAG_EDEVICE = -22, // the TAP is no ECP5

    // The file.
    JTAG_ENOBITSTREAM = -30, // no preamble: this is no ECP5 bitstream
    JTAG_EWRONGDEVICE = -31, // the bitstream is for another device
    JTAG_ENOID = -32, // configuration data before any IDCODE
    JTAG_ECOMMAND = -33, // a command that an ECP5 does not know, or malformed
    JTAG_ECRC = -34, // a CRC in the bitstream is wrong
    JTAG_ETRUNCATED = -35, // the file ends too early
    JTAG_EDEFLATE = -36, // the compressed data is damaged
    JTAG_ECHECKSUM = -37, // unpacked, but checksum or length disagree
    JTAG_EWINDOW = -38, // compressed with a larger window than there is memory for

    // What the ECP5 says.
    JTAG_EENABLE = -50, // it does not enter programming mode
    JTAG_EERASE = -51, // its SRAM does not erase
    JTAG_EDEVICEID = -52, // it refuses the IDCODE in the bitstream
    JTAG_EDEVICECRC = -53, // it saw a CRC error
    JTAG_EDEVICECOMMAND = -54, // it saw an illegal command
    JTAG_EDEVICEDATA = -55, // it saw another error: preamble, abort, overflow, too long
    JTAG_ENOTDONE = -56, // no error, but DONE stays low
    JTAG_EREFRESH = -57, // it did not boot from its flash

    // The SPI flash.
    JTAG_ENOFLASH = -70, // no flash answers
    JTAG_EFLASHTYPE = -71, // the chip is not in the table and has no SFDP
    JTAG_EPROTECTED = -72, // the range or the status register is protected
    JTAG_EFLASHBUSY = -73, // stays busy longer than its data sheet allows
    JTAG_EFLASHERASE = -74, // was erased, but bits stay 0
    JTAG_EFLASHPROGRAM = -75, // was programmed, but bits stay 1
    JTAG_EFLASHLOST = -76, // answered before and does not any more
} jtag_status_t;

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

// What a transport implements. ctx is its own state, owned by whoever made the transport.
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

// Where a stream goes: chunks of any length, in order. The data must stay as it is until the *next* call of
// write has returned (a transport may still be shifting it), so a source that alternates two buffers never waits.
typedef struct {
    int (*write)(void *ctx, const uint8_t *data, size_t length);
    void *ctx;
} jtag_sink_t;

// One sentence for a person, without a full stop; never NULL.
const char *jtag_strerror(int status);

// CRC-32 as in gzip and PNG. Start with 0; feed the result to go on.
uint32_t jtag_crc32(uint32_t crc, const uint8_t *data, size_t length);

#endif // JTAG_JTAG_H
