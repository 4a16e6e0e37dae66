// SPDX-License-Identifier: MIT
//
// The shortest loop there is, for delays of a few cycles. How long a turn takes is for the caller to measure. The host
// tests replace this file.

#ifndef SOC_SPIN_H
#define SOC_SPIN_H

#include <stdint.h>

static inline void soc_spin(uint32_t turns) {
    for (; turns != 0; turns--) {
        __asm__ volatile ("" : "+r" (turns));
    }
}

#endif // SOC_SPIN_H
