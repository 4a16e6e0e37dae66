// SPDX-License-Identifier: MIT
// What machine code made or loaded at run time needs on this CPU. Upstream leaves it out for RISC-V.

#include "py/mpconfig.h"

#if defined(MP_PLAT_COMMIT_EXEC)

#include "native/rv32_expand.h"
#include "py/obj.h"
#include "py/persistentcode.h"
#include "py/runtime.h"
#include "soc/cache.h"

// Makes code in the heap executable. Code of a native .mpy module is relocated first, and kept from then
// on: the functions in it may be all that points into the block.
void *port_commit_exec(void *buf, size_t bytes, void *reloc) {
    #if !defined(__riscv_compressed)
    // mpy-cross writes such code for its only 32-bit RISC-V architecture, rv32imc.
    if (rv32_starts_compressed(buf, bytes)) {
        mp_raise_ValueError(MP_ERROR_TEXT("compressed instructions in .mpy: use build/mpy-cross (make mpy-cross)"));
    }
    #endif
    if (reloc != NULL) {
        if (MP_STATE_PORT(native_modules) == MP_OBJ_NULL) {
            MP_STATE_PORT(native_modules) = mp_obj_new_list(0, NULL);
        }
        mp_obj_list_append(MP_STATE_PORT(native_modules), MP_OBJ_FROM_PTR(buf));
        mp_native_relocate(reloc, buf, (uintptr_t)buf);
    }
    soc_cache_flush_code();
    return buf;
}

MP_REGISTER_ROOT_POINTER(mp_obj_t native_modules);

#endif
