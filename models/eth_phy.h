// SPDX-License-Identifier: MIT
//
// An Ethernet PHY as its management sees it: IEEE 802.3 clause 22 registers behind MDC and MDIO, and the state of its
// cable. It moves no frames. Time comes from outside, in nanoseconds.

#ifndef MODELS_ETH_PHY_H
#define MODELS_ETH_PHY_H

#include <stdbool.h>
#include <stdint.h>

#include "models/wiring.h"

#define ETH_PHY_REGISTERS (32)

typedef enum {
    ETH_PHY_OK,
    ETH_PHY_SILENT,   // answers at no address: MDIO stays high
    ETH_PHY_STUCK,    // MDIO stays low
    ETH_PHY_NO_LINK,  // negotiation never ends
    ETH_PHY_IN_RESET, // the reset bit never clears
} eth_phy_fault_t;

typedef struct {
    uint8_t address;          // 0 to 31
    uint16_t id1;             // registers 2 and 3
    uint16_t id2;
    bool gigabit;             // it can do 1000BASE-T, and so can its partner
    uint32_t negotiation_us;  // from the cable to the link
    eth_phy_fault_t fault;
} eth_phy_config_t;

extern const eth_phy_config_t eth_phy_default;

typedef struct {
    eth_phy_config_t config;
    uint16_t registers[ETH_PHY_REGISTERS];
    bool cable;
    uint64_t link_at_ns;  // when the link comes up, UINT64_MAX: not at all
    uint64_t reset_until_ns;
    bool lost;            // the link was down since register 1 was last read
    // The pins.
    bool mdc;
    bool out;             // what the PHY puts on MDIO, 1: nothing, the pull-up's level
    unsigned preamble;    // ones that came in a row, at most 32
    unsigned bit;         // of the frame, 0: none has begun
    uint32_t shift;       // the bits of the frame
    uint16_t read;        // the register that goes out
} eth_phy_t;

// The PHY of a core as a wiring has it: `value CORE.address N`, `value CORE.fault N`, `value CORE.gigabit N`. wiring may be
// NULL.
eth_phy_config_t eth_phy_wired(const wiring_t *wiring, const char *core, bool gigabit);

void eth_phy_init(eth_phy_t *phy, const eth_phy_config_t *config);

// The pin RESET_N is low: everything is as after power-on. The cable stays.
void eth_phy_reset(eth_phy_t *phy, uint64_t now_ns);

// A cable with a live partner at its far end is there, or not.
void eth_phy_cable(eth_phy_t *phy, bool plugged, uint64_t now_ns);

bool eth_phy_link(eth_phy_t *phy, uint64_t now_ns);

// The protocol core: one register.
uint16_t eth_phy_read(eth_phy_t *phy, unsigned reg, uint64_t now_ns);
void eth_phy_write(eth_phy_t *phy, unsigned reg, uint16_t value, uint64_t now_ns);

// The pin adapter: new levels of MDC and of MDIO as the station drives it (oe) or lets go. The level on MDIO.
bool eth_phy_pins(eth_phy_t *phy, bool mdc, bool oe, bool mdio, uint64_t now_ns);

#endif
