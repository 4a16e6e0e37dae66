// SPDX-License-Identifier: MIT
//
// The L2 cache (litex/soc/interconnect/wishbone.py, Cache) is direct-mapped and has no registers: it writes a line back
// when another takes its place. LiteX's flush_l2_cache() (libbase/system.c) reads the same addresses.

#include "soc/cache.h"

#include <stdint.h>

#include <system.h>

#include "soc_config.h"

void soc_cache_clean_cpu(void) {
    #if !SOC_DCACHE_WRITES_THROUGH
    flush_cpu_dcache();
    #endif
}

void soc_cache_flush_cpu(void) {
    flush_cpu_dcache();
}

void soc_cache_flush_all(void) {
    flush_cpu_dcache();
    #if SOC_L2_BYTES
    const volatile uint32_t *word = (const volatile uint32_t *)SOC_MAIN_RAM_BASE;
    for (uint32_t i = 0; i < 2 * SOC_L2_BYTES / sizeof(*word); i++) {
        (void)word[i];
    }
    #endif
}

void soc_cache_flush_code(void) {
    soc_cache_clean_cpu();
    flush_cpu_icache();
}
