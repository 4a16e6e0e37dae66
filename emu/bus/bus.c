// SPDX-License-Identifier: MIT
//
// The SoC's bus: see bus.h. Memories come from mmap, so that 256 MiB of main RAM cost nothing until
// they are touched.

#define _GNU_SOURCE
#include "bus/bus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void *map_zero(size_t size) {
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

static uint64_t granules(uint64_t size) {
    return (size + (1u << BUS_CODE_BITS) - 1) >> BUS_CODE_BITS;
}

// LiteX's decoders answer for the next power of two (SoCRegion.decoder).
static uint64_t decoded_size(uint64_t size) {
    uint64_t n = 4;
    while (n < size) {
        n <<= 1;
    }
    return n;
}

bool bus_init(bus_t *bus) {
    memset(bus, 0, sizeof(*bus));
    bus->read_page = map_zero(BUS_PAGES * sizeof(uintptr_t));
    bus->write_page = map_zero(BUS_PAGES * sizeof(uintptr_t));
    bus->owner = map_zero(BUS_PAGES);
    return bus->read_page != NULL && bus->write_page != NULL && bus->owner != NULL;
}

void bus_free(bus_t *bus) {
    for (size_t i = 0; i < bus->region_count; i++) {
        bus_region_t *r = &bus->regions[i];
        if (r->memory != NULL) {
            munmap(r->memory, r->size);
            munmap(r->code, granules(r->size));
        }
    }
    if (bus->read_page != NULL) {
        munmap(bus->read_page, BUS_PAGES * sizeof(uintptr_t));
    }
    if (bus->write_page != NULL) {
        munmap(bus->write_page, BUS_PAGES * sizeof(uintptr_t));
    }
    if (bus->owner != NULL) {
        munmap(bus->owner, BUS_PAGES);
    }
    memset(bus, 0, sizeof(*bus));
}

static const bus_region_t *overlaps(const bus_t *bus, const bus_region_t *self, uint32_t base, uint64_t size) {
    for (size_t i = 0; i < bus->region_count; i++) {
        const bus_region_t *r = &bus->regions[i];
        if (r != self && base < r->base + r->size && r->base < base + size) {
            return r;
        }
    }
    return NULL;
}

static bus_region_t *region_new(bus_t *bus, const char *name, uint32_t base, uint64_t size,
    char *error, size_t error_size) {
    if (size == 0 || base + size > (uint64_t)1 << 32) {
        snprintf(error, error_size, "region %s (0x%08x, %llu bytes) does not fit 32-bit addresses",
            name, (unsigned)base, (unsigned long long)size);
        return NULL;
    }
    const bus_region_t *other = overlaps(bus, NULL, base, size);
    if (other != NULL) {
        snprintf(error, error_size, "regions %s and %s overlap at 0x%08x", other->name, name, (unsigned)base);
        return NULL;
    }
    if (bus->region_count == BUS_MAX_REGIONS) {
        snprintf(error, error_size, "more than %d memory regions", BUS_MAX_REGIONS);
        return NULL;
    }
    bus_region_t *r = &bus->regions[bus->region_count++];
    memset(r, 0, sizeof(*r));
    snprintf(r->name, sizeof(r->name), "%s", name);
    r->base = base;
    r->size = size;
    r->decoded = decoded_size(size);
    uint8_t number = (uint8_t)bus->region_count;
    for (uint64_t page = base >> BUS_PAGE_BITS; page <= (base + size - 1) >> BUS_PAGE_BITS; page++) {
        bus->owner[page] = bus->owner[page] == 0 ? number : BUS_SHARED;
    }
    return r;
}

bool bus_add_memory(bus_t *bus, const char *name, uint32_t base, uint64_t size, bool writable, bool io,
    char *error, size_t error_size) {
    bus_region_t *r = region_new(bus, name, base, size, error, error_size);
    if (r == NULL) {
        return false;
    }
    r->writable = writable;
    r->io = io;
    // Whole pages take the fast path: round up where the address decoder answers anyway.
    uint64_t rounded = (size + BUS_PAGE_SIZE - 1) & ~(uint64_t)(BUS_PAGE_SIZE - 1);
    if (rounded <= r->decoded && !overlaps(bus, r, base, rounded)) {
        r->size = size = rounded;
    }
    r->memory = map_zero(size);
    r->code = r->memory != NULL ? map_zero(granules(size)) : NULL;
    if (r->code == NULL) {
        if (r->memory != NULL) {
            munmap(r->memory, size);
            r->memory = NULL;
        }
        bus->region_count--;
        snprintf(error, error_size, "no memory for region %s of %llu bytes", name, (unsigned long long)size);
        return false;
    }
    uint64_t page = ((uint64_t)base + BUS_PAGE_SIZE - 1) >> BUS_PAGE_BITS;
    uint64_t end = (base + size) >> BUS_PAGE_BITS;
    uintptr_t addend = (uintptr_t)r->memory - base;
    for (; page < end; page++) {
        bus->read_page[page] = addend;
        if (writable) {
            bus->write_page[page] = addend;
        }
    }
    return true;
}

bool bus_add_window(bus_t *bus, const char *name, uint32_t base, uint64_t size, void *context,
    uint32_t (*read)(void *, uint32_t), void (*write)(void *, uint32_t, uint32_t, unsigned),
    char *error, size_t error_size) {
    bus_region_t *r = region_new(bus, name, base, size, error, error_size);
    if (r == NULL) {
        return false;
    }
    r->io = true;
    r->writable = true;
    r->context = context;
    r->read = read;
    r->write = write;
    return true;
}

bool bus_take_over(bus_t *bus, const char *name, void *context,
    uint32_t (*read)(void *, uint32_t), void (*write)(void *, uint32_t, uint32_t, unsigned)) {
    bus_region_t *r = bus_find_name(bus, name);
    if (r == NULL || r->memory == NULL) {
        return false;
    }
    uint64_t end = (r->base + r->size) >> BUS_PAGE_BITS;
    for (uint64_t page = r->base >> BUS_PAGE_BITS; page < end; page++) {
        bus->read_page[page] = 0;
        bus->write_page[page] = 0;
    }
    munmap(r->memory, r->size);
    munmap(r->code, granules(r->size));
    r->memory = NULL;
    r->code = NULL;
    r->io = true;
    r->writable = true;
    r->context = context;
    r->read = read;
    r->write = write;
    return true;
}

uint8_t *bus_share(bus_t *bus, const char *name, bool writable) {
    bus_region_t *r = bus_find_name(bus, name);
    if (r == NULL || r->memory == NULL) {
        return NULL;
    }
    r->writable = writable;
    uint64_t end = (r->base + r->size) >> BUS_PAGE_BITS;
    for (uint64_t page = ((uint64_t)r->base + BUS_PAGE_SIZE - 1) >> BUS_PAGE_BITS; page < end; page++) {
        bus->write_page[page] = writable ? bus->read_page[page] : 0;
    }
    return r->memory;
}

static bool contains(const bus_region_t *r, uint32_t addr) {
    return addr >= r->base && addr - r->base < r->size;
}

bus_region_t *bus_find(bus_t *bus, uint32_t addr) {
    uint8_t owner = bus->owner[addr >> BUS_PAGE_BITS];
    if (owner == 0) {
        return NULL;
    }
    if (owner != BUS_SHARED) {
        bus_region_t *r = &bus->regions[owner - 1];
        return contains(r, addr) ? r : NULL;
    }
    for (size_t i = 0; i < bus->region_count; i++) {
        if (contains(&bus->regions[i], addr)) {
            return &bus->regions[i];
        }
    }
    return NULL;
}

// The region whose decoder answers although the address lies behind its end.
static bus_region_t *find_decoded(bus_t *bus, uint32_t addr) {
    for (size_t i = 0; i < bus->region_count; i++) {
        bus_region_t *r = &bus->regions[i];
        if (addr >= r->base && addr - r->base < r->decoded) {
            return r;
        }
    }
    return NULL;
}

bus_region_t *bus_find_name(bus_t *bus, const char *name) {
    for (size_t i = 0; i < bus->region_count; i++) {
        if (strcmp(bus->regions[i].name, name) == 0) {
            return &bus->regions[i];
        }
    }
    return NULL;
}

static uint32_t lane(uint32_t word, uint32_t addr, unsigned size) {
    word >>= 8 * (addr & 3);
    return size == 4 ? word : word & ((1u << 8 * size) - 1);
}

bool bus_read(bus_t *bus, uint32_t addr, unsigned size, uint32_t *value) {
    bus_region_t *r = bus_find(bus, addr);
    if (r == NULL) {
        if (find_decoded(bus, addr) != NULL) {
            *value = 0;
            return true;
        }
        bus->errors++;
        *value = lane(0xffffffff, addr, size);
        return false;
    }
    uint32_t offset = addr - r->base;
    if (r->memory == NULL) {
        *value = lane(r->read(r->context, offset & ~3u), addr, size);
    } else if (r->size - offset < size) {
        *value = 0;
    } else {
        uint32_t v = 0;
        memcpy(&v, r->memory + offset, size);
        *value = v;
    }
    return true;
}

bool bus_write(bus_t *bus, uint32_t addr, unsigned size, uint32_t value) {
    bus_region_t *r = bus_find(bus, addr);
    if (r == NULL) {
        if (find_decoded(bus, addr) != NULL) {
            return true;
        }
        bus->errors++;
        return false;
    }
    uint32_t offset = addr - r->base;
    if (r->memory == NULL) {
        if (size == 1) {
            value = (value & 0xff) * 0x01010101u;
        } else if (size == 2) {
            value = (value & 0xffff) * 0x00010001u;
        }
        r->write(r->context, offset & ~3u, value, size);
    } else if (r->writable && r->size - offset >= size) {
        memcpy(r->memory + offset, &value, size);
        if (r->code[offset >> BUS_CODE_BITS] && bus->code_written != NULL) {
            bus->code_written(bus->code_context);
        }
    }
    return true;
}

// The bytes of memory at addr and how many of them, at most `wanted`, lie together. NULL: no memory there.
static uint8_t *memory_at(bus_t *bus, uint32_t addr, size_t wanted, size_t *size) {
    const bus_region_t *r = bus_find(bus, addr);
    if (r == NULL || r->memory == NULL) {
        return NULL;
    }
    uint32_t offset = addr - r->base;
    *size = wanted < r->size - offset ? wanted : r->size - offset;
    return r->memory + offset;
}

size_t bus_peek(bus_t *bus, uint32_t addr, void *data, size_t size) {
    size_t done = 0;
    size_t n;
    const uint8_t *memory;
    while (done < size && (memory = memory_at(bus, addr + done, size - done, &n)) != NULL) {
        memcpy((uint8_t *)data + done, memory, n);
        done += n;
    }
    return done;
}

size_t bus_poke(bus_t *bus, uint32_t addr, const void *data, size_t size) {
    size_t done = 0;
    size_t n;
    uint8_t *memory;
    while (done < size && (memory = memory_at(bus, addr + done, size - done, &n)) != NULL) {
        memcpy(memory, (const uint8_t *)data + done, n);
        done += n;
    }
    if (done > 0 && bus->code_written != NULL) {
        bus->code_written(bus->code_context);
    }
    return done;
}

void bus_mark_code(bus_t *bus, uint32_t addr, uint32_t size) {
    const uint32_t granule = 1u << BUS_CODE_BITS;
    uint64_t end = (uint64_t)addr + size;
    for (uint64_t at = addr & ~(granule - 1); at < end; at += granule) {
        bus_region_t *r = bus_find(bus, (uint32_t)at);
        if (r == NULL || r->memory == NULL) {
            continue;
        }
        uint32_t page = (uint32_t)at >> BUS_PAGE_BITS;
        r->code[((uint32_t)at - r->base) >> BUS_CODE_BITS] = 1;
        if (bus->write_page[page] == 0) {
            continue; // known already, or never written through the fast path
        }
        bus->write_page[page] = 0;
        if (bus->code_page_count < BUS_CODE_PAGES) {
            bus->code_pages[bus->code_page_count++] = page;
        } else {
            bus->code_pages_lost = true;
        }
    }
}

static void clear_page(bus_t *bus, uint32_t page) {
    const uint32_t granule = 1u << BUS_CODE_BITS;
    uint32_t addr = page << BUS_PAGE_BITS;
    for (uint32_t at = addr; at - addr < BUS_PAGE_SIZE; at += granule) {
        bus_region_t *r = bus_find(bus, at);
        if (r != NULL && r->memory != NULL) {
            r->code[(at - r->base) >> BUS_CODE_BITS] = 0;
            if (r->writable) {
                bus->write_page[page] = bus->read_page[page];
            }
        }
    }
}

void bus_clear_code(bus_t *bus) {
    if (!bus->code_pages_lost) {
        for (size_t i = 0; i < bus->code_page_count; i++) {
            clear_page(bus, bus->code_pages[i]);
        }
    } else {
        for (uint32_t page = 0; page < BUS_PAGES; page++) {
            if (bus->read_page[page] != 0 && bus->write_page[page] == 0) {
                clear_page(bus, page);
            }
        }
    }
    bus->code_page_count = 0;
    bus->code_pages_lost = false;
}
