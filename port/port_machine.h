// SPDX-License-Identifier: MIT
// What main.c and the bindings of the machine module know of each other.
#ifndef PORT_PORT_MACHINE_H
#define PORT_PORT_MACHINE_H

#include <stdbool.h>

#include "py/obj.h"

// machine.reset_cause(). LiteX has no register for it: a mark in main RAM tells reset from power-up.
typedef enum {
    PORT_RESET_POWER_ON = 1,
    PORT_RESET_HARD = 2,
    PORT_RESET_SOFT = 3,
    PORT_RESET_TRAP = 4,
    PORT_RESET_WATCHDOG = 5,
    PORT_RESET_DEEPSLEEP = 6,
    PORT_RESET_LAST = PORT_RESET_DEEPSLEEP,
} port_reset_cause_t;

void port_set_reset_cause(port_reset_cause_t cause);
port_reset_cause_t port_reset_cause(void);

// The clock's hook, once a millisecond with interrupts off: runs what port/tick.h has.
void port_tick(void *arg);

// Forgets the objects of pins; modes and levels stay. With a new heap.
void port_pins_init(void);

// Stops all timers and gives up all events: before the virtual machine's start, and at its end.
void port_tick_deinit(void);

// The hardware timers that a Timer runs.
void machine_timer_stop_all(void);

// Stops the PWMs that were started from Python: a soft reset does.
void port_pwms_deinit(void);

// Turns the UARTs of machine.UART off, before the heap with their rings is another one; and their part of the tick.
void port_uarts_deinit(void);
void port_uarts_tick(void);

// Raises the exception of a driver's status where that is negative.
void port_check(int status);

// The classes that are there when the SoC has a core for them.
#define PORT_MACHINE_PIN (SOC_HAS_GPIO || SOC_HAS_LEDS)
// The errno of a driver's negative status, where a protocol of extmod/ wants that.
int port_errno(int status);

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
