// SPDX-License-Identifier: MIT
//
// The source of random bits of gateware/trng.py: ring oscillators with the health tests of NIST SP 800-90B, section
// 4.4. Words are raw: at least LX_TRNG_BITS_PER_WORD bits of min-entropy are in one, which is what the tests of the core
// hold it to. Code that makes keys of them has to hash enough of them. No state: functions take the registers.

#ifndef DRIVERS_LX_TRNG_H
#define DRIVERS_LX_TRNG_H

#include <stdint.h>

#include "common/status.h"
#include "soc/csr.h"

typedef struct {
    const char *name;
    int16_t irq; // always -1
    csr_reg_t data; // raw bits, while status.valid is 1
    csr_reg_t status;
    csr_reg_t control;
} lx_trng_regs_t;

#define TRNG_STATUS_VALID (1 << 0)
#define TRNG_STATUS_REPETITION (1 << 1) // the repetition count test failed
#define TRNG_STATUS_PROPORTION (1 << 2) // the adaptive proportion test failed
#define TRNG_CONTROL_TAKE (1 << 0) // the word was read: collect the next
#define TRNG_CONTROL_RESTART (1 << 1) // forget word and failure, and test anew

// ENTROPY_PER_BIT of the gateware, over 32 bits.
#define LX_TRNG_BITS_PER_WORD (8)

// A word takes 32 samples of 128 cycles, the test after a reset 1024: looks at status, of 5 cycles or more each, that
// are enough for either.
#define LX_TRNG_POLLS (1024 * 128 / 5 + 32 * 128 / 5 + 1)

// The next word, within max_polls looks at the core. LX_EIO: a health test failed, now or before; no word comes until
// lx_trng_restart(). LX_ETIMEDOUT: the core does not answer. *word is 0 then.
int lx_trng_read(const lx_trng_regs_t *regs, uint32_t *word, uint32_t max_polls);

// The TRNG_STATUS_... bits of the tests that failed, 0: none.
uint32_t lx_trng_failures(const lx_trng_regs_t *regs);

// Test the source anew, from its first bit on.
void lx_trng_restart(const lx_trng_regs_t *regs);

#endif // DRIVERS_LX_TRNG_H
