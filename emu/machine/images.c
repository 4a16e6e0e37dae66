// SPDX-License-Identifier: MIT
//
// What the machine's memories hold at the start, and again after a reset: the kernel modifies its
// own data, so a reset with --kernel loads it anew, as litex_term does for a board.

#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/image.h"
#include "machine/internal.h"

// Our firmware carries this text, and behind it the hash of the CSR map that it was built for (docs/port.md).
#define MAP_MARK "LiteXmap"
#define MAP_MARK_BYTES (sizeof(MAP_MARK) - 1)

// A firmware for another SoC may find its UART elsewhere and print nothing: here both maps are known.
static void compare_maps(const machine_t *m, const image_t *image, const char *path) {
    const uint8_t *at = memmem(image->data, image->size, MAP_MARK, MAP_MARK_BYTES);
    if (at == NULL || image->size - (size_t)(at - image->data) < MAP_MARK_BYTES + 4) {
        return;
    }
    at += MAP_MARK_BYTES;
    uint32_t built_for = at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
    uint32_t here = soc_map_hash(m->soc);
    if (built_for != here) {
        fprintf(stderr, "lxemu: WRONG SoC? %s was built for the CSR map 0x%08" PRIx32 ", and that of %s is 0x%08" PRIx32
            ": build it for this SoC\n", path, built_for, m->soc->path, here);
    }
}

static bool load_kernel(machine_t *m, const char *path) {
    const soc_memory_t *ram = soc_memory(m->soc, "main_ram");
    image_t image;
    if (!image_read(&image, path, m->error, sizeof(m->error))) {
        return false;
    }
    bool good;
    if (image_is_elf(&image)) {
        good = image_load_elf(&image, path, &m->bus, &m->kernel_entry, m->error, sizeof(m->error));
    } else if (ram == NULL) {
        snprintf(m->error, sizeof(m->error), "%s: this SoC has no main_ram: use --rom, or --load ADDR=FILE", path);
        good = false;
    } else {
        m->kernel_entry = ram->base;
        good = image_load_flat(&image, path, &m->bus, ram->base, ram->size, "main_ram", m->error, sizeof(m->error));
    }
    if (good && !m->kernel_loaded) {
        compare_maps(m, &image, path);
    }
    m->kernel_loaded = good;
    image_free(&image);
    return good;
}

static bool load_rom(machine_t *m, const char *path) {
    const soc_memory_t *rom = soc_memory(m->soc, "rom");
    image_t image;
    uint32_t entry;
    if (rom == NULL) {
        snprintf(m->error, sizeof(m->error), "%s: this SoC has no rom: use --kernel, or --load ADDR=FILE", path);
        return false;
    }
    if (!image_read(&image, path, m->error, sizeof(m->error))) {
        return false;
    }
    bool good = image_is_elf(&image) ? image_load_elf(&image, path, &m->bus, &entry, m->error, sizeof(m->error)) :
        image_load_flat(&image, path, &m->bus, rom->base, rom->size, "rom", m->error, sizeof(m->error));
    if (good) {
        compare_maps(m, &image, path);
    }
    image_free(&image);
    return good;
}

static bool load_at(machine_t *m, const char *spec) {
    char *end;
    unsigned long addr = strtoul(spec, &end, 0);
    image_t image;
    if (end == spec || *end != '=' || addr > UINT32_MAX) {
        snprintf(m->error, sizeof(m->error), "--load %.100s: give ADDR=FILE, as 0x40000000=data.bin", spec);
        return false;
    }
    const char *path = end + 1;
    const bus_region_t *region = bus_find(&m->bus, (uint32_t)addr);
    if (region == NULL || region->memory == NULL) {
        snprintf(m->error, sizeof(m->error), "--load %.100s: no memory at this address", spec);
        return false;
    }
    if (!image_read(&image, path, m->error, sizeof(m->error))) {
        return false;
    }
    bool good = image_load_flat(&image, path, &m->bus, (uint32_t)addr, region->base + region->size - addr,
        region->name, m->error, sizeof(m->error));
    image_free(&image);
    return good;
}

bool machine_load_images(machine_t *m) {
    const machine_options_t *o = &m->options;
    char bios[1200];
    for (size_t i = 0; i < o->load_count; i++) {
        if (!load_at(m, o->loads[i])) {
            return false;
        }
    }
    if (o->rom != NULL && !load_rom(m, o->rom)) {
        return false;
    }
    if (o->kernel != NULL) {
        return load_kernel(m, o->kernel);
    }
    if (o->rom == NULL && o->load_count == 0) {
        // A build folder with its BIOS runs as the board does.
        snprintf(bios, sizeof(bios), "%s/software/bios/bios.bin", m->soc->folder);
        if (access(bios, R_OK) != 0) {
            snprintf(m->error, sizeof(m->error), "%.400s: nothing to run: give --kernel or --rom", m->soc->folder);
            return false;
        }
        return load_rom(m, bios);
    }
    return true;
}
