// SPDX-License-Identifier: MIT
// lwIP on this port. It runs in the deferred context (soc/deferred.h): when a frame comes, and from the clock's tick for
// its timers. Everything else calls it between net_lock() and net_unlock(), which upstream's sockets know as
// MICROPY_PY_LWIP_ENTER and MICROPY_PY_LWIP_EXIT; interrupts stay on in between. Nothing here waits, uses the heap or
// raises.
#ifndef PORT_NET_NET_H
#define PORT_NET_NET_H

#include <stdbool.h>
#include <stdint.h>

#include "lwip/acd.h"
#include "lwip/apps/mdns_opts.h"
#include "lwip/netif.h"

#include "py/obj.h"

#include "drivers/lx_liteeth.h"
#include "drivers/lx_mdio.h"
#include "soc/deferred.h"
#include "extmod/modnetwork.h"

#define net_lock() soc_deferred_lock()
#define net_unlock() soc_deferred_unlock()

// Frames that wait for a transmit slot.
#define NET_QUEUE_FRAMES 32

// A received frame that waits for lwIP.
typedef struct {
    struct pbuf *p; // always one, with room for any frame
    uint16_t n; // bytes of the frame, ETH_PAD_SIZE included
    uint16_t sum; // that lx_liteeth_read() has made
} net_frame_t;

// A service that mDNS announces.
typedef struct {
    char type[16]; // "_http"
    char texts[64]; // key=value, each with its zero; an empty one ends them
    uint16_t protocol; // IP_PROTO_TCP or IP_PROTO_UDP
    uint8_t slot; // lwIP's
    bool used;
} net_service_t;

// One Ethernet interface. The port has one for each MAC of the SoC.
typedef struct {
    struct netif netif;
    lx_liteeth_t eth;
    lx_mdio_t mdio;
    bool ready; // the MAC is taken over, the interface is lwIP's
    bool active;
    bool has_phy; // MDIO tells the link
    bool dhcp; // wanted while active
    bool has_mac; // set by the script
    uint8_t phy; // its address
    uint16_t mbps; // of the link, 0: not known
    uint32_t link_due_ms; // when to look at the link again
    uint32_t left_cycles; // that receiving may still take in this tick
    uint32_t isr_cycles; // that its interrupt may
    volatile bool rx_off; // its interrupt is masked until the ring has room
    volatile uint8_t ring_in; // frames that the interrupt has put into the ring, modulo 256
    volatile uint8_t ring_out; // that were taken out of it
    uint8_t queue_first;
    uint8_t queue_count;
    uint32_t tx_queued_max; // the most that ever waited
    uint32_t tx_dropped; // the queue was full
    uint32_t rx_checksum_errors;
    uint32_t rx_dropped; // no buffer was free
    uint32_t link_losses;
    uint32_t address_conflicts; // of another host with this address
    struct acd acd; // looks for such hosts where the address is fixed
    struct pbuf *queue[NET_QUEUE_FRAMES];
    net_frame_t ring[NET_RING_FRAMES];
    char mdns_name[MICROPY_PY_NETWORK_HOSTNAME_MAX_LEN + 1]; // that mDNS answers to
    net_service_t services[MDNS_MAX_SERVICES];
} net_lan_t;

extern net_lan_t net_lans[];

// ---- net.c ----------------------------------------------------------------------------------------------

// Have lwIP run soon. From anywhere.
void net_request(void);

// Start lwIP, once for each virtual machine. Not for the deferred context.
void net_start(void);

// Milliseconds, as lwIP counts them.
uint32_t net_now_ms(void);

// A number that others cannot guess easily: ports, sequence numbers, identifiers. Not for keys.
uint32_t net_random(void);
void net_stir(uint32_t bits);

// ---- lan.c: under the lock, or in the deferred context, but for the first two ---------------------------

// Take over MAC and PHY and make the interface known to lwIP, down. LX_ENODEV: the MAC has no slots. Resets the PHY the
// first time, for which it calls delay_ms() without the lock.
int net_lan_start(net_lan_t *lan, unsigned index, void (*delay_ms)(uint32_t ms));

// The interrupt.
void net_lan_isr(void *arg);

// Up: the link is looked for, IPv6 configures itself, and DHCP runs where it is wanted. Down releases the lease.
void net_lan_activate(net_lan_t *lan, bool active);

// Receive, send what waits, look at the link when that is due.
void net_lan_poll(net_lan_t *lan);

// A new tick: receiving may take its share of it again. In the interrupt. Returns whether to poll.
bool net_lan_tick(net_lan_t *lan);

// No interrupts any more, whatever state lwIP is in.
void net_lan_silence(net_lan_t *lan);

// The service of a type ("_http") and protocol (IP_PROTO_TCP or IP_PROTO_UDP), or NULL.
net_service_t *net_lan_service(net_lan_t *lan, const char *type, uint16_t protocol);

// Have mDNS announce a service under `name` (a label), in place of one of the same type. LX_EOVERFLOW: there are
// too many. LX_EINVAL: name or type is too long.
int net_lan_announce(net_lan_t *lan, const net_service_t *wanted, const char *name, uint16_t port);
void net_lan_withdraw(net_lan_t *lan, net_service_t *service); // NULL: does nothing

void net_lan_set_mac(net_lan_t *lan, const uint8_t mac[LX_LITEETH_MAC_BYTES]);

#endif
