// SPDX-License-Identifier: MIT
// Resets of the SoC and their causes. LiteX has no register for the cause: a mark in main RAM tells a reset
// from power-up.
#ifndef PORT_RESET_H
#define PORT_RESET_H

#include "py/mpconfig.h"
#include "py/misc.h"

// The values of machine.reset_cause().
typedef enum {
    PORT_RESET_POWER_ON = 1,
    PORT_RESET_HARD = 2,
    PORT_RESET_SOFT = 3,
    PORT_RESET_TRAP = 4,
    PORT_RESET_WATCHDOG = 5,
    PORT_RESET_DEEPSLEEP = 6,
    PORT_RESET_LAST = PORT_RESET_DEEPSLEEP,
} port_reset_cause_t;

void port_set_reset_cause(port_reset_cause_t cause);
port_reset_cause_t port_reset_cause(void);

// Records the cause to report if the SoC resets without port_reset(), for example by its watchdog. HARD at boot.
void port_expect_reset(port_reset_cause_t cause);

// Resets the SoC through its ctrl core; without that core, enters the image again.
MP_NORETURN void port_reset(port_reset_cause_t cause);

#endif
