// SPDX-License-Identifier: MIT
// The C extension of RV32, as what it stands for: each compressed instruction is the short form of one 32-bit
// instruction (The RISC-V Instruction Set Manual, Volume I, "C" Standard Extension for Compressed Instructions).
#ifndef PORT_NATIVE_RV32_EXPAND_H
#define PORT_NATIVE_RV32_EXPAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The 32-bit form of a compressed integer instruction. 0, an illegal instruction, for what RV32C reserves and for
// loads and stores of floating-point registers.
uint32_t rv32_expand(uint16_t compressed);

// Whether machine code of MicroPython starts with compressed instructions: those of a native or viper function from
// its prologue on, or of a native module behind the jump to its entry. Reads at most 64 instructions. `bytes` is the
// length of `code`, which is aligned to 4 bytes.
bool rv32_starts_compressed(const void *code, size_t bytes);

#endif
