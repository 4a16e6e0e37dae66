// SPDX-License-Identifier: MIT
// What main.c and the bindings of the machine module know of each other.
#ifndef PORT_PORT_MACHINE_H
#define PORT_PORT_MACHINE_H

#include "py/obj.h"

// machine.reset_cause(). LiteX has no register for it: a mark in main RAM tells reset from power-up.
typedef enum {
    PORT_RESET_POWER_ON = 1,
    PORT_RESET_HARD = 2,
    PORT_RESET_SOFT = 3,
    PORT_RESET_TRAP = 4,
} port_reset_cause_t;

void port_set_reset_cause(port_reset_cause_t cause);
port_reset_cause_t port_reset_cause(void);

// The clock's hook, once a millisecond with interrupts off: runs machine.Timer.
void port_tick(void *arg);

// Forgets all timers: before the virtual machine's start, and at its end.
void port_timers_init(void);
void port_timers_deinit(void);

// Raises the exception of a driver's status where that is negative.
void port_check(int status);

extern const mp_obj_type_t machine_pin_type;
extern const mp_obj_type_t machine_rtc_type;
extern const mp_obj_type_t port_timer_type;
extern const mp_obj_type_t litex_led_type;

#endif
