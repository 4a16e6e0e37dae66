// SPDX-License-Identifier: MIT
//
// An Ethernet PHY: eth_phy.h. After IEEE 802.3-2018, 22.2.4 (registers; 40.5.1.1 for those of 1000BASE-T) and 22.2.4.5
// (frames on MDIO).

#include "models/eth_phy.h"

#include <string.h>

#define RESET_NS (10000)

enum { BMCR, BMSR, PHYID1, PHYID2, ADVERTISE, PARTNER, EXPANSION, GIGABIT_CONTROL = 9, GIGABIT_STATUS, EXTENDED = 15 };

enum {
    BMCR_RESET = 0x8000,
    BMCR_SPEED_100 = 0x2000,
    BMCR_NEGOTIATE = 0x1000,
    BMCR_POWER_DOWN = 0x0800,
    BMCR_ISOLATE = 0x0400,
    BMCR_RESTART = 0x0200,
    BMCR_DUPLEX = 0x0100,
    BMCR_SPEED_1000 = 0x0040,
    BMSR_ABILITIES = 0x7809, // 10 and 100 Mbit/s, both duplexes, negotiation, extended registers
    BMSR_EXTENDED_STATUS = 0x0100,
    BMSR_DONE = 0x0020,
    BMSR_LINK = 0x0004,
    ABILITIES = 0x01e1,      // of registers 4 and 5: 10 and 100 Mbit/s, both duplexes, IEEE 802.3
    ACKNOWLEDGE = 0x4000,
    PARTNER_NEGOTIATES = 0x0001,
    GIGABIT_FULL = 0x0200,   // of register 9
    GIGABIT_PARTNER = 0x3800, // of register 10: both receivers are fine, full duplex
    EXTENDED_GIGABIT = 0x2000,
};

// A frame on MDIO, after its preamble: start 01, operation (10 reads, 01 writes), address and register of 5 bits each,
// a turnaround of 2, 16 bits of data. The header ends with the register.
enum { HEADER_BITS = 14, TURNAROUND_END = 16, FRAME_BITS = 32, PREAMBLE_BITS = 32, READS = 2, WRITES = 1 };

const eth_phy_config_t eth_phy_default = { .address = 1, .id1 = 0x0022, .id2 = 0x1560, .negotiation_us = 2000 };

eth_phy_config_t eth_phy_wired(const wiring_t *wiring, const char *core, bool gigabit) {
    eth_phy_config_t config = eth_phy_default;
    config.gigabit = gigabit;
    if (wiring != NULL) {
        config.fault = (eth_phy_fault_t)(wiring_value(wiring, core, "fault", ETH_PHY_OK) % (ETH_PHY_IN_RESET + 1));
        config.gigabit = wiring_value(wiring, core, "gigabit", gigabit) != 0;
        config.address = wiring_value(wiring, core, "address", config.address) & 0x1f;
    }
    return config;
}

// What a write to each register can change; the rest, and all others below 16, is read-only. The maker's own
// registers, from 16, store what is written.
static uint16_t writable(unsigned reg) {
    switch (reg) {
        case BMCR:
            return 0x7dff & ~BMCR_RESTART;
        case ADVERTISE:
            return 0xbfff;
        case GIGABIT_CONTROL:
            return 0xff00;
        default:
            return reg >= 16 ? 0xffff : 0;
    }
}

static void negotiate(eth_phy_t *phy, uint64_t now_ns) {
    uint16_t control = phy->registers[BMCR];
    bool can = phy->cable && !(control & (BMCR_POWER_DOWN | BMCR_ISOLATE)) && phy->config.fault != ETH_PHY_NO_LINK;
    phy->lost = true;
    phy->link_at_ns = can ? now_ns + (uint64_t)phy->config.negotiation_us * 1000 : UINT64_MAX;
}

void eth_phy_reset(eth_phy_t *phy, uint64_t now_ns) {
    memset(phy->registers, 0, sizeof(phy->registers));
    phy->registers[BMCR] = BMCR_NEGOTIATE | BMCR_SPEED_100 | BMCR_DUPLEX;
    phy->registers[PHYID1] = phy->config.id1;
    phy->registers[PHYID2] = phy->config.id2;
    phy->registers[ADVERTISE] = ABILITIES;
    phy->registers[GIGABIT_CONTROL] = phy->config.gigabit ? GIGABIT_FULL : 0;
    phy->registers[EXTENDED] = phy->config.gigabit ? EXTENDED_GIGABIT : 0;
    phy->preamble = 0;
    phy->bit = 0;
    phy->out = true;
    negotiate(phy, now_ns);
}

void eth_phy_init(eth_phy_t *phy, const eth_phy_config_t *config) {
    memset(phy, 0, sizeof(*phy));
    phy->config = *config;
    eth_phy_reset(phy, 0);
}

void eth_phy_cable(eth_phy_t *phy, bool plugged, uint64_t now_ns) {
    if (plugged != phy->cable) {
        phy->cable = plugged;
        negotiate(phy, now_ns);
    }
}

bool eth_phy_link(eth_phy_t *phy, uint64_t now_ns) {
    return now_ns >= phy->link_at_ns;
}

static uint16_t status(eth_phy_t *phy, bool link) {
    uint16_t value = BMSR_ABILITIES | (phy->config.gigabit ? BMSR_EXTENDED_STATUS : 0);
    if (link && (phy->registers[BMCR] & BMCR_NEGOTIATE)) {
        value |= BMSR_DONE;
    }
    // A lost link shows once, even if it came back since.
    if (link && !phy->lost) {
        value |= BMSR_LINK;
    }
    phy->lost = !link;
    return value;
}

uint16_t eth_phy_read(eth_phy_t *phy, unsigned reg, uint64_t now_ns) {
    bool link = eth_phy_link(phy, now_ns);
    bool negotiated = link && (phy->registers[BMCR] & BMCR_NEGOTIATE);
    switch (reg) {
        case BMCR: {
            bool resets = now_ns < phy->reset_until_ns || phy->config.fault == ETH_PHY_IN_RESET;
            return phy->registers[BMCR] | (resets ? BMCR_RESET : 0);
        }
        case BMSR:
            return status(phy, link);
        case PARTNER:
            return negotiated ? ABILITIES | ACKNOWLEDGE : 0;
        case EXPANSION:
            return negotiated ? PARTNER_NEGOTIATES : 0;
        case GIGABIT_STATUS:
            return negotiated && phy->config.gigabit ? GIGABIT_PARTNER : 0;
        default:
            return phy->registers[reg % ETH_PHY_REGISTERS];
    }
}

void eth_phy_write(eth_phy_t *phy, unsigned reg, uint16_t value, uint64_t now_ns) {
    reg %= ETH_PHY_REGISTERS;
    if (reg == BMCR && (value & BMCR_RESET)) {
        eth_phy_reset(phy, now_ns);
        phy->reset_until_ns = now_ns + RESET_NS;
        return;
    }
    uint16_t before = phy->registers[reg];
    uint16_t mask = writable(reg);
    phy->registers[reg] = (uint16_t)((before & ~mask) | (value & mask));
    if (reg == BMCR && ((value & BMCR_RESTART) || phy->registers[BMCR] != before)) {
        negotiate(phy, now_ns);
    }
}

static bool addressed(const eth_phy_t *phy, uint32_t header) {
    return (header >> 5 & 0x1f) == phy->config.address;
}

// A rising edge of MDC with this level on MDIO.
static void clock_bit(eth_phy_t *phy, bool level, uint64_t now_ns) {
    if (phy->bit == 0) {
        bool starts = !level && phy->preamble == PREAMBLE_BITS;
        phy->preamble = level ? phy->preamble + (phy->preamble < PREAMBLE_BITS) : 0;
        phy->shift = 0;
        phy->bit = starts;
        return;
    }
    phy->shift = phy->shift << 1 | level;
    phy->bit++;
    phy->out = true;
    if (phy->bit == 2 && !level) {
        phy->bit = 0; // not a start
        return;
    }
    // The shift register has the header while the data of a read goes out.
    uint32_t header = phy->bit >= HEADER_BITS ? phy->shift >> (phy->bit - HEADER_BITS) : 0;
    bool reads = phy->bit >= HEADER_BITS && (header >> 10 & 3) == READS && addressed(phy, header);
    if (reads && phy->bit == HEADER_BITS + 1) {
        phy->out = false; // the second bit of the turnaround
    } else if (reads && phy->bit == TURNAROUND_END) {
        phy->read = eth_phy_read(phy, header & 0x1f, now_ns);
    }
    if (reads && phy->bit >= TURNAROUND_END && phy->bit < FRAME_BITS) {
        phy->out = phy->read >> (FRAME_BITS - 1 - phy->bit) & 1;
    }
    if (phy->bit == FRAME_BITS) {
        if ((header >> 10 & 3) == WRITES && addressed(phy, header)) {
            eth_phy_write(phy, header & 0x1f, (uint16_t)phy->shift, now_ns);
        }
        phy->bit = 0;
        phy->preamble = 0;
    }
}

bool eth_phy_pins(eth_phy_t *phy, bool mdc, bool oe, bool mdio, uint64_t now_ns) {
    bool level = oe ? mdio : phy->out;
    if (phy->config.fault == ETH_PHY_SILENT || phy->config.fault == ETH_PHY_STUCK) {
        return oe ? mdio : phy->config.fault == ETH_PHY_SILENT;
    }
    if (mdc && !phy->mdc) {
        clock_bit(phy, level, now_ns);
    }
    phy->mdc = mdc;
    return oe ? mdio : phy->out;
}
