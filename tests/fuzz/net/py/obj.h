// SPDX-License-Identifier: MIT
// What port/net takes of MicroPython, for the host.
#ifndef FUZZ_NET_PY_OBJ_H
#define FUZZ_NET_PY_OBJ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#endif
