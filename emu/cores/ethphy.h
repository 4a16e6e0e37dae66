// SPDX-License-Identifier: MIT
//
// What a MAC sees of its PHY: ethphy.c.

#ifndef EMU_CORES_ETHPHY_H
#define EMU_CORES_ETHPHY_H

#include "cores/core.h"

// The PHY of a MAC: LiteX calls them ethphy and ethmac, or ethphy1 and ethmac1. NULL: the SoC has none with registers.
core_t *ethphy_of(core_t *mac);

bool ethphy_in_reset(core_t *phy);
bool ethphy_link(core_t *phy);

// A cable is plugged in, for good but for what pin 0 does.
void ethphy_plug(core_t *phy);

#endif
