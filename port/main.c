// SPDX-License-Identifier: MIT
// The life of the port: hardware, virtual machine, boot.py, main.py, prompt; and from a soft reset or a
// trap back to the virtual machine.

#include <string.h>

#include "py/builtin.h"
#include "py/compile.h"
#include "py/frozenmod.h"
#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stackctrl.h"
#include "shared/readline/readline.h"
#include "shared/runtime/gchelper.h"
#include "shared/runtime/pyexec.h"

#include "boot.h"
#include "console.h"
#include "drivers/lx_clock.h"
#include "drivers/lx_ctrl.h"
#include "soc_check.h"
#include "reset.h"
#include "module.h"
#include "storage/vfs_ram.h"
#include "size_class.h"
#include "soc/deferred.h"
#include "soc/irq.h"
#include "soc_instances.h"
#include "tick.h"

// Left in memory that start.S does not clear, with the cause of the next reset: tells a reset from power-up.
#define ALIVE 0x4c695445u

extern uint8_t __heap_start[], __heap_end[];
extern uint8_t __stack_top[], __stack_bottom[];

static uint32_t alive __attribute__((section(".noinit")));

const char port_help_text[] =
    "MicroPython on a LiteX SoC.\n"
    "\n"
    "litex.info() tells what this SoC is, litex.csrs() lists its registers,\n"
    "litex.csr_read(name) and litex.csr_write(name, value) access them.\n"
    #if MICROPY_PY_BUILTINS_HELP_MODULES
    "machine has Pin, Timer and memory access; time, os, asyncio and the other\n"
    "modules are MicroPython's: help('modules') lists them.\n"
    #else
    "machine has Timer and memory access; math, os, time, struct, json, random\n"
    "and other modules are MicroPython's, as far as this small RAM allows.\n"
    #endif
    "\n"
    "Ctrl-A raw mode  Ctrl-B normal mode  Ctrl-C interrupt  Ctrl-D soft reset\n"
    "Ctrl-E paste mode\n";

void port_expect_reset(port_reset_cause_t cause) {
    alive = ALIVE ^ (uint32_t)cause;
}

MP_NORETURN void port_reset(port_reset_cause_t cause) {
    port_expect_reset(cause);
    console_flush();
    #if SOC_HAS_CTRL
    lx_ctrl_reset(&soc_ctrl[0]);
    #endif
    // Without a reset register the image is entered again, which is as near as one gets.
    extern MP_NORETURN void _start(void);
    _start();
}

// Once for each entry from outside.
static void init_hardware(void) {
    const lx_timer_regs_t *timer = &soc_timer[SOC_TICK_TIMER];
    soc_irq_init();
    lx_clock_init(&port_clock, timer, SOC_CLOCK_HZ, port_tick, NULL);
    if (timer->irq >= 0) {
        soc_irq_claim(timer->irq, timer->ev_enable, lx_clock_isr, &port_clock);
    }
    uint32_t cause = alive ^ ALIVE;
    port_set_reset_cause(cause <= PORT_RESET_LAST ? (port_reset_cause_t)cause : PORT_RESET_POWER_ON);
    port_expect_reset(PORT_RESET_HARD);
    soc_check_init();
}

#if MICROPY_GC_SPLIT_HEAP
static uint8_t *heap_area_end(uint8_t *start) {
    return (size_t)(__heap_end - start) > PORT_HEAP_AREA_MAX ? start + PORT_HEAP_AREA_MAX : __heap_end;
}
#endif

static void init_heap(void) {
    #if MICROPY_GC_SPLIT_HEAP
    uint8_t *end = heap_area_end(__heap_start);
    gc_init(__heap_start, end);
    // A rest that is hardly more than its own tables is left alone.
    while ((size_t)(__heap_end - end) >= 0x1000) {
        uint8_t *start = end;
        end = heap_area_end(start);
        gc_add(start, end);
    }
    #else
    gc_init(__heap_start, __heap_end);
    #endif
}

// Runs a file of the RAM disk; false where it asked for a soft reset by sys.exit().
static bool run_file(const char *name) {
    return !(pyexec_file_if_exists(name) & PYEXEC_FORCED_EXIT);
}

#if MICROPY_PY_LWIP
// Runs a frozen module that not every build has.
static void run_frozen(const char *name) {
    int type;
    void *data;
    if (mp_find_frozen_module(name, &type, &data) == MP_IMPORT_STAT_FILE) {
        pyexec_frozen_module(name, false);
    }
}
#endif

// Starts what /services.json names; main.py finds it running.
static void start_services(void) {
    #if MICROPY_PY_LWIP
    run_frozen("_services.py");
    #endif
}

static void repl(void) {
    for (;;) {
        int status = pyexec_mode_kind == PYEXEC_MODE_RAW_REPL ? pyexec_raw_repl() : pyexec_friendly_repl();
        if (status & PYEXEC_FORCED_EXIT) {
            return;
        }
    }
}

// Without interrupts, so that none refers to a module that is gone already.
static void deinit_modules(void) {
    uint32_t state = MICROPY_BEGIN_ATOMIC_SECTION();
    PORT_MODULES_CALL(deinit);
    MICROPY_END_ATOMIC_SECTION(state);
}

MP_NORETURN void port_main(int why) {
    if (why == PORT_BOOT_COLD) {
        init_hardware();
    } else {
        port_set_reset_cause(PORT_RESET_TRAP);
        pyexec_mode_kind = PYEXEC_MODE_FRIENDLY_REPL;
    }
    // A trap leaves the jump buffers of the program that it ended.
    MP_STATE_THREAD(nlr_top) = NULL;
    // A trap may come from a handler, and leaves timers and events over a heap that is about to go.
    soc_irq_abandon();
    soc_deferred_reset();
    deinit_modules();
    console_init();
    soc_irq_global_enable();

    for (;; why = PORT_BOOT_SOFT) {
        mp_stack_set_top(__stack_top);
        mp_stack_set_limit((mp_uint_t)(__stack_top - __stack_bottom) - MICROPY_STACK_CHECK_MARGIN);
        PORT_MODULES_CALL(init);
        init_heap();
        mp_init();
        // Where packages go, as on upstream's boards.
        mp_obj_list_append(mp_sys_path, MP_OBJ_NEW_QSTR(MP_QSTR__slash_lib));
        #if defined(MP_PLAT_COMMIT_EXEC)
        MP_STATE_PORT(native_modules) = MP_OBJ_NULL;
        #endif
        readline_init0();
        vfs_ram_init(why == PORT_BOOT_COLD);
        // Mounts `/`, and whatever else the build's boot manifest says.
        pyexec_frozen_module("_boot.py", false);
        soc_check_report();
        if (why == PORT_BOOT_TRAP) {
            mp_printf(&mp_plat_print, "MPY: restarted after the exception above, without boot.py and main.py\n");
            repl();
        } else if (run_file("boot.py")) {
            start_services();
            if (pyexec_mode_kind != PYEXEC_MODE_FRIENDLY_REPL || run_file("main.py")) {
                repl();
            }
        }
        mp_printf(&mp_plat_print, "MPY: soft reboot\n");
        deinit_modules();
        gc_sweep_all();
        mp_deinit();
        port_set_reset_cause(PORT_RESET_SOFT);
    }
}

void gc_collect(void) {
    // In a hard callback, which may have interrupted a collection.
    if (soc_irq_handling()) {
        return;
    }
    port_tick_unlink_stopped();
    gc_collect_start();
    gc_helper_collect_regs_and_stack();
    // A hard callback may have moved the one reference to an object into the scheduler's queue, which was marked first.
    gc_collect_root((void **)MP_STATE_VM(sched_queue), 2 * MICROPY_SCHEDULER_DEPTH);
    gc_collect_end();
}

// An exception that nothing catches: only a fault of the port leads here.
MP_NORETURN void nlr_jump_fail(void *value) {
    (void)value;
    console_polled_puts("\r\nMPY: uncaught exception outside of the virtual machine\r\n");
    port_reenter(PORT_BOOT_TRAP);
}

MP_NORETURN void abort(void);
MP_NORETURN void abort(void) {
    console_polled_puts("\r\nMPY: abort\r\n");
    port_reenter(PORT_BOOT_TRAP);
}
