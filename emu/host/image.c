// SPDX-License-Identifier: MIT
//
// Image loader: see image.h. After: System V ABI, chapters 4 and 5 (ELF32), and the RISC-V ELF psABI.

#include "host/image.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_IMAGE (1ll << 30)

bool image_read(image_t *image, const char *path, char *error, size_t error_size) {
    memset(image, 0, sizeof(*image));
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        return false;
    }
    bool good = fseek(file, 0, SEEK_END) == 0;
    long size = good ? ftell(file) : -1;
    good = size > 0 && size <= MAX_IMAGE && fseek(file, 0, SEEK_SET) == 0;
    if (good) {
        image->data = malloc((size_t)size);
        image->size = (size_t)size;
        good = image->data != NULL && fread(image->data, 1, image->size, file) == image->size;
    }
    fclose(file);
    if (!good) {
        snprintf(error, error_size, "%s: %s: give a firmware image", path,
            size == 0 ? "is empty" : "cannot be read as a file");
        image_free(image);
    }
    return good;
}

void image_free(image_t *image) {
    free(image->data);
    memset(image, 0, sizeof(*image));
}

bool image_is_elf(const image_t *image) {
    return image->size >= SELFMAG && memcmp(image->data, ELFMAG, SELFMAG) == 0;
}

static bool load_segment(const image_t *image, const Elf32_Phdr *ph, bus_t *bus) {
    static const uint8_t zeros[4096];
    if (ph->p_offset > image->size || ph->p_filesz > image->size - ph->p_offset || ph->p_memsz < ph->p_filesz ||
        bus_poke(bus, ph->p_paddr, image->data + ph->p_offset, ph->p_filesz) != ph->p_filesz) {
        return false;
    }
    for (uint32_t done = ph->p_filesz; done < ph->p_memsz;) {
        uint32_t n = ph->p_memsz - done < sizeof(zeros) ? ph->p_memsz - done : sizeof(zeros);
        if (bus_poke(bus, ph->p_paddr + done, zeros, n) != n) {
            return false;
        }
        done += n;
    }
    return true;
}

bool image_load_elf(const image_t *image, const char *path, bus_t *bus, uint32_t *entry,
    char *error, size_t error_size) {
    Elf32_Ehdr eh;
    if (image->size < sizeof(eh)) {
        snprintf(error, error_size, "%s: is a truncated ELF file: build it again", path);
        return false;
    }
    memcpy(&eh, image->data, sizeof(eh));
    if (eh.e_ident[EI_CLASS] != ELFCLASS32 || eh.e_ident[EI_DATA] != ELFDATA2LSB || eh.e_machine != EM_RISCV) {
        snprintf(error, error_size, "%s: is an ELF file for another machine (class %u, machine %u): give one for RV32",
            path, (unsigned)eh.e_ident[EI_CLASS], (unsigned)eh.e_machine);
        return false;
    }
    for (unsigned i = 0; i < eh.e_phnum; i++) {
        Elf32_Phdr ph;
        uint64_t at = (uint64_t)eh.e_phoff + (uint64_t)i * eh.e_phentsize;
        if (eh.e_phentsize < sizeof(ph) || at + sizeof(ph) > image->size) {
            snprintf(error, error_size, "%s: is a truncated ELF file: build it again", path);
            return false;
        }
        memcpy(&ph, image->data + at, sizeof(ph));
        if (ph.p_type == PT_LOAD && ph.p_memsz > 0 && !load_segment(image, &ph, bus)) {
            snprintf(error, error_size,
                "%s: segment at 0x%08x (%u bytes) does not fit this SoC's memories: link it for this SoC",
                path, (unsigned)ph.p_paddr, (unsigned)ph.p_memsz);
            return false;
        }
    }
    *entry = eh.e_entry;
    return true;
}

bool image_load_flat(const image_t *image, const char *path, bus_t *bus, uint32_t addr, uint64_t room,
    const char *region, char *error, size_t error_size) {
    if (image->size > room || bus_poke(bus, addr, image->data, image->size) != image->size) {
        snprintf(error, error_size, "%s: %zu bytes do not fit %s (%llu bytes at 0x%08x): build it smaller or "
            "give the SoC more", path, image->size, region, (unsigned long long)room, (unsigned)addr);
        return false;
    }
    return true;
}
