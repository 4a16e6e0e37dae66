// SPDX-License-Identifier: MIT
// lwIP's network interface over LiteEth.
//
// A frame is copied once on its way in, out of the slot, with the sum for its TCP or UDP checksum made in the copy;
// on its way out lwIP's buffers are copied into a slot, or wait in a queue until one is free. The interrupt only masks
// itself and asks for the deferred context, so the slots are drained in turn and nothing is lost while lwIP works.
//
// Receiving may take RX_SHARE of the CPU in each tick. A flood then fills the slots and is dropped there, by hardware,
// and Python goes on at a quarter of its speed.

#include "net/net.h"

#include <string.h>

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
#include "lwip/apps/mdns.h"
#include "netif/ethernet.h"
#include "lwip/priv/tcp_priv.h"

#include "py/mphal.h"
#include "extmod/modnetwork.h"

#include "board_id.h"
#include "soc/irq.h"
#include "soc/soc.h"
#include "soc_config.h"
#include "soc_instances.h"

#define CYCLES_PER_TICK (SOC_CLOCK_HZ / LX_CLOCK_TICK_HZ)
#define RX_SHARE_CYCLES (CYCLES_PER_TICK * 3 / 4)
#define LINK_MS 250
#define PHY_RESET_MS 2
#define RX_CHECKS (NETIF_CHECKSUM_ENABLE_ALL & ~(NETIF_CHECKSUM_CHECK_TCP | NETIF_CHECKSUM_CHECK_UDP))

// ---- Addresses ------------------------------------------------------------------------------------------

extern uint8_t __heap_end[];

// The number of a board that has none: from what its memory held at power-up and the time of the first use. It stays
// until the power goes.
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
        uint32_t number = hash(mp_hal_ticks_cpu(), (const void *)((uintptr_t)__heap_end - 0x4000), 0x4000);
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
    lx_liteeth_enable(&lan->eth, !lan->rx_off, lan->queue_count > 0);
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
        lx_liteeth_enable(&lan->eth, !lan->rx_off, true);
    }
    return ERR_OK;
}

// ---- Receiving ------------------------------------------------------------------------------------------

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

// One frame, which is there.
static void receive(net_lan_t *lan, size_t n) {
    struct pbuf *p = pbuf_alloc(PBUF_RAW, (u16_t)(ETH_PAD_SIZE + n), PBUF_POOL);
    if (p == NULL) {
        lx_liteeth_drop(&lan->eth);
        MIB2_STATS_NETIF_INC(&lan->netif, ifindiscards);
        return;
    }
    uint16_t sum = lx_liteeth_read(&lan->eth, p->payload);
    const struct eth_hdr *header = p->payload;
    const uint8_t *ip = (const uint8_t *)p->payload + SIZEOF_ETH_HDR;
    check_t result = check(ip, n - LX_LITEETH_HEADER_BYTES, lwip_ntohs(header->type), sum);
    if (result == CHECK_BAD) {
        lan->rx_checksum_errors++;
        pbuf_free(p);
        return;
    }
    NETIF_SET_CHECKSUM_CTRL(&lan->netif, result == CHECK_GOOD ? RX_CHECKS : NETIF_CHECKSUM_ENABLE_ALL);
    if (lan->netif.input(p, &lan->netif) != ERR_OK) {
        pbuf_free(p);
    }
}

static bool receive_all(net_lan_t *lan) {
    uint32_t start = mp_hal_ticks_cpu();
    size_t n;
    while ((n = lx_liteeth_peek(&lan->eth)) != 0) {
        uint32_t now = mp_hal_ticks_cpu();
        net_stir(now);
        if (now - start >= lan->left_cycles) {
            // Until the next tick.
            lan->left_cycles = 0;
            lan->rx_off = true;
            return false;
        }
        receive(lan, n);
    }
    uint32_t took = mp_hal_ticks_cpu() - start;
    lan->left_cycles -= took < lan->left_cycles ? took : lan->left_cycles;
    lan->rx_off = false;
    return false;
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

static void watch_link(net_lan_t *lan) {
    bool up = true;
    if (lan->has_phy) {
        // A PHY that does not answer any more is no link.
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

bool net_lan_poll(net_lan_t *lan) {
    if (!lan->active) {
        return false;
    }
    bool again = receive_all(lan);
    drain(lan);
    if ((int32_t)(net_now_ms() - lan->link_due_ms) >= 0) {
        lan->link_due_ms = net_now_ms() + LINK_MS;
        watch_link(lan);
        follow_hostname(lan);
    }
    return again;
}

bool net_lan_tick(net_lan_t *lan) {
    lan->left_cycles = RX_SHARE_CYCLES;
    // The end of a transmission may never be reported (time stamps of 2024.12).
    return lan->active && (lan->rx_off || lan->queue_count > 0 || (int32_t)(net_now_ms() - lan->link_due_ms) >= 0);
}

void net_lan_isr(void *arg) {
    net_lan_t *lan = arg;
    if (lx_liteeth_isr(&lan->eth)) {
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
    }
}

void net_lan_silence(net_lan_t *lan) {
    lan->active = false;
    lx_liteeth_enable(&lan->eth, false, false);
}
