// SPDX-License-Identifier: MIT
// What the files of the ECP5 model share. Calls go one way: ecp5.c (TAP, modes, status) to ecp5_boot.c (the flash as the
// source) to ecp5_bitstream.c (the decoder).
#ifndef MODELS_ECP5_INTERNAL_H
#define MODELS_ECP5_INTERNAL_H

#include "models/ecp5.h"

#define ECP5_PREAMBLE (0xFFFFBDB3u)
#define ECP5_PREAMBLE_ENCRYPTED (0xFFFFBFB3u) // as Diamond writes it

// The decoder. _start() looks for a preamble again; _byte() is true while it wants more; _refuse() ends it with an error;
// _end() tells it that the source stops.
void ecp5_bitstream_start(ecp5_t *ecp5, bool from_flash);
void ecp5_bitstream_bits(ecp5_t *ecp5, uint32_t bits, unsigned count);
bool ecp5_bitstream_byte(ecp5_t *ecp5, uint8_t byte);
void ecp5_bitstream_refuse(ecp5_t *ecp5, ecp5_bse_t error);
void ecp5_bitstream_end(ecp5_t *ecp5);

// Read the flash and decode it: true with DONE. How long MCLK takes for it goes to *duration_ns.
bool ecp5_load_flash(ecp5_t *ecp5, uint64_t *duration_ns);

// Whether the flash starts with a bitstream that asks for this SPI mode.
bool ecp5_flash_has_mode(ecp5_t *ecp5, uint8_t mode);

#endif // MODELS_ECP5_INTERNAL_H
