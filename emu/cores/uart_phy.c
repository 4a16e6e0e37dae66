// SPDX-License-Identifier: MIT
//
// RS232PHY with a dynamic baud rate (litex/soc/cores/uart.py): its tuning word is stored; the pace
// of the wire is what --baud says.

#include "cores/models.h"

static const core_reg_t regs[] = {
    { .suffix = "tuning_word", .bits = 32 },
    { NULL, 0, 0, 0, NULL, NULL },
};

const core_model_t core_uart_phy = { .kind = "uart_phy", .regs = regs };
