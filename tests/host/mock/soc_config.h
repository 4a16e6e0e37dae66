// SPDX-License-Identifier: MIT
//
// What soc/generate.py would write, for the host tests.

#ifndef SOC_CONFIG_H
#define SOC_CONFIG_H

#include "soc_shape.h"

#define SOC_CSR_BASE 0xf0000000
#define SOC_L2_BYTES 64

// Of the size that flushing such an L2 cache reads.
extern const unsigned mock_main_ram[2 * SOC_L2_BYTES / 4];
#define SOC_MAIN_RAM_BASE mock_main_ram

#endif // SOC_CONFIG_H
