// SPDX-License-Identifier: MIT
//
// The program's share of the time beside work in interrupts that may take long, as callbacks of Python do.
//
// Such work owes the program half of the time that it takes. What the program gets between two calls pays that back.
// When more than an allowance is owed, the work has to rest until all is paid: whoever calls it masks its source, or
// leaves calls out. So a source faster than its callback leaves the program a third of the time in the long run, and a
// burst may take two allowances without a pause. How long a call takes, and how close the next event follows, does not
// matter.
//
// Times are the lowest 32 bits of a count of cycles. The caller owns soc_share_t; interrupts are off in all calls.

#ifndef SOC_SHARE_H
#define SOC_SHARE_H

#include <stdbool.h>
#include <stdint.h>

// Private to soc_share, {.allowance = cycles} at the start.
typedef struct {
    uint32_t allowance;
    uint32_t owed; // cycles
    uint32_t since; // when the work last began or ended
    bool resting;
} soc_share_t;

// Cycles between two calls that are not the program's but of the work: trap entry, dispatch, return.
#define SOC_SHARE_TRAP_CYCLES (200)

// Work in an interrupt begins; and ends.
void soc_share_begin(soc_share_t *share, uint32_t now);
void soc_share_end(soc_share_t *share, uint32_t now);

// Whether the work has to rest. Call it again and again while it does, at least each 2^31 cycles.
bool soc_share_resting(soc_share_t *share, uint32_t now);

#endif // SOC_SHARE_H
