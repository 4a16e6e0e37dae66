// SPDX-License-Identifier: MIT
// Blank memory, or a mapped file: see flash_memory.h.

#define _GNU_SOURCE
#include "models/flash_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLANK (0xff)

static uint8_t *map_file(const char *path, size_t bytes, const char **reason) {
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0) {
        *reason = strerror(errno);
        return NULL;
    }
    if (!S_ISREG(info.st_mode) || (uint64_t)info.st_size > bytes) {
        *reason = S_ISREG(info.st_mode) ? "larger than the chip" : "not a regular file";
        close(fd);
        return NULL;
    }
    uint8_t *memory = MAP_FAILED;
    if (ftruncate(fd, (off_t)bytes) == 0) {
        memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    }
    int error = errno;
    close(fd);
    if (memory == MAP_FAILED) {
        *reason = strerror(error);
        return NULL;
    }
    memset(memory + info.st_size, BLANK, bytes - (size_t)info.st_size);
    return memory;
}

uint8_t *flash_memory_open(const char *path, size_t bytes, const char **reason) {
    if (path != NULL) {
        return map_file(path, bytes, reason);
    }
    uint8_t *memory = malloc(bytes);
    if (memory == NULL) {
        *reason = "no memory";
        return NULL;
    }
    return memset(memory, BLANK, bytes);
}

void flash_memory_close(uint8_t *memory, size_t bytes, bool file) {
    if (memory != NULL && file) {
        munmap(memory, bytes);
    } else {
        free(memory);
    }
}
