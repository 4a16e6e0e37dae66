// SPDX-License-Identifier: MIT
// How the port starts and restarts; implemented by start.S, main.c and trap.c.
#ifndef PORT_BOOT_H
#define PORT_BOOT_H

#include <stdbool.h>

#include "py/mpconfig.h"
#include "py/misc.h"

// Why port_main runs.
#define PORT_BOOT_COLD 0    // Entered by the BIOS or a ROM stub.
#define PORT_BOOT_TRAP 1    // After a trap report: keeps the RAM disk, runs neither boot.py nor main.py.
#define PORT_BOOT_SOFT 2    // Soft reset (Ctrl-D).

// Runs forever; called by start.S with interrupts off on an empty stack.
MP_NORETURN void port_main(int why);

// Empties the stack and calls port_main(why).
MP_NORETURN void port_reenter(int why);

#endif
