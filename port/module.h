// SPDX-License-Identifier: MIT
// The table of the port's modules: what a part of the port wants to be called for. A part that this SoC has adds its row
// by itself, in its own file; the linker script gathers the rows (.port_modules), in no particular order.
#ifndef PORT_MODULE_H
#define PORT_MODULE_H

typedef struct {
    void (*init)(void);     // Before a virtual machine starts; there is no heap yet.
    void (*deinit)(void);   // When it has ended, and after a trap, which may have damaged the heap.
    void (*tick)(void);     // Each millisecond, in the clock's interrupt.
    void (*poll)(void);     // Wherever the virtual machine waits: for cores without an interrupt line.
} port_module_t;

#define PORT_MODULE(name) static const port_module_t name##_module __attribute__((used, section(".port_modules")))

extern const port_module_t __port_modules_start[], __port_modules_end[];

// Calls one member of each row that has it.
#define PORT_MODULES_CALL(member) \
    do { \
        for (const port_module_t *m = __port_modules_start; m < __port_modules_end; m++) { \
            if (m->member != NULL) { \
                m->member(); \
            } \
        } \
    } while (0)

#endif
