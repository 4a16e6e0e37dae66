// SPDX-License-Identifier: MIT
// The virtual board: chain, FPGA and flash put together, the clock that drives them, and the faults that concern more
// than one of them.

#include "models/board.h"
#include "models/name.h"

#include <stdlib.h>
#include <string.h>

enum {
    TCK_DEFAULT_PS = 40000,
    NEIGHBOUR_IR_BITS = 6,
    NEIGHBOUR_IDCODE = 0x13631093, // a Spartan-7 or Artix-7 class device, IR of 6 bits
    NEIGHBOUR_IDCODE_INSTRUCTION = 0x09,
    SILENT_IR_BITS = 4,
    FAST_TCK_DEFAULT_HZ = 20000000,
    BYTES_DEFAULT = 100000,
};

static const struct {
    const char *name;
    board_fault_kind_t kind;
    int detail;
    uint32_t argument;          // when the name comes without "="
    const char *meaning;
} faults[] = {
    { "none", BOARD_FAULT_NONE, 0, 0, "a healthy board" },
    { "wrong-id", BOARD_FAULT_ECP5, ECP5_FAULT_WRONG_ID, 0, "the IDCODE is that of no ECP5" },
    { "stuck-busy", BOARD_FAULT_ECP5, ECP5_FAULT_STUCK_BUSY, 0, "the FPGA's busy flag never clears" },
    { "erase-fails", BOARD_FAULT_ECP5, ECP5_FAULT_ERASE_FAILS, 0, "ISC_ERASE ends with the FAIL flag" },
    { "no-done", BOARD_FAULT_ECP5, ECP5_FAULT_NO_DONE, 0, "DONE stays low after a good bitstream" },
    { "decrypts", BOARD_FAULT_ECP5, ECP5_FAULT_DECRYPTS, 0, "the FPGA has a key: it takes encrypted bitstreams too" },
    { "decrypt-only", BOARD_FAULT_ECP5, ECP5_FAULT_DECRYPT_ONLY, 0, "the FPGA's fuses accept encrypted bitstreams only" },
    { "neighbour", BOARD_FAULT_NEIGHBOUR_BEFORE, 0, 0, "another device between TDI and the FPGA" },
    { "neighbour-after", BOARD_FAULT_NEIGHBOUR_AFTER, 0, 0, "another device between the FPGA and TDO" },
    { "neighbours", BOARD_FAULT_NEIGHBOURS, 0, 0, "one on each side, the second without IDCODE" },
    { "disconnect", BOARD_FAULT_DISCONNECT, 0, BYTES_DEFAULT, "after N bytes of scan data the cable is off" },
    { "power-loss", BOARD_FAULT_POWER_LOSS, 0, BYTES_DEFAULT, "after N bytes of scan data the power goes" },
    { "fast-tck", BOARD_FAULT_FAST_TCK, 0, FAST_TCK_DEFAULT_HZ, "above N Hz of TCK, TDO comes a bit late" },
    { "flash-wrong-id", BOARD_FAULT_NOR, NOR_FAULT_WRONG_ID, 0, "the flash answers an unknown id, no SFDP" },
    { "flash-absent", BOARD_FAULT_NOR, NOR_FAULT_ABSENT, 0, "MISO stays high" },
    { "flash-stuck-busy", BOARD_FAULT_NOR, NOR_FAULT_STUCK_BUSY, 0, "operation N never ends" },
    { "flash-no-erase", BOARD_FAULT_NOR, NOR_FAULT_NO_ERASE, 0, "erases change nothing" },
    { "flash-no-program", BOARD_FAULT_NOR, NOR_FAULT_NO_PROGRAM, 0, "programming changes nothing" },
    { "flash-no-write-enable", BOARD_FAULT_NOR, NOR_FAULT_NO_WRITE_ENABLE, 0, "write enable is not latched" },
    { "flash-stuck-bit", BOARD_FAULT_NOR, NOR_FAULT_STUCK_BIT, 0, "bit 0 of address N can not be programmed" },
    { "flash-stuck-zero", BOARD_FAULT_NOR, NOR_FAULT_STUCK_ZERO, 0, "bit 0 of address N can not be erased" },
    { "flash-protected", BOARD_FAULT_NOR, NOR_FAULT_PROTECTED, 0, "all block-protect bits are set" },
    { "flash-block-locks", BOARD_FAULT_NOR, NOR_FAULT_BLOCK_LOCKS, 0, "blocks have locks of their own, all set" },
    { "flash-locked", BOARD_FAULT_NOR, NOR_FAULT_LOCKED, 0, "block-protect bits set and locked" },
    { "flash-power-loss", BOARD_FAULT_NOR, NOR_FAULT_POWER_LOSS, 0, "the power goes in operation N of the flash" },
};

const char *board_fault_name(size_t index, const char **meaning) {
    if (index >= sizeof(faults) / sizeof(faults[0])) {
        return NULL;
    }
    if (meaning != NULL) {
        *meaning = faults[index].meaning;
    }
    return faults[index].name;
}

bool board_fault_parse(const char *text, board_fault_t *fault) {
    char name[32];
    const char *equals = strchr(text, '=');
    size_t length = equals != NULL ? (size_t)(equals - text) : strlen(text);
    if (length >= sizeof(name)) {
        return false;
    }
    memcpy(name, text, length);
    name[length] = '\0';
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        if (!name_equal(faults[i].name, name)) {
            continue;
        }
        *fault = (board_fault_t) { faults[i].kind, faults[i].detail, faults[i].argument };
        if (equals != NULL) {
            char *end;
            unsigned long value = strtoul(equals + 1, &end, 0);
            if (equals[1] < '0' || equals[1] > '9' || *end != '\0' || value > UINT32_MAX) {
                return false;
            }
            fault->argument = (uint32_t)value;
        }
        return true;
    }
    return false;
}

static void build_chain(board_t *board) {
    board_fault_kind_t kind = board->fault.kind;
    tap_init(&board->tap);
    if (kind == BOARD_FAULT_NEIGHBOUR_BEFORE || kind == BOARD_FAULT_NEIGHBOURS) {
        bypass_init(&board->neighbour[0], NEIGHBOUR_IR_BITS, NEIGHBOUR_IDCODE, NEIGHBOUR_IDCODE_INSTRUCTION);
        tap_add(&board->tap, &board->neighbour[0].ops, &board->neighbour[0]);
    }
    tap_add(&board->tap, &ecp5_tap_ops, &board->ecp5);
    if (kind == BOARD_FAULT_NEIGHBOUR_AFTER || kind == BOARD_FAULT_NEIGHBOURS) {
        bool silent = kind == BOARD_FAULT_NEIGHBOURS;
        bypass_init(&board->neighbour[1], silent ? SILENT_IR_BITS : NEIGHBOUR_IR_BITS,
            silent ? 0 : NEIGHBOUR_IDCODE, NEIGHBOUR_IDCODE_INSTRUCTION);
        tap_add(&board->tap, &board->neighbour[1].ops, &board->neighbour[1]);
    }
}

static void start_fpga(board_t *board, const ecp5_device_t *device, bool flash) {
    uint64_t now_ns = board->now_ns;
    ecp5_init(&board->ecp5, device, flash ? &board->nor : NULL);
    board->ecp5.now_ns = now_ns;
    board->ecp5.times = board->times;
    build_chain(board);
    ecp5_fault_t fault = board->fault.kind == BOARD_FAULT_ECP5 ? (ecp5_fault_t)board->fault.detail : ECP5_FAULT_NONE;
    // Fuses hold at power-up; other faults come after it.
    bool fuse = fault == ECP5_FAULT_DECRYPTS || fault == ECP5_FAULT_DECRYPT_ONLY;
    board->ecp5.fault = fuse ? fault : ECP5_FAULT_NONE;
    ecp5_boot(&board->ecp5);
    board->ecp5.fault = fault;
}

void board_init(board_t *board, const board_options_t *options) {
    memset(board, 0, sizeof(*board));
    board->fault = options->fault;
    board->times = options->times;
    board->tck_ps = options->tck_ps != 0 ? options->tck_ps : TCK_DEFAULT_PS;
    board->powered = true;
    board->connected = true;
    board->last_tdo = true;
    if (options->chip != NULL) {
        nor_init(&board->nor, options->chip, options->flash_memory);
        board->nor.times = options->times;
    }
    start_fpga(board, options->device, options->chip != NULL);
    if (options->chip != NULL && board->fault.kind == BOARD_FAULT_NOR) {
        nor_set_fault(&board->nor, (nor_fault_t)board->fault.detail, board->fault.argument);
    }
}

void board_advance(board_t *board, uint64_t ns) {
    board->now_ns += ns;
    if (!board->powered) {
        return;
    }
    ecp5_advance(&board->ecp5, ns);
    if (board->nor.chip != NULL) {
        nor_advance(&board->nor, ns);
    }
}

void board_set_tck(board_t *board, uint32_t hz) {
    if (hz != 0) {
        board->tck_ps = (uint32_t)(1000000000000ull / hz);
        board->tck_ps += board->tck_ps == 0;
    }
}

void board_power(board_t *board, bool on) {
    if (on == board->powered) {
        return;
    }
    board->powered = on;
    bool flash = board->nor.chip != NULL;
    if (flash) {
        nor_power(&board->nor, on);
    }
    if (on) {
        board_fault_kind_t kind = board->fault.kind;
        bool lost = flash && board->nor.lost_power;
        if (kind == BOARD_FAULT_POWER_LOSS || kind == BOARD_FAULT_DISCONNECT || lost) {
            board->fault = (board_fault_t) { BOARD_FAULT_NONE, 0, 0 };
        }
        if (lost) {
            nor_set_fault(&board->nor, NOR_FAULT_NONE, 0);
            board->nor.lost_power = false;
        }
        board->connected = true;
        start_fpga(board, board->ecp5.device, flash);
    }
}

// What a slice of clocks means to the faults. False when the chain is gone.
static bool watch(board_t *board, unsigned clocks) {
    if (board->tap.state == TAP_SHIFT_DR) {
        board->scan_bits += clocks;
        if (board->scan_bits > (uint64_t)board->fault.argument * 8) {
            if (board->fault.kind == BOARD_FAULT_DISCONNECT) {
                board->connected = false;
            } else if (board->fault.kind == BOARD_FAULT_POWER_LOSS) {
                board_power(board, false);
            }
        }
    }
    if (board->nor.lost_power && board->powered) {
        board_power(board, false);
    }
    return board->powered && board->connected;
}

static void take_time(board_t *board, unsigned clocks) {
    board->pending_ps += (uint64_t)clocks * board->tck_ps;
    uint64_t ns = board->pending_ps / 1000;
    board->pending_ps %= 1000;
    board_advance(board, ns);
}

static bool step(void *context, unsigned clocks) {
    board_t *board = context;
    take_time(board, clocks);
    return watch(board, clocks);
}

static bool too_fast(const board_t *board) {
    return board->fault.kind == BOARD_FAULT_FAST_TCK && board->fault.argument != 0
           && board->tck_ps < 1000000000000ull / board->fault.argument;
}

void board_shift(board_t *board, size_t bits, const uint8_t *tms, const uint8_t *tdi, uint8_t *tdo) {
    size_t done = 0;
    if (board->powered && board->connected) {
        done = tap_shift(&board->tap, bits, tms, tdi, tdo, step, board);
    }
    if (done < bits) {
        take_time(board, 0);
        board_advance(board, (bits - done) * (uint64_t)board->tck_ps / 1000);
    }
    for (size_t i = done; tdo != NULL && i < bits; i++) {
        tdo[i / 8] |= (uint8_t)(1u << i % 8);
    }
    if (too_fast(board)) {
        for (size_t i = 0; tdo != NULL && i < bits; i++) {
            bool bit = tdo[i / 8] >> i % 8 & 1;
            tdo[i / 8] = (uint8_t)((tdo[i / 8] & ~(1u << i % 8)) | (unsigned)board->last_tdo << i % 8);
            board->last_tdo = bit;
        }
    }
}

bool board_pins(board_t *board, bool tck, bool tms, bool tdi) {
    if (tck && !board->tap.pin_tck && !watch(board, 1)) {
        return true;
    }
    if (!board->powered || !board->connected) {
        return true;
    }
    return tap_pins(&board->tap, tck, tms, tdi);
}
