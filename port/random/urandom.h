// SPDX-License-Identifier: MIT
// The pool's functions for Python: os.urandom, which extmod/modos.c includes this file for, and those of litex.
#ifndef PORT_RANDOM_URANDOM_H
#define PORT_RANDOM_URANDOM_H

#include "py/obj.h"

MP_DECLARE_CONST_FUN_OBJ_1(mp_os_urandom_obj);
MP_DECLARE_CONST_FUN_OBJ_0(port_entropy_obj);
MP_DECLARE_CONST_FUN_OBJ_2(port_entropy_seed_obj);
MP_DECLARE_CONST_FUN_OBJ_0(port_entropy_restart_obj);

#endif
