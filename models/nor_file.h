// SPDX-License-Identifier: MIT
// A SPI NOR flash as a command line describes it: the chip, the file that is its content, a fault.
#ifndef MODELS_NOR_FILE_H
#define MODELS_NOR_FILE_H

#include "models/nor.h"

typedef struct {
    nor_t nor;
    uint64_t now_ns; // what the chip has heard of
    const void *user; // the core that drives its pins, NULL: none yet
    uint8_t *memory;
    bool file; // a path was given
} nor_file_t;

// "FILE[,chip=NAME][,times=typical|maximum|none][,fault=NAME[=N]]": names are those of `vecp5 --flash list` and
// `--fault list`. The chip is a W25Q128 if not named. With an empty FILE it is blank and forgotten; another one is
// created or padded with FF. NULL: error says why.
nor_file_t *nor_file_open(const char *spec, char *error, size_t error_size);
void nor_file_close(nor_file_t *flash); // may be NULL

// Let the chip live until a time, which never goes back.
void nor_file_advance_to(nor_file_t *flash, uint64_t now_ns);

#endif // MODELS_NOR_FILE_H
