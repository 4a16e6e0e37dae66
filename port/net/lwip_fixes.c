// SPDX-License-Identifier: MIT
// Where lwIP 2.2.1 waits or forgets, met without editing it.
//
// 1. The address of a lease is probed for others that use it (RFC 5227), for about seven seconds in which lwIP does not
//    use it. net_acd_start() has it used at once, as RFC 4429 has it for IPv6, while the probes go on. If another host
//    answers, DHCP declines the lease and asks for another one after ten seconds (RFC 2131, section 3.1).
// 2. A lease is declined without the server's name (RFC 2131, table 5), for which dnsmasq ignores it, and offers the same
//    address for ever. The hook of lwip_fixes.h adds it.
// 3. The name servers of a router's advertisement (RFC 8106) take the place of DHCP's. net_rdnss_server() puts them behind.

#include "lwip/acd.h"
#include "lwip/dhcp.h"
#include "lwip/dns.h"

#include "net/net.h"

// Of DHCP; the same for all interfaces.
static acd_conflict_callback_t decide;

static void found(struct netif *netif, acd_callback_enum_t state) {
    if (state == ACD_IP_OK) {
        return; // it is in use already
    }
    if (state == ACD_DECLINE) {
        net_lan_t *lan = netif->state;
        lan->address_conflicts++;
    }
    decide(netif, state);
}

err_t net_acd_start(struct netif *netif, struct acd *acd, ip4_addr_t address) {
    if (acd->acd_conflict_callback != found) {
        decide = acd->acd_conflict_callback;
        acd->acd_conflict_callback = found;
    }
    err_t result = acd_start(netif, acd, address);
    decide(netif, ACD_IP_OK);
    return result;
}

void net_rdnss_server(const ip_addr_t *server) {
    u8_t at = 0;
    while (at < DNS_MAX_SERVERS - 1 && !ip_addr_isany(dns_getserver(at)) && !ip_addr_eq(dns_getserver(at), server)) {
        at++;
    }
    dns_setserver(at, server);
}
