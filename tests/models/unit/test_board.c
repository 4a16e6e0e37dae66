// SPDX-License-Identifier: MIT
// The board's own faults: neighbours on the chain, a cable that comes off, power that goes, a clock that is too fast.

#include "tests/models/unit/check.h"

#include <stdlib.h>
#include <string.h>

static uint8_t *flash;

static void open_board(board_t *board, const char *fault, uint32_t tck_ps) {
    const nor_chip_t *chip = nor_chip_find("W25Q128");
    memset(flash, 0xFF, chip->size_bytes);
    board_options_t options = {
        .device = ecp5_device_find("LFE5U-25F"), .chip = chip, .flash_memory = flash, .tck_ps = tck_ps,
    };
    board_fault_parse(fault, &options.fault);
    board_init(board, &options);
}

static void test_chain(check_t *check, const char *fault, const host_t *shape) {
    board_t board;
    open_board(&board, fault, 0);
    host_t host = *shape;
    host.board = &board;
    host_reset(&host);
    board_advance(&board, 300000000);
    CHECK_EQUAL(check, host_read32(&host, ECP5_IR_READ_ID), 0x41111043);
    CHECK_EQUAL(check, host_read32(&host, ECP5_IR_READ_STATUS), 0x06400000);
    // A bitstream in one scan comes through whatever stands in front.
    size_t bytes;
    uint8_t *data = make_bitstream(board.ecp5.device, WITH_COMPRESSION, &bytes);
    host_command(&host, ECP5_IR_ISC_ENABLE, 0);
    host_ir(&host, ECP5_IR_BITSTREAM_BURST);
    host_dr_msb(&host, data, NULL, bytes);
    host_ir(&host, ECP5_IR_ISC_DISABLE);
    host_idle(&host, 100);
    CHECK_EQUAL(check, host_read32(&host, ECP5_IR_READ_STATUS), 0x00600100);
    free(data);
}

static void test_losses(check_t *check) {
    static const char *const names[2] = { "disconnect=1000", "power-loss=1000" };
    for (int i = 0; i < 2; i++) {
        board_t board;
        open_board(&board, names[i], 0);
        host_t host = { .board = &board };
        host_reset(&host);
        board_advance(&board, 300000000);
        CHECK_EQUAL(check, host_read32(&host, ECP5_IR_READ_ID), 0x41111043);
        host_command(&host, ECP5_IR_ISC_ENABLE, 0);
        uint8_t zeros[1100] = { 0 };
        host_ir(&host, ECP5_IR_BITSTREAM_BURST);
        host_dr(&host, zeros, NULL, 1100);
        CHECK_EQUAL(check, host_read32(&host, ECP5_IR_READ_STATUS), 0xFFFFFFFF);
        CHECK(check, board_pins(&board, false, false, false) && board_pins(&board, true, false, false));
        CHECK_EQUAL(check, board.powered, i == 0);
        board_power(&board, false);
        board_power(&board, true);
        host_reset(&host);
        CHECK_EQUAL(check, host_read32(&host, ECP5_IR_READ_ID), 0x41111043);
        CHECK_EQUAL(check, host_read32(&host, ECP5_IR_READ_STATUS) & ECP5_STATUS_ISC_ENABLE, 0);
        host_dr(&host, zeros, NULL, 1100);
        CHECK_EQUAL(check, host_read32(&host, ECP5_IR_READ_ID), 0x41111043);
    }
    // In the middle of a flash operation the whole board goes.
    board_t board;
    open_board(&board, "flash-power-loss=1", 0);
    host_t host = { .board = &board };
    host_reset(&host);
    board_advance(&board, 300000000);
    host_ir(&host, ECP5_IR_PROG_SPI);
    host_dr(&host, (const uint8_t[]) { 0xFE, 0x68 }, NULL, 2);
    for (uint8_t page = 0; page < 2; page++) {
        uint8_t tx[260] = { 0x02, 0, page, 0 };
        host_dr_msb(&host, (const uint8_t[]) { 0x06 }, NULL, 1);
        host_dr_msb(&host, tx, NULL, sizeof(tx));
        board_advance(&board, 1000000);
    }
    host_idle(&host, 1);
    CHECK(check, !board.powered && flash[0xFF] == 0 && flash[0x100] == 0 && flash[0x1FF] == 0xFF);
    board_power(&board, true);
    CHECK(check, board.fault.kind == BOARD_FAULT_NONE && board.nor.fault == NOR_FAULT_NONE);
}

static void test_fast(check_t *check) {
    board_t board;
    open_board(&board, "fast-tck=15000000", 40000);
    host_t host = { .board = &board };
    host_reset(&host);
    CHECK(check, host_read32(&host, ECP5_IR_READ_ID) != 0x41111043);
    board_set_tck(&board, 12000000);
    CHECK_EQUAL(check, host_read32(&host, ECP5_IR_READ_ID), 0x41111043);
    // Time: each TCK takes its period.
    uint64_t before = board.now_ns;
    host_idle(&host, 12000);
    CHECK(check, board.now_ns - before >= 999000 && board.now_ns - before <= 1001000);
}

static void test_parse(check_t *check) {
    board_fault_t fault;
    for (size_t i = 0; board_fault_name(i, NULL) != NULL; i++) {
        CHECK(check, board_fault_parse(board_fault_name(i, NULL), &fault));
    }
    CHECK(check, board_fault_parse("flash-stuck-bit=0x1234", &fault) && fault.argument == 0x1234);
    CHECK(check, board_fault_parse("Disconnect=77", &fault) && fault.argument == 77);
    static const char *const bad[] = { "", "=", "unknown", "disconnect=", "disconnect=x", "disconnect=1x", "disconnect=-1",
                                       "disconnect=99999999999", "a-name-that-is-much-longer-than-any-of-the-faults" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CHECK(check, !board_fault_parse(bad[i], &fault));
    }
}

void test_board(check_t *check) {
    flash = malloc(nor_chip_find("W25Q128")->size_bytes);
    test_chain(check, "none", &(host_t) { 0 });
    test_chain(check, "neighbour", &(host_t) { .before = 1, .before_ir = 6 });
    test_chain(check, "neighbour-after", &(host_t) { .after = 1, .after_ir = 6 });
    test_chain(check, "neighbours", &(host_t) { .before = 1, .before_ir = 6, .after = 1, .after_ir = 4 });
    test_losses(check);
    test_fast(check);
    test_parse(check);
    free(flash);
}
