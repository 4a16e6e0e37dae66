// SPDX-License-Identifier: MIT
//
// TAP walking and scanning (tap.h), after IEEE 1149.1-2001, chapters 6 and 7.
//
// The way through the state diagram comes from a table: for each state the next one by TMS, and a mask whose bit t is
// the TMS that leads from there towards state t by the shortest way. Two entries differ from the shortest way,
// because it would pass Test-Logic-Reset: from DR_SELECT to IDLE, and whatever leaves IR_SELECT. The test derives the
// table anew.
//
// In a chain, what is shifted first ends nearest to TDO. With a target at position t of n devices, t bypass bits lie
// between it and TDO and n - 1 - t between TDI and it. A scan of its register is therefore: t bits of padding, its
// bits (captured bits come out at the same clocks), n - 1 - t bits of padding. The first padding is only for what is
// captured: without it the same bits end in the same places.

#include "jtag/tap.h"

#include <string.h>

#define ASSUMED_MHZ (25)
#define CHECK_TIMES (64)
// Clocks between two looks at the transport's clock.
#define RUN_STEP_CLOCKS (64)
// A transport's operation has at most this many clocks of padding or idling.
#define OP_BITS_MAX (1u << 20)

typedef struct {
    uint8_t next[2];
    uint16_t towards;
} transition_t;

typedef struct {
    uint32_t value;
    uint32_t mask;
    uint8_t ir_bits;
} known_device_t;

static const transition_t transitions[TAP_STATES] = {
    [TAP_RESET] = { { TAP_IDLE, TAP_RESET }, 0x0000 },
    [TAP_IDLE] = { { TAP_IDLE, TAP_DR_SELECT }, 0xfffd },
    [TAP_DR_SELECT] = { { TAP_DR_CAPTURE, TAP_IR_SELECT }, 0xfe01 },
    [TAP_DR_CAPTURE] = { { TAP_DR_SHIFT, TAP_DR_EXIT1 }, 0xffe7 },
    [TAP_DR_SHIFT] = { { TAP_DR_SHIFT, TAP_DR_EXIT1 }, 0xffef },
    [TAP_DR_EXIT1] = { { TAP_DR_PAUSE, TAP_DR_UPDATE }, 0xff0f },
    [TAP_DR_PAUSE] = { { TAP_DR_PAUSE, TAP_DR_EXIT2 }, 0xffbf },
    [TAP_DR_EXIT2] = { { TAP_DR_SHIFT, TAP_DR_UPDATE }, 0xff0f },
    [TAP_DR_UPDATE] = { { TAP_IDLE, TAP_DR_SELECT }, 0xfefd },
    [TAP_IR_SELECT] = { { TAP_IR_CAPTURE, TAP_RESET }, 0x0001 },
    [TAP_IR_CAPTURE] = { { TAP_IR_SHIFT, TAP_IR_EXIT1 }, 0xf3ff },
    [TAP_IR_SHIFT] = { { TAP_IR_SHIFT, TAP_IR_EXIT1 }, 0xf7ff },
    [TAP_IR_EXIT1] = { { TAP_IR_PAUSE, TAP_IR_UPDATE }, 0x87ff },
    [TAP_IR_PAUSE] = { { TAP_IR_PAUSE, TAP_IR_EXIT2 }, 0xdfff },
    [TAP_IR_EXIT2] = { { TAP_IR_SHIFT, TAP_IR_UPDATE }, 0x87ff },
    [TAP_IR_UPDATE] = { { TAP_IDLE, TAP_DR_SELECT }, 0x7ffd },
};

// IR lengths by IDCODE, from the vendors' BSDL files; what an ECP5 is likely to share a chain with.
static const known_device_t known_devices[] = {
    { 0x00000043, 0x00000fff, 8 }, // Lattice: ECP5, MachXO2, MachXO3, CrossLink, Nexus
    { 0x03600093, 0x0fe00fff, 6 }, // Xilinx 7 series of one die
    { 0x04000093, 0x0fc00fff, 6 }, // Xilinx Spartan-6
    { 0x0ba00477, 0x0fffffff, 4 }, // ARM JTAG-DP of Cortex-M3, M4, A
    { 0x0ba02477, 0x0fffffff, 4 },
    { 0x0ba01477, 0x0fffffff, 4 },
    { 0x06400041, 0x0ff00fff, 5 }, // STM32 boundary scan
    { 0x120034e5, 0xffffffff, 5 }, // ESP32
    { 0x00005c25, 0x0fffffff, 5 }, // ESP32-C3
    { 0x10001fff, 0xffffffff, 4 }, // VexRiscv JTAG
    { 0x00000913, 0x00000fff, 5 }, // SiFive debug module
    { 0x020f00dd, 0x0fff00ff, 10 }, // Intel Cyclone
};

static int submit(tap_t *tap, const jtag_op_t *op) {
    return tap->transport.ops->submit(tap->transport.ctx, op);
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

static int shift_word(tap_t *tap, uint32_t *word, unsigned bits, bool capture) {
    uint8_t bytes[4] = { *word, *word >> 8, *word >> 16, *word >> 24 };
    int status = tap_shift(tap, bytes, capture ? bytes : NULL, bits, 0);
    if (status == LX_OK) {
        status = tap_wait(tap, 0);
    }
    *word = bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    return status;
}

static uint8_t known_ir_bits(uint32_t idcode) {
    for (size_t i = 0; idcode && i < sizeof(known_devices) / sizeof(known_devices[0]); i++) {
        if ((idcode & known_devices[i].mask) == known_devices[i].value) {
            return known_devices[i].ir_bits;
        }
    }
    return 0;
}

// Read the ids that the devices capture after reset: a one and 31 bits more where there is an IDCODE, a zero where
// there is only BYPASS. The ones that are shifted in mark the end, since no IDCODE is all ones.
static int read_chain(tap_t *tap, tap_device_t *chain, unsigned *devices) {
    int status = tap_reset(tap);
    if (status == LX_OK) {
        status = tap_go(tap, TAP_DR_SHIFT);
    }
    *devices = 0;
    while (status == LX_OK) {
        uint32_t idcode = 1;
        status = shift_word(tap, &idcode, 1, true);
        if (status == LX_OK && idcode) {
            uint32_t rest = 0x7fffffff;
            status = shift_word(tap, &rest, 31, true);
            idcode |= rest << 1;
            if (idcode == 0xffffffff) {
                break;
            }
        }
        if (status == LX_OK && *devices == TAP_CHAIN_MAX) {
            return LX_EOVERFLOW;
        }
        if (status == LX_OK) {
            chain[*devices].idcode = idcode;
            chain[*devices].ir_bits = known_ir_bits(idcode);
            *devices += 1;
        }
    }
    return status;
}

// A stuck TDO looks like no device (high) or too many without an id (low).
static int chain_verdict(const tap_device_t *chain, unsigned devices, int status) {
    if (status != LX_EOVERFLOW) {
        return status == LX_OK && devices == 0 ? LX_ENODEV : status;
    }
    uint32_t any = 0;
    for (unsigned i = 0; i < devices; i++) {
        any |= chain[i].idcode;
    }
    return any ? LX_EOVERFLOW : LX_ENODEV;
}

// The sum of all IR lengths: ones fill every IR (which is BYPASS), then a zero is followed through.
static int measure_ir(tap_t *tap, unsigned *sum) {
    int status = tap_go(tap, TAP_IR_SHIFT);
    if (status == LX_OK) {
        status = pad(tap, TAP_CHAIN_MAX * TAP_IR_BITS_MAX, false);
    }
    *sum = 0;
    for (unsigned i = 0; status == LX_OK && i <= TAP_CHAIN_MAX * TAP_IR_BITS_MAX; i++) {
        uint32_t bit = i > 0;
        status = shift_word(tap, &bit, 1, true);
        if (status == LX_OK && bit == 0) {
            *sum = i;
            break;
        }
    }
    if (status == LX_OK) {
        // All ones again, so that the update that follows loads BYPASS everywhere.
        status = pad(tap, TAP_CHAIN_MAX * TAP_IR_BITS_MAX, true);
    }
    return status == LX_OK ? tap_reset(tap) : status;
}

static int find_ir_bits(tap_t *tap) {
    unsigned unknown = 0;
    unsigned known_sum = 0;
    unsigned which = 0;
    for (unsigned i = 0; i < tap->devices; i++) {
        known_sum += tap->chain[i].ir_bits;
        if (tap->chain[i].ir_bits == 0) {
            unknown++;
            which = i;
        }
    }
    if (unknown != 1) {
        return LX_OK;
    }
    unsigned sum;
    int status = measure_ir(tap, &sum);
    if (status == LX_OK && sum >= known_sum + 2 && sum - known_sum <= TAP_IR_BITS_MAX) {
        tap->chain[which].ir_bits = sum - known_sum;
    }
    return status;
}

tap_state_t tap_next(tap_state_t state, bool tms) {
    return transitions[state].next[tms];
}

unsigned tap_path(tap_state_t from, tap_state_t to, uint32_t *tms) {
    unsigned count = 0;
    *tms = 0;
    while (from != to && count < 32) {
        bool level = (transitions[from].towards >> to) & 1;
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
    uint32_t actual = 0;
    int status = tap_wait(tap, 0);
    if (status == LX_OK && tap->transport.ops->set_freq) {
        status = tap->transport.ops->set_freq(tap->transport.ctx, hz, &actual);
    }
    if (status == LX_OK) {
        tap->freq_hz = actual;
        tap->asked_hz = hz;
    }
    return status;
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

// At least so long at that frequency. A long division by hand: the compiler's own is a function of its run-time
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

int tap_run(tap_t *tap, uint32_t count, uint32_t us) {
    const jtag_transport_ops_t *ops = tap->transport.ops;
    int status = tap_go(tap, TAP_IDLE);
    uint32_t hz = tap->freq_hz ? tap->freq_hz : ASSUMED_MHZ * 1000000;
    uint64_t for_time = clocks_for(us, hz);
    if (ops->time_us && us) {
        // The bound: a clock that stands still ends no later than four times the clocks at the known frequency.
        uint64_t bound = 4 * for_time + RUN_STEP_CLOCKS;
        uint32_t start = ops->time_us(tap->transport.ctx);
        for (uint64_t done = 0; status == LX_OK && done < bound; done += RUN_STEP_CLOCKS) {
            if (done >= count && ops->time_us(tap->transport.ctx) - start >= us) {
                return LX_OK;
            }
            status = clocks(tap, RUN_STEP_CLOCKS, false, true);
            if (status == LX_OK) {
                status = tap_wait(tap, 0);
            }
        }
        return status;
    }
    for (uint64_t left = for_time > count ? for_time : count; status == LX_OK && left;) {
        uint32_t now = left < OP_BITS_MAX ? left : OP_BITS_MAX;
        left -= now;
        status = clocks(tap, now, false, true);
    }
    return status;
}

int tap_scan(tap_t *tap) {
    unsigned devices;
    tap->devices = 0;
    tap->target = 0;
    int status = read_chain(tap, tap->chain, &devices);
    status = chain_verdict(tap->chain, devices, status);
    if (status == LX_OK) {
        tap->devices = devices;
        status = tap_check(tap, 1);
    }
    if (status == LX_OK) {
        status = find_ir_bits(tap);
    }
    if (status != LX_OK) {
        tap->devices = 0;
        tap_reset(tap);
    }
    return status;
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
    uint8_t bytes[4] = { instruction, instruction >> 8, instruction >> 16, instruction >> 24 };
    int status = tap_go(tap, TAP_IR_SHIFT);
    if (status == LX_OK) {
        status = pad(tap, before, false);
    }
    if (status == LX_OK) {
        status = tap_shift(tap, bytes, NULL, bits, after ? 0 : JTAG_OP_LAST);
    }
    if (status == LX_OK) {
        status = pad(tap, after, true);
    }
    if (status == LX_OK) {
        status = tap_go(tap, TAP_IDLE);
    }
    return status == LX_OK ? tap_wait(tap, 0) : status;
}

int tap_dr(tap_t *tap, const uint8_t *tdi, uint8_t *tdo, uint32_t bits, uint8_t flags) {
    int status = bits ? tap_dr_begin(tap, tdo != NULL) : LX_EINVAL;
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
    int status = LX_OK;
    if (bits) {
        status = tap_shift(tap, tdi, tdo, bits, (flags & JTAG_OP_MSB_FIRST) | (after ? 0 : JTAG_OP_LAST));
    }
    if (status == LX_OK && tap->state == TAP_DR_SHIFT) {
        status = pad(tap, after ? after : 1, true);
    }
    if (status == LX_OK) {
        status = tap_go(tap, TAP_IDLE);
    }
    return status == LX_OK ? tap_wait(tap, 0) : status;
}

int tap_check(tap_t *tap, unsigned times) {
    tap_device_t chain[TAP_CHAIN_MAX];
    int status = tap->devices ? LX_OK : LX_EBUSY;
    while (status == LX_OK && times--) {
        unsigned devices;
        status = read_chain(tap, chain, &devices);
        if (status == LX_EOVERFLOW || (status == LX_OK && devices != tap->devices)) {
            status = LX_ECHAIN;
        }
        for (unsigned i = 0; status == LX_OK && i < devices; i++) {
            if (chain[i].idcode != tap->chain[i].idcode) {
                status = LX_ECHAIN;
            }
        }
    }
    int reset = tap_reset(tap);
    return status == LX_OK ? reset : status;
}

int tap_calibrate(tap_t *tap, uint32_t min_hz, uint32_t max_hz) {
    if (min_hz == 0 || min_hz > max_hz) {
        return LX_EINVAL;
    }
    int status = tap_set_freq(tap, min_hz);
    if (status == LX_OK && tap->freq_hz == 0) {
        status = LX_ENOTSUP;
    }
    if (status == LX_OK) {
        status = tap_scan(tap);
    }
    // Bisect: below is good, above is bad or too fast. Twelve steps are 0.03 % of the range.
    uint32_t below = min_hz;
    uint32_t above = max_hz;
    for (unsigned step = 0; status == LX_OK && step < 12; step++) {
        uint32_t hz = step == 0 ? max_hz : below + (above - below) / 2;
        status = tap_set_freq(tap, hz);
        if (status == LX_OK) {
            int check = tap_check(tap, CHECK_TIMES);
            if (check == LX_EIO || check == LX_EINTR) {
                return check;
            }
            if (check == LX_OK) {
                below = hz;
            } else {
                above = hz;
            }
        }
        if (below == max_hz) {
            break;
        }
    }
    if (status == LX_OK) {
        uint32_t hz = below == max_hz ? max_hz : below / 4 * 3;
        status = tap_set_freq(tap, hz > min_hz ? hz : min_hz);
    }
    return status == LX_OK ? tap_check(tap, CHECK_TIMES) : status;
}
