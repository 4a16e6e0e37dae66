// SPDX-License-Identifier: MIT
//
// The pins of LiteSPI, with the flash of --spiflash behind them. At the end it prints how many clocks it saw, the fewest
// cycles from the first clock of a word of 32 bits to that of the next, and what the chip did.

#include <stdio.h>
#include <stdlib.h>

#include "sim.h"

typedef struct {
    sim_t *sim;
    const uint8_t *cs_n;
    const uint8_t *clk;
    const uint8_t *mosi;
    uint8_t *miso;
    nor_pins_t pins;
    bool was_cs_n;
    bool was_clk;
    bool level; // of MISO
    uint64_t clocks;
    uint64_t word; // cycle of the clock that began the present word
    uint64_t least; // cycles of a word
    unsigned bits; // of this selection
} flash_pins_t;

// Without --spiflash the module stays, and has nothing to do.
static flash_pins_t unused;

static void *flash_open(sim_t *sim, struct pad_s *pads) {
    if (!sim->spiflash) {
        return &unused;
    }
    flash_pins_t *self = calloc(1, sizeof(*self));
    if (!self) {
        fprintf(stderr, "rtl: out of memory\n");
        return NULL;
    }
    self->sim = sim;
    self->cs_n = sim_pad(pads, "cs_n");
    self->clk = sim_pad(pads, "clk");
    self->mosi = sim_pad(pads, "mosi");
    self->miso = sim_pad(pads, "miso");
    self->was_cs_n = true;
    self->level = true;
    nor_pins_init(&self->pins, &sim->spiflash->nor);
    return self;
}

static void note_word(flash_pins_t *self) {
    if (self->bits++ % 32 != 0) {
        return;
    }
    uint64_t cycles = self->sim->cycle - self->word;
    if (self->bits > 1 && (self->least == 0 || cycles < self->least)) {
        self->least = cycles;
    }
    self->word = self->sim->cycle;
}

static void flash_tick(void *arg) {
    flash_pins_t *self = arg;
    if (self == &unused) {
        return;
    }
    bool cs_n = *self->cs_n & 1;
    bool clk = *self->clk & 1;
    if (cs_n != self->was_cs_n || clk != self->was_clk) {
        if (cs_n) {
            self->bits = 0;
        } else if (clk && !self->was_clk) {
            self->clocks++;
            note_word(self);
        }
        self->was_cs_n = cs_n;
        self->was_clk = clk;
        nor_file_advance_to(self->sim->spiflash, sim_ns(self->sim));
        self->level = nor_pins(&self->pins, cs_n, clk, *self->mosi & 1);
    }
    // In each cycle: the module of the SPI bus, which comes before this one, drives the pad as well.
    *self->miso = self->level;
}

static void flash_close(void *arg) {
    flash_pins_t *self = arg;
    if (self == &unused) {
        return;
    }
    const nor_counters_t *counters = &self->sim->spiflash->nor.counters;
    fprintf(stderr, "spiflash: %llu clocks, at least %llu cycles a word, %u programs, %u operations\n",
        (unsigned long long)self->clocks, (unsigned long long)self->least, counters->programs, counters->operations);
    free(self);
}

const sim_module_t spiflash_module = {
    .record = "spiflash",
    .pad = "clk",
    .open = flash_open,
    .tick = flash_tick,
    .close = flash_close,
};
