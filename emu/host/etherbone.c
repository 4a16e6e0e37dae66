// SPDX-License-Identifier: MIT
//
// Etherbone: see etherbone.h. A packet is a header of 8 bytes and records; a record is a header of 4 bytes,
// then, where its count is not 0, for each of writes and reads an address and `count` words: the address to
// write to and the words, the address to answer to and the addresses to read. All in network order.

#define _GNU_SOURCE
#include "host/etherbone.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAGIC (0x4e6f)
#define VERSION (1)
#define PACKET_HEADER (8)
#define PROBE_FLAG (1)       // low bits of byte 2, beside the version
#define PROBE_REPLY (2)
#define NO_READS (4)
#define SIZES (0x44)         // byte 3: addresses and data of 4 bytes
#define ADDRESS_BYTES(sizes) ((sizes) >> 4)
#define PROBE_PAYLOAD (4)    // that liteeth gives back
#define RECORD_HEADER (4)
#define BYTE_ENABLE (0x0f)
#define DATAGRAM (65536)
#define AT_ONCE (64)         // datagrams, before the guest goes on

struct etherbone {
    etherbone_bus_t bus;
    int fd;
    uint8_t packet[DATAGRAM];
    uint8_t reply[DATAGRAM];
};

static uint32_t get32(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put32(uint8_t *p, uint32_t value) {
    p[0] = (uint8_t)(value >> 24);
    p[1] = (uint8_t)(value >> 16);
    p[2] = (uint8_t)(value >> 8);
    p[3] = (uint8_t)value;
}

static size_t put_header(uint8_t *reply, uint8_t flags) {
    const uint8_t header[PACKET_HEADER] = { MAGIC >> 8, MAGIC & 0xff, VERSION << 4 | flags, SIZES };
    memcpy(reply, header, sizeof(header));
    return sizeof(header);
}

// The bytes of an address and `count` words; none for a count of 0.
static size_t block_size(unsigned count) {
    return count > 0 ? 4 + 4 * (size_t)count : 0;
}

static void do_writes(const etherbone_bus_t *bus, const uint8_t *block, unsigned count, unsigned enable) {
    uint32_t addr = get32(block) & ~3u;
    for (unsigned i = 0; i < count; i++) {
        bus->write(bus->context, addr + 4 * i, get32(block + 4 + 4 * i), enable);
    }
}

// The answer is a record that writes what was read to the address that the reader named.
static size_t do_reads(const etherbone_bus_t *bus, const uint8_t *block, unsigned count, unsigned enable,
    uint8_t *reply) {
    const uint8_t header[RECORD_HEADER] = { 0, (uint8_t)enable, (uint8_t)count, 0 };
    memcpy(reply, header, sizeof(header));
    memcpy(reply + RECORD_HEADER, block, 4);
    for (unsigned i = 0; i < count; i++) {
        put32(reply + RECORD_HEADER + 4 + 4 * i, bus->read(bus->context, get32(block + 4 + 4 * i) & ~3u));
    }
    return RECORD_HEADER + block_size(count);
}

size_t etherbone_answer(const etherbone_bus_t *bus, const uint8_t *packet, size_t size, uint8_t *reply) {
    if (size < PACKET_HEADER || (packet[0] << 8 | packet[1]) != MAGIC || packet[2] >> 4 != VERSION) {
        return 0;
    }
    if (packet[2] & PROBE_FLAG) {
        size_t payload = size - PACKET_HEADER < PROBE_PAYLOAD ? size - PACKET_HEADER : PROBE_PAYLOAD;
        size_t n = put_header(reply, PROBE_REPLY | (packet[2] & NO_READS));
        memcpy(reply + n, packet + n, payload);
        return n + payload;
    }
    if (ADDRESS_BYTES(packet[3]) != 4) {
        return 0;
    }
    size_t at = PACKET_HEADER;
    size_t n = put_header(reply, 0);
    while (size - at >= RECORD_HEADER) {
        const uint8_t *record = packet + at;
        unsigned enable = record[1] & BYTE_ENABLE;
        unsigned writes = record[2];
        unsigned reads = record[3];
        size_t length = RECORD_HEADER + block_size(writes) + block_size(reads);
        if (size - at < length) {
            break;
        }
        if (writes > 0) {
            do_writes(bus, record + RECORD_HEADER, writes, enable);
        }
        if (reads > 0) {
            n += do_reads(bus, record + RECORD_HEADER + block_size(writes), reads, enable, reply + n);
        }
        at += length;
    }
    return n > PACKET_HEADER ? n : 0;
}

// "PORT" or "ADDRESS:PORT".
static bool parse_where(const char *where, struct sockaddr_in *addr) {
    char host[INET_ADDRSTRLEN] = "127.0.0.1";
    const char *colon = strchr(where, ':');
    const char *port = colon != NULL ? colon + 1 : where;
    char *end;
    unsigned long number = strtoul(port, &end, 10);
    if (*port < '0' || *port > '9' || *end != 0 || number > UINT16_MAX) {
        return false;
    }
    if (colon != NULL) {
        size_t length = (size_t)(colon - where);
        if (length >= sizeof(host)) {
            return false;
        }
        memcpy(host, where, length);
        host[length] = 0;
    }
    *addr = (struct sockaddr_in) { .sin_family = AF_INET, .sin_port = htons((uint16_t)number) };
    return inet_pton(AF_INET, host, &addr->sin_addr) == 1;
}

etherbone_t *etherbone_open(const etherbone_bus_t *bus, const char *where, char *error, size_t error_size) {
    struct sockaddr_in addr;
    socklen_t length = sizeof(addr);
    char host[INET_ADDRSTRLEN];
    if (!parse_where(where, &addr)) {
        snprintf(error, error_size, "--etherbone %.40s: give PORT or ADDRESS:PORT, as 1234", where);
        return NULL;
    }
    etherbone_t *e = calloc(1, sizeof(*e));
    if (e == NULL) {
        snprintf(error, error_size, "no memory");
        return NULL;
    }
    e->bus = *bus;
    e->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (e->fd < 0 || bind(e->fd, (struct sockaddr *)&addr, sizeof(addr)) != 0 ||
        getsockname(e->fd, (struct sockaddr *)&addr, &length) != 0) {
        snprintf(error, error_size, "--etherbone %s: %s: choose another port", where, strerror(errno));
        etherbone_close(e);
        return NULL;
    }
    fprintf(stderr, "lxemu: Etherbone on %s:%u\n", inet_ntop(AF_INET, &addr.sin_addr, host, sizeof(host)),
        (unsigned)ntohs(addr.sin_port));
    return e;
}

void etherbone_close(etherbone_t *e) {
    if (e == NULL) {
        return;
    }
    if (e->fd >= 0) {
        close(e->fd);
    }
    free(e);
}

int etherbone_fd(const etherbone_t *e) {
    return e->fd;
}

void etherbone_poll(etherbone_t *e) {
    for (unsigned i = 0; i < AT_ONCE; i++) {
        struct sockaddr_in from;
        socklen_t length = sizeof(from);
        ssize_t size = recvfrom(e->fd, e->packet, sizeof(e->packet), 0, (struct sockaddr *)&from, &length);
        if (size < 0) {
            return; // nothing, or the ICMP answer to an earlier one
        }
        size_t n = etherbone_answer(&e->bus, e->packet, (size_t)size, e->reply);
        if (n > 0) {
            sendto(e->fd, e->reply, n, MSG_NOSIGNAL, (struct sockaddr *)&from, length); // may be lost, as any datagram
        }
    }
}
