// SPDX-License-Identifier: MIT
//
// lxemu's command line.

#ifndef EMU_OPTIONS_H
#define EMU_OPTIONS_H

#include "machine/machine.h"

#define OPTIONS_MAX_LOADS (32)
#define OPTIONS_MAX_SDCARDS (4)

typedef struct {
    machine_options_t machine;
    wiring_t wiring;
    const char *soc;
    const char *uart;
    const char *ordering;
    const char *trace;
    const char *trace_csr;
    const char *gdb;
    const char *video;
    const char *etherbone;
    const char *sdcards[OPTIONS_MAX_SDCARDS]; // NULL: no more
    const char *loads[OPTIONS_MAX_LOADS];
    bool realtime;
    bool virtual;
    bool window;
    bool stats;
    bool help; // print it and leave
} options_t;

// Fill *o, which is zero. False: one line in error.
bool options_parse(options_t *o, int argc, char **argv, char *error, size_t error_size);
// Put the cards of --sdcard into slots of the SoC. False: one line in error.
bool options_insert_cards(options_t *o, const soc_t *soc, char *error, size_t error_size);

void options_help(void); // to stdout
void options_free(options_t *o);

#endif
