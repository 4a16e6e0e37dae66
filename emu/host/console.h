// SPDX-License-Identifier: MIT
//
// The host's end of the guest's serial console: this terminal or a pipe, a PTY, or a TCP port.

#ifndef EMU_HOST_CONSOLE_H
#define EMU_HOST_CONSOLE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    CONSOLE_STDIO,
    CONSOLE_PTY,
    CONSOLE_TCP,
    CONSOLE_NONE,
} console_kind_t;

typedef struct console {
    console_kind_t kind;
    int in;             // -1: nothing to read (any more)
    int out;            // -1: output is dropped
    int listener;       // TCP
    int slave;          // PTY: held open, so that clients may come and go
    bool terminal;      // stdin is a terminal, in raw mode
    bool on_demand;     // a piped stdin in virtual time: read when the guest asks
    bool eof;
    bool quit;          // Ctrl-] was typed
    bool failed;        // stdout is gone
    uint8_t in_data[4096];
    size_t in_first;
    size_t in_count;
    uint8_t *out_data;
    size_t out_first;
    size_t out_count;
    size_t demand;      // bytes that the guest may still take (on_demand)
} console_t;

// spec: "stdio", "pty", "tcp:PORT" or "none". False: one line in error.
bool console_open(console_t *console, const char *spec, bool realtime, char *error, size_t error_size);
void console_close(console_t *console);
// Give the terminal back as it was; from a signal handler too.
void console_restore(void);

bool console_get(console_t *console, uint8_t *byte);
bool console_put(console_t *console, uint8_t byte); // false: no room now
bool console_on_demand(const console_t *console);
// The guest asks for input: let it take up to this number of bytes.
void console_demand(console_t *console, size_t bytes);
// Move bytes to and from the host, waiting up to timeout_ms (-1: for ever) for input.
void console_poll(console_t *console, int timeout_ms);
// The same; it also returns when one of the others is ready, with their revents set.
void console_poll_with(console_t *console, struct pollfd *others, size_t other_count, int timeout_ms);
bool console_has_input(const console_t *console);
bool console_can_wait(const console_t *console); // more input may come

#endif
