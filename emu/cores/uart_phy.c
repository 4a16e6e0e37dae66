// SPDX-License-Identifier: MIT
//
// RS232PHY with a dynamic baud rate (litex/soc/cores/uart.py): its tuning word is stored. The pace of the console's
// wire is what --baud says; another UART's goes by the word.

#include "cores/models.h"
#include "cores/serial_line.h"

static void reset(core_t *core) {
    reg_set(core_reg(core, "tuning_word"), serial_line_default_tuning(core->host->soc->clock_hz));
}

static const core_reg_t regs[] = {
    { .suffix = "tuning_word", .bits = 32 },
    CORE_REGS_END,
};

const core_model_t core_uart_phy = { .kind = "uart_phy", .regs = regs, .reset = reset };
