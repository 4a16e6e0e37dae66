// SPDX-License-Identifier: MIT
//
// The SoC's bus: memories and register windows by address. Memories are reached through page
// tables of host addresses; the rest goes through the owning region's callbacks, one 32-bit word
// at a time, as on LiteX's Wishbone: a store of `size` bytes has its value on all byte lanes.

#ifndef EMU_BUS_BUS_H
#define EMU_BUS_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUS_PAGE_BITS (12)
#define BUS_PAGE_SIZE (1u << BUS_PAGE_BITS)
#define BUS_PAGES (1u << (32 - BUS_PAGE_BITS))
#define BUS_MAX_REGIONS (64)
#define BUS_SHARED (0xff)
#define BUS_CODE_PAGES (1024)
#define BUS_CODE_BITS (6) // granule in which code is remembered

typedef struct bus_region {
    char name[40];
    uint32_t base;
    uint64_t size;
    uint64_t decoded; // the size that the address decoder answers for
    uint8_t *memory; // NULL: callbacks
    uint8_t *code;   // one flag per granule that was decoded
    bool writable;
    bool io;
    void *context;
    uint32_t (*read)(void *context, uint32_t offset);
    void (*write)(void *context, uint32_t offset, uint32_t value, unsigned size);
} bus_region_t;

typedef struct bus {
    uintptr_t *read_page;  // host address minus guest address, 0: slow path
    uintptr_t *write_page;
    uint8_t *owner;        // of a page: its only region plus 1, 0: none, BUS_SHARED: several
    bus_region_t regions[BUS_MAX_REGIONS];
    size_t region_count;
    uint32_t code_pages[BUS_CODE_PAGES]; // pages with decoded code, while the list suffices
    size_t code_page_count;
    bool code_pages_lost; // there are more
    uint64_t errors; // accesses outside all regions
    // Called when a store hits decoded code.
    void (*code_written)(void *context);
    void *code_context;
} bus_t;

bool bus_init(bus_t *bus);
void bus_free(bus_t *bus);
// False: no memory, too many regions, or it overlaps (the message names what).
bool bus_add_memory(bus_t *bus, const char *name, uint32_t base, uint64_t size, bool writable, bool io,
    char *error, size_t error_size);
bool bus_add_window(bus_t *bus, const char *name, uint32_t base, uint64_t size, void *context,
    uint32_t (*read)(void *, uint32_t), void (*write)(void *, uint32_t, uint32_t, unsigned),
    char *error, size_t error_size);

// Turn a memory into a window, before anything has run. False: no memory has this name.
bool bus_take_over(bus_t *bus, const char *name, void *context,
    uint32_t (*read)(void *, uint32_t), void (*write)(void *, uint32_t, uint32_t, unsigned));

// A memory's content, after it was made writable or read-only for the guest. NULL: no memory has this name.
uint8_t *bus_share(bus_t *bus, const char *name, bool writable);

bus_region_t *bus_find(bus_t *bus, uint32_t addr);
bus_region_t *bus_find_name(bus_t *bus, const char *name);

// One access of 1, 2 or 4 bytes, aligned. False outside all regions; reads then give all ones.
bool bus_read(bus_t *bus, uint32_t addr, unsigned size, uint32_t *value);
bool bus_write(bus_t *bus, uint32_t addr, unsigned size, uint32_t value);

// Memory only, no side effects: for loaders, the debugger and bus masters. The number of bytes done.
size_t bus_peek(bus_t *bus, uint32_t addr, void *data, size_t size);
size_t bus_poke(bus_t *bus, uint32_t addr, const void *data, size_t size);

// Code was decoded from these bytes: stores to them are to be reported.
void bus_mark_code(bus_t *bus, uint32_t addr, uint32_t size);
void bus_clear_code(bus_t *bus);

#endif
