// SPDX-License-Identifier: MIT
//
// A bare program for the tests of the runner: it prints what it finds at its start and then echoes.
//
//     ready table=<sum> starts=<n> scratch=<ctrl_scratch> hash=<soc_map_hash>
//
// R resets the SoC after counting the start in RAM inside and behind the image.

#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))
#define BEHIND_IMAGE 0x40030000

__asm__ (
    ".section .entry\n"
    ".globl _start\n"
    "_start:\n"
    "    li sp, 0x40028000\n"
    "    j echo_main\n"
    // Longer than one turn over the banks of an SDRAM.
    ".section .rodata\n"
    ".balign 4\n"
    "table:\n"
    "    .set i, 0\n"
    "    .rept 4096\n"
    "    .word i\n"
    "    .set i, i + 3\n"
    "    .endr\n"
    ".text\n");

extern const uint32_t table[4096];

static volatile uint32_t starts = 1;

static void put_char(char c) {
    while (REG(UART_TXFULL)) {
    }
    REG(UART_RXTX) = (uint8_t)c;
}

static void put_field(const char *name, uint32_t value) {
    while (*name) {
        put_char(*name++);
    }
    for (int shift = 28; shift >= 0; shift -= 4) {
        put_char("0123456789abcdef"[value >> shift & 15]);
    }
}

__attribute__((used)) void echo_main(void) {
    uint32_t sum = 0;
    for (int i = 0; i < 4096; i++) {
        sum += table[i];
    }
    put_field("ready table=", sum);
    put_field(" starts=", starts);
    put_field(" behind=", REG(BEHIND_IMAGE));
    put_field(" scratch=", REG(CTRL_SCRATCH));
    put_field(" hash=", REG(SOC_MAP_HASH));
    put_char('\n');
    for (;;) {
        if (REG(UART_RXEMPTY)) {
            continue;
        }
        char c = (char)REG(UART_RXTX);
        REG(UART_EV_PENDING) = 2;
        if (c == 'R') {
            starts++;
            REG(BEHIND_IMAGE) = 0x600d;
            REG(CTRL_SCRATCH) = 1;
            while (!REG(UART_TXEMPTY)) {
            }
            REG(CTRL_RESET) = 1;
        }
        put_char(c);
    }
}
