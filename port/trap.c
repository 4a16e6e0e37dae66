// SPDX-License-Identifier: MIT
// What happens after an exception of the CPU: a report by polled UART (cause, pc, ra, sp, the trapping
// word, the Python line where it can be found), then a restart of the virtual machine to a prompt. The
// RAM disk stays. Codes follow the RISC-V privileged specification, section 3.1.15 (mcause).

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "py/bc.h"
#include "py/mpstate.h"
#include "py/objfun.h"
#include "py/qstr.h"

#include "boot.h"
#include "console.h"
#include "reset.h"
#include "size_class.h"
#include "trap_frame.h"

// Exceptions tolerated while a report is written, before the SoC is reset.
#define NESTED_MAX 3

typedef struct {
    uint32_t x[32];         // x[0] is the depth: nonzero while a report is written.
    uint32_t mepc;
    uint32_t mcause;
    uint32_t mtval;
} trap_frame_t;

_Static_assert(offsetof(trap_frame_t, mepc) == TRAP_MEPC, "trap_frame.h");
_Static_assert(offsetof(trap_frame_t, mcause) == TRAP_MCAUSE, "trap_frame.h");
_Static_assert(offsetof(trap_frame_t, mtval) == TRAP_MTVAL, "trap_frame.h");

// Named by start.S.
trap_frame_t trap_area;
static uint8_t nested;

static const char *const cause_text[] = {
    "instruction address misaligned",
    "instruction access fault",
    "illegal instruction",
    "breakpoint",
    "load address misaligned",
    "load access fault",
    "store address misaligned",
    "store access fault",
    "environment call from user mode",
    "environment call from supervisor mode",
    "reserved",
    "environment call from machine mode",
    "instruction page fault",
    "load page fault",
    "reserved",
    "store page fault",
};

static void put_hex(const char *label, uint32_t value) {
    static const char digits[] = "0123456789abcdef";
    char text[11] = "0x";
    for (int i = 0; i < 8; i++) {
        text[2 + i] = digits[(value >> (28 - 4 * i)) & 15];
    }
    text[10] = '\0';
    console_polled_puts(label);
    console_polled_puts(text);
}

static void put_decimal(uint32_t value) {
    char text[11];
    char *p = &text[10];
    *p = '\0';
    do {
        *--p = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    console_polled_puts(p);
}

static bool in_main_ram(uintptr_t p) {
    return (p & 3) == 0 && p >= SOC_MAIN_RAM_BASE && p - SOC_MAIN_RAM_BASE < SOC_MAIN_RAM_SIZE - sizeof(mp_code_state_t);
}

static bool in_ram(uintptr_t p) {
    return in_main_ram(p) || ((p & 3) == 0 && p >= SOC_SRAM_BASE && p - SOC_SRAM_BASE < SOC_SRAM_SIZE - sizeof(mp_code_state_t));
}

// Whether the words at `p` are the state of a bytecode function that is being executed.
static bool is_code_state(uintptr_t p) {
    const mp_code_state_t *state = (const mp_code_state_t *)p;
    uintptr_t fun = (uintptr_t)state->fun_bc;
    if (!in_main_ram(fun)) {
        return false;
    }
    const mp_obj_type_t *type = state->fun_bc->base.type;
    if (type != &mp_type_fun_bc && type != &mp_type_gen_wrap) {
        return false;
    }
    uintptr_t start = (uintptr_t)state->fun_bc->bytecode;
    uintptr_t ip = (uintptr_t)state->ip;
    return in_main_ram(start & ~3u) && ip >= start && ip - start < 0x10000;
}

static void put_python_line(const mp_code_state_t *state) {
    const byte *ip = state->fun_bc->bytecode;
    MP_BC_PRELUDE_SIG_DECODE(ip);
    MP_BC_PRELUDE_SIZE_DECODE(ip);
    (void)n_state;
    (void)n_exc_stack;
    (void)scope_flags;
    (void)n_def_pos_args;
    const byte *line_info_top = ip + n_info;
    const byte *bytecode_start = line_info_top + n_cell;
    size_t bc = (size_t)(state->ip - bytecode_start);
    const mp_module_context_t *context = state->fun_bc->context;
    #if MICROPY_EMIT_BYTECODE_USES_QSTR_TABLE
    qstr block = context->constants.qstr_table[mp_decode_uint_value(ip)];
    for (size_t i = 0; i < 1 + n_pos_args + n_kwonly_args; i++) {
        ip = mp_decode_uint_skip(ip);
    }
    qstr file = context->constants.qstr_table[0];
    #else
    qstr block = mp_decode_uint_value(ip);
    ip = mp_decode_uint_skip(ip);
    qstr file = mp_decode_uint_value(ip);
    for (size_t i = 0; i < 1 + n_pos_args + n_kwonly_args; i++) {
        ip = mp_decode_uint_skip(ip);
    }
    (void)context;
    #endif
    size_t line = mp_bytecode_get_source_line(ip, line_info_top, bc);
    console_polled_puts("  File \"");
    console_polled_puts(qstr_str(file));
    console_polled_puts("\", line ");
    put_decimal(line);
    console_polled_puts(", in ");
    console_polled_puts(qstr_str(block));
    console_polled_puts("\r\n");
}

// The innermost running function is the first whose state, or a pointer to it, lies on the stack.
static void put_last_python_line(uintptr_t sp) {
    uintptr_t top = (uintptr_t)MP_STATE_THREAD(stack_top);
    if (!in_ram(sp) || sp >= top || top - sp > PORT_STACK_BYTES) {
        return;
    }
    for (; top - sp > sizeof(mp_code_state_t); sp += sizeof(uint32_t)) {
        if (is_code_state(sp)) {
            put_python_line((const mp_code_state_t *)sp);
            return;
        }
        uintptr_t p = *(uintptr_t *)sp;
        if (in_ram(p) && is_code_state(p)) {
            put_python_line((const mp_code_state_t *)p);
            return;
        }
    }
}

static MP_NORETURN void restart(void) {
    trap_area.x[0] = 0;
    nested = 0;
    port_reenter(PORT_BOOT_TRAP);
}

// Called by start.S, on the trap stack, with interrupts off.
MP_NORETURN void trap_report(const trap_frame_t *frame);
MP_NORETURN void trap_report(const trap_frame_t *frame) {
    console_polled_puts("\r\nCPU exception ");
    put_decimal(frame->mcause);
    if (frame->mcause < MP_ARRAY_SIZE(cause_text)) {
        console_polled_puts(": ");
        console_polled_puts(cause_text[frame->mcause]);
    }
    put_hex("\r\n  pc=", frame->mepc);
    put_hex(" ra=", frame->x[1]);
    put_hex(" sp=", frame->x[2]);
    put_hex(" value=", frame->mtval);
    if (in_ram(frame->mepc & ~3u)) {
        // Two halves, as the C extension puts words on odd halfwords.
        const uint16_t *pc = (const uint16_t *)(uintptr_t)(frame->mepc & ~1u);
        put_hex(" word=", pc[0] | (uint32_t)pc[1] << 16);
    }
    console_polled_puts("\r\n");
    put_last_python_line(frame->x[2]);
    restart();
}

// An exception while a report is written: one met by the search for the Python line is harmless, but a
// handler that cannot get on is ended by a reset of the SoC, and that by a halt.
MP_NORETURN void trap_nested(trap_frame_t *frame);
MP_NORETURN void trap_nested(trap_frame_t *frame) {
    (void)frame;
    nested++;
    if (nested == 1) {
        console_polled_puts("\r\n  (exception inside the report)\r\n");
        restart();
    }
    if (nested < NESTED_MAX) {
        port_reset(PORT_RESET_TRAP);
    }
    for (;;) {
    }
}
