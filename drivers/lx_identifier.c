// SPDX-License-Identifier: MIT
//
// The identifier memory: litex/soc/cores/identifier.py, and csr_bus.py for how memories lie on the CSR bus.

#include "drivers/lx_identifier.h"

int lx_identifier_read(const lx_identifier_regs_t *regs, char *buf, size_t size) {
    if (size == 0) {
        return LX_EINVAL;
    }
    size_t stored = 0;
    for (unsigned i = 0; i <= IDENTIFIER_MAX_CHARS; i++) {
        char c = csr_read_simple(regs->base + i * CSR_STRIDE);
        if (c == '\0') {
            buf[stored] = '\0';
            return stored == i ? (int)i : LX_EOVERFLOW;
        }
        if (stored + 1 < size) {
            buf[stored++] = c;
        }
    }
    buf[0] = '\0';
    return LX_EIO;
}
