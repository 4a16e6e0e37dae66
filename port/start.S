// SPDX-License-Identifier: MIT
// Entry point and trap entry. The image is entered at its first byte by the LiteX BIOS or by a ROM
// stub and assumes nothing of the caller: it masks interrupts, sets the trap vector, the stack, .data
// and .bss by itself. The trap entry follows the RISC-V privileged specification, chapter 3 (machine
// mode). VexRiscv has no mscratch, so `tp`, which nothing else uses (link.ld.S asserts that there is
// no thread-local data), is loaded with the address of the trap area on every trap.

#include "forget.inc"
#include "soc_config.h"
#include "trap_frame.h"

#define MSTATUS_MIE 0x8
// As LiteX's crt0: external sources, and the timer's, which on a CPU with a PLIC is the CLINT's: its compare
// register is not set, so that interrupt is pending for ever.
#if SOC_HAS_PLIC
#define MIE_SOURCES 0x800
#else
#define MIE_SOURCES 0x880
#endif

    .section .entry, "ax", @progbits
    .global _start
    .global port_reenter
    .global trap_entry

_start:
    #if SOC_HAS_TRAPS
    csrw mie, zero
    csrci mstatus, MSTATUS_MIE
    #endif
    li t0, -1
    .word SOC_START_INSTRUCTION
    forget_instructions
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, __stack_top
    #if SOC_HAS_TRAPS
    la t0, trap_vector
    csrw mtvec, t0
    #endif

    // Code and data that live in SRAM are carried at the end of the image.
    la a0, __sram_start
    la a1, __sram_load
    la a2, __sram_end
    bgeu a0, a2, 2f
1:  lw t0, 0(a1)
    addi a1, a1, 4
    sw t0, 0(a0)
    addi a0, a0, 4
    bltu a0, a2, 1b
2:
    la a0, __bss_start
    la a2, __bss_end
    bgeu a0, a2, 4f
3:  sw zero, 0(a0)
    addi a0, a0, 4
    bltu a0, a2, 3b
4:
    forget_instructions             // The code just copied to SRAM.
    #if SOC_HAS_TRAPS
    li t0, MIE_SOURCES
    csrw mie, t0
    #endif
    li a0, 0                        // PORT_BOOT_COLD
    call port_main
    j halt

// Restart of the virtual machine after a trap report: a0 is passed on to port_main.
port_reenter:
    #if SOC_HAS_TRAPS
    csrci mstatus, MSTATUS_MIE
    #endif
    la sp, __stack_top
    call port_main
halt:
    j halt

    #if SOC_HAS_TRAPS
    #if SOC_TRAPS_VECTORED
    // 256 bytes of alignment, and a jump for each cause of an interrupt; exceptions take the first.
    .balign 256
trap_vector:
    .option push
    .option norvc
    .rept 32
    j trap_entry
    .endr
    .option pop
trap_entry:
    #else
    // mtvec wants four bytes of alignment.
    .balign 16
trap_vector:
trap_entry:
    #endif
    .option push
    .option norelax
    lla tp, trap_area
    .option pop
    sw t0, TRAP_X(5)(tp)
    csrr t0, mcause
    bgez t0, trap_exception

    // Interrupt: a C function preserves the saved registers, so only the others are stored. The
    // stack is the interrupted one, as hard callbacks check its depth against the same limit.
    lw t0, TRAP_X(5)(tp)
    addi sp, sp, -64
    sw ra, 0(sp)
    sw t0, 4(sp)
    sw t1, 8(sp)
    sw t2, 12(sp)
    sw a0, 16(sp)
    sw a1, 20(sp)
    sw a2, 24(sp)
    sw a3, 28(sp)
    sw a4, 32(sp)
    sw a5, 36(sp)
    sw a6, 40(sp)
    sw a7, 44(sp)
    sw t3, 48(sp)
    sw t4, 52(sp)
    sw t5, 56(sp)
    sw t6, 60(sp)
    call soc_irq_dispatch
    lla t0, soc_deferred_ready
    lw t0, 0(t0)
    bnez t0, trap_deferred
trap_return:
    lw ra, 0(sp)
    lw t0, 4(sp)
    lw t1, 8(sp)
    lw t2, 12(sp)
    lw a0, 16(sp)
    lw a1, 20(sp)
    lw a2, 24(sp)
    lw a3, 28(sp)
    lw a4, 32(sp)
    lw a5, 36(sp)
    lw a6, 40(sp)
    lw a7, 44(sp)
    lw t3, 48(sp)
    lw t4, 52(sp)
    lw t5, 56(sp)
    lw t6, 60(sp)
    addi sp, sp, 64
    mret

    // Deferred work runs here with interrupts on, so what the next trap overwrites is kept.
trap_deferred:
    csrr t0, mepc
    csrr t1, mstatus
    addi sp, sp, -16
    sw t0, 0(sp)
    sw t1, 4(sp)
    call soc_deferred_run
    lw t0, 0(sp)
    lw t1, 4(sp)
    addi sp, sp, 16
    csrw mepc, t0
    csrw mstatus, t1
    j trap_return

    // Exception: the whole frame goes to the trap area, whatever sp is worth, and the report runs
    // on a stack of its own. A second exception while TRAP_DEPTH is set goes to trap_nested.
trap_exception:
    lw t0, TRAP_DEPTH(tp)
    bnez t0, trap_again
    li t0, 1
    sw t0, TRAP_DEPTH(tp)
    sw ra, TRAP_X(1)(tp)
    sw sp, TRAP_X(2)(tp)
    sw gp, TRAP_X(3)(tp)
    sw t1, TRAP_X(6)(tp)
    sw t2, TRAP_X(7)(tp)
    sw s0, TRAP_X(8)(tp)
    sw s1, TRAP_X(9)(tp)
    sw a0, TRAP_X(10)(tp)
    sw a1, TRAP_X(11)(tp)
    sw a2, TRAP_X(12)(tp)
    sw a3, TRAP_X(13)(tp)
    sw a4, TRAP_X(14)(tp)
    sw a5, TRAP_X(15)(tp)
    sw a6, TRAP_X(16)(tp)
    sw a7, TRAP_X(17)(tp)
    sw s2, TRAP_X(18)(tp)
    sw s3, TRAP_X(19)(tp)
    sw s4, TRAP_X(20)(tp)
    sw s5, TRAP_X(21)(tp)
    sw s6, TRAP_X(22)(tp)
    sw s7, TRAP_X(23)(tp)
    sw s8, TRAP_X(24)(tp)
    sw s9, TRAP_X(25)(tp)
    sw s10, TRAP_X(26)(tp)
    sw s11, TRAP_X(27)(tp)
    sw t3, TRAP_X(28)(tp)
    sw t4, TRAP_X(29)(tp)
    sw t5, TRAP_X(30)(tp)
    sw t6, TRAP_X(31)(tp)
    csrr t0, mepc
    sw t0, TRAP_MEPC(tp)
    csrr t0, mcause
    sw t0, TRAP_MCAUSE(tp)
    csrr t0, mtval
    sw t0, TRAP_MTVAL(tp)
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, trap_stack_top
    mv a0, tp
    call trap_report                // Does not return.
    j halt

trap_again:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, trap_stack_top
    lla a0, trap_area
    call trap_nested                // Does not return.
    j halt
    #endif

    // A stack of its own for the report, as the interrupted one may be what is broken.
    .section .noinit.trap_stack, "aw", @nobits
    .balign 16
    .space TRAP_STACK_BYTES
trap_stack_top:
