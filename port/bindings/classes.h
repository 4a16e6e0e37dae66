// SPDX-License-Identifier: MIT
// The classes of the machine and litex modules, and what main.c and tick.c call in the files that implement them.
#ifndef PORT_BINDINGS_CLASSES_H
#define PORT_BINDINGS_CLASSES_H

#include <stdbool.h>

#include "py/obj.h"

// Forgets the objects of pins; modes and levels stay. With a new heap.
void port_pins_init(void);

// The hardware timers that a Timer runs.
void machine_timer_stop_all(void);

// Stops the PWMs that were started from Python: a soft reset does.
void port_pwms_deinit(void);

// Turns the UARTs of machine.UART off, before the heap with their rings is another one; and their part of the tick.
void port_uarts_deinit(void);
void port_uarts_tick(void);

// The classes that are there when the SoC has a core for them.
#define PORT_MACHINE_PIN (SOC_HAS_GPIO || SOC_HAS_LEDS)

// Stops all DMA, and forgets its buffers: before there is a heap.
void port_dma_init(void);

// Whatever ran before set up the pictures that are shown: the last virtual machine, or LiteX's BIOS.
void port_video_init(void);

// Copies memory by an idle pair of reader and writer, where the SoC has one. The CPU's cache may hold what was there
// before: the caller flushes it. False: not copied; address or length may be no whole words of the bus.
bool port_dma_copy(void *to, const void *from, size_t bytes);

extern const mp_obj_type_t machine_pin_type;
extern const mp_obj_type_t machine_rtc_type;
extern const mp_obj_fun_builtin_var_t port_bitstream_obj;
extern const mp_obj_type_t machine_timer_type;
extern const mp_obj_type_t machine_wdt_type;
extern const mp_obj_type_t litex_dma_pair_type;
extern const mp_obj_type_t litex_dma_reader_type;
extern const mp_obj_type_t litex_dma_writer_type;
extern const mp_obj_type_t litex_event_manager_type;
extern const mp_obj_type_t litex_led_type;
extern const mp_obj_type_t litex_video_type;

#endif
