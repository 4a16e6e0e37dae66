// SPDX-License-Identifier: MIT
//
// The far side of an Ethernet PHY: frames between the pins of gateware/standins.py's EthernetPhy (bytes with preamble
// and FCS, in the cycles with `tick`) and a network of hostnet/, and the PHY's management at MDC and MDIO. As in
// lxemu, a high level on pin 0 of `ethphy` pulls the cable out. After IEEE 802.3-2018, clauses 3 and 22.

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hostnet/hostnet.h"
#include "models/eth_phy.h"
#include "sim.h"

#define CORE "ethphy"
#define PREAMBLE_BYTES 8
#define PREAMBLE 0x55
#define START_OF_FRAME 0xd5
#define MIN_FRAME 60
#define FCS_BYTES 4
#define GAP_BYTES 12
#define WIRE_BYTES (PREAMBLE_BYTES + 2048 + FCS_BYTES)
#define POLL_CYCLES 1024 // between two looks at the host
#define MAX_FDS 512

typedef struct {
    sim_t *sim;
    hostnet_t *net; // NULL: no cable
    eth_phy_t phy;
    uint32_t crc_table[256];
    const uint8_t *rst_n;
    const uint8_t *tick;
    const uint8_t *tx_en;
    const uint8_t *tx_data;
    uint8_t *rx_dv;
    uint8_t *rx_data;
    const uint8_t *mdc;
    const uint8_t *mdio_oe;
    const uint8_t *mdio_o;
    uint8_t *mdio_i;
    uint8_t management; // the levels that the PHY has seen
    bool was_reset;
    bool ticked; // the SoC has taken the byte on rx_data
    bool pulled;
    uint64_t poll_cycle;
    uint8_t tx[WIRE_BYTES];
    size_t tx_bytes;
    uint8_t rx[WIRE_BYTES];
    size_t rx_bytes;
    size_t rx_next;
    unsigned gap;
    unsigned long sent;
    unsigned long received;
    unsigned long bad; // frames of the SoC with a wrong preamble or FCS
} ethernet_t;

static void fill_crc_table(uint32_t *table) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (unsigned bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xedb88320) : 0);
        }
        table[i] = crc;
    }
}

static uint32_t fcs(const ethernet_t *self, const uint8_t *data, size_t bytes) {
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < bytes; i++) {
        crc = crc >> 8 ^ self->crc_table[(crc ^ data[i]) & 0xff];
    }
    return ~crc;
}

static bool linked(ethernet_t *self) {
    return self->net && eth_phy_link(&self->phy, sim_ns(self->sim));
}

static void plug(ethernet_t *self) {
    eth_phy_cable(&self->phy, self->net && !self->pulled, sim_ns(self->sim));
}

static void sense(void *context, unsigned index, bool level) {
    ethernet_t *self = context;
    (void)index;
    self->pulled = level;
    plug(self);
}

static uint64_t now_ns(void *context) {
    return sim_ns(((ethernet_t *)context)->sim);
}

static void ready(void *context) {
    (void)context; // the next frame is asked for when the last one has passed
}

static bool open_net(ethernet_t *self) {
    const sim_options_t *options = self->sim->options;
    const hostnet_host_t host = { .context = self, .now_ns = now_ns, .ready = ready };
    char error[512];
    if (!options->net) {
        return true;
    }
    self->net = hostnet_open(options->net, &host, error, sizeof(error));
    if (!self->net
        || (options->net_capture && !hostnet_capture(self->net, options->net_capture, error, sizeof(error)))) {
        fprintf(stderr, "rtl: --net %s\n", error);
        return false;
    }
    return true;
}

static void ethernet_close(void *arg) {
    ethernet_t *self = arg;
    if (self->net) {
        fprintf(stderr, "ethernet: %lu frames sent, %lu received, %lu bad\n", self->sent, self->received, self->bad);
    }
    hostnet_close(self->net);
    free(self);
}

static void *ethernet_open(sim_t *sim, struct pad_s *pads) {
    ethernet_t *self = calloc(1, sizeof(*self));
    if (!self || nets_pin(sim->nets, CORE, 0, sense, self) < 0) {
        fprintf(stderr, "rtl: out of memory\n");
        free(self);
        return NULL;
    }
    self->sim = sim;
    self->rst_n = sim_pad(pads, "rst_n");
    self->tick = sim_pad(pads, "tick");
    self->tx_en = sim_pad(pads, "tx_en");
    self->tx_data = sim_pad(pads, "tx_data");
    self->rx_dv = sim_pad(pads, "rx_dv");
    self->rx_data = sim_pad(pads, "rx_data");
    self->mdc = sim_pad(pads, "mdc");
    self->mdio_oe = sim_pad(pads, "mdio_oe");
    self->mdio_o = sim_pad(pads, "mdio_o");
    self->mdio_i = sim_pad(pads, "mdio_i");
    fill_crc_table(self->crc_table);
    const eth_phy_config_t config = eth_phy_wired(&sim->options->wiring, CORE, false);
    eth_phy_init(&self->phy, &config);
    *self->mdio_i = 1;
    if (!open_net(self)) {
        free(self);
        return NULL;
    }
    plug(self);
    return self;
}

// A frame of the SoC has ended.
static void frame_sent(ethernet_t *self) {
    size_t bytes = self->tx_bytes;
    self->tx_bytes = 0;
    uint32_t check;
    if (bytes < PREAMBLE_BYTES + MIN_FRAME + FCS_BYTES || self->tx[PREAMBLE_BYTES - 1] != START_OF_FRAME) {
        self->bad++;
        return;
    }
    bytes -= PREAMBLE_BYTES + FCS_BYTES;
    memcpy(&check, self->tx + PREAMBLE_BYTES + bytes, FCS_BYTES);
    if (check != fcs(self, self->tx + PREAMBLE_BYTES, bytes)) {
        self->bad++;
        return;
    }
    if (linked(self)) {
        self->sent++;
        hostnet_send(self->net, self->tx + PREAMBLE_BYTES, bytes);
    }
}

static void take_byte(ethernet_t *self) {
    if (!*self->tx_en) {
        if (self->tx_bytes > 0) {
            frame_sent(self);
        }
    } else if (self->tx_bytes < WIRE_BYTES) {
        self->tx[self->tx_bytes++] = *self->tx_data;
    }
}

static void next_frame(ethernet_t *self) {
    uint8_t *frame = self->rx + PREAMBLE_BYTES;
    size_t bytes = self->net ? hostnet_receive(self->net, frame, WIRE_BYTES - PREAMBLE_BYTES - FCS_BYTES) : 0;
    if (bytes == 0 || !linked(self)) {
        return;
    }
    if (bytes < MIN_FRAME) {
        memset(frame + bytes, 0, MIN_FRAME - bytes);
        bytes = MIN_FRAME;
    }
    uint32_t check = fcs(self, frame, bytes);
    memset(self->rx, PREAMBLE, PREAMBLE_BYTES - 1);
    self->rx[PREAMBLE_BYTES - 1] = START_OF_FRAME;
    memcpy(frame + bytes, &check, FCS_BYTES);
    self->rx_bytes = PREAMBLE_BYTES + bytes + FCS_BYTES;
    self->rx_next = 0;
    self->received++;
}

static void give_byte(ethernet_t *self) {
    if (self->rx_next == self->rx_bytes && self->gap > 0) {
        self->gap--;
    } else if (self->rx_next == self->rx_bytes) {
        next_frame(self);
    }
    // A cable that is pulled out cuts the frame.
    bool valid = self->rx_next < self->rx_bytes && linked(self);
    *self->rx_dv = valid;
    if (valid) {
        *self->rx_data = self->rx[self->rx_next++];
        self->gap = GAP_BYTES;
    } else {
        self->rx_next = self->rx_bytes;
    }
}

static void manage(ethernet_t *self) {
    bool reset = !*self->rst_n;
    if (reset && !self->was_reset) {
        eth_phy_reset(&self->phy, sim_ns(self->sim));
    }
    self->was_reset = reset;
    uint8_t levels = (uint8_t)(*self->mdc | *self->mdio_oe << 1 | *self->mdio_o << 2);
    if (levels != self->management) {
        self->management = levels;
        *self->mdio_i = eth_phy_pins(&self->phy, levels & 1, levels & 2, levels & 4, sim_ns(self->sim));
    }
}

static void look_at_host(ethernet_t *self) {
    struct pollfd fds[MAX_FDS];
    size_t count = hostnet_fill(self->net, fds, MAX_FDS);
    if (count > 0) {
        poll(fds, count, 0);
    }
    hostnet_poll(self->net, fds, count);
}

static void ethernet_tick(void *arg) {
    ethernet_t *self = arg;
    manage(self);
    if (self->ticked) {
        give_byte(self);
    }
    self->ticked = *self->tick;
    if (self->ticked) {
        take_byte(self);
    }
    if (self->net && self->sim->cycle >= self->poll_cycle) {
        self->poll_cycle = self->sim->cycle + POLL_CYCLES;
        look_at_host(self);
    }
}

const sim_module_t ethernet_module = {
    .record = "eth",
    .pad = "tx_en",
    .open = ethernet_open,
    .tick = ethernet_tick,
    .close = ethernet_close,
};
