// SPDX-License-Identifier: MIT
//
// The console: see console.h. Output is collected and written when the machine polls; a host that
// does not read stops the guest's UART once OUT_SIZE bytes wait. On a PTY or TCP there may be no reader:
// there the oldest bytes are dropped, as on a wire.

#define _GNU_SOURCE
#include "host/console.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#define OWN_FDS (2)
#define OUT_SIZE (1u << 18)
#define QUIT_KEY (0x1d) // Ctrl-]

static struct termios saved_termios;
static volatile bool termios_saved;

void console_restore(void) {
    if (termios_saved) {
        tcsetattr(STDIN_FILENO, TCSANOW, &saved_termios);
        termios_saved = false;
    }
}

static void make_raw(int fd, bool keep_output) {
    struct termios raw;
    if (tcgetattr(fd, &raw) == 0) {
        tcflag_t oflag = raw.c_oflag;
        cfmakeraw(&raw);
        if (keep_output) {
            raw.c_oflag = oflag;
        }
        tcsetattr(fd, TCSANOW, &raw);
    }
}

static bool open_pty(console_t *c, char *error, size_t error_size) {
    char name[128];
    if (openpty(&c->in, &c->slave, NULL, NULL, NULL) != 0 || ttyname_r(c->slave, name, sizeof(name)) != 0) {
        snprintf(error, error_size, "--uart pty: %s: cannot open a pseudo terminal", strerror(errno));
        return false;
    }
    make_raw(c->slave, false);
    fcntl(c->in, F_SETFL, fcntl(c->in, F_GETFL) | O_NONBLOCK);
    c->out = c->in;
    printf("%s\n", name);
    fflush(stdout);
    return true;
}

static bool open_tcp(console_t *c, const char *port, char *error, size_t error_size) {
    char *end;
    unsigned long number = strtoul(port, &end, 10);
    if (*port == 0 || *end != 0 || number > 65535) {
        snprintf(error, error_size, "--uart tcp:%.40s: no port number: give 1 to 65535, or 0 for any", port);
        return false;
    }
    struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons((uint16_t)number) };
    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(addr);
    int on = 1;
    c->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->listener < 0 || setsockopt(c->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        bind(c->listener, (struct sockaddr *)&addr, sizeof(addr)) != 0 || listen(c->listener, 1) != 0 ||
        getsockname(c->listener, (struct sockaddr *)&addr, &length) != 0) {
        snprintf(error, error_size, "--uart tcp:%s: %s: choose another port", port, strerror(errno));
        return false;
    }
    fprintf(stderr, "lxemu: console on 127.0.0.1:%u\n", (unsigned)ntohs(addr.sin_port));
    return true;
}

static void open_stdio(console_t *c, bool realtime) {
    c->in = STDIN_FILENO;
    c->out = STDOUT_FILENO;
    c->terminal = isatty(STDIN_FILENO);
    c->on_demand = !c->terminal && !realtime;
    if (c->terminal && tcgetattr(STDIN_FILENO, &saved_termios) == 0) {
        termios_saved = true;
        atexit(console_restore);
        make_raw(STDIN_FILENO, !isatty(STDOUT_FILENO));
    }
}

bool console_open(console_t *c, const char *spec, bool realtime, char *error, size_t error_size) {
    memset(c, 0, sizeof(*c));
    c->in = c->out = c->listener = c->slave = -1;
    c->out_data = malloc(OUT_SIZE);
    if (c->out_data == NULL) {
        snprintf(error, error_size, "no memory");
        return false;
    }
    if (strcmp(spec, "stdio") == 0) {
        c->kind = CONSOLE_STDIO;
        open_stdio(c, realtime);
        return true;
    }
    if (strcmp(spec, "pty") == 0) {
        c->kind = CONSOLE_PTY;
        return open_pty(c, error, error_size);
    }
    if (strncmp(spec, "tcp:", 4) == 0) {
        c->kind = CONSOLE_TCP;
        return open_tcp(c, spec + 4, error, error_size);
    }
    if (strcmp(spec, "none") == 0) {
        c->kind = CONSOLE_NONE;
        c->eof = true;
        return true;
    }
    snprintf(error, error_size, "--uart %.40s: give stdio, pty, tcp:PORT or none", spec);
    return false;
}

void console_close(console_t *c) {
    if (c->out_data != NULL && c->out_count > 0) {
        console_poll(c, 0);
    }
    console_restore();
    if (c->kind == CONSOLE_TCP && c->in >= 0) {
        close(c->in);
    }
    if (c->kind == CONSOLE_PTY) {
        close(c->in);
        close(c->slave);
    }
    if (c->listener >= 0) {
        close(c->listener);
    }
    free(c->out_data);
    memset(c, 0, sizeof(*c));
}

bool console_on_demand(const console_t *c) {
    return c->on_demand;
}

void console_demand(console_t *c, size_t bytes) {
    if (c->demand < bytes) {
        c->demand = bytes;
    }
}

bool console_get(console_t *c, uint8_t *byte) {
    if (c->in_count == 0 || (c->on_demand && c->demand == 0)) {
        return false;
    }
    *byte = c->in_data[c->in_first++];
    c->in_count--;
    c->demand -= c->demand > 0;
    return true;
}

static void write_out(console_t *c) {
    while (c->out_count > 0 && c->out >= 0) {
        size_t run = OUT_SIZE - c->out_first < c->out_count ? OUT_SIZE - c->out_first : c->out_count;
        ssize_t n = c->kind == CONSOLE_TCP ? send(c->out, c->out_data + c->out_first, run, MSG_NOSIGNAL | MSG_DONTWAIT)
            : write(c->out, c->out_data + c->out_first, run);
        if (n < 0) {
            if (errno == EINTR) {
                continue;
            }
            if (errno != EAGAIN && errno != EWOULDBLOCK) {
                c->failed = c->kind == CONSOLE_STDIO;
                c->out = -1;
            }
            break;
        }
        c->out_first = (c->out_first + (size_t)n) % OUT_SIZE;
        c->out_count -= (size_t)n;
    }
    if (c->out < 0) {
        c->out_count = 0;
    }
}

bool console_put(console_t *c, uint8_t byte) {
    if (c->kind == CONSOLE_NONE) {
        return true;
    }
    if (c->out_count == OUT_SIZE) {
        write_out(c);
        if (c->out_count == OUT_SIZE) {
            if (c->kind == CONSOLE_STDIO) {
                return false;
            }
            c->out_first = (c->out_first + 1) % OUT_SIZE;
            c->out_count--;
        }
    }
    c->out_data[(c->out_first + c->out_count++) % OUT_SIZE] = byte;
    return true;
}

bool console_has_input(const console_t *c) {
    return c->in_count > 0;
}

bool console_can_wait(const console_t *c) {
    return c->kind != CONSOLE_NONE && !c->eof;
}

// Ctrl-] leaves; what was typed before it still counts.
static void look_for_quit(console_t *c, size_t from, size_t count) {
    uint8_t *key = c->terminal ? memchr(c->in_data + from, QUIT_KEY, count) : NULL;
    if (key != NULL) {
        c->in_count -= c->in_data + from + count - key;
        c->quit = true;
    }
}

static void read_in(console_t *c) {
    if (c->in_count == 0) {
        c->in_first = 0;
    }
    size_t end = c->in_first + c->in_count;
    if (end == sizeof(c->in_data)) {
        return;
    }
    ssize_t n = read(c->in, c->in_data + end, sizeof(c->in_data) - end);
    if (n > 0) {
        c->in_count += (size_t)n;
        look_for_quit(c, end, (size_t)n);
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR && errno != EIO)) {
        if (c->kind == CONSOLE_TCP) {
            close(c->in);
            c->in = c->out = -1;
        } else {
            c->eof = true;
            c->in = -1;
        }
    }
}

static void accept_client(console_t *c) {
    int fd = accept4(c->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        c->in = c->out = fd;
    }
}

void console_poll(console_t *c, int timeout_ms) {
    console_poll_with(c, NULL, 0, timeout_ms);
}

void console_poll_with(console_t *c, struct pollfd *others, size_t other_count, int timeout_ms) {
    struct pollfd fds[OWN_FDS + other_count];
    nfds_t count = 0;
    write_out(c);
    bool room = c->in_first + c->in_count < sizeof(c->in_data) || c->in_count == 0;
    if (c->in >= 0 && room) {
        fds[count++] = (struct pollfd) { .fd = c->in, .events = POLLIN };
    } else if (c->listener >= 0 && c->in < 0) {
        fds[count++] = (struct pollfd) { .fd = c->listener, .events = POLLIN };
    }
    // A reader that lets output wait wakes us when it reads; stdout may block, PTY and TCP do not.
    if (c->out_count > 0 && c->out >= 0) {
        fds[count++] = (struct pollfd) { .fd = c->out, .events = POLLOUT };
    }
    if (other_count > 0) {
        memcpy(fds + count, others, other_count * sizeof(*others));
    }
    if (poll(fds, count + other_count, timeout_ms) <= 0) {
        return;
    }
    for (size_t i = 0; i < other_count; i++) {
        others[i].revents = fds[count + i].revents;
    }
    for (nfds_t i = 0; i < count; i++) {
        if (fds[i].revents & (POLLIN | POLLHUP | POLLERR)) {
            if (fds[i].fd == c->listener) {
                accept_client(c);
            } else if (fds[i].fd == c->in && fds[i].events == POLLIN) {
                read_in(c);
            }
        }
    }
    write_out(c);
}
