// SPDX-License-Identifier: MIT
// What the small size class has in a shorter form. The linker calls it in upstream's place (--wrap, firmware.mk).

#include "py/gc.h"

void __wrap_gc_dump_alloc_table(const mp_print_t *print);

// micropython.mem_info(1) without the map of the heap's blocks.
void __wrap_gc_dump_alloc_table(const mp_print_t *print) {
    (void)print;
}
