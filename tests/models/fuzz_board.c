// SPDX-License-Identifier: MIT
// libFuzzer: arbitrary commands to both protocols of a board. Nothing may crash, hang or touch memory that is not the
// board's, whatever a host sends; and a reset must always bring the IDCODE back.

#include "vecp5/protocol.h"

#include <stdlib.h>
#include <string.h>

static bool drop(void *context, const void *data, size_t bytes) {
    (void)data;
    *(size_t *)context += bytes;
    return true;
}

static uint32_t idcode(board_t *board) {
    static const uint8_t tms[6] = { 0x1F | 0x40, 0x00, 0x00, 0x00, 0x00, 0x01 }; // reset, idle, Shift-DR, 32 bits
    uint8_t tdi[6] = { 0 };
    uint8_t tdo[6] = { 0 };
    board_shift(board, 41, tms, tdi, tdo);
    uint64_t bits = 0;
    for (int i = 0; i < 6; i++) {
        bits |= (uint64_t)tdo[i] << 8 * i;
    }
    return (uint32_t)(bits >> 9);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const uint8_t instructions[] = {
        0xFF, 0xE0, 0xC0, 0x3C, 0xF0, 0x79, 0xC6, 0x74, 0x26, 0x0E, 0x5E, 0xCE, 0xC2, 0x46, 0x7A, 0x3B, 0x60, 0x22, 0x20,
        0x3A, 0x1C, 0x19, 0x7A, 0x3A, 0x3A,
    };
    static const char *const chips[4] = { "W25Q32", "M25P16", "GD25Q32", "M25P16" };
    static board_t board;
    static xvc_t xvc;
    static uint8_t *flash;
    if (size < 2) {
        return 0;
    }
    if (flash == NULL) {
        flash = malloc(4 << 20);
        memset(flash, 0xFF, 4 << 20);
    }
    // A stream that ends at its first command, so that the boot of each run is short.
    memcpy(flash, "\xFF\xFF\xBD\xB3\x00\x00\x00\x00", 8);
    size_t fault = data[0] % 24;
    board_options_t options = {
        .device = ecp5_device_at(data[1] % 10), .chip = nor_chip_find(chips[data[1] >> 6]), .flash_memory = flash,
        .times = (nor_times_t)(data[0] >> 5) % 3,
    };
    if (board_fault_name(fault, NULL) != NULL) {
        board_fault_parse(board_fault_name(fault, NULL), &options.fault);
    }
    board_init(&board, &options);
    size_t answered = 0;
    bitbang_t bitbang;
    bitbang_init(&bitbang, &board);
    xvc_init(&xvc, &board);
    size_t space;
    uint8_t *in = xvc_space(&xvc, &space);
    size -= 2;
    memcpy(in, data + 2, size < space ? size : space);
    xvc_received(&xvc, size < space ? size : space, drop, &answered);
    bitbang_received(&bitbang, data + 2, size, drop, &answered);
    // The input as alternating vectors, most TMS bits low so that scans get long.
    for (size_t at = 2; at + 16 <= size; at += 16) {
        uint8_t tms[8];
        for (int i = 0; i < 8; i++) {
            tms[i] = data[at + (size_t)i] & data[at + 8 + (size_t)i] & 0x55;
        }
        board_shift(&board, 64, tms, data + at + 8, NULL);
        board_advance(&board, (uint64_t)data[at] * 10000);
    }
    // And as a program: an instruction and how many of the following bytes are its data.
    for (size_t at = 2; at + 2 <= size;) {
        size_t count = data[at + 1] % 32;
        count = count < size - at - 2 ? count : size - at - 2;
        uint8_t path[3] = { 0x03, (uint8_t)(1 << 3 | 1 << 4), 0x00 }; // idle, Shift-IR, 8 bits, Update-IR, idle
        uint16_t instruction = (uint16_t)(instructions[data[at] % sizeof(instructions)] << 4);
        uint8_t in_ir[3] = { (uint8_t)instruction, (uint8_t)(instruction >> 8), 0 };
        board_shift(&board, 20, path, in_ir, NULL);
        if (count != 0) {
            uint8_t modes[40] = { 0x01 };
            uint8_t in_dr[40] = { 0 };
            size_t bits = 3 + count * 8;
            for (size_t i = 0; i < count * 8; i++) {
                in_dr[(i + 3) / 8] |= (uint8_t)((data[at + 2 + i / 8] >> i % 8 & 1) << (i + 3) % 8);
            }
            modes[(bits - 1) / 8] |= (uint8_t)(1 << (bits - 1) % 8);
            modes[bits / 8] |= (uint8_t)(1 << bits % 8);
            board_shift(&board, bits + 4, modes, in_dr, NULL);
        }
        board_advance(&board, 1000000);
        at += 2 + count;
    }
    if (!board.powered || !board.connected) {
        board_power(&board, false);
        board_power(&board, true);
    }
    board_fault_kind_t kind = board.fault.kind;
    if ((kind == BOARD_FAULT_NONE || kind == BOARD_FAULT_NOR) && idcode(&board) != board.ecp5.device->idcode) {
        abort();
    }
    return 0;
}
