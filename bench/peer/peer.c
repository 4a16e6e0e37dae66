// SPDX-License-Identifier: MIT
//
// The host at the other end of the cable in bench/network.py: lwIP at 10.0.2.2, in the simulation's time alone
// (hostnet/library.h). Its TCP ports, after RFC 862 to 864:
//
//    7  echo (UDP, too)
//    9  discard: takes as many bytes as the first four say (little-endian, those four are not counted), then answers
//       with one
//   19  sends as many bytes as the first four say
//   80  HTTP: answers each request with the file of the environment's PEER_FILE and closes
//  999  is a client of the board's servers: the first seven bytes say what it does (c: passes bytes on both ways, s: sends
//       that many bytes and closes, f: the same with PEER_FILE, g: sends PEER_FILE and receives until the board closes, r:
//       receives only), to which port, and how many bytes (both little-endian). Where it is done it closes

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hostnet/library.h"
#include "lwip/etharp.h"
#include "lwip/init.h"
#include "lwip/tcp.h"
#include "lwip/timeouts.h"
#include "lwip/udp.h"
#include "netif/ethernet.h"

#define PORT_ECHO 7
#define PORT_DISCARD 9
#define PORT_SOURCE 19
#define PORT_HTTP 80
#define PORT_CLIENT 999
#define COUNT_BYTES 4
#define ORDER_BYTES 7
#define PATTERN_BYTES (TCP_SND_BUF + 251)
#define FRAME_BYTES 1536
#define NS_PER_MS 1000000u

typedef struct {
    const hostnet_wire_t *wire;
    struct netif netif;
    uint8_t pattern[PATTERN_BYTES];
    uint8_t *file;
    size_t file_bytes;
    uint32_t random;
} peer_t;

typedef struct {
    unsigned port;
    size_t seen;      // bytes received
    size_t wanted;    // what the first four bytes say
    const uint8_t *data; // to send; NULL: the pattern
    size_t size;
    size_t sent;
    bool closes;      // when all is sent
    uint8_t order[ORDER_BYTES];
    size_t order_have;
    struct tcp_pcb *own;   // of a client's two connections, one's own and the other's
    struct tcp_pcb *other;
} connection_t;

// lwIP has one state for a process, and so has the peer.
static peer_t peer;

uint32_t peer_random(void) {
    peer.random = peer.random * 1664525u + 1013904223u;
    return peer.random;
}

u32_t sys_now(void) {
    return (u32_t)(peer.wire->now_ns(peer.wire->context) / NS_PER_MS);
}

static err_t output(struct netif *netif, struct pbuf *p) {
    uint8_t frame[FRAME_BYTES];
    (void)netif;
    uint16_t n = pbuf_copy_partial(p, frame, sizeof(frame), 0);
    peer.wire->deliver(peer.wire->context, frame, n);
    return ERR_OK;
}

static err_t init_netif(struct netif *netif) {
    static const uint8_t mac[] = { 0x02, 'P', 'e', 'e', 'r', 0x02 };
    netif->name[0] = 'p';
    netif->name[1] = 'e';
    netif->hwaddr_len = sizeof(mac);
    memcpy(netif->hwaddr, mac, sizeof(mac));
    netif->mtu = 1500;
    netif->output = etharp_output;
    netif->linkoutput = output;
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
    return ERR_OK;
}

// Whatever fits the send buffer.
static err_t go_on(connection_t *self, struct tcp_pcb *pcb) {
    while (self->sent < self->size && tcp_sndbuf(pcb) > 0) {
        size_t n = self->size - self->sent;
        n = n < tcp_sndbuf(pcb) ? n : tcp_sndbuf(pcb);
        const uint8_t *from = self->data != NULL ? self->data + self->sent : peer.pattern + self->sent % 251;
        if (tcp_write(pcb, from, (u16_t)n, self->sent + n < self->size ? TCP_WRITE_FLAG_MORE : 0) != ERR_OK) {
            break;
        }
        self->sent += n;
    }
    tcp_output(pcb);
    if (self->closes && self->sent == self->size && self->size > 0) {
        tcp_arg(pcb, NULL);
        tcp_sent(pcb, NULL);
        tcp_recv(pcb, NULL);
        free(self);
        tcp_close(pcb);
    }
    return ERR_OK;
}

static err_t sent(void *arg, struct tcp_pcb *pcb, u16_t n) {
    (void)n;
    return arg != NULL ? go_on(arg, pcb) : ERR_OK;
}

static void take_count(connection_t *self, const struct pbuf *p) {
    for (size_t i = 0; self->seen + i < COUNT_BYTES && i < p->tot_len; i++) {
        self->wanted |= (size_t)pbuf_get_at(p, (u16_t)i) << 8 * (self->seen + i);
    }
}

static void serve(connection_t *self, struct tcp_pcb *pcb, struct pbuf *p) {
    static const uint8_t byte = '.';
    char head[128];
    switch (self->port) {
        case PORT_ECHO:
            for (struct pbuf *q = p; q != NULL; q = q->next) {
                tcp_write(pcb, q->payload, q->len, TCP_WRITE_FLAG_COPY);
            }
            tcp_output(pcb);
            break;
        case PORT_DISCARD:
            take_count(self, p);
            if (self->size == 0 && self->seen + p->tot_len >= COUNT_BYTES + self->wanted) {
                self->data = &byte;
                self->size = sizeof(byte);
            }
            break;
        case PORT_SOURCE:
            take_count(self, p);
            self->size = self->wanted;
            break;
        default:
            if (self->size == 0 && pbuf_memfind(p, "\r\n\r\n", 4, 0) != 0xffff) {
                int n = snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", peer.file_bytes);
                tcp_write(pcb, head, (u16_t)n, TCP_WRITE_FLAG_COPY | TCP_WRITE_FLAG_MORE);
                self->data = peer.file;
                self->size = peer.file_bytes;
                self->closes = true;
            }
            break;
    }
    self->seen += p->tot_len;
}

// ---- A client of the board's servers. One connection_t has both connections: `own` leads to the server. ----

static void hang_up(struct tcp_pcb *pcb) {
    if (pcb != NULL) {
        tcp_arg(pcb, NULL);
        tcp_recv(pcb, NULL);
        tcp_sent(pcb, NULL);
        tcp_err(pcb, NULL);
        tcp_close(pcb);
    }
}

static void client_end(connection_t *self) {
    hang_up(self->own);
    hang_up(self->other);
    free(self);
}

static void client_failed(void *arg, err_t error) {
    connection_t *self = arg;
    (void)error;
    self->own = NULL;
    client_end(self);
}

static void client_asker_failed(void *arg, err_t error) {
    connection_t *self = arg;
    (void)error;
    self->other = NULL;
    client_end(self);
}

static void client_fill(connection_t *self) {
    while (self->sent < self->size && tcp_sndbuf(self->own) > 0) {
        size_t n = self->size - self->sent;
        n = n < tcp_sndbuf(self->own) ? n : tcp_sndbuf(self->own);
        const uint8_t *from = self->data != NULL ? self->data + self->sent : peer.pattern + self->sent % 251;
        if (tcp_write(self->own, from, (u16_t)n, 0) != ERR_OK) {
            break;
        }
        self->sent += n;
    }
    tcp_output(self->own);
}

static err_t client_sent(void *arg, struct tcp_pcb *pcb, u16_t n) {
    connection_t *self = arg;
    (void)pcb;
    self->seen += n;
    if (self->seen == self->size && self->order[0] != 'g') {
        client_end(self);
    } else {
        client_fill(self);
    }
    return ERR_OK;
}

static err_t client_received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t error) {
    connection_t *self = arg;
    (void)error;
    if (p == NULL) {
        client_end(self);
        return ERR_OK;
    }
    if (self->order[0] == 'c') {
        for (struct pbuf *q = p; q != NULL; q = q->next) {
            tcp_write(self->other, q->payload, q->len, TCP_WRITE_FLAG_COPY);
        }
        tcp_output(self->other);
    }
    tcp_recved(pcb, p->tot_len);
    pbuf_free(p);
    return ERR_OK;
}

static err_t client_connected(void *arg, struct tcp_pcb *pcb, err_t error) {
    connection_t *self = arg;
    (void)error;
    tcp_nagle_disable(pcb);
    bool of_file = self->order[0] == 'f' || self->order[0] == 'g';
    if (self->order[0] == 's' || of_file) {
        self->data = of_file ? peer.file : NULL;
        memcpy(&self->size, self->order + 3, COUNT_BYTES);
        self->size = of_file ? peer.file_bytes : self->size;
        self->seen = self->sent = 0;
        tcp_sent(pcb, client_sent);
        client_fill(self);
    }
    return ERR_OK;
}

static void client_start(connection_t *self, struct tcp_pcb *asker) {
    ip_addr_t board;
    IP_ADDR4(&board, 10, 0, 2, 15);
    self->other = asker;
    self->own = tcp_new();
    tcp_err(asker, client_asker_failed);
    tcp_arg(self->own, self);
    tcp_recv(self->own, client_received);
    tcp_err(self->own, client_failed);
    tcp_connect(self->own, &board, (u16_t)(self->order[1] | self->order[2] << 8), client_connected);
}

static err_t client_asked(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t error) {
    connection_t *self = arg;
    u16_t at = 0;
    (void)error;
    if (p == NULL) {
        self->other = pcb;
        client_end(self);
        return ERR_OK;
    }
    while (self->order_have < ORDER_BYTES && at < p->tot_len) {
        self->order[self->order_have++] = pbuf_get_at(p, at++);
        if (self->order_have == ORDER_BYTES) {
            client_start(self, pcb);
        }
    }
    for (; at < p->tot_len; at++) {
        uint8_t byte = pbuf_get_at(p, at);
        tcp_write(self->own, &byte, 1, TCP_WRITE_FLAG_COPY | (at + 1 < p->tot_len ? TCP_WRITE_FLAG_MORE : 0));
    }
    if (self->own != NULL) {
        tcp_output(self->own);
    }
    tcp_recved(pcb, p->tot_len);
    pbuf_free(p);
    return ERR_OK;
}

static err_t received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t error) {
    connection_t *self = arg;
    (void)error;
    if (p == NULL) {
        tcp_arg(pcb, NULL);
        free(self);
        return tcp_close(pcb);
    }
    serve(self, pcb, p);
    tcp_recved(pcb, p->tot_len);
    pbuf_free(p);
    return self->size > 0 ? go_on(self, pcb) : ERR_OK;
}

static void failed(void *arg, err_t error) {
    (void)error;
    free(arg);
}

static err_t accepted(void *arg, struct tcp_pcb *pcb, err_t error) {
    connection_t *self = calloc(1, sizeof(*self));
    if (self == NULL || error != ERR_OK) {
        free(self);
        return ERR_MEM;
    }
    self->port = (unsigned)(uintptr_t)arg;
    tcp_nagle_disable(pcb);
    tcp_arg(pcb, self);
    tcp_err(pcb, failed);
    if (self->port == PORT_CLIENT) {
        tcp_recv(pcb, client_asked);
        return ERR_OK;
    }
    tcp_recv(pcb, received);
    tcp_sent(pcb, sent);
    return ERR_OK;
}

static void echo(void *arg, struct udp_pcb *pcb, struct pbuf *p, const ip_addr_t *from, u16_t port) {
    (void)arg;
    udp_sendto(pcb, p, from, port);
    pbuf_free(p);
}

static void listen_at(unsigned port) {
    struct tcp_pcb *pcb = tcp_new();
    tcp_bind(pcb, IP_ADDR_ANY, (u16_t)port);
    pcb = tcp_listen(pcb);
    tcp_arg(pcb, (void *)(uintptr_t)port);
    tcp_accept(pcb, accepted);
}

static void read_file(const char *path) {
    FILE *file = path != NULL ? fopen(path, "rb") : NULL;
    if (file == NULL) {
        return;
    }
    fseek(file, 0, SEEK_END);
    peer.file_bytes = (size_t)ftell(file);
    rewind(file);
    peer.file = malloc(peer.file_bytes);
    if (peer.file == NULL || fread(peer.file, 1, peer.file_bytes, file) != peer.file_bytes) {
        peer.file_bytes = 0;
    }
    fclose(file);
}

static void *peer_open(const hostnet_wire_t *wire) {
    ip4_addr_t address;
    ip4_addr_t mask;
    ip4_addr_t gateway;
    peer.wire = wire;
    for (size_t i = 0; i < PATTERN_BYTES; i++) {
        peer.pattern[i] = (uint8_t)(i % 251);
    }
    read_file(getenv("PEER_FILE"));
    lwip_init();
    IP4_ADDR(&address, 10, 0, 2, 2);
    IP4_ADDR(&mask, 255, 255, 255, 0);
    IP4_ADDR(&gateway, 0, 0, 0, 0);
    netif_add(&peer.netif, &address, &mask, &gateway, NULL, init_netif, ethernet_input);
    netif_set_default(&peer.netif);
    netif_set_up(&peer.netif);
    netif_set_link_up(&peer.netif);
    static const unsigned ports[] = { PORT_ECHO, PORT_DISCARD, PORT_SOURCE, PORT_HTTP, PORT_CLIENT };
    for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
        listen_at(ports[i]);
    }
    struct udp_pcb *udp = udp_new();
    udp_bind(udp, IP_ADDR_ANY, PORT_ECHO);
    udp_recv(udp, echo, NULL);
    return &peer;
}

static void peer_close(void *self) {
    (void)self;
    free(peer.file);
    peer.file = NULL;
}

static void peer_send(void *self, const uint8_t *frame, size_t size) {
    (void)self;
    struct pbuf *p = pbuf_alloc(PBUF_RAW, (u16_t)size, PBUF_POOL);
    if (p == NULL) {
        return;
    }
    pbuf_take(p, frame, (u16_t)size);
    if (peer.netif.input(p, &peer.netif) != ERR_OK) {
        pbuf_free(p);
    }
}

static void peer_poll(void *self) {
    (void)self;
    sys_check_timeouts();
}

__attribute__((visibility("default"))) const hostnet_library_t hostnet_library = {
    .open = peer_open, .close = peer_close, .send = peer_send, .poll = peer_poll,
};
