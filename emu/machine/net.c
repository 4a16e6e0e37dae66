// SPDX-License-Identifier: MIT
//
// The networks of --net at the cables of the SoC's MACs: the first at the first, in the order of csr.json.

#include <stdio.h>
#include <string.h>

#include "machine/internal.h"

// A frame may come to a MAC that is not there.
static void ready(void *context) {
    machine_net_t *n = context;
    if (n->core != NULL) {
        n->ready(n->core);
    }
}

static uint64_t now_ns(void *context) {
    const machine_net_t *n = context;
    return machine_ns(n->machine);
}

static void send(void *context, const uint8_t *frame, size_t size) {
    machine_net_t *n = context;
    if (n->net != NULL) {
        hostnet_send(n->net, frame, size);
    }
}

// What comes shows that somebody outside is there; what the guest sends by itself does not.
static size_t receive(void *context, uint8_t *frame, size_t room) {
    machine_net_t *n = context;
    size_t size = n->net != NULL ? hostnet_receive(n->net, frame, room) : 0;
    if (size > 0) {
        machine_sign_of_life(n->machine);
    }
    return size;
}

const core_cable_t *machine_cable(machine_t *m, core_t *core, void (*core_ready)(core_t *core)) {
    if (m->cable_count == m->options.net_count) {
        return NULL;
    }
    machine_net_t *n = &m->cables[m->cable_count++];
    *n = (machine_net_t) { .machine = m, .core = core, .ready = core_ready };
    n->cable = (core_cable_t) { .context = n, .send = send, .receive = receive };
    return &n->cable;
}

bool machine_open_nets(machine_t *m) {
    const machine_options_t *o = &m->options;
    if (m->cable_count < o->net_count) {
        snprintf(m->error, sizeof(m->error), "--net %s: %s has %s MAC: give LiteX's target --with-ethernet",
            o->nets[m->cable_count], m->soc->path, m->cable_count > 0 ? "no further" : "no");
        return false;
    }
    for (size_t i = 0; i < o->net_count; i++) {
        machine_net_t *n = &m->cables[i];
        const hostnet_host_t host = { .context = n, .now_ns = now_ns, .ready = ready };
        char text[512];
        n->net = hostnet_open(o->nets[i], &host, text, sizeof(text));
        if (n->net == NULL || (o->captures[i] != NULL && !hostnet_capture(n->net, o->captures[i], text, sizeof(text)))) {
            snprintf(m->error, sizeof(m->error), "--net %s", text);
            return false;
        }
    }
    return true;
}

void machine_close_nets(machine_t *m) {
    for (size_t i = 0; i < m->cable_count; i++) {
        hostnet_close(m->cables[i].net);
        m->cables[i].net = NULL;
    }
}

bool machine_nets_live(const machine_t *m) {
    bool live = false;
    for (size_t i = 0; i < m->cable_count; i++) {
        live = live || (m->cables[i].net != NULL && hostnet_live(m->cables[i].net));
    }
    return live;
}

size_t machine_fill_nets(machine_t *m, struct pollfd *fds, size_t room) {
    size_t count = 0;
    for (size_t i = 0; i < m->cable_count; i++) {
        machine_net_t *n = &m->cables[i];
        n->fds = n->net != NULL ? hostnet_fill(n->net, fds + count, room - count) : 0;
        count += n->fds;
    }
    return count;
}

void machine_poll_nets(machine_t *m, const struct pollfd *fds) {
    for (size_t i = 0; i < m->cable_count; i++) {
        machine_net_t *n = &m->cables[i];
        if (n->net != NULL) {
            hostnet_poll(n->net, fds, n->fds);
        }
        fds += n->fds;
    }
}
