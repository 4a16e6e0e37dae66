// SPDX-License-Identifier: MIT
//
// The identifier that LiteX puts into a read-only memory on the CSR bus (litex/soc/cores/identifier.py):
// one character in each CSR word, a 0 ends it, 255 characters at most.

#ifndef DRIVERS_LX_IDENTIFIER_H
#define DRIVERS_LX_IDENTIFIER_H

#include <stddef.h>
#include <stdint.h>

#include "common/status.h"
#include "soc/csr.h"

#define IDENTIFIER_MAX_CHARS (255)

typedef struct {
    const char *name;
    int16_t irq; // always -1
    uint32_t base; // address of the first word
} lx_identifier_regs_t;

// Copy the identifier to buf, 0-terminated, and return its length. LX_EOVERFLOW: it does not fit into size
// bytes (buf then has its beginning, terminated). LX_EIO: no end within IDENTIFIER_MAX_CHARS, which means
// that this is not an identifier memory (buf then is ""). LX_EINVAL: size is 0.
int lx_identifier_read(const lx_identifier_regs_t *regs, char *buf, size_t size);

#endif // DRIVERS_LX_IDENTIFIER_H
