// SPDX-License-Identifier: MIT
//
// A CPU whose loop takes a few cycles, and two of them for each turn.

#ifndef SOC_SPIN_H
#define SOC_SPIN_H

#include "mock.h"

#define MOCK_SPIN_TURN (2)
#define MOCK_SPIN_OVERHEAD (3)

static inline void soc_spin(uint32_t turns) {
    mock_step(MOCK_SPIN_OVERHEAD + MOCK_SPIN_TURN * turns);
}

#endif // SOC_SPIN_H
