// SPDX-License-Identifier: MIT
// The virtual ECP5 board: an FPGA, its SPI NOR and, where a fault asks for it, neighbours on the JTAG chain, with one
// clock for all. It is what lxemu, the RTL simulation, the vecp5 server and host tests hang on their pins or calls.
#ifndef MODELS_BOARD_H
#define MODELS_BOARD_H

#include "models/bypass.h"
#include "models/ecp5.h"

typedef enum {
    BOARD_FAULT_NONE,
    BOARD_FAULT_NEIGHBOUR_BEFORE, // another device between TDI and the FPGA
    BOARD_FAULT_NEIGHBOUR_AFTER,  // another device between the FPGA and TDO
    BOARD_FAULT_NEIGHBOURS,       // both, the second without an IDCODE
    BOARD_FAULT_DISCONNECT,       // after `argument` bytes of scan data TDO stays high and nothing arrives
    BOARD_FAULT_POWER_LOSS,       // after `argument` bytes of scan data the power of the whole board goes
    BOARD_FAULT_FAST_TCK,         // above `argument` Hz TDO comes a bit late
    BOARD_FAULT_ECP5,             // the ECP5's fault `detail`
    BOARD_FAULT_NOR,              // the NOR's fault `detail` with `argument`
} board_fault_kind_t;

typedef struct {
    board_fault_kind_t kind;
    int detail;
    uint32_t argument;
} board_fault_t;

typedef struct {
    const ecp5_device_t *device;
    const nor_chip_t *chip;       // NULL: no flash
    uint8_t *flash_memory;        // chip->size_bytes, the caller's
    nor_times_t times;
    board_fault_t fault;
    uint32_t tck_ps;              // period of TCK in picoseconds; 0: 40000 (25 MHz)
} board_options_t;

typedef struct {
    tap_t tap;
    ecp5_t ecp5;
    nor_t nor;
    bypass_t neighbour[2];
    board_fault_t fault;
    nor_times_t times;
    uint32_t tck_ps;
    uint64_t pending_ps;          // time of clocks, not yet handed on
    uint64_t now_ns;
    uint64_t scan_bits;           // in Shift-DR so far
    bool powered;
    bool connected;
    bool last_tdo;                // of the fault fast-tck
} board_t;

// Build the board and switch it on: it boots from its flash. The board must not be moved afterwards.
void board_init(board_t *board, const board_options_t *options);

// Parse a fault's name, with an optional "=NUMBER" (decimal or 0x): "flash-stuck-bit=0x1234". False when unknown.
bool board_fault_parse(const char *text, board_fault_t *fault);
// The names in order, NULL after the last; each with its one-line meaning through *meaning (may be NULL).
const char *board_fault_name(size_t index, const char **meaning);

void board_advance(board_t *board, uint64_t ns);

// As tap_shift(), each clock taking tck_ps.
void board_shift(board_t *board, size_t bits, const uint8_t *tms, const uint8_t *tdi, uint8_t *tdo);

// As tap_pins(); time is the caller's business (board_advance()).
bool board_pins(board_t *board, bool tck, bool tms, bool tdi);

// Hz of TCK in board_shift(); 0 leaves it.
void board_set_tck(board_t *board, uint32_t hz);

// Power of the whole board. Switching on boots from flash; the fault BOARD_FAULT_POWER_LOSS or DISCONNECT is over then.
void board_power(board_t *board, bool on);

#endif // MODELS_BOARD_H
