// SPDX-License-Identifier: MIT
//
// The registers of a LiteEth PHY (liteeth/phy/*.py): reset, and MDIO with models/eth_phy.c at its far end. A high level
// on pin 0 of the core pulls the cable out. `value ethphy.fault N` in the wiring is a fault of models/eth_phy.h.

#include "cores/ethphy.h"

#include <stdio.h>
#include <string.h>

#include "cores/models.h"
#include "models/eth_phy.h"

enum { W_MDC = 1, W_OE = 2, W_DATA = 4 };
enum { INBAND_LINK = 1, INBAND_SPEED_SHIFT = 1, INBAND_DUPLEX = 8 };
enum { SPEED_100 = 1, SPEED_1000 = 2 };

typedef struct {
    eth_phy_t phy;
    bool plugged; // there is a cable
    bool pulled;  // it is pulled out
} ethphy_state_t;

static uint32_t mbit_s(const core_t *core) {
    return core->host->settings.ethernet_mbit_s;
}

static void cable(core_t *core) {
    ethphy_state_t *p = core->state;
    eth_phy_cable(&p->phy, p->plugged && !p->pulled, core_ns(core));
}

static void sense(void *context, unsigned index, bool level) {
    (void)index;
    core_t *core = context;
    ((ethphy_state_t *)core->state)->pulled = level;
    cable(core);
}

core_t *ethphy_of(core_t *mac) {
    char name[SOC_NAME];
    snprintf(name, sizeof(name), "%s", mac->name);
    char *part = strstr(name, "mac");
    if (part == NULL) {
        return NULL;
    }
    memcpy(part, "phy", 3);
    core_t *phy = core_find(mac, name);
    return phy != NULL && phy->model == &core_ethphy ? phy : NULL;
}

void ethphy_plug(core_t *phy) {
    ethphy_state_t *p = phy->state;
    p->plugged = true;
    cable(phy);
}

bool ethphy_in_reset(core_t *phy) {
    return reg_get(core_reg(phy, "crg_reset")) & 1;
}

bool ethphy_link(core_t *phy) {
    ethphy_state_t *p = phy->state;
    return !ethphy_in_reset(phy) && eth_phy_link(&p->phy, core_ns(phy));
}

// LiteX's PHYs reset the chip with the registers.
static void write_reset(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    if (value & 1) {
        eth_phy_reset(&((ethphy_state_t *)core->state)->phy, core_ns(core));
    }
}

static bool pins(core_t *core, uint64_t w) {
    ethphy_state_t *p = core->state;
    return eth_phy_pins(&p->phy, w & W_MDC, w & W_OE, w & W_DATA, core_ns(core));
}

static void write_w(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    pins(core, value);
}

static uint64_t read_r(core_t *core, reg_t *reg) {
    (void)reg;
    return pins(core, reg_get(core_reg(core, "mdio_w")));
}

// GMII or, at 100 Mbit/s, MII.
static uint64_t read_mode(core_t *core, reg_t *reg) {
    (void)reg;
    return mbit_s(core) < 1000;
}

static uint64_t read_inband(core_t *core, reg_t *reg) {
    (void)reg;
    uint64_t speed = mbit_s(core) < 1000 ? SPEED_100 : SPEED_1000;
    return ethphy_link(core) ? INBAND_LINK | speed << INBAND_SPEED_SHIFT | INBAND_DUPLEX : 0;
}

static bool init(core_t *core) {
    ethphy_state_t *p = core->state;
    eth_phy_config_t config = eth_phy_wired(core->host->wiring, core->name, mbit_s(core) >= 1000);
    eth_phy_init(&p->phy, &config);
    return core_pin(core, 0, sense) >= 0;
}

static void reset(core_t *core) {
    eth_phy_reset(&((ethphy_state_t *)core->state)->phy, core_ns(core));
}

static const core_reg_t regs[] = {
    { .suffix = "crg_reset", .bits = 1, .write = write_reset },
    { .suffix = "mdio_w", .bits = 3, .flags = REG_OPTIONAL, .write = write_w },
    { .suffix = "mdio_r", .bits = 1, .flags = REG_OPTIONAL | REG_VOLATILE, .read = read_r },
    { .suffix = "mode_detection_mode", .bits = 1, .flags = REG_OPTIONAL | REG_VOLATILE, .read = read_mode },
    { .suffix = "rx_inband_status", .bits = 4, .flags = REG_OPTIONAL | REG_VOLATILE, .read = read_inband },
    { .suffix = "crg_txdelay_taps", .bits = 8, .flags = REG_OPTIONAL },
    { .suffix = "control", .flags = REG_OPTIONAL },
    CORE_REGS_END,
};

const core_model_t core_ethphy = {
    .kind = "ethphy", .regs = regs, .state_size = sizeof(ethphy_state_t), .init = init, .reset = reset
};
