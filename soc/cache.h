// SPDX-License-Identifier: MIT
//
// Caches between the CPU and what else reads and writes memory, over the system.h that LiteX ships for the SoC's
// CPU (flush_cpu_dcache). LiteX knows one operation for each cache: write back what is dirty and forget all.
//
// A master on the SoC's bus (WishboneDMAReader, WishboneDMAWriter) sees main RAM through the L2 cache that LiteX
// puts before LiteDRAM, as the CPU does: only the CPU's data cache stands between them. A core with a port of its
// own at LiteDRAM (VideoFrameBuffer) sees the DRAM itself.

#ifndef SOC_CACHE_H
#define SOC_CACHE_H

// Write back what the CPU's data cache holds: before another master reads memory. Nothing where the cache writes
// through at once, as VexRiscv's does. May be called from an interrupt.
void soc_cache_clean_cpu(void);

// Write back and forget what the CPU's data cache holds: before the CPU reads what another master wrote. Nothing where the CPU has none, or keeps it coherent
// itself. May be called from an interrupt.
void soc_cache_flush_cpu(void);

// The same, then write back what the L2 cache holds, by reading twice its size from main RAM (some ten thousand
// cycles with LiteX's default of 8 KiB).
void soc_cache_flush_all(void);

#endif // SOC_CACHE_H
