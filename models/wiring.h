// SPDX-License-Identifier: MIT
//
// What hangs on the pins of a simulated SoC, read from a text file. Emulator and RTL read the same file.
// A line is one of these; `#` starts a comment, PIN is a core's name with an index ("gpio[3]"; "pwm0" is "pwm0[0]"):
//   wire PIN PIN                       both pins are on one net
//   pull PIN up|down                   the level of its net while nobody drives it (down where nothing is said)
//   device PLACE NAME [KEY=VALUE]...   a device on a bus: PLACE is "i2c0", or "spi0[1]" for chip select 1
//   value CORE.NAME NUMBER             what a core measures ("xadc.temperature")
//   at TIME PIN 0|1                    the outside drives a pin from that time on: "1000us", "2ms", "1s"

#ifndef MODELS_WIRING_H
#define MODELS_WIRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRING_NAME (32)
#define WIRING_PARAMETERS (8)
#define WIRING_VALUE_LENGTH (512) // a path fits

typedef enum {
    WIRING_WIRE,
    WIRING_PULL,
    WIRING_DEVICE,
    WIRING_VALUE,
    WIRING_AT,
} wiring_kind_t;

typedef struct {
    char core[WIRING_NAME];
    unsigned index;
} wiring_place_t;

typedef struct {
    char key[WIRING_NAME];
    char value[WIRING_VALUE_LENGTH];
} wiring_parameter_t;

typedef struct {
    wiring_kind_t kind;
    unsigned line; // in its file, from 1
    wiring_place_t place; // of all kinds; of WIRING_VALUE without an index
    wiring_place_t other; // of WIRING_WIRE
    char name[WIRING_NAME]; // of WIRING_DEVICE the device's, of WIRING_VALUE the value's
    uint64_t number; // of WIRING_VALUE; of WIRING_PULL and WIRING_AT the level
    uint64_t at_ns; // of WIRING_AT
    wiring_parameter_t parameters[WIRING_PARAMETERS]; // of WIRING_DEVICE; an empty key ends them
} wiring_row_t;

typedef struct {
    wiring_row_t *rows;
    size_t count;
} wiring_t;

// Add a file's rows to a wiring that starts zeroed. False: error says which line is wrong and why; the wiring
// keeps the rows before it.
bool wiring_load(wiring_t *wiring, const char *path, char *error, size_t error_size);

// The same for text in memory; name is what errors call it.
bool wiring_parse(wiring_t *wiring, const char *name, const char *text, char *error, size_t error_size);

void wiring_free(wiring_t *wiring);

// The n-th device (from 0) at a place, NULL: no more.
const wiring_row_t *wiring_device(const wiring_t *wiring, const char *core, unsigned index, size_t n);

// What the file says of a value; otherwise fallback.
uint64_t wiring_value(const wiring_t *wiring, const char *core, const char *name, uint64_t fallback);

// A device's parameter, as text or as a number (decimal or 0x...); fallback where it is not given. A number that
// is none gives fallback and sets *bad.
const char *wiring_text(const wiring_row_t *row, const char *key, const char *fallback);
uint64_t wiring_number(const wiring_row_t *row, const char *key, uint64_t fallback, bool *bad);

#endif // MODELS_WIRING_H
