// SPDX-License-Identifier: MIT
// Sockets of vecp5: listeners on loopback, one client at a time on each, one poll loop.
#ifndef VECP5_SERVER_H
#define VECP5_SERVER_H

#include "vecp5/protocol.h"

#include <signal.h>

// What a remote_bitbang client has sent and the board has not yet seen: OpenOCD 0.12 gives up when its socket is full, so
// everything is taken as it comes. Pages are used only as far as a client fills them.
#define BACKLOG_BYTES (64u << 20)

typedef struct {
    uint8_t *data;                 // BACKLOG_BYTES, the caller's
    size_t have;
    size_t at;
    bool ended;                    // the client will send no more
} backlog_t;

typedef struct {
    board_t *board;
    xvc_t xvc;
    bitbang_t bitbang;
    backlog_t backlog;
    int listener[2];               // XVC, remote_bitbang; -1: not served
    int client[2];
    bool wall_clock;               // time on the wall passes on the board too
    uint64_t started_ns;           // of the wall clock, less the board's time then
    const char *report_path;       // written when a client leaves and at the end; may be NULL
    volatile sig_atomic_t *stop;   // set by signals
    volatile sig_atomic_t *power_cycle;
} server_t;

// Listen on 127.0.0.1; port 0 lets the system choose, *port tells. Negative errno on failure.
int server_listen(uint16_t *port);

// Serve until *stop, or for `timeout_s` seconds when that is not 0.
void server_run(server_t *server, unsigned timeout_s);

// One line of JSON about the board, into the report file. False when it can not be written.
bool server_report(const server_t *server);

#endif // VECP5_SERVER_H
