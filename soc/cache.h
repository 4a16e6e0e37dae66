// SPDX-License-Identifier: MIT
//
// Caches between the CPU and the other bus masters, over flush_cpu_dcache() of the system.h that LiteX ships for the
// SoC's CPU. LiteX has one operation for each cache: write dirty lines back and invalidate all lines.
//
// A master on the SoC's bus (WishboneDMAReader, WishboneDMAWriter) sees main RAM through the L2 cache that LiteX puts
// before LiteDRAM, as the CPU does: only the CPU's data cache stands between the two. A core with its own LiteDRAM port
// (VideoFrameBuffer) sees the DRAM itself.

#ifndef SOC_CACHE_H
#define SOC_CACHE_H

// Write the CPU's data cache back, before another master reads memory. Empty where the cache writes through, as
// VexRiscv's does. May be called from an interrupt.
void soc_cache_clean_cpu(void);

// Write the CPU's data cache back and invalidate it, before the CPU reads what another master wrote. Empty where the
// CPU has no data cache or keeps it coherent itself. May be called from an interrupt.
void soc_cache_flush_cpu(void);

// As soc_cache_flush_cpu(), then write the L2 cache back by reading twice its size from main RAM: about ten thousand
// cycles with LiteX's default of 8 KiB. May be called from an interrupt.
void soc_cache_flush_all(void);

// Let the CPU fetch instructions that it has stored itself: clean the data cache and forget what the instruction
// cache holds. Nothing where the CPU has no instruction cache.
void soc_cache_flush_code(void);

#endif // SOC_CACHE_H
