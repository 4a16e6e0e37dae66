// SPDX-License-Identifier: MIT
// The SoC's tables as Python sees them: by name, as attribute trees, and through a RemoteClient.
#ifndef PORT_BINDINGS_LITEX_REGS_H
#define PORT_BINDINGS_LITEX_REGS_H

#include "py/obj.h"

#include "soc/soc.h"

// One of the tables as an object: an attribute for each entry. Of a RemoteClient, its registers are read and
// written through it and constants are spelled as in csr.csv.
typedef struct {
    mp_obj_base_t base;
    soc_table_t table;
    mp_obj_t client; // MP_OBJ_NULL: of the litex module
} litex_tree_obj_t;

mp_obj_t litex_tree_new(soc_table_t table, mp_obj_t client);

// RemoteClient's own read and write of bus words from an address upwards; see litex_remote.c.
mp_obj_t litex_remote_read(mp_obj_t client, mp_obj_t addr, size_t n, bool incr);
void litex_remote_write(mp_obj_t client, mp_obj_t addr, size_t n, const mp_obj_t *values);

extern const mp_obj_type_t litex_tree_type;
extern const mp_obj_type_t litex_remote_type;
extern const litex_tree_obj_t litex_regs_obj;
extern const litex_tree_obj_t litex_mems_obj;
extern const litex_tree_obj_t litex_constants_obj;

extern const mp_obj_fun_builtin_var_t litex_csrs_obj;
extern const mp_obj_fun_builtin_fixed_t litex_csr_read_obj;
extern const mp_obj_fun_builtin_fixed_t litex_csr_write_obj;

#endif
