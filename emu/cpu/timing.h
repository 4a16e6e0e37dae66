// SPDX-License-Identifier: MIT
//
// --timing: cost per operation. First, coarse form.

#ifndef EMU_CPU_TIMING_H
#define EMU_CPU_TIMING_H
#define TIMING_ISSUE() (cycle++, cpu->instructions++)
#define TIMING_COST(what) ((void)timing)
#define TIMING_LOAD(addr) ((void)0)
#define TIMING_STORE(addr) ((void)0)
#define TIMING_BRANCH(taken) ((void)0)
#define TIMING_IO() ((void)0)
#define TIMING_TRAP() ((void)0)
#endif
