// SPDX-License-Identifier: MIT
//
// The host's end of the console: see console.h.

#define _GNU_SOURCE

#include "console.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define BUFFER_BYTES 4096
#define LEAVE_KEY 0x1d // Ctrl-]

struct console {
    console_kind_t kind;
    int in_fd; // -1: no input, or no more of it
    int out_fd; // -1: output is dropped
    int slave_fd; // kept open so that a client may come and go
    bool is_terminal;
    bool left;
    bool ended;
    struct termios saved;
    uint64_t activity;
    size_t in_pos, in_len;
    size_t out_len;
    uint8_t in[BUFFER_BYTES];
    uint8_t out[BUFFER_BYTES];
};

static bool open_stdio(console_t *console) {
    console->in_fd = STDIN_FILENO;
    console->out_fd = STDOUT_FILENO;
    console->is_terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &console->saved) == 0;
    if (console->is_terminal) {
        struct termios raw = console->saved;
        cfmakeraw(&raw);
        tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    }
    return true;
}

static bool open_pty(console_t *console) {
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 || grantpt(fd) != 0 || unlockpt(fd) != 0) {
        fprintf(stderr, "rtl: no pseudo-terminal: %s\n", strerror(errno));
        return false;
    }
    console->slave_fd = open(ptsname(fd), O_RDWR | O_NOCTTY);
    struct termios raw;
    if (console->slave_fd < 0 || tcgetattr(console->slave_fd, &raw) != 0) {
        fprintf(stderr, "rtl: %s: %s\n", ptsname(fd), strerror(errno));
        return false;
    }
    cfmakeraw(&raw);
    tcsetattr(console->slave_fd, TCSANOW, &raw);
    console->in_fd = fd;
    console->out_fd = fd;
    printf("%s\n", ptsname(fd));
    fflush(stdout);
    return true;
}

static void fill(console_t *console) {
    if (console->in_fd < 0 || console->in_pos < console->in_len) {
        return;
    }
    struct pollfd ready = {.fd = console->in_fd, .events = POLLIN};
    if (poll(&ready, 1, 0) <= 0) {
        return;
    }
    ssize_t got = read(console->in_fd, console->in, sizeof(console->in));
    if (got < 0 && (errno == EAGAIN || errno == EINTR || console->kind == CONSOLE_PTY)) {
        return;
    }
    if (got <= 0) {
        console->in_fd = -1;
        console->ended = true;
        return;
    }
    console->in_pos = 0;
    console->in_len = (size_t)got;
    if (console->is_terminal && memchr(console->in, LEAVE_KEY, console->in_len)) {
        console->left = true;
    }
}

static void flush(console_t *console) {
    size_t done = 0;
    while (done < console->out_len) {
        ssize_t put = write(console->out_fd, console->out + done, console->out_len - done);
        if (put > 0) {
            done += (size_t)put;
        } else if (errno == EAGAIN) {
            break;
        } else if (errno != EINTR) {
            console->left = true;
            done = console->out_len;
        }
    }
    console->out_len -= done;
    memmove(console->out, console->out + done, console->out_len);
}

console_t *console_open(console_kind_t kind) {
    console_t *console = calloc(1, sizeof(*console));
    if (!console) {
        fprintf(stderr, "rtl: out of memory\n");
        return NULL;
    }
    console->kind = kind;
    console->in_fd = console->out_fd = console->slave_fd = -1;
    if ((kind == CONSOLE_STDIO && !open_stdio(console))
        || (kind == CONSOLE_PTY && !open_pty(console))) {
        free(console);
        return NULL;
    }
    return console;
}

void console_close(console_t *console) {
    if (console->out_fd >= 0) {
        flush(console);
    }
    if (console->is_terminal) {
        tcsetattr(STDIN_FILENO, TCSADRAIN, &console->saved);
    }
    if (console->kind == CONSOLE_PTY) {
        close(console->slave_fd);
        close(console->out_fd);
    }
    free(console);
}

bool console_can_put(const console_t *console) {
    return console->out_len < sizeof(console->out);
}

void console_put(console_t *console, uint8_t byte) {
    console->activity++;
    if (console->out_fd >= 0) {
        console->out[console->out_len++] = byte;
    }
}

bool console_get(console_t *console, uint8_t *byte) {
    if (console->in_pos == console->in_len) {
        return false;
    }
    *byte = console->in[console->in_pos++];
    console->activity++;
    return true;
}

void console_poll(console_t *console) {
    fill(console);
    if (console->out_len > 0) {
        flush(console);
    }
}

bool console_left(const console_t *console) {
    return console->left;
}

bool console_input_ended(const console_t *console) {
    return console->ended && console->in_pos == console->in_len;
}

uint64_t console_activity(const console_t *console) {
    return console->activity;
}
