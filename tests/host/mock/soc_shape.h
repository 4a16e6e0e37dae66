// SPDX-License-Identifier: MIT
//
// What soc/generate.py would write, for the host tests: the shape of the CSR bus comes from the command line.

#ifndef SOC_SHAPE_H
#define SOC_SHAPE_H

#define SOC_CSR_DATA_WIDTH TEST_DATA_WIDTH
#define SOC_CSR_ALIGNMENT TEST_ALIGNMENT
#define SOC_CSR_ORDERING_BIG TEST_ORDERING_BIG
#define SOC_HAS_INTERRUPT TEST_HAS_INTERRUPT
#define SOC_HAS_PLIC 0
#define SOC_IRQ_LINES 32
#define SOC_IRQ_OWNERS 32
#define SOC_DCACHE_WRITES_THROUGH 0
#define SOC_BUS_DATA_WIDTH 32

#endif // SOC_SHAPE_H
