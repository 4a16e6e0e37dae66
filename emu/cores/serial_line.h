// SPDX-License-Identifier: MIT
//
// RS232PHY (litex/soc/cores/uart.py) on two pins of the wiring, bit by bit at the rate of its tuning word: pin 0 of
// the core is tx, pin 1 is rx.

#ifndef EMU_CORES_SERIAL_LINE_H
#define EMU_CORES_SERIAL_LINE_H

#include "cores/core.h"

typedef struct {
    core_t *core;
    const reg_t *tuning;
    void (*sent)(core_t *core);                   // the byte of serial_line_send() is out
    void (*received)(core_t *core, uint8_t byte);
    int tx;
    int rx;
    event_t tx_bit;
    event_t rx_bit;
    uint64_t tx_start;  // cycle at which the byte began
    uint64_t rx_start;
    unsigned tx_done;   // bits that are over
    unsigned rx_done;   // bits that were sampled
    uint32_t tx_shift;
    uint32_t rx_shift;
    bool sending;
    bool receiving;
} serial_line_t;

// The tuning word of LiteX's default rate; csr.json does not tell what the gateware was built with.
static inline uint64_t serial_line_default_tuning(uint32_t clock_hz) {
    return (UINT64_C(115200) << 32) / clock_hz;
}

// Add the pins of a core. False: no memory.
bool serial_line_init(serial_line_t *line, core_t *core);

// Idle, from now on at the rate of this tuning word.
void serial_line_reset(serial_line_t *line, const reg_t *tuning);

// Begin to send a byte; while one is sent, nothing happens.
void serial_line_send(serial_line_t *line, uint8_t byte);

#endif
