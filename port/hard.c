// SPDX-License-Identifier: MIT
// The account of hard callbacks: one for all of them, as they share the CPU.

#include "hard.h"

#include "py/mphal.h"

#include "drivers/lx_clock.h"
#include "port_time.h"
#include "soc/share.h"
#include "soc_config.h"

// Two ticks of hard callbacks without a pause.
static soc_share_t share = { .allowance = SOC_CLOCK_HZ / LX_CLOCK_TICK_HZ };

void port_hard_begin(void) {
    soc_share_begin(&share, lx_clock_cycles32(&port_clock));
}

void port_hard_end(void) {
    soc_share_end(&share, lx_clock_cycles32(&port_clock));
}

bool port_hard_resting(void) {
    return share.resting && soc_share_resting(&share, lx_clock_cycles32(&port_clock));
}
