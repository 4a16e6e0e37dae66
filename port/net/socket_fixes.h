// SPDX-License-Identifier: MIT
// What upstream's files that call lwIP are compiled with (firmware.mk): calls outside of their lock get it, and the traps
// of extmod/modlwip.c are met without editing it. socket_fixes.c says what each is about.
#ifndef PORT_NET_SOCKET_FIXES_H
#define PORT_NET_SOCKET_FIXES_H

#include "lwip/dhcp.h"
#include "lwip/dns.h"
#include "lwip/igmp.h"
#include "lwip/netif.h"
#include "lwip/raw.h"
#include "lwip/tcp.h"
#include "lwip/udp.h"

#include "net/net.h"

// The lock nests, so that calls within a locked section may have it, too.
#define NET_LOCKED(call) ({ net_lock(); __typeof__(call) result_ = call; net_unlock(); result_; })
#define NET_LOCKED_VOID(call) do { net_lock(); call; net_unlock(); } while (0)

#define tcp_new() NET_LOCKED(tcp_new())
// In lwip_socket_make_new() alone, where `socket` is the new one. getaddrinfo() gives IPv6 addresses as AF_INET, too.
#define udp_new() NET_LOCKED(udp_new_ip_type(IPADDR_TYPE_ANY))
#define raw_new(protocol) \
    NET_LOCKED(raw_new_ip_type(socket->domain == MOD_NETWORK_AF_INET6 ? IPADDR_TYPE_V6 : IPADDR_TYPE_V4, (protocol)))
#define udp_bind net_udp_bind
err_t net_udp_bind(struct udp_pcb *pcb, const ip_addr_t *address, u16_t port);
#define udp_connect(...) NET_LOCKED(udp_connect(__VA_ARGS__))
#define raw_connect(...) NET_LOCKED(raw_connect(__VA_ARGS__))
#define tcp_listen_with_backlog_and_err(...) NET_LOCKED(tcp_listen_with_backlog_and_err(__VA_ARGS__))
#define igmp_joingroup(...) NET_LOCKED(igmp_joingroup(__VA_ARGS__))
#define igmp_leavegroup(...) NET_LOCKED(igmp_leavegroup(__VA_ARGS__))
#define dhcp_start(...) NET_LOCKED(dhcp_start(__VA_ARGS__))
#define dhcp_renew(...) NET_LOCKED(dhcp_renew(__VA_ARGS__))
#define dhcp_release(...) NET_LOCKED(dhcp_release(__VA_ARGS__))
#define dhcp_stop(...) NET_LOCKED_VOID(dhcp_stop(__VA_ARGS__))
#define dns_setserver(...) NET_LOCKED_VOID(dns_setserver(__VA_ARGS__))
#define netif_add_ip6_address(...) NET_LOCKED(netif_add_ip6_address(__VA_ARGS__))

#define tcp_recv(pcb, function) net_tcp_recv((pcb), (function))
#define tcp_close(pcb) net_tcp_close(pcb)
#define tcp_bind net_tcp_bind
#define dns_gethostbyname_addrtype net_gethostbyname
void net_tcp_recv(struct tcp_pcb *pcb, tcp_recv_fn function);
err_t net_tcp_close(struct tcp_pcb *pcb);
err_t net_tcp_bind(struct tcp_pcb *pcb, const ip_addr_t *address, u16_t port);
err_t net_gethostbyname(const char *name, ip_addr_t *address, dns_found_callback found, void *arg, u8_t type);

// In lwip_socket_setsockopt() alone.
#undef tcp_set_flags
#undef tcp_clear_flags
#define tcp_set_flags(pcb_, flags) \
    net_tcp_set_flags(socket->type == MOD_NETWORK_SOCK_STREAM, socket->pcb.tcp, (flags), true)
#define tcp_clear_flags(pcb_, flags) \
    net_tcp_set_flags(socket->type == MOD_NETWORK_SOCK_STREAM, socket->pcb.tcp, (flags), false)
void net_tcp_set_flags(bool is_tcp, struct tcp_pcb *pcb, int flags, bool on);

// In lwip_tcp_send() alone, where `socket` is the caller's. The wait is in net_tcp_write(), which leaves none to upstream.
#define tcp_write(pcb_, data, n, flags) \
    net_tcp_write((struct tcp_pcb *volatile *)&socket->pcb.tcp, &socket->state, socket->timeout, (data), (n), (flags))
err_t net_tcp_write(struct tcp_pcb *volatile *pcb, const volatile int8_t *state, uint32_t timeout_ms, const void *data, u16_t n,
    u8_t flags);

#endif
