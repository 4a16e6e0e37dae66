// SPDX-License-Identifier: MIT
// How machine's and litex's classes find the core that a script means: by number or by name.
#ifndef PORT_BINDINGS_INSTANCE_H
#define PORT_BINDINGS_INSTANCE_H

#include "py/obj.h"

// An array of descriptors of soc_instances.h, whose first member is the core's name.
typedef struct {
    const void *rows;
    size_t row_bytes;
    size_t count;
} port_table_t;

#define PORT_TABLE(array) { (array), sizeof((array)[0]), MP_ARRAY_SIZE(array) }

// The descriptor of core `id` (an int or a str) in one of the tables, and which table in *table (NULL: not wanted).
// A core that is named as LiteX names them, `prefix` and a number, has that number (`prefix` alone: 0); the others
// take the numbers that are left, in the tables' order. Raises ValueError, with what there is, where there is no
// such core. `prefix` is "spi", and so on.
const void *port_instance(mp_obj_t id, const char *prefix, const port_table_t *tables, size_t n_tables, size_t *table);

#endif
