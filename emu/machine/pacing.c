// SPDX-License-Identifier: MIT
//
// The guest's time against the host's: the wall clock, the console, and what an idle guest waits for. Two clocks: in
// real time the guest's cycles are held back to the wall clock and an idle guest sleeps; in virtual time nothing waits,
// and what an idle guest would wait for happens at once.

#include "machine/internal.h"

#include <time.h>

#include "host/window.h"

#define IDLE_QUANTA_PER_SECOND (1000) // wfi ends at least this often, for guests that watch the time
#define IDLE_END_SECONDS (60)         // a piped run ends when the guest did nothing for this long
#define IDLE_COUNT (16)               // and went idle this often
#define BUSY_WAIT_MS (1)              // an idle guest with a live host in virtual time
#define LONG_WAIT_MS (200)
#define WAITED_BEYOND_MS (500)         // the most that waits which end late may count for later ones
#define SPIN_SECONDS (2)              // a guest that only spins for this long waits for input
#define INPUT_POLLS (64)              // looks at an empty UART that count as waiting for input
#define HOST_FDS (1024)              // sockets that are waited for at a time
#define NS (1000000000ull)
#define LAG_LIMIT_NS (100000000ull)   // real time gives up catching up beyond this

static uint64_t wall_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * NS + (uint64_t)t.tv_nsec;
}

static void pump(machine_t *m) {
    if (m->console_core != NULL) {
        m->console_ready(m->console_core);
    }
}

// Offer what the host has to the UART; true when the guest got something.
static bool offer_input(machine_t *m) {
    size_t before = m->console->in_count;
    console_demand(m->console, m->options.fifo_depth);
    pump(m);
    return m->console->in_count != before;
}

void machine_sign_of_life(machine_t *m) {
    m->last_life = m->cpu.cycle;
    m->input_polls = 0;
    m->idle_count = 0;
}

void machine_input_wanted(machine_t *m) {
    if (++m->input_polls < INPUT_POLLS || !m->console->on_demand) {
        return;
    }
    m->input_polls = 0;
    if (!console_has_input(m->console)) {
        console_poll(m->console, 0);
    }
    offer_input(m);
}

// Move what goes to and from the host, waiting up to timeout_ms for it.
static void poll_host(machine_t *m, int timeout_ms) {
    struct pollfd fds[HOST_FDS];
    size_t count = 0;
    if (m->etherbone != NULL) {
        fds[count++] = (struct pollfd) { .fd = etherbone_fd(m->etherbone), .events = POLLIN };
    }
    const struct pollfd *nets = fds + count;
    count += machine_fill_nets(m, fds + count, HOST_FDS - count);
    console_poll_with(m->console, fds, count, timeout_ms);
    if (m->etherbone != NULL) {
        etherbone_poll(m->etherbone);
    }
    machine_poll_nets(m, nets);
    if (m->options.window != NULL && window_poll(m->options.window)) {
        m->console->quit = true;
    }
}

void machine_look_at_host(machine_t *m) {
    console_t *c = m->console;
    poll_host(m, 0);
    // A guest that waits by spinning in its own memory asks for input by doing nothing else.
    if (!c->on_demand) {
        pump(m);
    } else if (m->cpu.cycle - m->last_life > (uint64_t)SPIN_SECONDS * m->soc->clock_hz && offer_input(m)) {
        m->last_life = m->cpu.cycle;
    }
    if (c->quit || c->failed) {
        m->exit = true;
        m->exit_status = 0;
    }
}

static void skip_to(machine_t *m, uint64_t when) {
    if (when > m->cpu.cycle) {
        m->cpu.instret_lag += when - m->cpu.cycle;
        m->cpu.cycle = when;
    }
}

static uint64_t wall_cycle(const machine_t *m) {
    uint64_t passed = wall_ns() - m->pace_ns;
    uint64_t clock = m->soc->clock_hz;
    return m->pace_cycle + passed / NS * clock + passed % NS * clock / NS;
}

void machine_pace_from_here(machine_t *m) {
    m->pace_ns = wall_ns();
    m->pace_cycle = m->cpu.cycle;
}

// Real time: wait until the wall clock is where the guest is.
void machine_pace(machine_t *m) {
    uint64_t wall = wall_cycle(m);
    uint64_t clock = m->soc->clock_hz;
    if (m->cpu.cycle > wall) {
        uint64_t ms = (m->cpu.cycle - wall) * 1000 / clock;
        if (ms > 0) {
            poll_host(m, ms < LONG_WAIT_MS ? (int)ms : LONG_WAIT_MS);
        }
    } else if ((wall - m->cpu.cycle) / clock * NS + (wall - m->cpu.cycle) % clock * NS / clock > LAG_LIMIT_NS) {
        machine_pace_from_here(m);
    }
    if (m->pace_cycle + clock * 3600 < m->cpu.cycle) {
        machine_pace_from_here(m);
    }
}

// Whether something from the host may still wake an idle guest.
static bool host_may_ask(const machine_t *m) {
    return console_can_wait(m->console) || m->etherbone != NULL || machine_nets_live(m);
}

// In virtual time, the guest waits for `until` or for a peer on the network, whose time is the wall clock's. A busy host
// wakes us late: what passed beyond `until` counts for the waits that follow, or a guest with a timer of 1 ms would live
// many times slower than its peers and their time-outs.
static void wait_for_peers(machine_t *m, uint64_t until) {
    uint64_t clock = m->soc->clock_hz;
    uint64_t wanted = until - m->cpu.cycle;
    if (m->waited_beyond < wanted) {
        uint64_t start_ns = wall_ns();
        poll_host(m, (int)((wanted - m->waited_beyond) * 1000 / clock) + 1);
        m->waited_beyond += (wall_ns() - start_ns) * clock / NS;
    }
    uint64_t passed = m->waited_beyond < wanted ? m->waited_beyond : wanted;
    skip_to(m, m->cpu.cycle + passed);
    m->waited_beyond -= passed;
    uint64_t most = clock / 1000 * WAITED_BEYOND_MS;
    if (m->waited_beyond > most) {
        m->waited_beyond = most;
    }
}

// The guest waits: let time pass to what it may be waiting for.
void machine_idle(machine_t *m) {
    console_t *c = m->console;
    uint64_t clock = m->soc->clock_hz;
    uint64_t quantum = clock / IDLE_QUANTA_PER_SECOND + 1;
    poll_host(m, 0);
    if (c->quit || c->failed) {
        m->exit = true;
        return;
    }
    if (!offer_input(m)) {
        uint64_t event = machine_next_event(m);
        uint64_t until = m->cpu.cycle + quantum;
        uint64_t silence = m->cpu.cycle - m->last_life;
        // wfi alone does not mean idle: VexRiscv passes it, and a guest may do so once in a while.
        bool endless = event == EVENT_NEVER && !m->time_was_read && ++m->idle_count > IDLE_COUNT;
        if (event < until) {
            until = event;
        }
        if (m->options.max_cycles != 0 && m->options.max_cycles < until) {
            until = m->options.max_cycles;
        }
        // Input that the guest leaves in a full FIFO does not keep the run alive.
        if (!host_may_ask(m) && c->out_count == 0 && (endless || silence > IDLE_END_SECONDS * clock)) {
            m->exit = true;
            return;
        }
        if (m->options.realtime) {
            uint64_t wall = wall_cycle(m);
            if (until > wall) {
                poll_host(m, (int)((until - wall) * 1000 / clock) + 1);
                wall = wall_cycle(m);
            }
            skip_to(m, until < wall ? until : wall);
        } else if (endless && host_may_ask(m)) {
            poll_host(m, LONG_WAIT_MS);
        } else if (machine_nets_live(m) && until > m->cpu.cycle) {
            wait_for_peers(m, until);
        } else {
            if (host_may_ask(m) && silence > clock) {
                poll_host(m, BUSY_WAIT_MS);
            }
            skip_to(m, until);
        }
        m->time_was_read = false;
        pump(m);
    }
    if (!m->cpu.profile->wfi_waits && !m->cpu.held) {
        m->cpu.idle = false;
    }
}
