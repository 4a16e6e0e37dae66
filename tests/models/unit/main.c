// SPDX-License-Identifier: MIT
// Runs the unit tests of the models and prints, as its last line, what the test runner counts.

#include "tests/models/unit/check.h"

#include <stdlib.h>
#include <string.h>

void check_that(check_t *check, bool holds, const char *text, const char *file, int line) {
    check->checks++;
    if (!holds) {
        check->failures++;
        printf("%s:%d: not so: %s\n", file, line, text);
    }
}

void check_equal(check_t *check, uint64_t actual, uint64_t expected, const char *text, const char *file, int line) {
    check->checks++;
    if (actual != expected) {
        check->failures++;
        printf("%s:%d: %s is 0x%llx, expected 0x%llx\n", file, line, text, (unsigned long long)actual,
            (unsigned long long)expected);
    }
}

static void shift_constant(host_t *host, size_t bits, bool tms, const uint8_t *tdi, uint8_t *tdo) {
    uint8_t modes[64];
    uint8_t zeros[64] = { 0 };
    memset(modes, tms ? 0xFF : 0, sizeof(modes));
    while (bits != 0) {
        size_t some = bits < 512 ? bits : 512;
        board_shift(host->board, some, modes, tdi != NULL ? tdi : zeros, tdo);
        tdi = tdi != NULL ? tdi + some / 8 : NULL;
        tdo = tdo != NULL ? tdo + some / 8 : NULL;
        bits -= some;
    }
}

static void shift_bits(host_t *host, unsigned bits, uint32_t tms, uint32_t tdi) {
    uint8_t modes[4] = { (uint8_t)tms, (uint8_t)(tms >> 8), (uint8_t)(tms >> 16), (uint8_t)(tms >> 24) };
    uint8_t data[4] = { (uint8_t)tdi, (uint8_t)(tdi >> 8), (uint8_t)(tdi >> 16), (uint8_t)(tdi >> 24) };
    board_shift(host->board, bits, modes, data, NULL);
}

void host_reset(host_t *host) {
    shift_bits(host, 6, 0x1F, 0);
}

void host_idle(host_t *host, size_t clocks) {
    shift_constant(host, clocks, false, NULL, NULL);
}

void host_ir(host_t *host, uint8_t instruction) {
    unsigned bits = 8 + host->before_ir + host->after_ir;
    // The last device's instruction goes in first; neighbours get all ones, BYPASS.
    uint32_t value = (1u << host->after_ir) - 1;
    value |= (uint32_t)instruction << host->after_ir;
    value |= ((1u << host->before_ir) - 1) << (8 + host->after_ir);
    shift_bits(host, 4, 0x3, 0);
    shift_bits(host, bits, 1u << (bits - 1), value);
    shift_bits(host, 2, 0x1, 0);
}

void host_dr(host_t *host, const uint8_t *tx, uint8_t *rx, size_t bytes) {
    uint8_t *in = calloc(1, bytes + 8);
    uint8_t *out = calloc(1, bytes + 8);
    uint8_t *modes = calloc(1, bytes + 8);
    size_t bits = bytes * 8 + host->before + host->after;
    // Bits for the FPGA start `after` bits late: the devices behind it hold one bit each when the scan starts.
    for (size_t i = 0; i < bytes * 8; i++) {
        size_t at = i + host->after;
        if (tx != NULL && tx[i / 8] >> i % 8 & 1) {
            in[at / 8] |= (uint8_t)(1u << at % 8);
        }
    }
    modes[(bits - 1) / 8] = (uint8_t)(1u << (bits - 1) % 8);
    shift_bits(host, 3, 0x1, 0);
    board_shift(host->board, bits, modes, in, out);
    shift_bits(host, 2, 0x1, 0);
    for (size_t i = 0; rx != NULL && i < bytes * 8; i++) {
        size_t at = i + host->after;
        rx[i / 8] = (uint8_t)((rx[i / 8] & ~(1u << i % 8)) | (unsigned)(out[at / 8] >> at % 8 & 1) << i % 8);
    }
    free(in);
    free(out);
    free(modes);
}

static uint8_t reversed(uint8_t byte) {
    uint8_t result = 0;
    for (int i = 0; i < 8; i++) {
        result |= (uint8_t)((byte >> i & 1) << (7 - i));
    }
    return result;
}

void host_dr_msb(host_t *host, const uint8_t *tx, uint8_t *rx, size_t bytes) {
    uint8_t *copy = calloc(1, bytes);
    for (size_t i = 0; i < bytes; i++) {
        copy[i] = reversed(tx[i]);
    }
    host_dr(host, copy, copy, bytes);
    for (size_t i = 0; rx != NULL && i < bytes; i++) {
        rx[i] = reversed(copy[i]);
    }
    free(copy);
}

uint32_t host_read32(host_t *host, uint8_t instruction) {
    uint8_t rx[4];
    host_ir(host, instruction);
    host_dr(host, NULL, rx, 4);
    return (uint32_t)rx[3] << 24 | (uint32_t)rx[2] << 16 | (uint32_t)rx[1] << 8 | rx[0];
}

void host_command(host_t *host, uint8_t instruction, uint8_t operand) {
    host_ir(host, instruction);
    host_dr(host, &operand, NULL, 1);
    host_idle(host, 100);
}

int main(void) {
    static const struct {
        const char *name;
        void (*run)(check_t *check);
    } tests[] = {
        { "tap", test_tap }, { "nor", test_nor }, { "nor faults", test_nor_faults }, { "sfdp", test_sfdp },
        { "erase reach", test_erase_reach }, { "power-up locks", test_power_up_locks },
        { "ecp5", test_ecp5 }, { "board", test_board }, { "wiring", test_wiring }, { "pin devices", test_pin_devices },
        { "buses", test_buses }, { "Ethernet PHY", test_eth_phy }, { "descriptions", test_spec },
    };
    int passed = 0;
    int failed = 0;
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        check_t check = { 0, 0 };
        tests[i].run(&check);
        printf("%s: %d checks, %d failed\n", tests[i].name, check.checks, check.failures);
        passed += check.checks - check.failures;
        failed += check.failures;
    }
    printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
