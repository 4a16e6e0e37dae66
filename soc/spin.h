// SPDX-License-Identifier: MIT
//
// The shortest loop, for delays of a few cycles. The caller measures how long one turn takes. The host tests replace
// this file.

#ifndef SOC_SPIN_H
#define SOC_SPIN_H

#include <stdint.h>

static inline void soc_spin(uint32_t turns) {
    for (; turns != 0; turns--) {
        __asm__ volatile ("" : "+r" (turns));
    }
}

#endif // SOC_SPIN_H
