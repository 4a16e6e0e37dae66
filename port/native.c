// SPDX-License-Identifier: MIT
// What machine code made at run time needs on this CPU. Upstream leaves it out for RISC-V.

#include "py/mpconfig.h"

#if defined(MP_PLAT_COMMIT_EXEC)

#include "py/obj.h"
#include "py/persistentcode.h"
#include "py/runtime.h"

// Makes code in the heap executable. Code of a native .mpy module is relocated first, and kept from then
// on: the functions in it may be all that points into the block.
void *port_commit_exec(void *buf, void *reloc) {
    if (reloc != NULL) {
        if (MP_STATE_PORT(native_modules) == MP_OBJ_NULL) {
            MP_STATE_PORT(native_modules) = mp_obj_new_list(0, NULL);
        }
        mp_obj_list_append(MP_STATE_PORT(native_modules), MP_OBJ_FROM_PTR(buf));
        mp_native_relocate(reloc, buf, (uintptr_t)buf);
    }
    __asm__ volatile ("fence.i" ::: "memory");
    return buf;
}

MP_REGISTER_ROOT_POINTER(mp_obj_t native_modules);

#endif
