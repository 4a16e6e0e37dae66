// SPDX-License-Identifier: MIT
// machine.WDT over lx_watchdog, included by extmod/machine_wdt.c. Once started it runs on, through soft resets
// too, and its timeout stays.

#include "bindings/instance.h"
#include "boot.h"
#include "console.h"
#include "drivers/lx_watchdog.h"
#include "port_machine.h"
#include "soc/irq.h"
#include "soc_config.h"
#include "soc_instances.h"

#define CYCLES_PER_MS (SOC_CLOCK_HZ / 1000)

struct _machine_wdt_obj_t {
    mp_obj_base_t base;
    const lx_watchdog_regs_t *regs;
};

// LiteX lets a second pass from here to the reset by hardware, which is for a CPU that no longer takes interrupts,
// and a SoC may lack it.
static void run_down(void *arg) {
    if (lx_watchdog_take(arg)) {
        console_polled_puts("\r\nMPY: the watchdog was not fed: reset\r\n");
        port_reset();
    }
}

static machine_wdt_obj_t *mp_machine_wdt_make_new_instance(mp_int_t id, mp_int_t timeout_ms) {
    static const port_table_t table = PORT_TABLE(soc_watchdog);
    const lx_watchdog_regs_t *regs = port_instance(MP_OBJ_NEW_SMALL_INT(id), "watchdog", &table, 1, NULL);
    uint32_t max_ms = lx_watchdog_max_cycles(regs) / CYCLES_PER_MS;
    if (timeout_ms < 1 || (mp_uint_t)timeout_ms > max_ms) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("timeout must be 1 to %u ms"), (unsigned int)max_ms);
    }
    uint32_t cycles = (uint32_t)timeout_ms * CYCLES_PER_MS;
    if (regs->irq >= 0) {
        soc_irq_register(regs->irq, run_down, (void *)regs);
        soc_irq_enable(regs->irq);
    }
    if (!lx_watchdog_running(regs)) {
        port_check(lx_watchdog_start(regs, cycles));
    } else if (lx_watchdog_cycles(regs) != cycles) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("the watchdog runs already, with %u ms: that stays"),
            (unsigned int)(lx_watchdog_cycles(regs) / CYCLES_PER_MS));
    }
    machine_wdt_obj_t *self = mp_obj_malloc(machine_wdt_obj_t, &machine_wdt_type);
    self->regs = regs;
    lx_watchdog_feed(regs);
    return self;
}

static void mp_machine_wdt_feed(machine_wdt_obj_t *self) {
    lx_watchdog_feed(self->regs);
}
