// SPDX-License-Identifier: MIT
//
// The card of sdcard.h on an SPI bus (SD Physical Layer Simplified Specification 3.01, chapter 7): frames, tokens, CRCs
// and the busy level on MISO.

#ifndef MODELS_SDCARD_SPI_H
#define MODELS_SDCARD_SPI_H

#include "models/sdcard.h"
#include "models/spi.h"

// A device that owns the card, as every SPI device's self; NULL: no memory, and the card is the caller's.
void *sdcard_spi_new(sdcard_t *card);

// The card of such a device.
sdcard_t *sdcard_spi_card(void *self);

extern const spi_device_ops_t sdcard_spi_ops;

#endif // MODELS_SDCARD_SPI_H
