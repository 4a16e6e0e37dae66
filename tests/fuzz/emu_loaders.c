// SPDX-License-Identifier: MIT
//
// libFuzzer target: what lxemu reads from files, csr.json and ELF images. The first byte of the input
// chooses. Build and run: tests/fuzz/Makefile.

#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bus/bus.h"
#include "soc/soc.h"
#include "host/image.h"

#define RAM_BASE (0x40000000)
#define RAM_SIZE (0x10000)
#define ROM_SIZE (0x8000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_soc(const uint8_t *data, size_t size) {
    char path[64];
    char error[1400];
    soc_t soc;
    int fd = memfd_create("csr.json", 0);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size) {
        __builtin_trap();
    }
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (soc_load(&soc, path, NULL, error, sizeof(error))) {
        // What was accepted can be asked.
        soc_map_hash(&soc);
        for (size_t i = 0; i < soc.register_count; i++) {
            if (soc.registers[i].addr < soc.csr_base) {
                __builtin_trap();
            }
        }
        soc_free(&soc);
    } else if (strlen(error) == 0) {
        __builtin_trap(); // an error without a word
    }
    close(fd);
}

static void fuzz_elf(const uint8_t *data, size_t size) {
    char error[1400];
    bus_t bus;
    uint32_t entry;
    image_t image = { .data = (uint8_t *)data, .size = size };
    if (!bus_init(&bus) ||
        !bus_add_memory(&bus, "main_ram", RAM_BASE, RAM_SIZE, true, false, error, sizeof(error)) ||
        !bus_add_memory(&bus, "rom", 0, ROM_SIZE, false, false, error, sizeof(error))) {
        __builtin_trap();
    }
    if (image_is_elf(&image)) {
        image_load_elf(&image, "fuzz.elf", &bus, &entry, error, sizeof(error));
    }
    image_load_flat(&image, "fuzz.bin", &bus, RAM_BASE, RAM_SIZE, "main_ram", error, sizeof(error));
    bus_free(&bus);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > 0) {
        (data[0] & 1 ? fuzz_elf : fuzz_soc)(data + 1, size - 1);
    }
    return 0;
}
