// SPDX-License-Identifier: MIT
//
// LiteSDCard for host tests, in both layouts, with a card of models/ behind it: a command at a time, a transfer at a time.
// Follows litesdcard/core.py on its own account.

#ifndef SDCARD_MODEL_H
#define SDCARD_MODEL_H

#include "drivers/lx_sdcard.h"
#include "mock.h"
#include "models/sdcard.h"

typedef struct {
    sdcard_t *card; // NULL: an empty slot
    lx_sdcard_regs_t regs;
    bool one_core; // the layout after 2024.12
    bool dead; // the core ends nothing that begins from now on
    bool no_detect; // the slot has no switch: there always seems to be a card
    bool hung; // it waits for a status token
    unsigned commands; // that were sent
    unsigned spoilt; // of these, while CMD was still driven behind the last response
} sdcard_model_t;

extern sdcard_model_t sdcard_model;

// Registers on a fresh bus; the model takes the card over.
void sdcard_model_init(sdcard_t *card, bool one_core);
void sdcard_model_free(void);

#endif // SDCARD_MODEL_H
