// SPDX-License-Identifier: MIT
// What the unit tests of the models share: checks that count, and a small JTAG host that knows nothing of jtag/.
#ifndef TESTS_MODELS_UNIT_CHECK_H
#define TESTS_MODELS_UNIT_CHECK_H

#include "models/board.h"

#include <stdio.h>

typedef struct {
    int checks;
    int failures;
} check_t;

#define CHECK(check, condition) check_that((check), (condition), #condition, __FILE__, __LINE__)
#define CHECK_EQUAL(check, actual, expected) \
    check_equal((check), (actual), (expected), #actual, __FILE__, __LINE__)

void check_that(check_t *check, bool holds, const char *text, const char *file, int line);
void check_equal(check_t *check, uint64_t actual, uint64_t expected, const char *text, const char *file, int line);

// A host on a board: scans that start and end in Run-Test/Idle. Chains: `before` devices between TDI and the FPGA with
// `before_ir` IR bits in all, likewise after.
typedef struct {
    board_t *board;
    unsigned before, before_ir, after, after_ir;
} host_t;

void host_reset(host_t *host);
void host_idle(host_t *host, size_t clocks);
void host_ir(host_t *host, uint8_t instruction);
// Shift bytes, LSB of each first, with `idle` clocks after; rx may be NULL.
void host_dr(host_t *host, const uint8_t *tx, uint8_t *rx, size_t bytes);
uint32_t host_read32(host_t *host, uint8_t instruction);
void host_command(host_t *host, uint8_t instruction, uint8_t operand);
// Most significant bit first, as bitstreams and SPI have it.
void host_dr_msb(host_t *host, const uint8_t *tx, uint8_t *rx, size_t bytes);

// A made-up bitstream for `device`, `*bytes` long, from malloc. Bits of `flaws` spoil it.
enum {
    FLAW_ID = 1, FLAW_CRC = 2, FLAW_COMMAND = 4, FLAW_TRUNCATED = 8, FLAW_TOO_MANY_FRAMES = 16, FLAW_NO_PREAMBLE = 32,
    WITH_COMPRESSION = 64, WITH_SPI_MODE = 128, WITH_BACKGROUND = 256, WITH_FAST_MCLK = 512,
};
uint8_t *make_bitstream(const ecp5_device_t *device, unsigned flaws, size_t *bytes);

void test_tap(check_t *check);
void test_nor(check_t *check);
void test_nor_faults(check_t *check);
void test_erase_reach(check_t *check);
void test_power_up_locks(check_t *check);
void test_sfdp(check_t *check);
void test_ecp5(check_t *check);
void test_board(check_t *check);
void test_buses(check_t *check);
void test_wiring(check_t *check);
void test_pin_devices(check_t *check);
void test_eth_phy(check_t *check);
void test_spec(check_t *check);

#endif // TESTS_MODELS_UNIT_CHECK_H
