/* SPDX-License-Identifier: MIT */
/* Linker script, preprocessed with the SoC's macros: one flat image at main RAM's base. From the
   bottom of main RAM: image, .bss, heap, RAM disk and, where SRAM is too small for it, the stack. */

#include "soc_config.h"
#include "size_class.h"

/* What the interpreter reads most must not meet in a direct-mapped data cache of 4 KiB: each lies at an
   offset from a page that docs/performance.md derives. NEXT() is the next such place. */
#define CACHE_BYTES 0x1000
#define NEXT(offset) ALIGN(. - (offset), CACHE_BYTES) + (offset)
#define OPCODE_TABLE_OFFSET 0x7a0
#define STATE_OFFSET 0x540
#define STACK_TOP_OFFSET 0x820

/* The heap's objects lie behind its tables, which take 1.5 bytes for each 64 (py/gc.c). In steps of this size the first
   object moves by exactly a page, so it keeps its place in the data cache whatever the size of the image. */
#define HEAP_STEP (CACHE_BYTES / 64 * 131 / 2)
#define HEAP_OFFSET 64

OUTPUT_ARCH(riscv)
ENTRY(_start)

MEMORY {
    main_ram : ORIGIN = SOC_MAIN_RAM_BASE, LENGTH = SOC_MAIN_RAM_FREE_SIZE
    sram : ORIGIN = SOC_SRAM_BASE, LENGTH = SOC_SRAM_SIZE
}

__main_ram_end = ORIGIN(main_ram) + LENGTH(main_ram);
#if PORT_SIZE_CLASS == PORT_SIZE_SMALL
#define STACK_TOP(end) ((end) & ~15)
#else
#define STACK_TOP(end) ((end) - (((end) - STACK_TOP_OFFSET) & (CACHE_BYTES - 1)))
#endif
#if PORT_STACK_IN_SRAM
__stack_top = STACK_TOP(ORIGIN(sram) + LENGTH(sram));
__stack_bottom = __stack_top - PORT_STACK_BYTES;
__ramdisk_end = __main_ram_end;
#else
__stack_top = STACK_TOP(__main_ram_end);
__stack_bottom = __stack_top - PORT_STACK_BYTES;
__ramdisk_end = __stack_bottom;
#endif
__ramdisk_start = (__ramdisk_end - PORT_RAMDISK_BYTES) & ~15;
__heap_end = __ramdisk_start;

SECTIONS {
    .text : {
        __text_start = .;
        /* No compiler names a function's section .entry, whatever the function is called. */
        KEEP(*(.entry))
        /* Within what an update reads of an image before it writes anything. */
        KEEP(*(.firmware_id))
#if PORT_SIZE_CLASS != PORT_SIZE_SMALL
        INCLUDE HOT_LD
        /* What one operation on the JTAG port passes through: side by side it fits the instruction cache. */
        *(.text.stop_requested .text.jtag_start .text.jtag_submit .text.jtag_wait .text.tap_shift .text.tap_wait .text.tap_go
            .text.tap_path .text.tap_run .text.bridge_xfer .text.nor_wait .text.watch_status .text.wait_ready
            .text.nor_program)
#endif
        *(.text .text.*)
        . = ALIGN(4);
#if PORT_SIZE_CLASS != PORT_SIZE_SMALL
        . = NEXT(OPCODE_TABLE_OFFSET);
        *(.rodata.entry_table*)
        /* What calls of functions and pins read, so that it does not meet the table. */
        *(.rodata.machine_pin_type .rodata.soc_gpio .rodata.mp_type_fun_bc .rodata.mp_type_int .rodata.mp_type_bound_meth)
#endif
        *(.rodata .rodata.*)
        *(.srodata .srodata.*)
        . = ALIGN(4);
        __port_modules_start = .;
        KEEP(*(.port_modules))
        __port_modules_end = .;
        __gcov_info_start = .;
        KEEP(*(.gcov_info))         /* only in builds of tools/train.py */
        __gcov_info_end = .;
        __text_end = .;
    } > main_ram

    .data : {
        . = ALIGN(4);
        *(.data .data.*)
        . = ALIGN(8);
        __global_pointer$ = . + 0x7f0;
        *(.sdata .sdata.*)
        . = ALIGN(4);
    } > main_ram

    /* Runs in SRAM, is carried here. */
    .sram : {
        . = ALIGN(4);
        __sram_start = .;
        INCLUDE tuned/sram.ld
        *(.sram .sram.*)
        . = ALIGN(4);
        __sram_end = .;
    } > sram AT > main_ram
    __sram_load = LOADADDR(.sram);
    __image_end = LOADADDR(.sram) + SIZEOF(.sram);

    .bss (__image_end) (NOLOAD) : {
        . = ALIGN(4);
        __bss_start = .;
        /* What port/net/net.c clears with a new virtual machine. */
        __lwip_sbss_start = .;
        *lwip-*.o(.sbss .sbss.*)
        . = ALIGN(4);
        __lwip_sbss_end = .;
#if PORT_SIZE_CLASS != PORT_SIZE_SMALL
        *(.sbss .sbss.*)
        . = NEXT((STATE_OFFSET - __image_end) & (CACHE_BYTES - 1));
        *(.bss.mp_state_ctx)
#endif
        __lwip_bss_start = .;
        *lwip-*.o(.bss .bss.* COMMON)
        . = ALIGN(4);
        __lwip_bss_end = .;
        *(.sbss .sbss.*)
        *(.bss .bss.*)
        *(COMMON)
        . = ALIGN(4);
        __bss_end = .;
    } > main_ram

    /* Neither loaded nor cleared. */
    .noinit (NOLOAD) : {
        . = ALIGN(16);
        *(.noinit .noinit.*)
        . = ALIGN(16);
#if PORT_SIZE_CLASS != PORT_SIZE_SMALL
        . = __heap_end - HEAP_OFFSET - (__heap_end - HEAP_OFFSET - .) / HEAP_STEP * HEAP_STEP;
#endif
        __heap_start = .;
    } > main_ram

    .tls : { *(.tdata .tdata.* .tbss .tbss.*) }

    /DISCARD/ : {
        *(.eh_frame .eh_frame_hdr .comment .riscv.attributes .init_array .fini_array)
    }
}

ASSERT(_start == ORIGIN(main_ram), "_start is not the first byte of the image: something else is in section .entry")

/* start.S uses tp as the trap entry's scratch register. */
ASSERT(SIZEOF(.tls) == 0, "thread-local data is not supported")

#if PORT_STACK_IN_SRAM
ASSERT(__stack_bottom >= __sram_end, "code in SRAM and stack overlap: shorten port/tuned/sram.ld")
#endif
