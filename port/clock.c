// SPDX-License-Identifier: MIT
// The clock's timer, lent to a script.

#include "clock.h"

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"

#include "module.h"
#include "soc_instances.h"
#include "softcall.h"

#if PORT_FULL

static const lx_timer_regs_t *const timer = &soc_timer[SOC_TICK_TIMER];

bool port_clock_lent;

// Where the virtual machine waits, in a callback too. With interrupts off.
static void poll(void) {
    if (port_clock_lent) {
        lx_clock_poll(&port_clock);
    }
}

// Between two bytecodes: asks for itself again, so that it runs wherever the scheduler runs anything.
static void poll_and_repeat(softcall_t *call) {
    uint32_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    poll();
    softcall_request(call);
    MICROPY_END_ATOMIC_SECTION(state);
}

static softcall_t poll_call = { .run = poll_and_repeat };

static MP_NORETURN void raise_only_clock(void) {
    vstr_t vstr;
    mp_print_t print;
    vstr_init_print(&vstr, 128, &print);
    mp_printf(&print, "'%s' is this SoC's only clock: build the SoC with --timer-uptime, or use Timer(-1)", timer->name);
    mp_obj_t args[2] = { MP_OBJ_NEW_SMALL_INT(MP_EBUSY), mp_obj_new_str_from_vstr(&vstr) };
    nlr_raise(mp_obj_exception_make_new(&mp_type_OSError, MP_ARRAY_SIZE(args), 0, args));
}

void port_clock_yield(void) {
    if (port_clock_lent) {
        return;
    }
    uint32_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    int status = lx_clock_yield(&port_clock);
    if (status == LX_OK) {
        soc_irq_release(timer->irq, timer->ev_enable, &port_clock);
        port_clock_lent = true;
        softcall_request(&poll_call);
    }
    MICROPY_END_ATOMIC_SECTION(state);
    if (status != LX_OK) {
        raise_only_clock();
    }
}

// update_value and uptime_latch only read the timer, and are for everybody.
void port_clock_before_write(uint32_t address) {
    const csr_reg_t registers[] = {
        timer->load, timer->reload, timer->en, timer->ev_pending, timer->ev_enable,
    };
    for (size_t i = 0; i < MP_ARRAY_SIZE(registers); i++) {
        if (address - registers[i].addr < 4 * registers[i].words) {
            port_clock_yield();
        }
    }
}

// Not in deinit: the owner of the timer's events gives them up there.
static void init(void) {
    if (!port_clock_lent) {
        return;
    }
    port_clock_lent = false;
    poll_call.queued = false;
    lx_clock_resume(&port_clock);
    if (timer->irq >= 0) {
        soc_irq_claim(timer->irq, timer->ev_enable, lx_clock_isr, &port_clock);
    }
}

PORT_MODULE(clock) = { .init = init, .poll = poll };

#endif
