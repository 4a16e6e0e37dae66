// SPDX-License-Identifier: MIT
//
// --timing: the caches' state.

#include <stdlib.h>

#include "cpu/internal.h"

struct cpu_timing {
    int unused;
};

cpu_timing_t *cpu_timing_new(const cpu_profile_t *profile, const bus_t *bus) {
    (void)profile;
    (void)bus;
    return calloc(1, sizeof(cpu_timing_t));
}

void cpu_timing_reset(cpu_timing_t *timing) {
    (void)timing;
}

void cpu_timing_free(cpu_timing_t *timing) {
    free(timing);
}
