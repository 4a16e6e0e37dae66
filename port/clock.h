// SPDX-License-Identifier: MIT
// Who has the timer that makes the clock's tick: a script may take it until the next soft reset. Time then goes on by
// the timer's uptime, and the ticks come from the virtual machine, between two bytecodes and while it waits.
#ifndef PORT_CLOCK_H
#define PORT_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "py/mpconfig.h"

#if PORT_FULL

// Whether somebody else has the timer: no tick ends a sleep of the CPU then.
extern bool port_clock_lent;

// Give the timer away, stopped, unless that was done before. Raises OSError(EBUSY) where it is the only clock.
void port_clock_yield(void);

// Before a script writes a register at this address: gives the timer away where the register starts, stops or sets it.
void port_clock_before_write(uint32_t address);

#else
#define port_clock_lent false
#endif

#endif
