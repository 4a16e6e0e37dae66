// SPDX-License-Identifier: MIT
//
// What soc/generate.py would write, for the host tests: the shape of the CSR bus comes from the command line.

#ifndef SOC_CONFIG_H
#define SOC_CONFIG_H

#define SOC_CSR_BASE 0xf0000000
#define SOC_CSR_DATA_WIDTH TEST_DATA_WIDTH
#define SOC_CSR_ALIGNMENT TEST_ALIGNMENT
#define SOC_CSR_ORDERING_BIG TEST_ORDERING_BIG
#define SOC_HAS_INTERRUPT TEST_HAS_INTERRUPT
#define SOC_BUS_DATA_WIDTH 32
#define SOC_L2_BYTES 64

// Of the size that flushing such an L2 cache reads.
extern const unsigned mock_main_ram[2 * SOC_L2_BYTES / 4];
#define SOC_MAIN_RAM_BASE mock_main_ram

#endif // SOC_CONFIG_H
