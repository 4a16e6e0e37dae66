// SPDX-License-Identifier: MIT
//
// TAP walking and scanning (tap.h), after IEEE 1149.1-2001, chapters 6 and 7.
//
// The way through the state diagram comes from two tables: the next state by TMS, and the TMS that leads towards another.
//
// In a chain, what is shifted first ends nearest to TDO. With a target at position t of n devices, t bypass bits lie
// between it and TDO and n - 1 - t between TDI and it. A scan of its register is therefore: t bits of padding, its
// bits (captured bits come out at the same clocks), n - 1 - t bits of padding. The first padding is only for what is
// captured: without it the same bits end in the same places.

#include "jtag/tap.h"

#include <string.h>

#define ASSUMED_MHZ (25)
// Clocks between two looks at the transport's clock.
#define RUN_STEP_CLOCKS (64)
// A transport's operation has at most this many clocks of padding or idling.
#define OP_BITS_MAX (1u << 20)

// The state diagram (IEEE 1149.1, figure 6-1): the next state.
static const uint8_t next_state[TAP_STATES][2] = {
    // TMS 0, TMS 1
    [TAP_RESET] = { TAP_IDLE, TAP_RESET },
    [TAP_IDLE] = { TAP_IDLE, TAP_DR_SELECT },
    [TAP_DR_SELECT] = { TAP_DR_CAPTURE, TAP_IR_SELECT },
    [TAP_DR_CAPTURE] = { TAP_DR_SHIFT, TAP_DR_EXIT1 },
    [TAP_DR_SHIFT] = { TAP_DR_SHIFT, TAP_DR_EXIT1 },
    [TAP_DR_EXIT1] = { TAP_DR_PAUSE, TAP_DR_UPDATE },
    [TAP_DR_PAUSE] = { TAP_DR_PAUSE, TAP_DR_EXIT2 },
    [TAP_DR_EXIT2] = { TAP_DR_SHIFT, TAP_DR_UPDATE },
    [TAP_DR_UPDATE] = { TAP_IDLE, TAP_DR_SELECT },
    [TAP_IR_SELECT] = { TAP_IR_CAPTURE, TAP_RESET },
    [TAP_IR_CAPTURE] = { TAP_IR_SHIFT, TAP_IR_EXIT1 },
    [TAP_IR_SHIFT] = { TAP_IR_SHIFT, TAP_IR_EXIT1 },
    [TAP_IR_EXIT1] = { TAP_IR_PAUSE, TAP_IR_UPDATE },
    [TAP_IR_PAUSE] = { TAP_IR_PAUSE, TAP_IR_EXIT2 },
    [TAP_IR_EXIT2] = { TAP_IR_SHIFT, TAP_IR_UPDATE },
    [TAP_IR_UPDATE] = { TAP_IDLE, TAP_DR_SELECT },
};

// The TMS that leads from a state (row) towards another (column), both in the order of tap_state_t, by the
// shortest way. It follows from the diagram:
//
//   Test-Logic-Reset is left by 0, to Run-Test/Idle, which 1 leaves to Select-DR-Scan. From there 0 leads into the column
//   of the data register, 1 on to Select-IR-Scan, where 0 leads into the column of the instruction register and 1 back to
//   Test-Logic-Reset. Within a column, Capture goes to Shift (0) or Exit1 (1), Shift stays (0) or goes to Exit1 (1),
//   Exit1 goes to Pause (0) or Update (1), Pause stays (0) or goes to Exit2 (1), Exit2 goes back to Shift (0) or to
//   Update (1). Update leads to Run-Test/Idle (0) or Select-DR-Scan (1). So 1 leads out of a column, and 0 deeper into it.
//
// Two entries differ from the shortest way, which would pass Test-Logic-Reset: from Select-DR-Scan to Run-Test/Idle (0,
// through the data register), and whatever leaves Select-IR-Scan (0, unless it leads to Test-Logic-Reset).
// The test derives the matrix anew.
static const char tms_towards[TAP_STATES][TAP_STATES + 1] = {
    // to Test-Logic-Reset
    // |Run-Test/Idle
    // ||Select-DR-Scan
    // |||Capture-DR
    // ||||Shift-DR
    // |||||Exit1-DR
    // ||||||Pause-DR
    // |||||||Exit2-DR
    // ||||||||Update-DR
    // |||||||||Select-IR-Scan
    // ||||||||||Capture-IR
    // |||||||||||Shift-IR
    // ||||||||||||Exit1-IR
    // |||||||||||||Pause-IR
    // ||||||||||||||Exit2-IR
    // |||||||||||||||Update-IR
    { "0000000000000000" }, // from Test-Logic-Reset
    { "1011111111111111" }, // from Run-Test/Idle
    { "1000000001111111" }, // from Select-DR-Scan
    { "1110011111111111" }, // from Capture-DR
    { "1111011111111111" }, // from Shift-DR
    { "1111000011111111" }, // from Exit1-DR
    { "1111110111111111" }, // from Pause-DR
    { "1111000011111111" }, // from Exit2-DR
    { "1011111101111111" }, // from Update-DR
    { "1000000000000000" }, // from Select-IR-Scan
    { "1111111111001111" }, // from Capture-IR
    { "1111111111101111" }, // from Shift-IR
    { "1111111111100001" }, // from Exit1-IR
    { "1111111111111011" }, // from Pause-IR
    { "1111111111100001" }, // from Exit2-IR
    { "1011111111111110" }, // from Update-IR
};

static int submit(tap_t *tap, const jtag_op_t *op) {
    return jtag_start(&tap->transport, &tap->stop, op);
}

// Clocks with constant TMS and TDI.
static int clocks(tap_t *tap, uint32_t bits, bool last, bool tdi) {
    while (bits) {
        uint32_t now = bits < OP_BITS_MAX ? bits : OP_BITS_MAX;
        bits -= now;
        jtag_op_t op = { .bits = now };
        op.flags = (tdi ? JTAG_OP_TDI_HIGH : 0) | (last && bits == 0 ? JTAG_OP_LAST : 0);
        int status = submit(tap, &op);
        if (status < 0) {
            return status;
        }
    }
    if (last) {
        tap->state = tap_next(tap->state, true);
    }
    return LX_OK;
}

// Padding in a shift state; last leaves it.
static int pad(tap_t *tap, uint32_t bits, bool last) {
    return bits ? clocks(tap, bits, last, true) : LX_OK;
}

tap_state_t tap_next(tap_state_t state, bool tms) {
    return next_state[state][tms];
}

unsigned tap_path(tap_state_t from, tap_state_t to, uint32_t *tms) {
    unsigned count = 0;
    *tms = 0;
    while (from != to && count < 32) {
        bool level = tms_towards[from][to] == '1';
        *tms |= (uint32_t)level << count++;
        from = tap_next(from, level);
    }
    return count;
}

void tap_init(tap_t *tap, jtag_transport_t transport) {
    memset(tap, 0, sizeof(*tap));
    tap->transport = transport;
    tap->state = TAP_RESET;
}

int tap_set_freq(tap_t *tap, uint32_t hz) {
    if (hz == 0) {
        return LX_EINVAL;
    }
    int status = tap_wait(tap, 0);
    if (status != LX_OK) {
        return status;
    }
    const jtag_transport_ops_t *ops = tap->transport.ops;
    uint32_t actual = 0;
    status = ops->set_freq ? ops->set_freq(tap->transport.ctx, hz, &actual) : LX_OK;
    if (status != LX_OK) {
        return status;
    }
    tap->freq_hz = actual;
    tap->asked_hz = hz;
    return LX_OK;
}

int tap_reset(tap_t *tap) {
    jtag_op_t op = { .bits = 6, .tms = 1, .flags = JTAG_OP_TDI_HIGH };
    int status = submit(tap, &op);
    tap->state = TAP_RESET;
    return status;
}

int tap_go(tap_t *tap, tap_state_t state) {
    switch (state) {
        case TAP_RESET:
        case TAP_IDLE:
        case TAP_DR_SHIFT:
        case TAP_DR_PAUSE:
        case TAP_IR_SHIFT:
        case TAP_IR_PAUSE:
            break;
        default:
            return LX_EINVAL;
    }
    jtag_op_t op = { .flags = JTAG_OP_TMS_VECTOR | JTAG_OP_TDI_HIGH };
    op.bits = tap_path(tap->state, state, &op.tms);
    if (op.bits == 0) {
        return LX_OK;
    }
    int status = submit(tap, &op);
    if (status >= 0) {
        tap->state = state;
    }
    return status;
}

int tap_shift(tap_t *tap, const uint8_t *tdi, uint8_t *tdo, uint32_t bits, uint8_t flags) {
    if (tap->state != TAP_DR_SHIFT && tap->state != TAP_IR_SHIFT) {
        return LX_EBUSY;
    }
    if (bits == 0) {
        return LX_EINVAL;
    }
    jtag_op_t op = {
        .bits = bits,
        .tdi = tdi,
        .tdo = tdo,
        .flags = (flags & (JTAG_OP_MSB_FIRST | JTAG_OP_LAST)) | JTAG_OP_TDI_HIGH,
    };
    int status = submit(tap, &op);
    if (status >= 0 && (flags & JTAG_OP_LAST)) {
        tap->state = tap_next(tap->state, true);
    }
    return status;
}

int tap_wait(tap_t *tap, unsigned in_flight) {
    const jtag_transport_ops_t *ops = tap->transport.ops;
    return ops->wait ? ops->wait(tap->transport.ctx, in_flight) : LX_OK;
}

// At least that time at that frequency. A long division by hand: the compiler's own is a function of its run-time
// library, which a native module of MicroPython does not have.
static uint64_t clocks_for(uint32_t us, uint32_t hz) {
    uint64_t dividend = (uint64_t)us * hz + 999999;
    uint64_t quotient = 0;
    uint32_t rest = 0;
    for (unsigned i = 0; i < 64; i++) {
        rest = rest << 1 | (uint32_t)(dividend >> 63);
        dividend <<= 1;
        quotient <<= 1;
        if (rest >= 1000000) {
            rest -= 1000000;
            quotient |= 1;
        }
    }
    return quotient;
}

// By the transport's clock. The bound: one that stands still ends no later than four times the clocks at the known
// frequency.
static int run_by_time(tap_t *tap, uint32_t count, uint32_t us, uint64_t for_time) {
    const jtag_transport_ops_t *ops = tap->transport.ops;
    uint64_t bound = 4 * for_time + RUN_STEP_CLOCKS;
    uint32_t start = ops->time_us(tap->transport.ctx);
    for (uint64_t done = 0; done < bound; done += RUN_STEP_CLOCKS) {
        if (done >= count && ops->time_us(tap->transport.ctx) - start >= us) {
            break;
        }
        int status = clocks(tap, RUN_STEP_CLOCKS, false, true);
        if (status == LX_OK) {
            status = tap_wait(tap, 0);
        }
        if (status != LX_OK) {
            return status;
        }
    }
    return LX_OK;
}

static int run_by_clocks(tap_t *tap, uint64_t left) {
    int status = LX_OK;
    while (status == LX_OK && left) {
        uint32_t now = left < OP_BITS_MAX ? left : OP_BITS_MAX;
        left -= now;
        status = clocks(tap, now, false, true);
    }
    return status;
}

int tap_run(tap_t *tap, uint32_t count, uint32_t us) {
    int status = tap_go(tap, TAP_IDLE);
    if (status != LX_OK) {
        return status;
    }
    uint64_t for_time = clocks_for(us, tap->freq_hz ? tap->freq_hz : ASSUMED_MHZ * 1000000);
    if (tap->transport.ops->time_us && us) {
        return run_by_time(tap, count, us, for_time);
    }
    return run_by_clocks(tap, for_time > count ? for_time : count);
}

int tap_set_ir_bits(tap_t *tap, unsigned device, unsigned bits) {
    if (device >= tap->devices || bits < 2 || bits > TAP_IR_BITS_MAX) {
        return LX_EINVAL;
    }
    tap->chain[device].ir_bits = bits;
    return LX_OK;
}

int tap_select(tap_t *tap, unsigned device) {
    if (device >= tap->devices) {
        return LX_EINVAL;
    }
    for (unsigned i = 0; i < tap->devices; i++) {
        if (tap->chain[i].ir_bits == 0) {
            return LX_EIRLENGTH;
        }
    }
    tap->target = device;
    return LX_OK;
}

// From Exit1 of a scan: update, and nothing is in flight.
static int end_scan(tap_t *tap) {
    int status = tap_go(tap, TAP_IDLE);
    return status == LX_OK ? tap_wait(tap, 0) : status;
}

int tap_ir(tap_t *tap, uint32_t instruction) {
    if (tap->target >= tap->devices) {
        return LX_EBUSY;
    }
    unsigned before = 0;
    unsigned after = 0;
    unsigned bits = tap->chain[tap->target].ir_bits;
    for (unsigned i = 0; i < tap->devices; i++) {
        if (i < tap->target) {
            before += tap->chain[i].ir_bits;
        } else if (i > tap->target) {
            after += tap->chain[i].ir_bits;
        }
    }
    // BYPASS for the devices on both sides is ones; what is shifted first ends nearest to TDO.
    uint8_t bytes[4] = { instruction, instruction >> 8, instruction >> 16, instruction >> 24 };
    int status = tap_go(tap, TAP_IR_SHIFT);
    if (status != LX_OK) {
        return status;
    }
    status = pad(tap, before, false);
    if (status != LX_OK) {
        return status;
    }
    status = tap_shift(tap, bytes, NULL, bits, after ? 0 : JTAG_OP_LAST);
    if (status != LX_OK) {
        return status;
    }
    status = pad(tap, after, true);
    return status == LX_OK ? end_scan(tap) : status;
}

int tap_dr(tap_t *tap, const uint8_t *tdi, uint8_t *tdo, uint32_t bits, uint8_t flags) {
    if (bits == 0) {
        return LX_EINVAL;
    }
    int status = tap_dr_begin(tap, tdo != NULL);
    return status == LX_OK ? tap_dr_end(tap, tdi, tdo, bits, flags) : status;
}

int tap_dr_begin(tap_t *tap, bool capture) {
    if (tap->target >= tap->devices) {
        return LX_EBUSY;
    }
    int status = tap_go(tap, TAP_DR_SHIFT);
    return status == LX_OK && capture ? pad(tap, tap->target, false) : status;
}

int tap_dr_end(tap_t *tap, const uint8_t *tdi, uint8_t *tdo, uint32_t bits, uint8_t flags) {
    unsigned after = tap->devices - 1 - tap->target;
    if (bits) {
        uint8_t last = after ? 0 : JTAG_OP_LAST;
        int status = tap_shift(tap, tdi, tdo, bits, (flags & JTAG_OP_MSB_FIRST) | last);
        if (status != LX_OK) {
            return status;
        }
    }
    if (tap->state == TAP_DR_SHIFT) {
        int status = pad(tap, after ? after : 1, true);
        if (status != LX_OK) {
            return status;
        }
    }
    return end_scan(tap);
}
