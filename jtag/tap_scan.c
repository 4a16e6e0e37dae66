// SPDX-License-Identifier: MIT
//
// Which devices a chain has, how long their instruction registers are, and up to which TCK it reads right (tap.h).

#include "jtag/tap.h"

#define CHECK_TIMES (64)
#define CHAIN_IR_BITS_MAX (TAP_CHAIN_MAX * TAP_IR_BITS_MAX)
#define NO_MORE_IDS (0xffffffffu)
// Of a bisection: 0.03 % of the range.
#define CALIBRATE_STEPS (12)

typedef struct {
    uint32_t value;
    uint32_t mask;
    uint8_t ir_bits;
} known_device_t;

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

// The id of the next device: a one and 31 bits more where it has an IDCODE, a zero (which is 0) where it has BYPASS.
static int read_id(tap_t *tap, uint32_t *idcode) {
    *idcode = 1;
    int status = shift_word(tap, idcode, 1, true);
    if (status != LX_OK || *idcode == 0) {
        return status;
    }
    uint32_t rest = 0x7fffffff;
    status = shift_word(tap, &rest, 31, true);
    *idcode |= rest << 1;
    return status;
}

// Read the ids that the devices capture after reset. The ones that are shifted in mark the end, since an IDCODE is never
// all ones.
static int read_chain(tap_t *tap, tap_device_t *chain, unsigned *devices) {
    *devices = 0;
    int status = tap_reset(tap);
    if (status != LX_OK) {
        return status;
    }
    status = tap_go(tap, TAP_DR_SHIFT);
    while (status == LX_OK) {
        uint32_t idcode;
        status = read_id(tap, &idcode);
        if (status != LX_OK || idcode == NO_MORE_IDS) {
            break;
        }
        if (*devices == TAP_CHAIN_MAX) {
            return LX_EOVERFLOW;
        }
        chain[*devices].idcode = idcode;
        chain[*devices].ir_bits = known_ir_bits(idcode);
        *devices += 1;
    }
    return status;
}

// A stuck TDO looks like no device (high) or too many without an id (low).
static int chain_verdict(const tap_device_t *chain, unsigned devices, int status) {
    if (status == LX_OK && devices == 0) {
        return LX_ENODEV;
    }
    if (status != LX_EOVERFLOW) {
        return status;
    }
    uint32_t any = 0;
    for (unsigned i = 0; i < devices; i++) {
        any |= chain[i].idcode;
    }
    return any ? LX_EOVERFLOW : LX_ENODEV;
}

// The sum of all IR lengths: ones fill every IR (which is BYPASS), then a zero is followed through. *sum 0: it was lost.
static int follow_zero(tap_t *tap, unsigned *sum) {
    *sum = 0;
    int status = tap_shift(tap, NULL, NULL, CHAIN_IR_BITS_MAX, 0);
    for (unsigned i = 0; status == LX_OK && i <= CHAIN_IR_BITS_MAX; i++) {
        uint32_t bit = i > 0;
        status = shift_word(tap, &bit, 1, true);
        if (bit == 0) {
            *sum = i;
            break;
        }
    }
    return status;
}

static int measure_ir(tap_t *tap, unsigned *sum) {
    int status = tap_go(tap, TAP_IR_SHIFT);
    if (status != LX_OK) {
        return status;
    }
    status = follow_zero(tap, sum);
    if (status != LX_OK) {
        return status;
    }
    // All ones again, so that the update that follows loads BYPASS everywhere.
    status = tap_shift(tap, NULL, NULL, CHAIN_IR_BITS_MAX, JTAG_OP_LAST);
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
    if (status != LX_OK) {
        return status;
    }
    if (sum >= known_sum + 2 && sum - known_sum <= TAP_IR_BITS_MAX) {
        tap->chain[which].ir_bits = sum - known_sum;
    }
    return LX_OK;
}

// Ids twice alike, and the IR lengths.
static int scan(tap_t *tap) {
    unsigned devices;
    int status = read_chain(tap, tap->chain, &devices);
    status = chain_verdict(tap->chain, devices, status);
    if (status != LX_OK) {
        return status;
    }
    tap->devices = devices;
    status = tap_check(tap, 1);
    return status == LX_OK ? find_ir_bits(tap) : status;
}

int tap_scan(tap_t *tap) {
    tap->devices = 0;
    tap->target = 0;
    int status = scan(tap);
    if (status != LX_OK) {
        tap->devices = 0;
        tap_reset(tap);
    }
    return status;
}

// One more reading of the chain's ids, compared with what tap_scan() found.
static int check_once(tap_t *tap) {
    tap_device_t chain[TAP_CHAIN_MAX];
    unsigned devices;
    int status = read_chain(tap, chain, &devices);
    if (status == LX_EOVERFLOW) {
        return LX_ECHAIN;
    }
    if (status != LX_OK) {
        return status;
    }
    if (devices != tap->devices) {
        return LX_ECHAIN;
    }
    for (unsigned i = 0; i < devices; i++) {
        if (chain[i].idcode != tap->chain[i].idcode) {
            return LX_ECHAIN;
        }
    }
    return LX_OK;
}

int tap_check(tap_t *tap, unsigned times) {
    int status = tap->devices ? LX_OK : LX_EBUSY;
    while (status == LX_OK && times--) {
        status = check_once(tap);
    }
    int reset = tap_reset(tap);
    return status == LX_OK ? reset : status;
}

// The highest of the frequencies between that were tried and work.
static int bisect(tap_t *tap, uint32_t min_hz, uint32_t max_hz, uint32_t *good_hz) {
    uint32_t above = max_hz;
    *good_hz = min_hz;
    for (unsigned step = 0; step < CALIBRATE_STEPS && *good_hz != max_hz; step++) {
        uint32_t hz = step == 0 ? max_hz : *good_hz + (above - *good_hz) / 2;
        int status = tap_set_freq(tap, hz);
        if (status != LX_OK) {
            return status;
        }
        status = tap_check(tap, CHECK_TIMES);
        if (status == LX_EIO || status == LX_EINTR) {
            return status;
        }
        *(status == LX_OK ? good_hz : &above) = hz;
    }
    return LX_OK;
}

int tap_calibrate(tap_t *tap, uint32_t min_hz, uint32_t max_hz) {
    if (min_hz == 0 || min_hz > max_hz) {
        return LX_EINVAL;
    }
    int status = tap_set_freq(tap, min_hz);
    if (status != LX_OK) {
        return status;
    }
    if (tap->freq_hz == 0) {
        return LX_ENOTSUP;
    }
    status = tap_scan(tap);
    if (status != LX_OK) {
        return status;
    }
    uint32_t good_hz;
    status = bisect(tap, min_hz, max_hz, &good_hz);
    if (status != LX_OK) {
        return status;
    }
    uint32_t hz = good_hz == max_hz ? max_hz : good_hz / 4 * 3;
    status = tap_set_freq(tap, hz > min_hz ? hz : min_hz);
    return status == LX_OK ? tap_check(tap, CHECK_TIMES) : status;
}
