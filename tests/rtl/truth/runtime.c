// SPDX-License-Identifier: MIT
//
// Runtime of the truth programs: entry, trap handler and report. It is built for plain RV32I, with
// the addresses of the SoC's registers given as macros (UART_RXTX and so on), so that one source
// runs on every CPU variant.

#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))

// Above this a trap's pc is not printed as an offset into the case: the case jumped away.
#define CASE_BYTES 4096

// Written by the trap handler below, which knows the order; resume is where it continues.
volatile struct {
    uint32_t cause, pc, tval, count, resume, mstatus;
} trap;

static const char *case_name;
static uint32_t case_body;
static uint32_t start_cycles;
static uint32_t empty_cycles;

__asm__ (
    ".section .entry\n"
    ".globl _start\n"
    "_start:\n"
    "    la sp, _stack_top\n"
    "    la t0, trap_entry\n"
    "    csrw mtvec, t0\n"
    "    csrw mstatus, zero\n"
    "    j truth_main\n"
    ".text\n"
    // Returns to trap.resume with every register as it was at the trap and interrupts off. It
    // cannot use mscratch, which not every VexRiscv has.
    ".balign 4\n"
    "trap_entry:\n"
    "    addi sp, sp, -16\n"
    "    sw t0, 0(sp)\n"
    "    sw t1, 4(sp)\n"
    "    la t0, trap\n"
    "    csrr t1, mcause\n"
    "    sw t1, 0(t0)\n"
    "    csrr t1, mepc\n"
    "    sw t1, 4(t0)\n"
    "    csrr t1, mtval\n"
    "    sw t1, 8(t0)\n"
    "    lw t1, 12(t0)\n"
    "    addi t1, t1, 1\n"
    "    sw t1, 12(t0)\n"
    "    lw t1, 16(t0)\n"
    "    csrw mepc, t1\n"
    "    csrr t1, mstatus\n"
    "    sw t1, 20(t0)\n"
    "    li t1, 0x80\n"
    "    csrc mstatus, t1\n"
    "    lw t0, 0(sp)\n"
    "    lw t1, 4(sp)\n"
    "    addi sp, sp, 16\n"
    "    mret\n"
    ".bss\n"
    ".balign 16\n"
    "    .space 2048\n"
    "_stack_top:\n"
    ".text\n");

void truth_program(void);

static uint32_t cycles(void) {
    REG(TIMER0_UPTIME_LATCH) = 1;
    return REG(TIMER0_UPTIME_CYCLES + 4);
}

static void put_char(char c) {
    while (REG(UART_TXFULL)) {
    }
    REG(UART_RXTX) = (uint8_t)c;
}

static void put_string(const char *s) {
    while (*s) {
        put_char(*s++);
    }
}

static void put_field(const char *name, uint32_t value) {
    put_string(name);
    for (int shift = 28; shift >= 0; shift -= 4) {
        put_char("0123456789abcdef"[value >> shift & 15]);
    }
}

__attribute__((noinline)) void truth_begin(const char *name, uint32_t resume, uint32_t body) {
    case_name = name;
    case_body = body;
    trap.resume = resume;
    trap.count = 0;
    // The UART's work would disturb the cycles.
    while (!REG(UART_TXEMPTY)) {
    }
    start_cycles = cycles();
}

__attribute__((noinline)) uint32_t truth_end(uint32_t a0) {
    uint32_t taken = cycles() - start_cycles - empty_cycles;
    put_string(case_name);
    if (trap.count) {
        uint32_t offset = trap.pc - case_body;
        put_field(" cause=", trap.cause);
        put_field(offset < CASE_BYTES ? " pc=+" : " pc=", offset < CASE_BYTES ? offset : trap.pc);
        put_field(" tval=", trap.tval);
    }
    put_field(" a0=", a0);
    put_field(" cycles=", taken);
    put_string("\r\n");
    return taken;
}

__attribute__((used)) void truth_main(void) {
    // The second time the measuring itself comes from the instruction cache.
    for (int i = 0; i < 2; i++) {
        truth_begin("empty", 0, 0);
        empty_cycles = 0;
        uint32_t overhead = truth_end(0);
        empty_cycles = i ? overhead : 0;
    }
    truth_program();
    put_string("end\r\n");
    for (;;) {
        __asm__ volatile ("wfi");
    }
}
