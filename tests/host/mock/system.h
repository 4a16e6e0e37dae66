// SPDX-License-Identifier: MIT
//
// Stands in for the system.h that LiteX ships for a CPU: counts instead of flushing.

#ifndef MOCK_SYSTEM_H
#define MOCK_SYSTEM_H

extern unsigned mock_dcache_flushes;

static inline void flush_cpu_dcache(void) {
    mock_dcache_flushes++;
}

static inline void flush_cpu_icache(void) {
}

#endif // MOCK_SYSTEM_H
