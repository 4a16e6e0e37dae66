// SPDX-License-Identifier: MIT
//
// What the files of the card's model share.

#ifndef MODELS_SDCARD_INTERNAL_H
#define MODELS_SDCARD_INTERNAL_H

#include "models/sdcard.h"

// Write CID, CSD and SCR of the card's kind and size. False: no CSD can say that size.
bool sdcard_registers_init(sdcard_t *card);

#endif // MODELS_SDCARD_INTERNAL_H
