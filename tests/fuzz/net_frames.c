// SPDX-License-Identifier: MIT
//
// libFuzzer target: frames of anyone into the driver of LiteEth and lwIP, as the firmware has both (drivers/, port/net),
// with servers on TCP and UDP, connections, DHCP, DNS and mDNS at work. Each input begins at the same state, and is
// a row of steps:
//
//   length   two bytes, the lower one first: a frame of length % 1600 bytes
//   how      bit 0: to our MAC; bit 1: from IP on with right lengths and checksums; bit 2: to the port of a connection, in
//            its window; bits 4 to 7: ticks of 20 ms that pass behind it
//   frame
//
// A buffer that is read or written beyond its end, misaligned access (which traps on VexRiscv), lwIP's assertions and
// pools that are not full again end the run.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lwip/apps/mdns.h"
#include "lwip/dhcp.h"
#include "lwip/dns.h"
#include "lwip/inet_chksum.h"
#include "lwip/init.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/prot/ip4.h"
#include "lwip/prot/ip6.h"
#include "lwip/raw.h"
#include "lwip/stats.h"
#include "lwip/tcp.h"
#include "lwip/timeouts.h"
#include "lwip/udp.h"

#include "drivers/lx_liteeth.h"
#include "net/net.h"
#include "py/mphal.h"
#include "soc/irq.h"
#include "soc/soc.h"
#include "soc_instances.h"

#define FRAME_ROOM (1600)
#define STEP_BYTES (3)
#define TICK_MS (20)
#define SLOT_BYTES (2048)
#define RX_BASE (0x1000u)
#define TX_BASE (0x2000u)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// ---- The MAC: one slot each way -------------------------------------------------------------------------

enum { RX_SLOT = 0x10, RX_LENGTH = 0x14, RX_PENDING = 0x18, TX_READY = 0x1c };

static uint32_t rx[SLOT_BYTES / 4];
static uint32_t tx[SLOT_BYTES / 4];
static uint32_t rx_length; // of the frame that waits

unsigned long csr_read_simple(unsigned long address) {
    switch (address) {
        case RX_LENGTH:
            return rx_length;
        case RX_PENDING:
            return rx_length != 0;
        case TX_READY:
            return 1;
    }
    return 0;
}

void csr_write_simple(unsigned long value, unsigned long address) {
    if (address == RX_PENDING && (value & 1) != 0) {
        rx_length = 0;
    }
}

uint32_t mmio_read32(uint32_t address) {
    if (address < RX_BASE || address - RX_BASE >= SLOT_BYTES || address % 4 != 0) {
        __builtin_trap();
    }
    return rx[(address - RX_BASE) / 4];
}

void mmio_write32(uint32_t address, uint32_t value) {
    if (address < TX_BASE || address - TX_BASE >= SLOT_BYTES || address % 4 != 0) {
        __builtin_trap();
    }
    tx[(address - TX_BASE) / 4] = value;
}

void mmio_write16(uint32_t address, uint16_t value) {
    (void)address;
    (void)value;
}

#define REG(address) { (address), 1, CSR_ACCESS_RW, 32 }

lx_liteeth_regs_t soc_ethmac[SOC_ETHMAC_COUNT] = {
    {
        .name = "ethmac", .irq = -1, .sram_writer_slot = REG(RX_SLOT), .sram_writer_length = REG(RX_LENGTH),
        .sram_writer_ev_pending = REG(RX_PENDING), .sram_writer_ev_enable = REG(0x20), .sram_reader_start = REG(0x24),
        .sram_reader_ready = REG(TX_READY), .sram_reader_slot = REG(0x28), .sram_reader_length = REG(0x2c),
        .sram_reader_ev_pending = REG(0x30), .sram_reader_ev_enable = REG(0x34), .preamble_crc = REG(0x38),
        .rx_base = RX_BASE, .tx_base = TX_BASE, .rx_slots = 1, .tx_slots = 1, .slot_size = SLOT_BYTES,
    }
};

// ---- What else the firmware has -------------------------------------------------------------------------

net_lan_t net_lans[SOC_ETHMAC_COUNT];
uint16_t net_tcp_window;
char mod_network_hostname_data[MICROPY_PY_NETWORK_HOSTNAME_MAX_LEN + 1] = "mpy-litex";
lx_clock_t port_clock;
const soc_identity_t soc_identity = { .map_hash = 1 };
uint8_t __heap_end[1];
static uint32_t cycles;
static uint32_t ms;
static uint32_t random_state;

uint32_t mp_hal_ticks_cpu(void) {
    return cycles += 100;
}

u32_t sys_now(void) {
    return ms;
}

uint32_t net_now_ms(void) {
    return ms;
}

uint32_t net_random(void) {
    return random_state = random_state * 1664525 + 1013904223;
}

void net_stir(uint32_t bits) {
    (void)bits;
}

void net_request(void) {
}

int net_atoi(const char *digits) {
    return (int)strtol(digits, NULL, 10);
}

uint32_t lx_clock_cycles32(lx_clock_t *clock) {
    (void)clock;
    return mp_hal_ticks_cpu();
}

int port_random(void *out, size_t bytes) {
    memset(out, 0x5a, bytes);
    return LX_OK;
}

void port_random_event(void) {
}

bool port_board_id(uint8_t *id) {
    (void)id;
    return false;
}

const soc_constant_t *soc_constant_find(const char *name) {
    (void)name;
    return NULL;
}

int soc_irq_claim(int line, csr_reg_t enable, soc_irq_handler_t handler, void *arg) {
    (void)line;
    (void)enable;
    (void)handler;
    (void)arg;
    return LX_OK;
}

void soc_deferred_lock(void) {
}

void soc_deferred_unlock(void) {
}

static void no_delay(uint32_t time) {
    (void)time;
}

// ---- Programs on top of it ------------------------------------------------------------------------------

static struct udp_pcb *udp;
static struct raw_pcb *raw;

static err_t received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t error) {
    (void)arg;
    (void)error;
    if (p == NULL) {
        tcp_close(pcb);
        return ERR_OK;
    }
    tcp_recved(pcb, p->tot_len);
    for (struct pbuf *q = p; q != NULL; q = q->next) {
        tcp_write(pcb, q->payload, q->len, TCP_WRITE_FLAG_COPY);
    }
    tcp_output(pcb);
    pbuf_free(p);
    return ERR_OK;
}

static err_t accepted(void *arg, struct tcp_pcb *pcb, err_t error) {
    (void)arg;
    if (error == ERR_OK && pcb != NULL) {
        tcp_recv(pcb, received);
    }
    return ERR_OK;
}

static void datagram(void *arg, struct udp_pcb *pcb, struct pbuf *p, const ip_addr_t *from, u16_t port) {
    (void)arg;
    udp_sendto(pcb, p, from, port);
    pbuf_free(p);
}

static u8_t packet(void *arg, struct raw_pcb *pcb, struct pbuf *p, const ip_addr_t *from) {
    (void)arg;
    (void)pcb;
    (void)p;
    (void)from;
    return 0;
}

static void named(const char *name, const ip_addr_t *address, void *arg) {
    (void)name;
    (void)address;
    (void)arg;
}

static void describe(struct mdns_service *service, void *arg) {
    (void)arg;
    mdns_resp_add_service_txtitem(service, "path=/", 6);
}

// ---- State: sections that hold all variables of lwIP and of what is above (Makefile) --------------------

extern uint8_t __start_net_data[], __stop_net_data[], __start_net_bss[], __stop_net_bss[];

typedef struct {
    uint8_t *start;
    size_t bytes;
    uint8_t *copy;
} area_t;

static area_t areas[2];
static struct {
    net_lan_t lan;
    uint16_t window;
    unsigned buffers; // of the pool that the interface holds
    uint32_t cycles, ms, random_state;
    struct udp_pcb *udp;
    struct raw_pcb *raw;
} kept;

// The areas hold what the sanitizer keeps between variables, too.
__attribute__((no_sanitize("address"))) static void move(uint8_t *to, const uint8_t *from, size_t n) {
    for (volatile size_t i = 0; i + 8 <= n; i += 8) {
        *(volatile uint64_t *)(to + i) = *(const uint64_t *)(from + i);
    }
    for (volatile size_t i = n & ~(size_t)7; i < n; i++) {
        to[i] = from[i];
    }
}

static void keep(void) {
    areas[0] = (area_t) { __start_net_data, (uintptr_t)__stop_net_data - (uintptr_t)__start_net_data, NULL };
    areas[1] = (area_t) { __start_net_bss, (uintptr_t)__stop_net_bss - (uintptr_t)__start_net_bss, NULL };
    for (unsigned i = 0; i < 2; i++) {
        areas[i].copy = malloc(areas[i].bytes);
        move(areas[i].copy, areas[i].start, areas[i].bytes);
    }
    kept.lan = net_lans[0];
    kept.window = net_tcp_window;
    kept.buffers = lwip_stats.memp[MEMP_PBUF_POOL]->used;
    kept.cycles = cycles;
    kept.ms = ms;
    kept.random_state = random_state;
    kept.udp = udp;
    kept.raw = raw;
}

static void restore(void) {
    for (unsigned i = 0; i < 2; i++) {
        move(areas[i].start, areas[i].copy, areas[i].bytes);
    }
    net_lans[0] = kept.lan;
    net_tcp_window = kept.window;
    cycles = kept.cycles;
    ms = kept.ms;
    random_state = kept.random_state;
    udp = kept.udp;
    raw = kept.raw;
    rx_length = 0;
}

static void pass(unsigned ticks, uint32_t tick_ms) {
    for (; ticks > 0; ticks--) {
        ms += tick_ms;
        net_lan_tick(&net_lans[0]);
        sys_check_timeouts();
        net_lan_poll(&net_lans[0]);
        netif_poll_all();
    }
}

// ---- Frames ---------------------------------------------------------------------------------------------

static void put16(uint8_t *to, uint16_t value) {
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

static void put32(uint8_t *to, uint32_t value) {
    put16(to, (uint16_t)(value >> 16));
    put16(to + 2, (uint16_t)value);
}

static uint32_t sum(uint32_t total, const uint8_t *data, size_t n) {
    for (size_t i = 0; i < n; i++) {
        total += (uint32_t)data[i] << (i % 2 == 0 ? 8 : 0);
    }
    return total;
}

static uint16_t folded(uint32_t total) {
    total = (total >> 16) + (total & 0xffff);
    total = (total >> 16) + (total & 0xffff);
    return (uint16_t) ~total;
}

// Ports, sequence numbers and window of a connection that there is.
static void join(uint8_t *tcp) {
    const struct tcp_pcb *pcb = tcp_active_pcbs;
    if (pcb == NULL) {
        return;
    }
    put16(tcp, pcb->remote_port);
    put16(tcp + 2, pcb->local_port);
    put32(tcp + 4, pcb->rcv_nxt + tcp[4] % 4);
    put32(tcp + 8, pcb->snd_nxt);
}

static void mend(uint8_t *frame, size_t n, bool in_connection) {
    if (n < 14) {
        return;
    }
    uint8_t *ip = frame + 14;
    size_t bytes = n - 14;
    size_t header;
    unsigned protocol;
    uint32_t total;
    if (bytes >= 20 && frame[12] == 0x08 && frame[13] == 0x00) {
        header = 4 * (size_t)(ip[0] & 15);
        if (header < 20 || header > bytes) {
            header = 20;
            ip[0] = 0x45;
        }
        ip[0] = (uint8_t)(0x40 | (ip[0] & 15));
        put16(ip + 2, (uint16_t)bytes);
        ip[16] = 10, ip[17] = 0, ip[18] = 0, ip[19] = 2;
        if (in_connection) {
            ip[12] = 10, ip[13] = 0, ip[14] = 0, ip[15] = 1;
            ip[9] = 6;
        }
        put16(ip + 10, 0);
        put16(ip + 10, folded(sum(0, ip, header)));
        protocol = ip[9];
        total = sum(0, ip + 12, 8);
    } else if (bytes >= 40 && frame[12] == 0x86 && frame[13] == 0xdd) {
        header = 40;
        ip[0] = 0x60;
        put16(ip + 4, (uint16_t)(bytes - 40));
        protocol = ip[6];
        total = sum(0, ip + 8, 32);
    } else {
        return;
    }
    uint8_t *payload = ip + header;
    size_t rest = bytes - header;
    total += (uint32_t)rest + protocol;
    size_t at = protocol == 6 ? 16 : protocol == 17 ? 6 : 2;
    if (rest < at + 2) {
        return;
    }
    if (protocol == 6 && in_connection && rest >= 20) {
        join(payload);
    }
    if (protocol == 17) {
        put16(payload + 4, (uint16_t)rest);
    }
    if (protocol == 1) {
        total = 0;
    }
    if (protocol == 1 || protocol == 6 || protocol == 17 || protocol == 58) {
        put16(payload + at, 0);
        put16(payload + at, folded(sum(total, payload, rest)));
    }
}

static void step(unsigned how, const uint8_t *data, size_t n) {
    uint8_t frame[FRAME_ROOM] = { 0 };
    memcpy(frame, data, n);
    if ((how & 1) != 0 && n >= 6) {
        memcpy(frame, net_lans[0].netif.hwaddr, 6);
    }
    if ((how & 2) != 0) {
        mend(frame, n, (how & 4) != 0);
    }
    memcpy(rx, frame, sizeof(frame));
    rx_length = (uint32_t)n;
    net_lan_poll(&net_lans[0]);
    pass(how >> 4, TICK_MS);
}

static void start(void) {
    net_tcp_window = NET_TCP_WINDOW;
    lwip_init();
    mdns_resp_init();
    net_lan_t *lan = &net_lans[0];
    net_lan_start(lan, 0, no_delay);
    net_lan_activate(lan, true);
    // An address as from a server, while DHCP goes on to look for one.
    ip4_addr_t address, mask, gateway;
    IP4_ADDR(&address, 10, 0, 0, 2);
    IP4_ADDR(&mask, 255, 255, 255, 0);
    IP4_ADDR(&gateway, 10, 0, 0, 1);
    netif_set_addr(&lan->netif, &address, &mask, &gateway);
    ip_addr_t server = IPADDR4_INIT_BYTES(10, 0, 0, 1);
    dns_setserver(0, &server);
    net_service_t service = { .protocol = IP_PROTO_TCP };
    strcpy(service.type, "_http");
    net_lan_announce(lan, &service, "mpy-litex", 80);
    (void)describe;
    struct tcp_pcb *pcb = tcp_new_ip_type(IPADDR_TYPE_ANY);
    tcp_bind(pcb, IP_ANY_TYPE, 80);
    pcb = tcp_listen_with_backlog(pcb, 4);
    tcp_accept(pcb, accepted);
    udp = udp_new_ip_type(IPADDR_TYPE_ANY);
    udp_bind(udp, IP_ANY_TYPE, 7);
    udp_recv(udp, datagram, NULL);
    raw = raw_new(IP_PROTO_ICMP);
    raw_recv(raw, packet, NULL);
    pass(100, TICK_MS);
    // The peer asks for our MAC, so that connections need no ARP.
    static const uint8_t arp[] = {
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1,
        2, 0, 0, 0, 0, 1, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2,
    };
    step(0, arp, sizeof(arp));
    ip_addr_t found;
    dns_gethostbyname("a.test", &found, named, NULL);
    dns_gethostbyname("b.local", &found, named, NULL);
    struct tcp_pcb *client = tcp_new();
    tcp_recv(client, received);
    tcp_connect(client, &server, 80, NULL);
    pass(1, TICK_MS);
}

// Whatever came, time gives all back.
static void settle(void) {
    while (tcp_active_pcbs != NULL) {
        tcp_abort(tcp_active_pcbs);
    }
    pass(75, 1000); // fragments of IPv6 wait for a minute
    if (lwip_stats.memp[MEMP_PBUF_POOL]->used != kept.buffers || lwip_stats.memp[MEMP_TCP_SEG]->used != 0
        || lwip_stats.memp[MEMP_REASSDATA]->used != 0) {
        __builtin_trap();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static bool started;
    if (!started) {
        started = true;
        start();
        keep();
    }
    restore();
    while (size >= STEP_BYTES) {
        size_t n = (size_t)(data[0] | data[1] << 8) % FRAME_ROOM;
        unsigned how = data[2];
        data += STEP_BYTES;
        size -= STEP_BYTES;
        n = n < size ? n : size;
        step(how, data, n);
        data += n;
        size -= n;
    }
    settle();
    return 0;
}
