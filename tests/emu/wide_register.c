// SPDX-License-Identifier: MIT
//
// A core whose registers are wider than 64 bits, as a card's response is, without the machine around it: the CSR window
// of emu/machine/csr.c and a model over a host of the test's own.

#include <stdio.h>
#include <string.h>

#include "cores/core.h"
#include "machine/internal.h"

#define WIDTH_BITS (120) // not a multiple of 32: the highest word is partly there
#define BYTES (16)
#define CSR_BASE (0xf0000000u)

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            return 1; \
        } \
    } while (0)

// The model: `response` is `argument` with all bits inverted, computed when it is read.
static unsigned writes;
static uint8_t written[BYTES];

static void write_argument(core_t *core, reg_t *reg, uint64_t value) {
    (void)core;
    writes++;
    reg_read_bytes(reg, written, sizeof(written));
    writes += value != reg_get(reg); // the lowest 64 bits come as the value
}

static void refresh_response(core_t *core, reg_t *reg) {
    uint8_t bytes[BYTES];
    reg_read_bytes(core_reg(core, "argument"), bytes, sizeof(bytes));
    for (unsigned i = 0; i < BYTES; i++) {
        bytes[i] = (uint8_t) ~bytes[i];
    }
    reg_write_bytes(reg, bytes, sizeof(bytes));
}

static const core_reg_t regs[] = {
    { .suffix = "argument", .bits = WIDTH_BITS, .write = write_argument },
    { .suffix = "response", .bits = WIDTH_BITS, .refresh = refresh_response },
    CORE_REGS_END,
};

static const core_model_t card = { .kind = "card", .regs = regs };
const core_model_t *const core_models[] = { &card, NULL };

// What core.c and csr.c call of others, and what this core does not need.
const soc_constant_t *soc_constant(const soc_t *soc, const char *name) {
    (void)soc;
    (void)name;
    return NULL;
}

int nets_pin(nets_t *nets, const char *core, unsigned index, nets_sense_t sense, void *context) {
    (void)nets;
    (void)core;
    (void)index;
    (void)sense;
    (void)context;
    return -1;
}

void nets_drive(nets_t *nets, int pin, nets_drive_t drive) {
    (void)nets;
    (void)pin;
    (void)drive;
}

const wiring_row_t *wiring_device(const wiring_t *wiring, const char *core, unsigned index, size_t n) {
    (void)wiring;
    (void)core;
    (void)index;
    (void)n;
    return NULL;
}

static uint8_t pattern(unsigned byte) {
    return (uint8_t)(0x11 * (byte + 1));
}

// Word `word` of the pattern, the least significant is 0.
static uint32_t pattern_word(unsigned word, unsigned bytes) {
    uint32_t value = 0;
    for (unsigned i = 0; i < bytes; i++) {
        value |= (uint32_t)pattern(word * bytes + i) << 8 * i;
    }
    return value;
}

static int check(unsigned csr_width, bool big) {
    static machine_t m;
    unsigned bytes = csr_width / 8;
    uint32_t words = BYTES / bytes;
    soc_register_t registers[] = {
        { .name = "card_argument", .addr = CSR_BASE, .size = words },
        { .name = "card_response", .addr = CSR_BASE + 4 * words, .size = words, .read_only = true },
    };
    soc_base_t base = { .name = "card", .addr = CSR_BASE };
    soc_t soc = {
        .registers = registers, .register_count = 2, .bases = &base, .base_count = 1,
        .csr_width = csr_width, .csr_big = big, .csr_base = CSR_BASE, .csr_size = 0x1000,
    };
    memset(&m, 0, sizeof(m));
    m.soc = &soc;
    writes = 0;
    CHECK(machine_add_cores(&m));
    machine_reset_cores(&m);
    CHECK(m.core_count == 1 && m.cores[0].model == &card);

    // In the order of the addresses: the last word is the strobe.
    for (uint32_t at = 0; at < words; at++) {
        CHECK(writes == 0);
        machine_csr_write(&m, 4 * at, pattern_word(big ? words - 1 - at : at, bytes), 4);
    }
    CHECK(writes == 1);
    for (unsigned i = 0; i < BYTES; i++) {
        uint8_t there = i < WIDTH_BITS / 8 ? 0xff : 0;
        CHECK(written[i] == (pattern(i) & there));
    }
    for (uint32_t at = 0; at < words; at++) {
        uint32_t word = big ? words - 1 - at : at;
        uint32_t value = machine_csr_read(&m, 4 * (words + at));
        for (unsigned i = 0; i < bytes; i++) {
            uint8_t there = word * bytes + i < WIDTH_BITS / 8 ? 0xff : 0;
            CHECK((value >> 8 * i & 0xff) == (~pattern(word * bytes + i) & there));
        }
    }
    // reg_set() clears what lies above its 64 bits.
    reg_t *argument = core_reg(&m.cores[0], "argument");
    reg_set(argument, UINT64_MAX);
    CHECK(reg_get(argument) == UINT64_MAX && !reg_bit(argument, 64) && reg_bit(argument, 63));
    reg_set_bit(argument, WIDTH_BITS - 1, true);
    reg_set_bit(argument, WIDTH_BITS, true);
    CHECK(reg_bit(argument, WIDTH_BITS - 1) && !reg_bit(argument, WIDTH_BITS));
    return 0;
}

int main(void) {
    return check(32, true) || check(32, false) || check(8, true) || check(8, false);
}
