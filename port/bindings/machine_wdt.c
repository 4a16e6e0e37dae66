// SPDX-License-Identifier: MIT
// machine.WDT over lx_watchdog: upstream's class, and by name. Once started it runs on, through soft resets too, and its
// timeout stays.

#include "py/mperrno.h"
#include "py/runtime.h"

#include "bindings/instance.h"
#include "boot.h"
#include "console.h"
#include "drivers/lx_watchdog.h"
#include "bindings/classes.h"
#include "errors.h"
#include "reset.h"
#include "soc/irq.h"
#include "soc_config.h"
#include "soc_instances.h"

#if SOC_HAS_WATCHDOG

#define CYCLES_PER_MS (SOC_CLOCK_HZ / 1000)
#define DEFAULT_MS 5000

typedef struct {
    mp_obj_base_t base;
    const lx_watchdog_regs_t *regs;
} machine_wdt_obj_t;

// LiteX lets a second pass from here to the reset by hardware, which is for a CPU that no longer takes interrupts,
// and a SoC may lack it.
static void run_down(void *arg) {
    if (lx_watchdog_take(arg)) {
        console_polled_puts("\r\nMPY: the watchdog was not fed: reset\r\n");
        port_reset(PORT_RESET_WATCHDOG);
    }
}

static mp_obj_t machine_wdt_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    enum { ARG_id, ARG_timeout };
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_id, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_INT(0)} },
        { MP_QSTR_timeout, MP_ARG_INT, {.u_int = DEFAULT_MS} },
    };
    mp_arg_val_t parsed[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, MP_ARRAY_SIZE(allowed_args), allowed_args, parsed);

    static const port_table_t table = PORT_TABLE(soc_watchdog);
    const lx_watchdog_regs_t *regs = port_instance(parsed[ARG_id].u_obj, "watchdog", &table, 1, NULL);
    mp_int_t timeout_ms = parsed[ARG_timeout].u_int;
    uint32_t max_ms = lx_watchdog_max_cycles(regs) / CYCLES_PER_MS;
    if (timeout_ms < 1 || (mp_uint_t)timeout_ms > max_ms) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("timeout must be 1 to %u ms"), (unsigned int)max_ms);
    }
    uint32_t cycles = (uint32_t)timeout_ms * CYCLES_PER_MS;
    if (regs->irq >= 0) {
        // Not where an EventManager has the line, which would take the event for its own.
        port_check(soc_irq_claim(regs->irq, regs->ev_enable, run_down, (void *)regs));
    }
    if (!lx_watchdog_running(regs)) {
        port_check(lx_watchdog_start(regs, cycles));
    } else if (lx_watchdog_cycles(regs) != cycles) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("the watchdog runs already, with %u ms: that stays"),
            (unsigned int)(lx_watchdog_cycles(regs) / CYCLES_PER_MS));
    }
    port_expect_reset(PORT_RESET_WATCHDOG);
    machine_wdt_obj_t *self = mp_obj_malloc(machine_wdt_obj_t, type);
    self->regs = regs;
    lx_watchdog_feed(regs);
    return MP_OBJ_FROM_PTR(self);
}

static void machine_wdt_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    const machine_wdt_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "WDT('%s', timeout=%u)", self->regs->name,
        (unsigned int)(lx_watchdog_cycles(self->regs) / CYCLES_PER_MS));
}

static mp_obj_t machine_wdt_feed(mp_obj_t self_in) {
    const machine_wdt_obj_t *self = MP_OBJ_TO_PTR(self_in);
    lx_watchdog_feed(self->regs);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(machine_wdt_feed_obj, machine_wdt_feed);

static const mp_rom_map_elem_t machine_wdt_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_feed), MP_ROM_PTR(&machine_wdt_feed_obj) },
};
static MP_DEFINE_CONST_DICT(machine_wdt_locals_dict, machine_wdt_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    machine_wdt_type,
    MP_QSTR_WDT,
    MP_TYPE_FLAG_NONE,
    make_new, machine_wdt_make_new,
    print, machine_wdt_print,
    locals_dict, &machine_wdt_locals_dict
    );

#endif
