// SPDX-License-Identifier: MIT
// What two of lwIP's files are compiled with (firmware.mk); lwip_fixes.c says what it is about.
#ifndef PORT_NET_LWIP_FIXES_H
#define PORT_NET_LWIP_FIXES_H

#include "lwip/acd.h"
#include "lwip/dns.h"

err_t net_acd_start(struct netif *netif, struct acd *acd, ip4_addr_t address);
void net_rdnss_server(const ip_addr_t *server);
#ifdef NET_SERVERS_BEHIND // in nd6.c
// NULL where the router withdraws a server, whose number is that of the list then.
#define dns_setserver(number, server) \
    do { const ip_addr_t *server_ = (server); if (server_ != NULL) { net_rdnss_server(server_); } else { (dns_setserver)((number), NULL); } } while (0)
#endif

#define acd_start(netif, acd, address) net_acd_start((netif), (acd), (address))

// In dhcp.c, whose functions these are.
#define LWIP_HOOK_DHCP_APPEND_OPTIONS(netif, dhcp, state, message, type, bytes) \
    do { \
        if ((type) == DHCP_DECLINE) { \
            *(bytes) = dhcp_option(*(bytes), (message)->options, DHCP_OPTION_SERVER_ID, 4); \
            u32_t server_ = ip4_addr_get_u32(ip_2_ip4(&(dhcp)->server_ip_addr)); \
            *(bytes) = dhcp_option_long(*(bytes), (message)->options, lwip_ntohl(server_)); \
        } \
    } while (0)

#endif
