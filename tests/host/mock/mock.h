// SPDX-License-Identifier: MIT
//
// A CSR bus and a CPU's interrupts for host tests. Follows litex/soc/interconnect/csr.py on its own account, so
// that a mistake of soc/csr.h shows.
//
// Time passes only with bus accesses (mock_access_cycles each) and mock_step(). Interrupts are taken after every
// access and whenever they are turned on, as long as they are on, unmasked and pending.

#ifndef MOCK_H
#define MOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "soc/csr.h"

typedef struct _mock_reg_t mock_reg_t;

struct _mock_reg_t {
    csr_reg_t reg;
    unsigned bits;
    uint8_t value[32]; // what storage holds, little-endian; change it freely
    uint64_t (*on_read)(mock_reg_t *reg); // a status: its value now. NULL: what storage holds
    void (*on_write)(mock_reg_t *reg, uint64_t value); // after the last word was written. May be NULL
    void *arg;
    unsigned reads; // words read and written so far
    unsigned writes;
};

extern unsigned mock_access_cycles; // before the access takes effect
extern uint64_t mock_cycles; // since mock_reset()

// Forget all registers and tickers; interrupts are off, the mask is 0.
void mock_reset(void);

// Put a register at the next free address.
mock_reg_t *mock_add(unsigned bits, uint8_t access);

// Skip addresses, to test strides.
void mock_set_address(uint32_t addr);

// The 64 lowest bits of a storage.
uint64_t mock_get(const mock_reg_t *reg);
void mock_set(mock_reg_t *reg, uint64_t value);

// A window that is not a CSR (soc/mmio.h). An access elsewhere fails the test.
typedef struct {
    uint32_t base;
    uint32_t bytes;
    uint32_t (*read)(uint32_t addr);
    void (*write)(uint32_t addr, uint32_t value, unsigned bits);
} mock_window_t;
void mock_add_window(const mock_window_t *window);

// Call this each cycle.
void mock_add_ticker(void (*tick)(void *arg), void *arg);
void mock_step(unsigned cycles);

// The lines that are pending, asked when somebody looks.
void mock_add_irq(int line, bool (*pending)(void *arg), void *arg);

// The interrupt enable, as the CPU has it, and how often interrupts were taken.
extern bool mock_ie;
extern unsigned mock_interrupts;

// The longest time with interrupts off outside of interrupts so far, in cycles of the bus.
extern uint64_t mock_longest_off;

#endif // MOCK_H
