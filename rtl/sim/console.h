// SPDX-License-Identifier: MIT
//
// The host's end of the SoC's console: bytes between a UART module and this process's standard
// input and output, or a pseudo-terminal. console_put() and console_get() only touch buffers, so
// that a module may call them every cycle; console_poll() does the system calls.

#ifndef RTL_CONSOLE_H
#define RTL_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    CONSOLE_STDIO,
    CONSOLE_PTY,
    CONSOLE_NONE,
} console_kind_t;

typedef struct console console_t;

// Returns NULL after printing one line that says what is wrong. For CONSOLE_PTY the name of the
// terminal is the first line on standard output.
console_t *console_open(console_kind_t kind);

// Restores the terminal's settings and frees the console.
void console_close(console_t *console);

// False when the host does not take bytes at present: hold the byte back, or lose it as a wire does.
bool console_can_put(const console_t *console);

// Takes a byte from the guest. Precondition: console_can_put().
void console_put(console_t *console, uint8_t byte);

// Takes a byte for the guest. Returns false if there is none.
bool console_get(console_t *console, uint8_t *byte);

// Moves bytes between the buffers and the host, never waiting for input.
void console_poll(console_t *console);

// True when the person at the terminal pressed Ctrl-] or nobody reads the output any more.
bool console_left(const console_t *console);

// True when a piped standard input has ended and the guest has taken all of it.
bool console_input_ended(const console_t *console);

// Counts the bytes that passed in either direction, to see whether the guest is quiet.
uint64_t console_activity(const console_t *console);

#endif // RTL_CONSOLE_H
