// SPDX-License-Identifier: MIT
//
// LiteX's Timer, cycle by cycle, after litex/soc/cores/timer.py. It also knows the true time, which the driver
// has to find out.

#ifndef TIMER_MODEL_H
#define TIMER_MODEL_H

#include "drivers/lx_timer.h"
#include "mock.h"

typedef struct {
    mock_reg_t *load;
    mock_reg_t *reload;
    mock_reg_t *en;
    mock_reg_t *enable;
    uint32_t value;
    uint32_t latched;
    bool latch;
    bool was_zero;
    bool pending;
    bool clear;
    bool stuck; // the core does not answer: value reads as stuck_value, nothing is ever pending
    uint32_t stuck_value;
    uint64_t uptime;
    uint64_t uptime_latched;
    bool uptime_latch;
    uint64_t total; // cycles since the timer was enabled
    uint64_t total_latched; // the same when value or uptime was latched last
    unsigned latches;
} timer_model_t;

// Put its registers on the bus, with interrupt line 1, and fill regs.
void timer_model_init(timer_model_t *model, lx_timer_regs_t *regs, bool with_uptime);

#endif // TIMER_MODEL_H
