// SPDX-License-Identifier: MIT
// The virtual ECP5 board as a command line describes it, plugged into a simulated SoC. Three cables may be plugged in at
// the same time, a JTAG master, an SPI master with TMS from a GPIO, and four GPIO pins; since a TAP only looks at TMS and
// TDI when TCK rises, the one that clocks is the one that is heard. TDO goes to all.
#ifndef MODELS_PLUG_H
#define MODELS_PLUG_H

#include "models/board.h"
#include "models/nets.h"

// The GPIO pins, of the core `gpio`.
#define PLUG_GPIO ("gpio")
#define PLUG_GPIO_TCK (0)
#define PLUG_GPIO_TMS (1)
#define PLUG_GPIO_TDI (2)
#define PLUG_GPIO_TDO (3)

typedef struct plug plug_t;

// "ecp5:DEVICE[,flash=CHIP][,file=FILE][,fault=NAME[=N]][,times=typical|maximum|none]": the names are those of vecp5,
// without a file the flash is blank and forgotten. NULL: error says why.
plug_t *plug_open(const char *spec, char *error, size_t error_size);
void plug_close(plug_t *plug);

// Plug it into the GPIO pins where there are such; now() is the simulation's time in ns.
bool plug_connect(plug_t *plug, nets_t *nets, uint64_t (*now)(void *context), void *context);

// The level of the GPIO pin TMS.
bool plug_tms(const plug_t *plug);

// A cable's pins at a time: TDO comes back.
bool plug_pins(plug_t *plug, uint64_t now_ns, bool tck, bool tms, bool tdi);

// Clocks of a period in picoseconds that began at a time: as board_shift().
void plug_shift(plug_t *plug, uint64_t start_ns, uint32_t tck_ps, size_t bits, const uint8_t *tms, const uint8_t *tdi,
    uint8_t *tdo);

#endif // MODELS_PLUG_H
