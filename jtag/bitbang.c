// SPDX-License-Identifier: MIT
//
// The generic bit-bang transport (bitbang.h): synchronous, one bit at a time.

#include "jtag/bitbang.h"

static int clock_bit(jtag_bitbang_t *bitbang, bool tms, bool tdi) {
    // Believed only when it is done: a callback may leave by a jump.
    if (tms != bitbang->tms) {
        bitbang->set_tms(bitbang->pins, tms);
        bitbang->tms = tms;
    }
    if (tdi != bitbang->tdi) {
        bitbang->set_tdi(bitbang->pins, tdi);
        bitbang->tdi = tdi;
    }
    return bitbang->clock(bitbang->pins);
}

static int bitbang_submit(void *ctx, const jtag_op_t *op) {
    jtag_bitbang_t *bitbang = ctx;
    bool vector = op->flags & JTAG_OP_TMS_VECTOR;
    bool msb_first = op->flags & JTAG_OP_MSB_FIRST;
    if (op->bits == 0 || (vector && op->bits > 32)) {
        return LX_EINVAL;
    }
    uint8_t in = 0;
    uint8_t out = op->flags & JTAG_OP_TDI_HIGH ? 0xff : 0;
    for (uint32_t i = 0; i < op->bits; i++) {
        unsigned bit = i & 7;
        bool last = i + 1 == op->bits;
        uint8_t mask = msb_first ? 0x80 >> bit : 1 << bit;
        if (bit == 0) {
            in = 0;
            if (op->tdi) {
                out = op->tdi[i / 8];
            }
        }
        bool tms = vector ? (op->tms >> i) & 1 : op->tms || (last && (op->flags & JTAG_OP_LAST));
        int tdo = clock_bit(bitbang, tms, out & mask);
        if (tdo < 0) {
            return tdo;
        }
        if (tdo) {
            in |= mask;
        }
        if (op->tdo && (bit == 7 || last)) {
            op->tdo[i / 8] = in;
        }
    }
    return LX_OK;
}

static uint32_t bitbang_time_us(void *ctx) {
    jtag_bitbang_t *bitbang = ctx;
    return bitbang->time_us(bitbang->pins);
}

const jtag_transport_ops_t jtag_bitbang_ops = { .submit = bitbang_submit };
const jtag_transport_ops_t jtag_bitbang_timed_ops = { .submit = bitbang_submit, .time_us = bitbang_time_us };

void jtag_bitbang_init(jtag_bitbang_t *bitbang) {
    bitbang->tms = false;
    bitbang->tdi = false;
    bitbang->set_tms(bitbang->pins, false);
    bitbang->set_tdi(bitbang->pins, false);
}
