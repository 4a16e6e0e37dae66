// SPDX-License-Identifier: MIT
// Layout of the trap area: where start.S leaves the registers of an exception for trap.c. Offsets in
// bytes, so that the assembler can include this file; trap.c asserts that its struct agrees.
#ifndef PORT_TRAP_FRAME_H
#define PORT_TRAP_FRAME_H

#define TRAP_X(n) ((n) * 4)     // Register xN; slot 0 holds the depth.
#define TRAP_DEPTH 0
#define TRAP_MEPC 128
#define TRAP_MCAUSE 132
#define TRAP_MTVAL 136
#define TRAP_STACK_BYTES 2048

#endif
