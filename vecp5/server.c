// SPDX-License-Identifier: MIT
// The poll loop. A client that vanishes, sends rubbish or never reads can not hold up more than its own connection.

#define _GNU_SOURCE
#include "vecp5/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    XVC,
    BITBANG,
    SEND_TIMEOUT_MS = 10000,
    POLL_MS = 100,
    SLICE_BYTES = 16384,
};

static uint64_t wall_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int server_listen(uint16_t *port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return -errno;
    }
    int one = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(*port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t length = sizeof(address);
    if (bind(fd, (struct sockaddr *)&address, length) != 0 || listen(fd, 4) != 0
        || getsockname(fd, (struct sockaddr *)&address, &length) != 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    *port = ntohs(address.sin_port);
    return fd;
}

static bool send_all(void *context, const void *data, size_t bytes) {
    int fd = *(const int *)context;
    const char *at = data;
    while (bytes != 0) {
        ssize_t sent = send(fd, at, bytes, MSG_NOSIGNAL);
        if (sent > 0) {
            at += sent;
            bytes -= (size_t)sent;
            continue;
        }
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        struct pollfd wait = { .fd = fd, .events = POLLOUT };
        if (sent == 0 || (errno != EAGAIN && errno != EWOULDBLOCK) || poll(&wait, 1, SEND_TIMEOUT_MS) != 1) {
            return false;
        }
    }
    return true;
}

// Bring the board's clock up to the wall's; it may be ahead, since every TCK takes its period.
static void catch_up(server_t *server) {
    uint64_t now = wall_ns() - server->started_ns;
    if (server->wall_clock && now > server->board->now_ns) {
        board_advance(server->board, now - server->board->now_ns);
    } else {
        board_advance(server->board, 0);
    }
}

static void drop(server_t *server, int which, const char *why) {
    if (why != NULL) {
        fprintf(stderr, "vecp5: %s: %s; connection closed\n", which == XVC ? "xvc" : "bitbang", why);
    }
    close(server->client[which]);
    server->client[which] = -1;
    if (which == BITBANG) {
        server->backlog.have = server->backlog.at = 0;
        server->backlog.ended = false;
    }
    catch_up(server);
    server_report(server);
}

static void accept_client(server_t *server, int which) {
    int fd = accept4(server->listener[which], NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        return;
    }
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    server->client[which] = fd;
    catch_up(server);
    // Somebody who connects again after the power or the cable went has switched it on and plugged it in.
    if (!server->board->powered || !server->board->connected) {
        board_power(server->board, false);
        board_power(server->board, true);
    }
    if (which == XVC) {
        xvc_init(&server->xvc, server->board);
    } else {
        bitbang_init(&server->bitbang, server->board);
    }
}

// Receive what there is; false when there is nothing, *ended when there will be nothing more.
static bool receive(int fd, uint8_t *space, size_t bytes, size_t *got, bool *ended) {
    ssize_t result = recv(fd, space, bytes, 0);
    if (result < 0 && (errno == EAGAIN || errno == EINTR)) {
        return false;
    }
    *ended = result <= 0;
    *got = result > 0 ? (size_t)result : 0;
    // Clients send a command in two pieces; without this the second waits for a delayed acknowledgement.
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof(one));
    return result > 0;
}

static void serve_xvc(server_t *server) {
    size_t bytes;
    size_t got;
    bool ended = false;
    uint8_t *space = xvc_space(&server->xvc, &bytes);
    if (receive(server->client[XVC], space, bytes, &got, &ended)) {
        catch_up(server);
        if (!xvc_received(&server->xvc, got, send_all, &server->client[XVC])) {
            drop(server, XVC, server->xvc.error);
        }
    } else if (ended) {
        drop(server, XVC, NULL);
    }
}

// Take all that has come, then let the board see a slice of it.
static void serve_bitbang(server_t *server) {
    backlog_t *backlog = &server->backlog;
    size_t got;
    while (!backlog->ended && backlog->have < BACKLOG_BYTES && receive(server->client[BITBANG],
        backlog->data + backlog->have, BACKLOG_BYTES - backlog->have, &got, &backlog->ended)) {
        backlog->have += got;
    }
    size_t slice = backlog->have - backlog->at;
    slice = slice < SLICE_BYTES ? slice : SLICE_BYTES;
    catch_up(server);
    const uint8_t *data = backlog->data + backlog->at;
    backlog->at += slice;
    if (!bitbang_received(&server->bitbang, data, slice, send_all, &server->client[BITBANG])) {
        drop(server, BITBANG, server->bitbang.error);
        return;
    }
    if (backlog->at == backlog->have) {
        backlog->at = backlog->have = 0;
        if (backlog->ended) {
            drop(server, BITBANG, NULL);
        }
    }
}

void server_run(server_t *server, unsigned timeout_s) {
    uint64_t end = timeout_s == 0 ? UINT64_MAX : wall_ns() + timeout_s * 1000000000ull;
    server->started_ns = wall_ns();
    server->client[0] = server->client[1] = -1;
    while (!*server->stop && wall_ns() < end) {
        struct pollfd fds[2];
        for (int i = 0; i < 2; i++) {
            // While there is a client, others wait in the listener's queue.
            fds[i].fd = server->client[i] >= 0 ? server->client[i] : server->listener[i];
            fds[i].events = POLLIN;
            fds[i].revents = 0;
        }
        bool waiting = server->backlog.at < server->backlog.have;
        int ready = poll(fds, 2, waiting ? 0 : POLL_MS);
        if (*server->power_cycle) {
            *server->power_cycle = 0;
            catch_up(server);
            board_power(server->board, false);
            board_power(server->board, true);
        }
        for (int i = 0; i < 2; i++) {
            bool readable = ready > 0 && fds[i].revents != 0;
            if (readable && server->client[i] < 0) {
                accept_client(server, i);
            } else if (readable && i == XVC) {
                serve_xvc(server);
            } else if (i == BITBANG && (readable || waiting)) {
                serve_bitbang(server);
            }
        }
    }
    for (int i = 0; i < 2; i++) {
        if (server->client[i] >= 0) {
            close(server->client[i]);
        }
    }
    catch_up(server);
    server_report(server);
}

bool server_report(const server_t *server) {
    if (server->report_path == NULL) {
        return true;
    }
    const board_t *board = server->board;
    const ecp5_t *ecp5 = &board->ecp5;
    FILE *file = fopen(server->report_path, "w");
    if (file == NULL) {
        return false;
    }
    fprintf(file, "{\"device\": \"%s\", \"idcode\": \"0x%08x\", \"powered\": %s, \"status\": \"0x%08x\", "
        "\"done\": %s, \"user_mode\": %s, \"bse\": %d, \"usercode\": \"0x%08x\", \"frames\": %u, "
        "\"memory_crc32\": \"0x%08x\", \"ebr_bytes\": %u, \"boots\": %u, \"clears\": %u, \"clocks\": %" PRIu64
        ", \"time_ns\": %" PRIu64,
        ecp5->device->name, ecp5->device->idcode, board->powered ? "true" : "false", ecp5_status(ecp5),
        ecp5->done ? "true" : "false", ecp5->user_mode ? "true" : "false", ecp5->bse, ecp5->usercode, ecp5->frames,
        ecp5->memory_crc32, ecp5->ebr_bytes, ecp5->boots, ecp5->clears, board->tap.clocks, board->now_ns);
    if (board->nor.chip != NULL) {
        const nor_counters_t *count = &board->nor.counters;
        fprintf(file, ", \"flash\": {\"chip\": \"%s\", \"sr\": [%u, %u, %u], \"programs\": %u, \"erase_4k\": %u, "
            "\"erase_32k\": %u, \"erase_64k\": %u, \"erase_chip\": %u, \"status_writes\": %u, \"otp_writes\": %u, "
            "\"refused\": %u, \"bytes_read\": %" PRIu64 ", \"busy_ns\": %" PRIu64 "}",
            board->nor.chip->name, board->nor.sr[0], board->nor.sr[1], board->nor.sr[2], count->programs,
            count->erases[0], count->erases[1], count->erases[2], count->erases[3], count->status_writes,
            count->otp_writes, count->refused, count->bytes_read, count->busy_ns);
    }
    fprintf(file, "}\n");
    return fclose(file) == 0;
}
