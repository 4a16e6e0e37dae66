// SPDX-License-Identifier: MIT
// lwIP's life: started by the first network.LAN of a virtual machine, run from the clock's tick and from frames, and
// stopped with the virtual machine, whose sockets it must not call any more.

#include "net/net.h"

#include <string.h>

#include "lwip/apps/mdns.h"
#include "lwip/init.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/raw.h"
#include "lwip/timeouts.h"
#include "lwip/udp.h"

#include "py/mphal.h"

#include "module.h"
#include "reset.h"
#include "soc_instances.h"

// The longest time from one look at lwIP's timers to the next; its own steps are of 100 to 250 ms.
#define TIMERS_MS 50

net_lan_t net_lans[SOC_ETHMAC_COUNT];
uint16_t net_tcp_window;

static bool started;
static volatile uint32_t now_ms;
static uint32_t due_ms;
static uint32_t random_state;

static void run(void *arg);
static soc_deferred_t work = { .run = run };

void net_request(void) {
    soc_deferred_request(&work);
}

// With lwIP's timers due now and then, the tick's count is exact enough, and cheaper than the clock.
uint32_t net_now_ms(void) {
    return now_ms;
}

u32_t sys_now(void) {
    return now_ms;
}

// Marsaglia's xorshift, into which the times of frames are stirred.
uint32_t net_random(void) {
    uint32_t x = random_state ^ mp_hal_ticks_cpu();
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    random_state = x != 0 ? x : 1;
    return random_state * UINT32_C(2654435761);
}

void net_stir(uint32_t bits) {
    random_state = (random_state << 7 | random_state >> 25) ^ bits;
}

// The number of an interface's name, all that lwIP wants of it.
int net_atoi(const char *digits) {
    int value = 0;
    while (*digits >= '0' && *digits <= '9') {
        value = 10 * value + *digits++ - '0';
    }
    return value;
}

static void run(void *arg) {
    (void)arg;
    for (size_t i = 0; i < SOC_ETHMAC_COUNT; i++) {
        if (net_lans[i].ready) {
            net_lan_poll(&net_lans[i]);
        }
    }
    netif_poll_all();
    if ((int32_t)(now_ms - due_ms) >= 0) {
        sys_check_timeouts();
        uint32_t ms = sys_timeouts_sleeptime();
        due_ms = now_ms + (ms < TIMERS_MS ? ms : TIMERS_MS);
    }
    port_wake();
}

static void tick(void) {
    now_ms++;
    if (!started) {
        return;
    }
    bool wanted = (int32_t)(now_ms - due_ms) >= 0;
    for (size_t i = 0; i < SOC_ETHMAC_COUNT; i++) {
        wanted |= net_lans[i].ready && net_lan_tick(&net_lans[i]);
    }
    if (wanted) {
        net_request();
    }
}

#if !SOC_HAS_INTERRUPT
static void poll(void) {
    if (started) {
        net_request();
    }
}
#endif

// lwIP's variables (link.ld.S): it has no way back to its beginnings.
extern uint8_t __lwip_sbss_start[], __lwip_sbss_end[], __lwip_bss_start[], __lwip_bss_end[];

void net_start(void) {
    if (started) {
        return;
    }
    random_state ^= port_random_seed();
    net_tcp_window = NET_TCP_WINDOW;
    lwip_init();
    mdns_resp_init();
    due_ms = now_ms;
    started = true;
}

// What the virtual machine has left, told to the peers. The collector has closed all sockets before this, so that what is
// left calls none; their callbacks are cleared all the same.
static void abort_connections(void) {
    // Each of them takes a connection out of the list; bounded by their number.
    for (unsigned i = 0; i < MEMP_NUM_TCP_PCB && tcp_active_pcbs != NULL; i++) {
        tcp_arg(tcp_active_pcbs, NULL);
        tcp_err(tcp_active_pcbs, NULL);
        tcp_abort(tcp_active_pcbs);
    }
}

// Before a virtual machine starts: after a soft reset lwIP is in order and says good-bye, after a trap nothing of it is
// looked at.
static void init(void) {
    soc_deferred_cancel(&work);
    if (started && port_reset_cause() == PORT_RESET_SOFT) {
        net_lock();
        abort_connections();
        for (size_t i = 0; i < SOC_ETHMAC_COUNT; i++) {
            if (net_lans[i].ready) {
                net_lan_activate(&net_lans[i], false);
            }
        }
        net_unlock();
    }
    started = false;
    for (size_t i = 0; i < SOC_ETHMAC_COUNT; i++) {
        if (net_lans[i].ready) {
            net_lan_silence(&net_lans[i]);
        }
    }
    soc_deferred_cancel(&work);
    memset(net_lans, 0, sizeof(net_lans));
    memset(__lwip_sbss_start, 0, (uintptr_t)__lwip_sbss_end - (uintptr_t)__lwip_sbss_start);
    memset(__lwip_bss_start, 0, (uintptr_t)__lwip_bss_end - (uintptr_t)__lwip_bss_start);
}

#if SOC_HAS_INTERRUPT
PORT_MODULE(net) = { .init = init, .tick = tick };
#else
PORT_MODULE(net) = { .init = init, .tick = tick, .poll = poll };
#endif
