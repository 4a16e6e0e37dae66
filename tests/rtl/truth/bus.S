// SPDX-License-Identifier: MIT
// Loads, stores and fetches at addresses with nothing behind, and narrow accesses to registers.

#include "truth.inc"

// Addresses from 0x80000000 on are not cached; nothing answers at either of these.
#define UNMAPPED_UNCACHED 0x90000000
#define UNMAPPED_CACHED 0x60000000
#define BUS_SCRATCH CTRL_SCRATCH

PROGRAM

BEGIN bus_errors_at_start
    li t0, CTRL_BUS_ERRORS
    lw a0, 0(t0)
END
BEGIN load_uncached_unmapped
    li t0, UNMAPPED_UNCACHED
    lw a0, 0(t0)
END
BEGIN load_byte_uncached_unmapped
    li t0, UNMAPPED_UNCACHED
    lb a0, 1(t0)
END
BEGIN bus_errors_after_loads
    li t0, CTRL_BUS_ERRORS
    lw a0, 0(t0)
END
BEGIN store_uncached_unmapped // the next access to the bus waits for it
    li t0, UNMAPPED_UNCACHED
    sw a1, 0(t0)
    li t0, CTRL_SCRATCH
    lw a0, 0(t0)
END
BEGIN store_cached_unmapped
    li t0, UNMAPPED_CACHED
    sw a1, 0(t0)
    li t0, CTRL_SCRATCH
    lw a0, 0(t0)
END
BEGIN bus_errors_after_stores
    li t0, CTRL_BUS_ERRORS
    lw a0, 0(t0)
END
BEGIN load_cached_unmapped // a line of eight words
    li t0, UNMAPPED_CACHED
    lw a0, 0(t0)
END
BEGIN bus_errors_after_line
    li t0, CTRL_BUS_ERRORS
    lw a0, 0(t0)
END
BEGIN load_zero // the ROM: no trap, no time-out
    lw a0, 0(zero)
    li a0, 5
END
BEGIN load_beyond_sram
    li t0, SRAM_BASE + SRAM_SIZE
    lw a0, 0(t0)
END
BEGIN csr_hole // no register there, but the CSR bus answers
    li t0, CSR_REGION + 0xff00
    lw a0, 0(t0)
END
BEGIN csr_hole_in_bank
    li t0, CTRL_BUS_ERRORS
    lw a0, 4(t0)
END
BEGIN csr_hole_store
    li t0, CSR_REGION + 0xff00
    sw a1, 0(t0)
    lw a0, 0(t0)
END
BEGIN csr_store_to_read_only
    li t0, CTRL_BUS_ERRORS
    lw t1, 0(t0)
    sw zero, 0(t0)
    lw a0, 0(t0)
    sub a0, a0, t1
END
BEGIN csr_word
    li t0, BUS_SCRATCH
    li t1, 0x44332211
    sw t1, 0(t0)
    lw a0, 0(t0)
END
BEGIN csr_load_byte_0
    li t0, BUS_SCRATCH
    lbu a0, 0(t0)
END
BEGIN csr_load_byte_3
    li t0, BUS_SCRATCH
    lbu a0, 3(t0)
END
BEGIN csr_load_half_2
    li t0, BUS_SCRATCH
    lhu a0, 2(t0)
END
BEGIN csr_store_byte_0
    li t0, BUS_SCRATCH
    li t1, 0xaabbccdd
    sb t1, 0(t0)
    lw a0, 0(t0)
END
BEGIN csr_store_byte_2
    li t0, BUS_SCRATCH
    li t1, 0x11223344
    sb t1, 2(t0)
    lw a0, 0(t0)
END
BEGIN csr_store_half_2
    li t0, BUS_SCRATCH
    li t1, 0x55667788
    sh t1, 2(t0)
    lw a0, 0(t0)
END
BEGIN uptime_needs_latch
    li t0, TIMER0_UPTIME_CYCLES
    lw t1, 4(t0)
    lw t2, 4(t0)
    sub a0, t2, t1
END
BEGIN jump_to_unmapped_uncached // fetches a line of all ones
    li t0, UNMAPPED_UNCACHED
    jr t0
END
BEGIN jump_to_csr // registers do not hold instructions
    li t0, CSR_REGION + 0xff00
    jr t0
END
BEGIN bus_errors_at_end
    li t0, CTRL_BUS_ERRORS
    lw a0, 0(t0)
END

END_PROGRAM
