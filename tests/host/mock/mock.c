// SPDX-License-Identifier: MIT

#include "mock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "irq.h"
#include "soc/deferred.h"
#include "soc/irq.h"
#include "soc/mmio.h"
#include "soc_config.h"
#include "system.h"

#define MAX_REGS (256)
#define MAX_TICKERS (8)
#define MAX_WINDOWS (4)
#define WINDOW_CYCLES (5)
// From the interrupt to the handler, and from its end to the interrupted code: less than on any CPU, but not 0, so
// that an acknowledgement has reached the core by then.
#define ENTRY_CYCLES (3)
#define RETURN_CYCLES (3)
#define WORD_BYTES (TEST_DATA_WIDTH / 8)
#define STRIDE (TEST_ALIGNMENT / 8)

typedef struct {
    void (*tick)(void *arg);
    void *arg;
} ticker_t;

typedef struct {
    bool (*pending)(void *arg);
    void *arg;
} line_t;

unsigned mock_access_cycles = 5;
uint64_t mock_cycles;
bool mock_ie;
unsigned mock_interrupts;
uint64_t mock_longest_off;
unsigned mock_dcache_flushes;
const unsigned mock_main_ram[2 * SOC_L2_BYTES / 4];

static mock_reg_t regs[MAX_REGS];
static unsigned reg_count;
static uint32_t next_addr;
static mock_window_t windows[MAX_WINDOWS];
static unsigned window_count;
static ticker_t tickers[MAX_TICKERS];
static unsigned ticker_count;
static line_t lines[32];
static uint32_t irq_mask;
static bool in_interrupt;
static uint64_t off_since;

static void fail(const char *what, unsigned long addr) {
    fprintf(stderr, "mock: %s at 0x%08lx\n", what, addr);
    abort();
}

// Time during which the CPU takes no interrupts: it waits for the bus, or enters or leaves a handler.
static void pass(unsigned cycles) {
    for (unsigned i = 0; i < cycles; i++) {
        mock_cycles++;
        for (unsigned j = 0; j < ticker_count; j++) {
            tickers[j].tick(tickers[j].arg);
        }
    }
}

static void take_interrupts(void) {
    #if TEST_HAS_INTERRUPT
    while (mock_ie && !in_interrupt && (irq_pending() & irq_mask) != 0) {
        in_interrupt = true;
        mock_ie = false;
        mock_interrupts++;
        if (mock_interrupts > 10000000) {
            fail("an interrupt storm", 0);
        }
        pass(ENTRY_CYCLES);
        soc_irq_dispatch();
        pass(RETURN_CYCLES);
        in_interrupt = false;
        soc_deferred_run();
        mock_ie = true;
    }
    #endif
}

static mock_reg_t *find(unsigned long addr, unsigned *word) {
    for (unsigned i = 0; i < reg_count; i++) {
        unsigned long offset = addr - regs[i].reg.addr;
        if (addr >= regs[i].reg.addr && offset < (unsigned long)regs[i].reg.words * STRIDE) {
            if (offset % STRIDE != 0) {
                fail("access between two words", addr);
            }
            unsigned at = offset / STRIDE;
            *word = TEST_ORDERING_BIG ? regs[i].reg.words - 1 - at : at;
            return &regs[i];
        }
    }
    fail("access to an address where no register is", addr);
    return NULL;
}

void mock_reset(void) {
    memset(regs, 0, sizeof(regs));
    memset(lines, 0, sizeof(lines));
    reg_count = 0;
    ticker_count = 0;
    window_count = 0;
    next_addr = 0xf0000000;
    mock_access_cycles = 5;
    mock_cycles = 0;
    mock_ie = false;
    mock_interrupts = 0;
    mock_longest_off = 0;
    irq_mask = 0;
    in_interrupt = false;
    off_since = 0;
}

void mock_set_address(uint32_t addr) {
    next_addr = addr;
}

mock_reg_t *mock_add(unsigned bits, uint8_t access) {
    if (reg_count == MAX_REGS || bits > 256) {
        fail("too many or too wide registers", 0);
    }
    mock_reg_t *reg = &regs[reg_count++];
    reg->bits = bits;
    reg->reg.addr = next_addr;
    reg->reg.words = (bits + TEST_DATA_WIDTH - 1) / TEST_DATA_WIDTH;
    reg->reg.access = access;
    reg->reg.bits = bits;
    next_addr += reg->reg.words * STRIDE;
    return reg;
}

uint64_t mock_get(const mock_reg_t *reg) {
    uint64_t value = 0;
    for (unsigned i = 0; i < 8; i++) {
        value |= (uint64_t)reg->value[i] << (8 * i);
    }
    return value;
}

void mock_set(mock_reg_t *reg, uint64_t value) {
    for (unsigned i = 0; i < 8; i++) {
        reg->value[i] = value >> (8 * i);
    }
}

void mock_add_ticker(void (*tick)(void *arg), void *arg) {
    tickers[ticker_count++] = (ticker_t) {tick, arg};
}

void mock_add_window(const mock_window_t *window) {
    windows[window_count++] = *window;
}

static const mock_window_t *window_at(uint32_t addr) {
    for (unsigned i = 0; i < window_count; i++) {
        if (addr - windows[i].base < windows[i].bytes) {
            return &windows[i];
        }
    }
    fail("access to an address where no window is", addr);
    return NULL;
}

uint32_t mmio_read32(uint32_t addr) {
    mock_step(WINDOW_CYCLES);
    return window_at(addr)->read(addr);
}

static void write_window(uint32_t addr, uint32_t value, unsigned bits) {
    mock_step(WINDOW_CYCLES);
    window_at(addr)->write(addr, value, bits);
}

void mmio_write8(uint32_t addr, uint8_t value) {
    write_window(addr, value, 8);
}

void mmio_write16(uint32_t addr, uint16_t value) {
    write_window(addr, value, 16);
}

void mmio_write32(uint32_t addr, uint32_t value) {
    write_window(addr, value, 32);
}

void mock_step(unsigned cycles) {
    for (unsigned i = 0; i < cycles; i++) {
        pass(1);
        // While nobody accesses anything, the CPU is idle and open for interrupts.
        take_interrupts();
    }
}

void mock_add_irq(int line, bool (*pending)(void *arg), void *arg) {
    lines[line] = (line_t) {pending, arg};
}

unsigned long csr_read_simple(unsigned long addr) {
    unsigned word;
    mock_reg_t *reg = find(addr, &word);
    pass(mock_access_cycles);
    reg->reads++;
    if (reg->on_read != NULL) {
        mock_set(reg, reg->on_read(reg));
    }
    unsigned long value = 0;
    for (unsigned i = 0; i < WORD_BYTES; i++) {
        value |= (unsigned long)reg->value[word * WORD_BYTES + i] << (8 * i);
    }
    take_interrupts();
    return value;
}

void csr_write_simple(unsigned long value, unsigned long addr) {
    unsigned word;
    mock_reg_t *reg = find(addr, &word);
    pass(mock_access_cycles);
    reg->writes++;
    if ((reg->reg.access & CSR_ACCESS_WRITE) == 0) {
        fail("write to a register that cannot be written", addr);
    }
    if (TEST_DATA_WIDTH < 32 && value >> (TEST_DATA_WIDTH % 32) != 0) {
        fail("write of more bits than a word has", addr);
    }
    for (unsigned i = 0; i < WORD_BYTES; i++) {
        reg->value[word * WORD_BYTES + i] = value >> (8 * i);
    }
    // Bits that the register does not have stay 0.
    for (unsigned bit = reg->bits; bit < 256; bit++) {
        reg->value[bit / 8] &= ~(1u << bit % 8);
    }
    bool last = addr == reg->reg.addr + (reg->reg.words - 1u) * STRIDE;
    if (last && reg->on_write != NULL) {
        reg->on_write(reg, mock_get(reg));
    }
    take_interrupts();
}

unsigned int irq_getie(void) {
    return mock_ie;
}

void irq_setie(unsigned int ie) {
    if (!in_interrupt && mock_ie && !ie) {
        off_since = mock_cycles;
    }
    if (!in_interrupt && !mock_ie && ie && mock_cycles - off_since > mock_longest_off) {
        mock_longest_off = mock_cycles - off_since;
    }
    mock_ie = ie;
    take_interrupts();
}

unsigned int irq_getmask(void) {
    return irq_mask;
}

void irq_setmask(unsigned int mask) {
    irq_mask = mask;
}

unsigned int irq_pending(void) {
    unsigned int pending = 0;
    for (unsigned line = 0; line < 32; line++) {
        if (lines[line].pending != NULL && lines[line].pending(lines[line].arg)) {
            pending |= 1u << line;
        }
    }
    return pending;
}
