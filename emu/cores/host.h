// SPDX-License-Identifier: MIT
//
// What a model sees of the simulation around it: an interrupt line, an event queue, time, pins, guest memory as a bus
// master, a memory region as its window or shared, the console, and Ethernet frames. The machine fills the struct; a
// model keeps no other reference to it, so that a model runs in any simulation that offers these calls. The inline
// functions of core.h are the short form of the calls.
//
// A model makes the calls from a register callback, an event or a pin that changed, all in one thread. None of them
// blocks.

#ifndef EMU_CORES_HOST_H
#define EMU_CORES_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/nets.h"
#include "models/nor_file.h"
#include "models/plug.h"
#include "models/wiring.h"
#include "soc/soc.h"

typedef struct core core_t;

#define EVENT_NEVER UINT64_MAX

// A call at a time. The owner keeps the struct alive and sets fire and context; the queue owns the rest.
typedef struct event {
    uint64_t when; // EVENT_NEVER: not scheduled
    void (*fire)(void *context);
    void *context;
    struct event *next;
} event_t;

// Accesses to a memory region that belongs to a model, as 32-bit words at offsets that are multiples of 4. A store of
// `size` bytes comes with its value on all byte lanes, as on LiteX's Wishbone.
typedef struct {
    void *context;
    uint32_t (*read)(void *context, uint32_t offset);
    void (*write)(void *context, uint32_t offset, uint32_t value, unsigned size);
} core_window_t;

// The user's end of the console.
typedef struct {
    void *context;
    bool (*receive)(void *context, uint8_t *byte); // false: nothing is there now
    bool (*send)(void *context, uint8_t byte);     // false: no room now
    bool (*on_demand)(void *context); // input comes only after wanted(), not as soon as there is room for it
    void (*wanted)(void *context);    // the guest looked for input and found none
} core_link_t;

// A MAC's end of an Ethernet cable. Frames have neither preamble nor FCS.
typedef struct {
    void *context;
    void (*send)(void *context, const uint8_t *frame, size_t size);
    size_t (*receive)(void *context, uint8_t *frame, size_t room); // takes the next frame that waits, 0: none
} core_cable_t;

// Properties of the gateware that csr.json does not tell.
typedef struct {
    const char *identifier; // NULL: as csr.json and soc.h say
    const char *map_hash;   // NULL: computed
    uint32_t fifo_depth;    // of UARTs
    uint32_t baud;          // of the console, 0: not paced
    uint32_t ethernet_mbit_s;
} core_settings_t;

typedef struct core_host {
    void *machine; // first argument of every call below
    const soc_t *soc;
    core_settings_t settings;

    // Raise or lower an interrupt line of the SoC; line -1: none.
    void (*irq)(void *machine, int line, bool level);

    // Time, in cycles of the system clock. The processor runs several instructions at a time, so an event may fire
    // late; due() is the time at which the event that fires was due, else now.
    const uint64_t *now;
    uint64_t (*due)(void *machine);
    void (*event)(void *machine, event_t *event, uint64_t when); // replaces an earlier time; EVENT_NEVER: none
    void (*clock_read)(void *machine); // the guest looked at a clock: it is not idle without end

    // Pins: nets are shared with the devices of the wiring.
    nets_t *nets;
    const wiring_t *wiring; // NULL: nothing is wired
    plug_t *plug;           // the virtual ECP5 of --jtag, NULL: none
    nor_file_t *spiflash;   // the flash of --spiflash, for the first LiteSPI; NULL: none

    // Guest memory as a bus master. The first two reach memory only and return the number of bytes that are there;
    // the others make one access of a 32-bit word, registers included, with its side effects.
    size_t (*memory_read)(void *machine, uint32_t addr, void *data, size_t size);
    size_t (*memory_write)(void *machine, uint32_t addr, const void *data, size_t size);
    uint32_t (*bus_read)(void *machine, uint32_t addr);
    void (*bus_write)(void *machine, uint32_t addr, uint32_t value);

    // Route the accesses to a region of csr.json's `memories` to the model, for init(). False: no such region.
    bool (*window)(void *machine, const char *region, const core_window_t *window);

    // Memory that the guest and the model share, for init(): a region of csr.json's `memories`, at full speed and able
    // to hold code. The guest's stores have no effect unless `writable`. The model writes at any time through the
    // pointer where no code can be, else by memory_write(), which tells the processor of it. NULL: no such region.
    uint8_t *(*memory)(void *machine, const char *region, bool writable, size_t *size);

    // The processor and the SoC's reset.
    void (*stall)(void *machine, uint64_t cycles); // the bus is busy: the processor waits
    void (*hold)(void *machine);                   // the processor stops until the SoC's reset
    void (*reset)(void *machine);                  // of the SoC, after this instruction

    uint64_t (*bus_errors)(void *machine); // accesses outside all regions, since the start
    void (*bus_error)(void *machine);      // the model refused one

    core_t *(*find)(void *machine, const char *name); // another core, NULL: none

    // The outside. NULL: this core is not the console. ready() is called when input may have come or room may have
    // become free.
    const core_link_t *(*console)(void *machine, core_t *core, void (*ready)(core_t *core));
    void (*alive)(void *machine);     // the guest moved data to or from the outside
    void (*lost_byte)(void *machine); // counted for --stats
    // The cable of a MAC, for init(). NULL: none. ready() is called when a frame waits.
    const core_cable_t *(*cable)(void *machine, core_t *core, void (*ready)(core_t *core));
    bool (*watched)(void *machine);   // somebody wants pictures
    void (*show)(void *machine, const uint8_t *rgb, uint32_t width, uint32_t height); // 3 bytes a pixel

    // Where init() says in one line why it fails; left empty, it was out of memory.
    char *error;
    size_t error_size;
} core_host_t;

#endif
