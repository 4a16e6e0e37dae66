// SPDX-License-Identifier: MIT
//
// Writes one line per access of the CSR bus, `R name value` or `W name value` with the value in
// hexadecimal, as lxemu's --trace-csr does. The bus (litex/soc/interconnect/csr_bus.py) completes a
// write in the cycle that shows we, and a read with dat_r one cycle after re.

#define _GNU_SOURCE

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define CSR_WORDS 16384 // LiteX: 14 address bits
#define LINE_BYTES 256

typedef struct {
    FILE *file;
    char *names[CSR_WORDS];
    const uint16_t *adr;
    const uint8_t *re;
    const uint8_t *we;
    const uint32_t *dat_w;
    const uint32_t *dat_r;
    bool reading; // dat_r belongs to the read of the last cycle
    uint16_t read_adr;
} csr_trace_t;

// Without --trace-csr the module stays, and has nothing to do.
static csr_trace_t unused;

static bool read_names(csr_trace_t *self, const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) {
        fprintf(stderr, "rtl: %s: %s\n", path, strerror(errno));
        return false;
    }
    unsigned word;
    char name[LINE_BYTES];
    while (fscanf(file, "%x %255s", &word, name) == 2) {
        if (word < CSR_WORDS) {
            free(self->names[word]);
            self->names[word] = strdup(name);
        }
    }
    fclose(file);
    return true;
}

static void *csr_trace_open(sim_t *sim, struct pad_s *pads) {
    if (!sim->options->trace_csr) {
        return &unused;
    }
    csr_trace_t *self = calloc(1, sizeof(*self));
    if (!self) {
        fprintf(stderr, "rtl: out of memory\n");
        return NULL;
    }
    self->adr = sim_pad(pads, "adr");
    self->re = sim_pad(pads, "re");
    self->we = sim_pad(pads, "we");
    self->dat_w = sim_pad(pads, "dat_w");
    self->dat_r = sim_pad(pads, "dat_r");
    self->file = fopen(sim->options->trace_csr, "w");
    if (!self->file) {
        fprintf(stderr, "rtl: %s: %s\n", sim->options->trace_csr, strerror(errno));
        free(self);
        return NULL;
    }
    if (sim->options->csr_names && !read_names(self, sim->options->csr_names)) {
        fclose(self->file);
        free(self);
        return NULL;
    }
    return self;
}

static void record(csr_trace_t *self, char direction, uint16_t adr, uint32_t value) {
    const char *name = self->names[adr % CSR_WORDS];
    if (name) {
        fprintf(self->file, "%c %s 0x%x\n", direction, name, value);
    } else {
        fprintf(self->file, "%c csr+0x%x 0x%x\n", direction, adr * 4U, value);
    }
}

static void csr_trace_tick(void *arg) {
    csr_trace_t *self = arg;
    if (!self->file) {
        return;
    }
    if (self->reading) {
        record(self, 'R', self->read_adr, *self->dat_r);
    }
    self->reading = *self->re;
    self->read_adr = *self->adr;
    if (*self->we) {
        record(self, 'W', *self->adr, *self->dat_w);
    }
}

static void csr_trace_close(void *arg) {
    csr_trace_t *self = arg;
    if (self == &unused) {
        return;
    }
    if (fclose(self->file) != 0) {
        fprintf(stderr, "rtl: the CSR trace is incomplete: %s\n", strerror(errno));
    }
    for (size_t i = 0; i < CSR_WORDS; i++) {
        free(self->names[i]);
    }
    free(self);
}

const sim_module_t csr_trace_module = {
    .record = "monitor",
    .pad = "adr",
    .open = csr_trace_open,
    .tick = csr_trace_tick,
    .close = csr_trace_close,
};
