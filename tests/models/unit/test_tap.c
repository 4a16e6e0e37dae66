// SPDX-License-Identifier: MIT
// The TAP against IEEE 1149.1: five ones reset from anywhere, scans through a chain, pins and vectors alike.

#include "tests/models/unit/check.h"

#include <string.h>

enum { IDCODE_A = 0x13631093, IDCODE_B = 0x41113043 };

static void two_devices(tap_t *tap, bypass_t device[2]) {
    tap_init(tap);
    bypass_init(&device[0], 6, IDCODE_A, 0x09);
    bypass_init(&device[1], 8, IDCODE_B, 0xE0);
    tap_add(tap, &device[0].ops, &device[0]);
    tap_add(tap, &device[1].ops, &device[1]);
}

// Walk with TMS bits, LSB first.
static void walk(tap_t *tap, uint32_t tms, unsigned bits) {
    for (unsigned i = 0; i < bits; i++) {
        tap_clock(tap, tms >> i & 1, false);
    }
}

static uint64_t scan(tap_t *tap, uint64_t tdi, unsigned bits) {
    uint64_t tdo = 0;
    for (unsigned i = 0; i < bits; i++) {
        tdo |= (uint64_t)tap_clock(tap, i == bits - 1, tdi >> i & 1) << i;
    }
    return tdo;
}

void test_tap(check_t *check) {
    // Figure 6-1 as paths: from Run-Test/Idle, the TMS bits and where they lead.
    static const struct {
        uint32_t tms;
        unsigned bits;
        tap_state_t state;
    } paths[] = {
        { 0x0, 1, TAP_IDLE }, { 0x1, 1, TAP_SELECT_DR }, { 0x1, 2, TAP_CAPTURE_DR }, { 0x1, 3, TAP_SHIFT_DR },
        { 0x1, 9, TAP_SHIFT_DR }, { 0x5, 3, TAP_EXIT1_DR }, { 0x5, 4, TAP_PAUSE_DR }, { 0x5, 7, TAP_PAUSE_DR },
        { 0x15, 5, TAP_EXIT2_DR }, { 0x15, 6, TAP_SHIFT_DR }, { 0x35, 6, TAP_UPDATE_DR }, { 0xD, 4, TAP_UPDATE_DR },
        { 0xD, 5, TAP_IDLE }, { 0x1D, 5, TAP_SELECT_DR }, { 0x3, 2, TAP_SELECT_IR }, { 0x3, 3, TAP_CAPTURE_IR },
        { 0x3, 4, TAP_SHIFT_IR }, { 0x13, 5, TAP_EXIT1_IR }, { 0x13, 6, TAP_PAUSE_IR }, { 0x53, 7, TAP_EXIT2_IR },
        { 0x53, 8, TAP_SHIFT_IR }, { 0xD3, 8, TAP_UPDATE_IR }, { 0x33, 6, TAP_UPDATE_IR }, { 0x33, 7, TAP_IDLE },
        { 0x73, 7, TAP_SELECT_DR }, { 0x7, 3, TAP_RESET }, { 0xB, 4, TAP_EXIT1_IR },
    };
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        tap_state_t state = TAP_IDLE;
        for (unsigned j = 0; j < paths[i].bits; j++) {
            state = tap_next(state, paths[i].tms >> j & 1);
        }
        CHECK_EQUAL(check, state, paths[i].state);
    }
    for (int state = 0; state < 16; state++) {
        tap_state_t at = (tap_state_t)state;
        for (int i = 0; i < 5; i++) {
            at = tap_next(at, true);
        }
        CHECK_EQUAL(check, at, TAP_RESET);
    }

    // After reset the DR holds the IDCODEs, the last device's first.
    tap_t tap;
    bypass_t device[2];
    two_devices(&tap, device);
    CHECK_EQUAL(check, tap.state, TAP_RESET);
    walk(&tap, 0x2, 4);
    CHECK_EQUAL(check, scan(&tap, 0, 64), (uint64_t)IDCODE_A << 32 | IDCODE_B);
    walk(&tap, 0x1, 2);
    // Both in BYPASS: a pattern comes back two bits late, after two captured zeros. Capture-IR gives 01 per device.
    walk(&tap, 0x3, 4);
    CHECK_EQUAL(check, scan(&tap, 0x3FFF, 14), 1u | 1u << 8);
    walk(&tap, 0x1, 2);
    walk(&tap, 0x1, 3);
    CHECK_EQUAL(check, scan(&tap, 0xA5C3, 16), (0xA5C3u << 2) & 0xFFFF);
    walk(&tap, 0x1, 2);

    // The same scan by vectors and by pins.
    two_devices(&tap, device);
    uint8_t tms[10] = { 0x02 }, tdi[10] = { 0 }, tdo[10] = { 0 };
    tms[8] = 0x08; // the last of 4 + 64 bits
    CHECK_EQUAL(check, tap_shift(&tap, 68, tms, tdi, tdo, NULL, NULL), 68);
    uint64_t got = 0;
    for (unsigned i = 0; i < 64; i++) {
        got |= (uint64_t)(tdo[(i + 4) / 8] >> (i + 4) % 8 & 1) << i;
    }
    CHECK_EQUAL(check, got, (uint64_t)IDCODE_A << 32 | IDCODE_B);
    CHECK_EQUAL(check, tap.state, TAP_EXIT1_DR);

    tap_t by_pins;
    bypass_t more[2];
    two_devices(&by_pins, more);
    got = 0;
    for (unsigned i = 0; i < 68; i++) {
        bool mode = tms[i / 8] >> i % 8 & 1;
        bool level = tap_pins(&by_pins, false, mode, false); // sampled while TCK is low, before the edge
        if (i >= 4) {
            got |= (uint64_t)level << (i - 4);
        }
        tap_pins(&by_pins, true, mode, false);
    }
    CHECK_EQUAL(check, got, (uint64_t)IDCODE_A << 32 | IDCODE_B);
    CHECK_EQUAL(check, by_pins.state, TAP_EXIT1_DR);

    // Random vectors: slices of eight and single clocks end the same, and TDO may overwrite TDI.
    uint32_t random = 12345;
    two_devices(&tap, device);
    two_devices(&by_pins, more);
    for (int round = 0; round < 2000; round++) {
        uint8_t modes[8], in[8], out[8];
        size_t bits = 1 + (random >> 8) % 64;
        for (int i = 0; i < 8; i++) {
            random = random * 1664525u + 1013904223u;
            modes[i] = random >> 28 < 11 ? 0 : (uint8_t)(random >> 16);
            in[i] = (uint8_t)(random >> 8);
        }
        memcpy(out, in, sizeof(out));
        tap_shift(&tap, bits, modes, out, out, NULL, NULL);
        bool same = true;
        for (size_t i = 0; i < bits; i++) {
            bool bit = tap_clock(&by_pins, modes[i / 8] >> i % 8 & 1, in[i / 8] >> i % 8 & 1);
            same = same && bit == (out[i / 8] >> i % 8 & 1);
        }
        same = same && tap.state == by_pins.state && tap.clocks == by_pins.clocks;
        CHECK(check, same);
    }
}
