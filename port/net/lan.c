// SPDX-License-Identifier: MIT
// lwIP's network interface over LiteEth.
//
// A frame is copied once on its way in, out of the slot, with the sum for its TCP or UDP checksum made in the copy;
// on its way out lwIP's buffers are copied into a slot, or wait in a queue until one is free.
//
// The interrupt copies one frame into a ring of buffers, which takes 50 to 60 us, and asks for the deferred context,
// where lwIP gets it. A MAC has as few as two slots, and needs one of them while the next frame comes: at 100 Mbit/s the
// other has to be free 123 us after its frame came, which is less than lwIP takes for a segment and its acknowledgement.
// Where frames come faster than lwIP takes them, segments that follow one another meet in the ring, and lwIP gets them
// as one.
//
// Receiving may take RX_SHARE of the CPU in each tick. A flood then fills ring and slots and is dropped there, by
// hardware, and Python goes on at a quarter of its speed.

#include "net/net.h"

#include <string.h>

#include "lwip/acd.h"
#include "lwip/dhcp.h"
#include "lwip/dns.h"
#include "lwip/etharp.h"
#include "lwip/ethip6.h"
#include "lwip/igmp.h"
#include "lwip/mld6.h"
#include "lwip/prot/ip4.h"
#include "lwip/prot/ip6.h"
#include "lwip/prot/tcp.h"
#include "lwip/prot/udp.h"
#include "lwip/snmp.h"
#include "lwip/stats.h"
#include "lwip/apps/mdns.h"
#include "netif/ethernet.h"
#include "lwip/priv/tcp_priv.h"

#include "py/mphal.h"
#include "extmod/modnetwork.h"

#include "board_id.h"
#include "random/random.h"
#include "soc/irq.h"
#include "soc/soc.h"
#include "soc_config.h"
#include "soc_instances.h"

#define CYCLES_PER_TICK (SOC_CLOCK_HZ / LX_CLOCK_TICK_HZ)
#define RX_SHARE_CYCLES (CYCLES_PER_TICK * 3 / 4)
// Of the interrupt alone: full frames at 100 Mbit/s take less.
#define ISR_SHARE_CYCLES (CYCLES_PER_TICK / 2)
#define TRAP_CYCLES 400 // of an interrupt around its handler
#define LINK_MS 250
#define PHY_RESET_MS 2
// Segments that are merged with the one before them: lengths have 16 bits, and the window is smaller.
#define MERGED_MAX 22
#define MERGED_HEADERS (SIZEOF_ETH_HDR + IP_HLEN + TCP_HLEN)
#define RX_CHECKS (NETIF_CHECKSUM_ENABLE_ALL & ~(NETIF_CHECKSUM_CHECK_TCP | NETIF_CHECKSUM_CHECK_UDP))

// ---- Addresses ------------------------------------------------------------------------------------------

extern uint8_t __heap_end[];

// The number of a board that has none: random, else from what its memory held at power-up and the time of the first use.
// It stays until the power goes.
#define CHOSEN UINT32_C(0x4d414321)
static struct {
    uint32_t chosen;
    uint32_t number;
} board __attribute__((section(".noinit")));

static uint32_t hash(uint32_t h, const void *data, size_t n) {
    const uint8_t *p = data;
    for (; n > 0; n--) {
        h = (h ^ *p++) * UINT32_C(16777619);
    }
    return h;
}

static uint32_t board_number(void) {
    uint8_t id[PORT_BOARD_ID_BYTES];
    if (port_board_id(id)) {
        return hash(UINT32_C(2166136261), id, sizeof(id));
    }
    if (board.chosen != (CHOSEN ^ board.number)) {
        uint32_t number = 0;
        if (port_random(&number, sizeof(number)) != LX_OK) {
            number = hash(mp_hal_ticks_cpu(), (const void *)((uintptr_t)__heap_end - 0x4000), 0x4000);
        }
        board.number = hash(number, &soc_identity.map_hash, sizeof(soc_identity.map_hash));
        board.chosen = CHOSEN ^ board.number;
    }
    return board.number;
}

// LiteX's constants MACADDR1 to MACADDR6, else an address of the locally administered ones.
static void default_mac(uint8_t mac[LX_LITEETH_MAC_BYTES], unsigned index) {
    char name[] = "macaddr1";
    bool given = true;
    for (unsigned i = 0; i < LX_LITEETH_MAC_BYTES; i++) {
        name[7] = (char)('1' + i);
        const soc_constant_t *constant = soc_constant_find(name);
        given = given && constant != NULL;
        mac[i] = constant != NULL ? (uint8_t)constant->number : 0;
    }
    if (!given || (mac[0] & 1) != 0) {
        uint32_t number = board_number();
        mac[0] = 0x02;
        mac[1] = 'L';
        for (unsigned i = 2; i < LX_LITEETH_MAC_BYTES; i++, number >>= 8) {
            mac[i] = (uint8_t)number;
        }
    }
    mac[5] = (uint8_t)(mac[5] + index);
}

void net_lan_set_mac(net_lan_t *lan, const uint8_t mac[LX_LITEETH_MAC_BYTES]) {
    memcpy(lan->netif.hwaddr, mac, LX_LITEETH_MAC_BYTES);
    lx_liteeth_set_address(&lan->eth, mac);
    net_stir(hash(0, mac, LX_LITEETH_MAC_BYTES));
}

// ---- Sending --------------------------------------------------------------------------------------------

#define PARTS_MAX 16

static int send_now(net_lan_t *lan, struct pbuf *p) {
    lx_liteeth_part_t parts[PARTS_MAX];
    unsigned count = 0;
    size_t skip = ETH_PAD_SIZE;
    for (struct pbuf *q = p; q != NULL; q = q->next) {
        parts[count].data = (const uint8_t *)q->payload + skip;
        parts[count].n = q->len - skip;
        skip = 0;
        count++;
        if (count == PARTS_MAX && q->next != NULL) {
            return LX_EINVAL;
        }
    }
    int status = lx_liteeth_send(&lan->eth, parts, count);
    if (status == LX_OK) {
        MIB2_STATS_NETIF_ADD(&lan->netif, ifoutoctets, p->tot_len);
    }
    return status;
}

// Send what waits while there are slots, and ask for an interrupt when there are none.
static void drain(net_lan_t *lan) {
    while (lan->queue_count > 0) {
        struct pbuf *p = lan->queue[lan->queue_first];
        if (send_now(lan, p) == LX_EBUSY) {
            break;
        }
        lan->queue_first = (uint8_t)((lan->queue_first + 1) % NET_QUEUE_FRAMES);
        lan->queue_count--;
        pbuf_free(p);
    }
    lx_liteeth_enable_transmit(&lan->eth, lan->queue_count > 0);
}

static err_t output(struct netif *netif, struct pbuf *p) {
    net_lan_t *lan = netif->state;
    if (lan->queue_count == 0) {
        int status = send_now(lan, p);
        if (status != LX_EBUSY) {
            return status == LX_OK ? ERR_OK : ERR_ARG;
        }
    }
    if (lan->queue_count == NET_QUEUE_FRAMES) {
        // TCP takes this for a frame that it has not sent.
        lan->tx_dropped++;
        return ERR_MEM;
    }
    // Memory that its owner may change when this returns cannot wait.
    struct pbuf *waits = p;
    bool borrowed = false;
    for (struct pbuf *q = p; q != NULL; q = q->next) {
        borrowed |= PBUF_NEEDS_COPY(q);
    }
    if (borrowed) {
        waits = pbuf_clone(PBUF_RAW, PBUF_RAM, p);
        if (waits == NULL) {
            lan->tx_dropped++;
            return ERR_MEM;
        }
    } else {
        pbuf_ref(p);
    }
    lan->queue[(lan->queue_first + lan->queue_count) % NET_QUEUE_FRAMES] = waits;
    lan->queue_count++;
    if (lan->queue_count > lan->tx_queued_max) {
        lan->tx_queued_max = lan->queue_count;
    }
    if (lan->queue_count == 1) {
        lx_liteeth_enable_transmit(&lan->eth, true);
    }
    return ERR_OK;
}

// ---- Receiving ------------------------------------------------------------------------------------------

#define RESERVED_BUFFERS 6
#define SHORT_BYTES 640 // as long as a message of DHCP

static uint32_t sum_words(const uint16_t *words, unsigned count) {
    uint32_t sum = 0;
    while (count-- > 0) {
        sum += *words++;
    }
    return sum;
}

static bool sums_up(uint32_t sum) {
    sum = (sum >> 16) + (sum & 0xffff);
    sum = (sum >> 16) + (sum & 0xffff);
    return sum == 0xffff;
}

typedef enum {
    CHECK_UNKNOWN, // lwIP has to look
    CHECK_GOOD,
    CHECK_BAD,
} check_t;

// What the sum over the frame from the IP header on, `n` bytes, says of the checksum in it: it holds a TCP segment or UDP
// datagram in one piece and nothing behind it. An intact IPv4 header sums up to 0, and lwIP checks that.
static check_t check(const uint8_t *header, size_t n, unsigned type, uint16_t sum) {
    uint32_t total = sum;
    unsigned protocol;
    size_t bytes; // of the header
    if (type == ETHTYPE_IP && n >= IP_HLEN) {
        const struct ip_hdr *ip = (const void *)header;
        bytes = IPH_HL_BYTES(ip);
        if (n != lwip_ntohs(IPH_LEN(ip)) || bytes < IP_HLEN || bytes > n
            || (IPH_OFFSET(ip) & PP_HTONS(IP_OFFMASK | IP_MF)) != 0) {
            return CHECK_UNKNOWN;
        }
        protocol = IPH_PROTO(ip);
        total += sum_words((const uint16_t *)&ip->src, 4);
    } else if (type == ETHTYPE_IPV6 && n >= IP6_HLEN) {
        const struct ip6_hdr *ip = (const void *)header;
        bytes = IP6_HLEN;
        if (n != IP6_HLEN + (size_t)IP6H_PLEN(ip)) {
            return CHECK_UNKNOWN;
        }
        protocol = IP6H_NEXTH(ip);
        // The addresses are in the pseudo header, too; what is before them is taken out.
        uint32_t first = sum_words((const uint16_t *)header, 4);
        first = (first >> 16) + (first & 0xffff);
        total += (uint16_t) ~((first >> 16) + first);
    } else {
        return CHECK_UNKNOWN;
    }
    size_t least = protocol == IP_PROTO_TCP ? TCP_HLEN : UDP_HLEN;
    if ((protocol != IP_PROTO_TCP && protocol != IP_PROTO_UDP) || n - bytes < least) {
        return CHECK_UNKNOWN;
    }
    if (protocol == IP_PROTO_UDP) {
        const struct udp_hdr *udp = (const void *)(header + bytes);
        if (udp->chksum == 0 || lwip_ntohs(udp->len) != n - bytes) {
            return CHECK_UNKNOWN;
        }
    }
    total += lwip_htons((uint16_t)protocol) + (uint32_t)lwip_htons((uint16_t)(n - bytes));
    return sums_up(total) ? CHECK_GOOD : CHECK_BAD;
}

static unsigned ring_count(const net_lan_t *lan) {
    return (uint8_t)(lan->ring_in - lan->ring_out);
}

static net_frame_t *ring_first(net_lan_t *lan) {
    return &lan->ring[lan->ring_out % NET_RING_FRAMES];
}

// Copy the oldest frame of the slots into the ring. Returns whether the ring has room for another one. In the interrupt:
// lwIP's memory is not touched but for the buffer that lies ready.
static bool fetch(net_lan_t *lan) {
    if (ring_count(lan) == NET_RING_FRAMES) {
        return false;
    }
    size_t n = lx_liteeth_peek(&lan->eth);
    if (n != 0) {
        net_frame_t *frame = &lan->ring[lan->ring_in % NET_RING_FRAMES];
        frame->n = (uint16_t)(ETH_PAD_SIZE + n);
        frame->sum = lx_liteeth_read(&lan->eth, frame->p->payload);
        lan->ring_in++;
    }
    return ring_count(lan) < NET_RING_FRAMES;
}

// What Python does not read may take all buffers but these: acknowledgements, resets, ARP, names and leases get through.
static unsigned free_buffers(void) {
    const struct stats_mem *pool = lwip_stats.memp[MEMP_PBUF_POOL];
    return pool->avail - pool->used;
}

// Take frames again, where the ring has room and the interrupt has time left.
static void resume(net_lan_t *lan) {
    if (lan->rx_off && lan->isr_cycles > 0 && ring_count(lan) < NET_RING_FRAMES) {
        lan->rx_off = false;
        lx_liteeth_enable_receive(&lan->eth, true);
    }
}

// The buffer of the ring's first frame, and a new one in its place. NULL: there is none, and the frame is dropped.
static struct pbuf *take_first(net_lan_t *lan) {
    net_frame_t *frame = ring_first(lan);
    struct pbuf *p = NULL;
    if (frame->n <= SHORT_BYTES || free_buffers() > RESERVED_BUFFERS) {
        p = pbuf_alloc(PBUF_RAW, PBUF_POOL_BUFSIZE, PBUF_POOL);
    }
    if (p != NULL) {
        struct pbuf *fresh = p;
        p = frame->p;
        p->len = p->tot_len = frame->n;
        frame->p = fresh;
    } else {
        lan->rx_dropped++;
        MIB2_STATS_NETIF_INC(&lan->netif, ifindiscards);
    }
    lan->ring_out++;
    resume(lan);
    return p;
}

// The TCP header of a segment of IPv4 that holds data and nothing that its connection has to see alone, or NULL. Its
// checksums are right.
static struct tcp_hdr *plain_segment(const net_frame_t *frame) {
    uint8_t *at = frame->p->payload;
    struct ip_hdr *ip = (void *)(at + SIZEOF_ETH_HDR);
    struct tcp_hdr *tcp = (void *)(at + SIZEOF_ETH_HDR + IP_HLEN);
    if (((struct eth_hdr *)at)->type != PP_HTONS(ETHTYPE_IP) || frame->n <= MERGED_HEADERS
        || IPH_HL_BYTES(ip) != IP_HLEN || IPH_PROTO(ip) != IP_PROTO_TCP
        || (tcp->_hdrlen_rsvd_flags & PP_HTONS((uint16_t) ~TCP_PSH)) != PP_HTONS(TCP_HLEN / 4 << 12 | TCP_ACK)) {
        return NULL;
    }
    bool good = sums_up(sum_words((const uint16_t *)ip, IP_HLEN / 2))
        && check((const uint8_t *)ip, frame->n - SIZEOF_ETH_HDR, ETHTYPE_IP, frame->sum) == CHECK_GOOD;
    return good ? tcp : NULL;
}

// Whether two headers are of one connection, and say the same but for their data.
static bool same_flow(const struct tcp_hdr *a, const struct tcp_hdr *b) {
    const struct ip_hdr *x = (const void *)((const uint8_t *)a - IP_HLEN);
    const struct ip_hdr *y = (const void *)((const uint8_t *)b - IP_HLEN);
    return a->src == b->src && a->dest == b->dest && a->ackno == b->ackno && x->src.addr == y->src.addr
           && x->dest.addr == y->dest.addr && x->_tos == y->_tos && x->_ttl == y->_ttl;
}

// Every second segment is acknowledged at once (RFC 1122, 4.2.3.2), and lwIP sees but one: the first of them counts as
// received before.
static void acknowledge_soon(const struct tcp_hdr *tcp) {
    const struct ip_hdr *ip = (const void *)((const uint8_t *)tcp - IP_HLEN);
    for (struct tcp_pcb *pcb = tcp_active_pcbs; pcb != NULL; pcb = pcb->next) {
        if (pcb->remote_port == lwip_ntohs(tcp->src) && pcb->local_port == lwip_ntohs(tcp->dest)
            && IP_IS_V4(&pcb->remote_ip) && ip_2_ip4(&pcb->remote_ip)->addr == ip->src.addr) {
            tcp_set_flags(pcb, TF_ACK_DELAY);
            return;
        }
    }
}

// Make one segment of those in the ring that follow `p`, whose TCP header is given. lwIP then takes its way through TCP
// once for all of them: its code is larger than the instruction cache.
static void merge(net_lan_t *lan, struct pbuf *p, struct tcp_hdr *first) {
    struct pbuf *parts[MERGED_MAX];
    unsigned count = 0;
    uint32_t bytes = p->len;
    uint32_t next = lwip_ntohl(first->seqno) + p->len - MERGED_HEADERS;
    while (ring_count(lan) > 0 && count < MERGED_MAX) {
        const struct tcp_hdr *tcp = plain_segment(ring_first(lan));
        if (tcp == NULL || !same_flow(first, tcp) || lwip_ntohl(tcp->seqno) != next) {
            break;
        }
        struct pbuf *q = take_first(lan);
        if (q == NULL) {
            break;
        }
        first->_hdrlen_rsvd_flags |= tcp->_hdrlen_rsvd_flags;
        first->wnd = tcp->wnd;
        pbuf_remove_header(q, MERGED_HEADERS);
        next += q->len;
        bytes += q->len;
        parts[count++] = q;
    }
    struct pbuf *behind = NULL;
    for (unsigned i = count; i-- > 0; behind = parts[i]) {
        parts[i]->next = behind;
        parts[i]->tot_len = (u16_t)(parts[i]->len + (behind != NULL ? behind->tot_len : 0));
    }
    p->next = behind;
    p->tot_len = (u16_t)bytes;
    if (count > 0) {
        acknowledge_soon(first);
    }
    IPH_LEN_SET((struct ip_hdr *)(void *)((uint8_t *)first - IP_HLEN), lwip_htons((uint16_t)(bytes - SIZEOF_ETH_HDR)));
}

// Give the first frame of the ring to lwIP, and with it what it can take together.
static void receive(net_lan_t *lan) {
    struct tcp_hdr *tcp = ring_count(lan) > 1 ? plain_segment(ring_first(lan)) : NULL;
    uint16_t sum = ring_first(lan)->sum;
    struct pbuf *p = take_first(lan);
    if (p == NULL) {
        return;
    }
    if (tcp != NULL) {
        merge(lan, p, tcp);
        NETIF_SET_CHECKSUM_CTRL(&lan->netif, RX_CHECKS & ~NETIF_CHECKSUM_CHECK_IP);
    } else {
        const struct eth_hdr *header = p->payload;
        const uint8_t *ip = (const uint8_t *)p->payload + SIZEOF_ETH_HDR;
        check_t result = check(ip, p->tot_len - SIZEOF_ETH_HDR, lwip_ntohs(header->type), sum);
        if (result == CHECK_BAD) {
            lan->rx_checksum_errors++;
            pbuf_free(p);
            return;
        }
        NETIF_SET_CHECKSUM_CTRL(&lan->netif, result == CHECK_GOOD ? RX_CHECKS : NETIF_CHECKSUM_ENABLE_ALL);
    }
    if (lan->netif.input(p, &lan->netif) != ERR_OK) {
        pbuf_free(p);
    }
}

static void receive_all(net_lan_t *lan) {
    uint32_t start = mp_hal_ticks_cpu();
    uint32_t took = 0;
    if (lan->eth.regs->irq < 0) {
        for (unsigned i = 0; i < NET_RING_FRAMES && fetch(lan); i++) {
        }
    }
    while (ring_count(lan) > 0 && took < lan->left_cycles) {
        receive(lan);
        uint32_t now = mp_hal_ticks_cpu();
        net_stir(now);
        took = now - start;
    }
    lan->left_cycles -= took < lan->left_cycles ? took : lan->left_cycles;
}

// ---- Link -----------------------------------------------------------------------------------------------

// A burst of the peer must fit the slots where the CPU cannot take them at the speed of the link: 100 Mbit/s is
// slower than the drain.
static void size_window(net_lan_t *lan) {
    uint32_t window = NET_TCP_WINDOW;
    if (lan->mbps > 100 && lan->eth.regs->rx_slots * TCP_MSS < window) {
        window = lan->eth.regs->rx_slots * TCP_MSS;
    }
    // A connection that is there keeps its own, which lwIP compares with this one.
    if (tcp_active_pcbs == NULL) {
        net_tcp_window = (uint16_t)window;
    }
}

// network.hostname() only writes the name down.
static void follow_hostname(net_lan_t *lan) {
    if (strcmp(lan->mdns_name, mod_network_hostname_data) != 0) {
        strcpy(lan->mdns_name, mod_network_hostname_data);
        mdns_resp_rename_netif(&lan->netif, lan->mdns_name);
    }
}

// DHCP looks for other hosts with its address by itself. A fixed one is kept, and the conflict is counted.
static void note_conflict(struct netif *netif, acd_callback_enum_t state) {
    net_lan_t *lan = netif->state;
    lan->address_conflicts += state == ACD_DECLINE;
}

static void watch_address(net_lan_t *lan) {
    const ip4_addr_t *address = netif_ip4_addr(&lan->netif);
    bool fixed = netif_is_link_up(&lan->netif) && !ip4_addr_isany(address) && !dhcp_supplied_address(&lan->netif);
    if (!fixed) {
        acd_stop(&lan->acd);
    } else if (lan->acd.state == ACD_STATE_OFF || !ip4_addr_eq(&lan->acd.ipaddr, address)) {
        // dhcp_start() forgets what is behind its own in the list.
        acd_add(&lan->netif, &lan->acd, note_conflict);
        acd_start(&lan->netif, &lan->acd, *address);
    }
}

static void watch_link(net_lan_t *lan) {
    bool up = true;
    if (lan->has_phy) {
        // A PHY that stopped answering counts as no link.
        lx_mdio_link(&lan->mdio, lan->phy, &up);
    } else {
        lx_liteeth_inband_link(&lan->eth, &up);
    }
    if (up == netif_is_link_up(&lan->netif)) {
        return;
    }
    if (up) {
        bool full_duplex = false;
        lan->mbps = lan->has_phy ? (uint16_t)lx_mdio_mbps(&lan->mdio, lan->phy, &full_duplex) : 0;
        size_window(lan);
        netif_set_link_up(&lan->netif);
    } else {
        lan->mbps = 0;
        lan->link_losses++;
        netif_set_link_down(&lan->netif);
    }
}

// ---- Services -------------------------------------------------------------------------------------------

static void put_texts(struct mdns_service *service, void *arg) {
    net_service_t *self = arg;
    for (const char *text = self->texts; *text != '\0'; text += strlen(text) + 1) {
        mdns_resp_add_service_txtitem(service, text, (u8_t)strlen(text));
    }
}

net_service_t *net_lan_service(net_lan_t *lan, const char *type, uint16_t protocol) {
    for (size_t i = 0; i < MDNS_MAX_SERVICES; i++) {
        net_service_t *self = &lan->services[i];
        if (self->used && self->protocol == protocol && strcmp(self->type, type) == 0) {
            return self;
        }
    }
    return NULL;
}

int net_lan_announce(net_lan_t *lan, const net_service_t *wanted, const char *name, uint16_t port) {
    net_lan_withdraw(lan, net_lan_service(lan, wanted->type, wanted->protocol));
    for (size_t i = 0; i < MDNS_MAX_SERVICES; i++) {
        net_service_t *self = &lan->services[i];
        if (self->used) {
            continue;
        }
        *self = *wanted;
        s8_t slot = mdns_resp_add_service(&lan->netif, name, self->type,
            self->protocol == IP_PROTO_TCP ? DNSSD_PROTO_TCP : DNSSD_PROTO_UDP, port, put_texts, self);
        if (slot < 0) {
            return LX_EINVAL;
        }
        self->slot = (uint8_t)slot;
        self->used = true;
        return LX_OK;
    }
    return LX_EOVERFLOW;
}

void net_lan_withdraw(net_lan_t *lan, net_service_t *service) {
    if (service != NULL) {
        mdns_resp_del_service(&lan->netif, service->slot);
        service->used = false;
    }
}

// ---- Life -----------------------------------------------------------------------------------------------

void net_lan_poll(net_lan_t *lan) {
    if (!lan->active) {
        return;
    }
    receive_all(lan);
    drain(lan);
    if ((int32_t)(net_now_ms() - lan->link_due_ms) >= 0) {
        lan->link_due_ms = net_now_ms() + LINK_MS;
        watch_link(lan);
        watch_address(lan);
        follow_hostname(lan);
    }
}

bool net_lan_tick(net_lan_t *lan) {
    lan->left_cycles = RX_SHARE_CYCLES;
    lan->isr_cycles = ISR_SHARE_CYCLES;
    if (lan->active) {
        resume(lan);
    }
    // The end of a transmission may never be reported (time stamps of 2024.12).
    return lan->active && (ring_count(lan) > 0 || lan->queue_count > 0 || (int32_t)(net_now_ms() - lan->link_due_ms) >= 0);
}

void net_lan_isr(void *arg) {
    net_lan_t *lan = arg;
    if (lx_liteeth_isr(&lan->eth)) {
        uint32_t start = mp_hal_ticks_cpu();
        port_random_event();
        // One frame at a time, so that other interrupts wait no longer than for that. Frames for others cost the same, and
        // come as fast as the link brings them: the interrupt ends with its share, until the next tick.
        bool room = fetch(lan);
        uint32_t took = mp_hal_ticks_cpu() - start + TRAP_CYCLES;
        lan->isr_cycles -= took < lan->isr_cycles ? took : lan->isr_cycles;
        lan->rx_off = !room || lan->isr_cycles == 0;
        if (!lan->rx_off) {
            lx_liteeth_enable_receive(&lan->eth, true);
        }
        net_request();
    }
}

static err_t init_netif(struct netif *netif) {
    netif->name[0] = 'e';
    netif->name[1] = 'n';
    netif->hwaddr_len = LX_LITEETH_MAC_BYTES;
    netif->mtu = 1500;
    netif->hostname = mod_network_hostname_data;
    netif->output = etharp_output;
    netif->output_ip6 = ethip6_output;
    netif->linkoutput = output;
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_IGMP | NETIF_FLAG_MLD6;
    NETIF_SET_CHECKSUM_CTRL(netif, NETIF_CHECKSUM_ENABLE_ALL);
    MIB2_INIT_NETIF(netif, snmp_ifType_ethernet_csmacd, 100000000);
    return ERR_OK;
}

// The PHYs that were reset since power-up: a second reset would cost a link that is there.
static uint32_t phys_reset;

int net_lan_start(net_lan_t *lan, unsigned index, void (*delay_ms)(uint32_t ms)) {
    const lx_liteeth_regs_t *regs = &soc_ethmac[index];
    int status = lx_liteeth_init(&lan->eth, regs);
    if (status != LX_OK) {
        return status;
    }
    if ((phys_reset >> index & 1) == 0 && lx_liteeth_reset_phy(&lan->eth, true) == LX_OK) {
        delay_ms(PHY_RESET_MS);
        lx_liteeth_reset_phy(&lan->eth, false);
        delay_ms(PHY_RESET_MS);
    }
    phys_reset |= UINT32_C(1) << index;
    unsigned phy;
    if (lx_mdio_init(&lan->mdio, regs->phy_mdio_w, regs->phy_mdio_r, &port_clock, SOC_CLOCK_HZ) == LX_OK
        && lx_mdio_find(&lan->mdio, &phy) == LX_OK) {
        lan->has_phy = true;
        lan->phy = (uint8_t)phy;
    }
    if (regs->irq >= 0) {
        status = soc_irq_claim(regs->irq, regs->sram_writer_ev_enable, net_lan_isr, lan);
        if (status != LX_OK) {
            return status;
        }
    }
    net_lock();
    for (unsigned i = 0; i < NET_RING_FRAMES; i++) {
        lan->ring[i].p = pbuf_alloc(PBUF_RAW, PBUF_POOL_BUFSIZE, PBUF_POOL);
        if (lan->ring[i].p == NULL) {
            net_unlock();
            return LX_EOVERFLOW;
        }
    }
    netif_add(&lan->netif, IP4_ADDR_ANY4, IP4_ADDR_ANY4, IP4_ADDR_ANY4, lan, init_netif, ethernet_input);
    uint8_t mac[LX_LITEETH_MAC_BYTES];
    default_mac(mac, index);
    net_lan_set_mac(lan, mac);
    if (netif_default == NULL) {
        netif_set_default(&lan->netif);
    }
    strcpy(lan->mdns_name, mod_network_hostname_data);
    mdns_resp_add_netif(&lan->netif, lan->mdns_name);
    lan->dhcp = true;
    lan->ready = true;
    net_unlock();
    return LX_OK;
}

void net_lan_activate(net_lan_t *lan, bool active) {
    if (lan->active == active) {
        return;
    }
    struct netif *netif = &lan->netif;
    if (active) {
        // An address of before would not fit a new MAC.
        netif_create_ip6_linklocal_address(netif, 1);
        netif_set_ip6_autoconfig_enabled(netif, 1);
        lan->left_cycles = RX_SHARE_CYCLES;
        lan->link_due_ms = net_now_ms();
        lan->active = true;
        netif_set_up(netif);
        watch_link(lan);
        if (lan->dhcp) {
            dhcp_start(netif);
        }
        lx_liteeth_enable(&lan->eth, true, false);
    } else {
        dhcp_release_and_stop(netif);
        netif_set_link_down(netif);
        netif_set_down(netif);
        drain(lan);
        while (lan->queue_count > 0) {
            pbuf_free(lan->queue[lan->queue_first]);
            lan->queue_first = (uint8_t)((lan->queue_first + 1) % NET_QUEUE_FRAMES);
            lan->queue_count--;
        }
        net_lan_silence(lan);
        lan->ring_out = lan->ring_in;
        lan->rx_off = false;
    }
}

void net_lan_silence(net_lan_t *lan) {
    lan->active = false;
    lx_liteeth_enable(&lan->eth, false, false);
}
