// SPDX-License-Identifier: MIT
// The traps of extmod/modlwip.c (1.25), met from the side of lwIP.
//
// 1. tcp_write() without memory: upstream sleeps 50 ms and tries again, 200 times, also for a socket that must not
//    wait. net_tcp_write() tells such a socket at once, and others sleep until something has happened.
// 2. A peer that closes before accept(): lwIP has told the function that then was there, and the accepted socket waits
//    for ever. net_tcp_recv() tells the new one. What came before accept() is given to it at once, too: lwIP would try
//    again in 250 ms.
// 3. A listener that closes while connections wait in its queue: those of a queue of one keep a pointer to the socket,
//    which the collector frees. net_tcp_close() aborts all that nobody has accepted.
// 4. A name that is looked up when Ctrl-C comes: lwIP's answer would be written to a stack frame that is gone.
//    net_gethostbyname() waits itself, with a bound, on memory that stays.
// 5. A second listener on a port: upstream binds to any IPv6 address and listens on any address of both versions, which
//    lwIP's bind takes for another one. net_tcp_bind() compares.
// 6. A UDP socket that is bound to "" hears IPv6 alone, for the same reason. net_udp_bind() binds to both.
// 7. TCP_NODELAY of a listener, a UDP socket or a closed one: their memory ends before the flags, and upstream writes
//    behind it. net_tcp_set_flags() refuses.

#include "net/net.h"

#include "lwip/dns.h"
#include "lwip/priv/tcp_priv.h"

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"

#include "net/socket_fixes.h"

#undef tcp_recv
#undef tcp_close
#undef tcp_write
#undef tcp_bind
#undef udp_bind
#undef dns_gethostbyname_addrtype
#undef tcp_set_flags
#undef tcp_clear_flags

// lwIP asks each server four times, for 10 s in all.
#define DNS_MS 20000
#define WRITE_MS 10000

err_t net_tcp_write(struct tcp_pcb *volatile *pcb, const volatile int8_t *state, uint32_t timeout_ms, const void *data, u16_t n,
    u8_t flags) {
    uint32_t start = mp_hal_ticks_ms();
    uint32_t bound = timeout_ms < WRITE_MS ? timeout_ms : WRITE_MS;
    for (;;) {
        err_t result = tcp_write(*pcb, data, n, flags);
        if (result != ERR_MEM) {
            return result;
        }
        // What it had already may leave, and give memory back.
        tcp_output(*pcb);
        if (timeout_ms == 0) {
            return ERR_WOULDBLOCK;
        }
        if (mp_hal_ticks_ms() - start >= bound) {
            return ERR_BUF;
        }
        net_unlock();
        mp_event_wait_ms(1);
        net_lock();
        if (*pcb == NULL) {
            return *state < 0 ? (err_t)*state : ERR_CONN;
        }
    }
}

void net_tcp_recv(struct tcp_pcb *pcb, tcp_recv_fn function) {
    tcp_recv(pcb, function);
    if (function != NULL && pcb->refused_data != NULL) {
        tcp_process_refused_data(pcb); // which also tells of the end behind it
        return;
    }
    bool closed = pcb->state == CLOSE_WAIT || pcb->state == LAST_ACK || pcb->state == CLOSING;
    if (function != NULL && closed && pcb->refused_data == NULL) {
        function(pcb->callback_arg, pcb, NULL, ERR_OK);
    }
}

// In upstream's queue a connection is its own argument.
static bool waits_for(const struct tcp_pcb *pcb, const struct tcp_pcb *listener) {
    return pcb->callback_arg == pcb && pcb->listener == (const void *)listener;
}

err_t net_tcp_close(struct tcp_pcb *pcb) {
    net_lock();
    if (pcb->state == LISTEN) {
        for (struct tcp_pcb *p = tcp_active_pcbs; p != NULL;) {
            if (waits_for(p, pcb)) {
                tcp_err(p, NULL);
                tcp_poll(p, NULL, 0);
                tcp_abort(p);
                p = tcp_active_pcbs; // that list has changed
            } else {
                p = p->next;
            }
        }
    }
    err_t result = tcp_close(pcb);
    net_unlock();
    return result;
}

err_t net_tcp_bind(struct tcp_pcb *pcb, const ip_addr_t *address, u16_t port) {
    net_lock();
    err_t result = ERR_OK;
    for (struct tcp_pcb_listen *p = tcp_listen_pcbs.listen_pcbs; p != NULL; p = p->next) {
        bool shared = ip_get_option(p, SOF_REUSEADDR) && ip_get_option(pcb, SOF_REUSEADDR);
        if (port != 0 && p->local_port == port && IP_IS_ANY_TYPE_VAL(p->local_ip) && !shared) {
            result = ERR_USE;
        }
    }
    if (result == ERR_OK) {
        result = tcp_bind(pcb, address, port);
    }
    net_unlock();
    return result;
}

void net_tcp_set_flags(bool is_tcp, struct tcp_pcb *pcb, int flags, bool on) {
    if (pcb == NULL) {
        mp_raise_OSError(MP_EBADF);
    }
    if (!is_tcp || pcb->state == LISTEN) {
        mp_raise_OSError(MP_EOPNOTSUPP);
    }
    net_lock();
    if (on) {
        pcb->flags |= (tcpflags_t)flags;
    } else {
        pcb->flags &= (tcpflags_t) ~flags;
    }
    net_unlock();
}

err_t net_udp_bind(struct udp_pcb *pcb, const ip_addr_t *address, u16_t port) {
    bool any = IP_IS_V6(address) && ip6_addr_isany(ip_2_ip6(address));
    net_lock();
    err_t result = udp_bind(pcb, any ? IP_ANY_TYPE : address, port);
    net_unlock();
    return result;
}

// One query at a time is waited for; the answer to one that was given up is told from the next one's by its number.
static struct {
    uintptr_t number;
    volatile bool answered;
    bool found;
    ip_addr_t address;
} query;

static void answer(const char *name, const ip_addr_t *address, void *arg) {
    (void)name;
    if ((uintptr_t)arg != query.number) {
        return;
    }
    query.found = address != NULL;
    if (query.found) {
        query.address = *address;
    }
    query.answered = true;
}

// Called with the lock held once.
err_t net_gethostbyname(const char *name, ip_addr_t *address, dns_found_callback found, void *arg, u8_t type) {
    (void)found;
    (void)arg;
    query.number++;
    query.answered = false;
    err_t result = dns_gethostbyname_addrtype(name, address, answer, (void *)query.number, type);
    if (result != ERR_INPROGRESS) {
        return result == ERR_OK ? ERR_OK : -MP_ENOENT;
    }
    uint32_t start = mp_hal_ticks_ms();
    while (!query.answered && mp_hal_ticks_ms() - start < DNS_MS) {
        net_unlock();
        mp_event_wait_ms(1);
        net_lock();
    }
    if (!query.answered || !query.found) {
        return -MP_ENOENT;
    }
    *address = query.address;
    return ERR_OK;
}
