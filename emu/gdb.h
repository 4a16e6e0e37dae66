// SPDX-License-Identifier: MIT
//
// GDB remote stub: see gdb.c.

#ifndef EMU_GDB_H
#define EMU_GDB_H

#include "machine/machine.h"

typedef struct gdb gdb_t;

// Listen on 127.0.0.1:port. NULL: one line in error.
gdb_t *gdb_open(machine_t *m, const char *port, char *error, size_t error_size);
// Wait for a debugger and run as it says; the machine's exit status.
int gdb_run(gdb_t *gdb);
void gdb_close(gdb_t *gdb);

#endif
