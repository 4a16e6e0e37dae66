// SPDX-License-Identifier: MIT
// The console: MicroPython's standard input and output on the SoC's `uart`.
#ifndef PORT_CONSOLE_H
#define PORT_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

// Starts (or starts again, after a trap) the UART and its interrupt.
void console_init(void);

// Writes by polling, without interrupts and without the rings; bounded, so that a dead UART does not
// hang a trap report.
void console_polled_puts(const char *text);

// Waits until everything written has left the UART's FIFO; bounded.
void console_flush(void);

// Characters lost because the receive ring or the core's FIFO was full, since boot.
unsigned int console_lost(void);

#endif
