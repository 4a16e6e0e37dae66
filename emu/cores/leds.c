// SPDX-License-Identifier: MIT
//
// LedChaser (litex/soc/cores/led.py): one output register; the chaser runs until its first write.

#include "cores/models.h"

static const core_reg_t regs[] = {
    { .suffix = "out" },
    { .suffix = "polarity", .flags = REG_OPTIONAL },
    { NULL, 0, 0, 0, NULL, NULL },
};

const core_model_t core_leds = { .kind = "leds", .regs = regs, .names = "led" };
