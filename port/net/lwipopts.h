// SPDX-License-Identifier: MIT
// lwIP's options (its src/include/lwip/opt.h). lwIP runs in the deferred context, or under its lock: net.h.
#ifndef PORT_NET_LWIPOPTS_H
#define PORT_NET_LWIPOPTS_H

#include <stdint.h>

#include "port_class.h"

// ---- Where it runs --------------------------------------------------------------------------------------

#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0 // the lock is around lwIP, not in it
#define LWIP_NETCONN 0
#define LWIP_SOCKET 0
#define LWIP_NOASSERT 1
#define MEM_ALIGNMENT 4

// ---- What it speaks -------------------------------------------------------------------------------------

#define LWIP_RAW 1
#define LWIP_IPV6 1
#define LWIP_ND6_NUM_DESTINATIONS 8
#define LWIP_ND6_QUEUEING 1
#define LWIP_ND6_RDNSS_MAX_DNS_SERVERS 1
#define LWIP_IPV6_DHCP6 0
#define LWIP_DHCP 1
#define LWIP_DHCP_CHECK_LINK_UP 1
#define LWIP_ACD 1
#define LWIP_DHCP_DOES_ACD_CHECK 1 // while the address is in use: lwip_fixes.c
#define DHCP_COARSE_TIMER_SECS 1 // leases may be shorter than lwIP's minute
#define LWIP_DNS 1
#define DNS_MAX_SERVERS 3
#define LWIP_DHCP_MAX_DNS_SERVERS 2
#define LWIP_DNS_SUPPORT_MDNS_QUERIES 1
#define LWIP_IGMP 1
#define LWIP_MDNS_RESPONDER 1
#define MDNS_MAX_SERVICES 8
#define LWIP_NUM_NETIF_CLIENT_DATA 1 // mDNS
#define LWIP_NETIF_HOSTNAME 1
#define LWIP_NETIF_EXT_STATUS_CALLBACK 1 // mDNS
#define LWIP_NETIF_STATUS_CALLBACK 1
#define LWIP_NETIF_LOOPBACK 1 // a socket reaches a server on the same board
#define LWIP_HAVE_LOOPIF 1
#define SO_REUSE 1
#define SO_REUSE_RXTOALL 1
#define TCP_LISTEN_BACKLOG 1
#define LWIP_TCP_KEEPALIVE 1

// ---- Memory ---------------------------------------------------------------------------------------------

#define TCP_MSS 1460
// The window is what the receive slots can take at the speed of the link (lan.c), up to NET_TCP_WINDOW.
extern uint16_t net_tcp_window;
#define TCP_WND net_tcp_window
#define LWIP_DISABLE_TCP_SANITY_CHECKS 1 // which want a constant window

// A buffer takes a whole frame behind two bytes that align its IP header (drivers/lx_liteeth.h).
#define ETH_PAD_SIZE 2
#define PBUF_POOL_BUFSIZE 1520

// A connection may have TCP_SND_BUF bytes to send and a window of received ones. PORT_NET_SMALL, for main RAM below
// 4 MiB: four connections at their limits in less than 96 KiB. docs/network.md has the sum.
#if PORT_NET_SMALL
#define NET_TCP_WINDOW (4 * TCP_MSS)
#define TCP_SND_BUF (4 * TCP_MSS)
#define PBUF_POOL_SIZE 22
#define NET_RING_FRAMES 4 // that wait for lwIP (lan.c); a power of two
#define MEM_SIZE (32 * 1024)
#define MEMP_NUM_TCP_PCB 8
#define MEMP_NUM_TCP_PCB_LISTEN 4
#define MEMP_NUM_UDP_PCB 8
#define MEMP_NUM_RAW_PCB 2
#define MEMP_NUM_TCP_SEG 48
#else
#define NET_TCP_WINDOW (22 * TCP_MSS)
#define TCP_SND_BUF (22 * TCP_MSS)
#define PBUF_POOL_SIZE 128
#define NET_RING_FRAMES 32
#define MEM_SIZE (256 * 1024)
#define MEMP_NUM_TCP_PCB 32
#define MEMP_NUM_TCP_PCB_LISTEN 16
#define MEMP_NUM_UDP_PCB 16
#define MEMP_NUM_RAW_PCB 4
#define MEMP_NUM_TCP_SEG 256
#endif
#define TCP_SND_QUEUELEN (4 * (TCP_SND_BUF) / (TCP_MSS))
#define MEMP_NUM_PBUF 16
#define MEMP_NUM_IGMP_GROUP 12
#define MEMP_NUM_MLD6_GROUP 12
#define MEMP_NUM_REASSDATA 4
#define IP_REASS_MAX_PBUFS 10
#define MEMP_NUM_FRAG_PBUF 16
#define ARP_TABLE_SIZE 16
#define DNS_TABLE_SIZE 6
// mDNS takes two timers and five for each IP version, and fails silently without them.
#define MEMP_NUM_SYS_TIMEOUT (LWIP_NUM_SYS_TIMEOUT_INTERNAL + 2 + 5 * (LWIP_IPV4 + LWIP_IPV6) + 2)

// ---- Checksums ------------------------------------------------------------------------------------------

// Received TCP and UDP is checked with the sum that the copy out of the slot makes (lan.c), else by lwIP.
#define LWIP_CHECKSUM_CTRL_PER_NETIF 1
// What a socket sends is summed up while it is copied into lwIP's memory.
#define LWIP_CHECKSUM_ON_COPY 1
#define LWIP_CHKSUM net_checksum
#define LWIP_CHKSUM_COPY(to, from, n) net_checksum_copy((to), (from), (n))
uint16_t net_checksum(const void *data, int n);
uint16_t net_checksum_copy(void *to, const void *from, uint16_t n);

// ---- Counters for lan.stats() ---------------------------------------------------------------------------

#define LWIP_STATS 1
#define LWIP_STATS_LARGE 1
#define MIB2_STATS 1
#define LINK_STATS 0
#define ETHARP_STATS 0
#define IP_STATS 0
#define IPFRAG_STATS 0
#define IP6_STATS 0
#define IP6_FRAG_STATS 0
#define ICMP_STATS 0
#define ICMP6_STATS 0
#define IGMP_STATS 0
#define MLD6_STATS 0
#define ND6_STATS 0
#define UDP_STATS 0
#define TCP_STATS 0
#define SYS_STATS 0

#endif
