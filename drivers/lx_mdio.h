// SPDX-License-Identifier: MIT
//
// The management of an Ethernet PHY (IEEE 802.3, clause 22) by LiteEth's MDIO registers (liteeth/phy/common.py), bit by
// bit. A read or write takes 64 clocks of MDC, about 60 us; none of them waits for the PHY.

#ifndef DRIVERS_LX_MDIO_H
#define DRIVERS_LX_MDIO_H

#include <stdbool.h>
#include <stdint.h>

#include "common/status.h"
#include "drivers/lx_clock.h"
#include "soc/csr.h"

#define LX_MDIO_PHYS (32)
#define LX_MDIO_REGISTERS (32)

// Private to lx_mdio.
typedef struct {
    csr_reg_t w; // bits mdc, oe, w
    csr_reg_t r;
    lx_clock_t *clock;
    uint32_t half; // cycles of the system clock for half a period of MDC
} lx_mdio_t;

// LX_ENODEV: the SoC has no such registers.
int lx_mdio_init(lx_mdio_t *mdio, csr_reg_t w, csr_reg_t r, lx_clock_t *clock, uint32_t clk_hz);

// LX_EINVAL: no such PHY address or register. LX_ENODEV: no PHY answers at that address.
int lx_mdio_read(const lx_mdio_t *mdio, unsigned phy, unsigned reg, uint16_t *value);

// LX_EINVAL as above. A PHY does not tell whether it has taken the value.
int lx_mdio_write(const lx_mdio_t *mdio, unsigned phy, unsigned reg, uint16_t value);

// The first PHY that answers, at address 0 last: some take 0 as "all". LX_ENODEV: none; this takes 2 ms.
int lx_mdio_find(const lx_mdio_t *mdio, unsigned *phy);

// Whether the link is up. A loss since the last call counts as down, so that the caller sees each. LX_ENODEV: the PHY
// does not answer.
int lx_mdio_link(const lx_mdio_t *mdio, unsigned phy, bool *up);

// What the two ends of a link that is up have agreed on: 10, 100 or 1000 Mbit/s, 0 where the PHY does not tell.
unsigned lx_mdio_mbps(const lx_mdio_t *mdio, unsigned phy, bool *full_duplex);

#endif // DRIVERS_LX_MDIO_H
