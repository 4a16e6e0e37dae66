// SPDX-License-Identifier: MIT
//
// Nets: pins that wires connect. A pin may drive its net and may sense it. A net that somebody drives low is low,
// else high where somebody drives it high, else at its pull's level: push-pull, open drain and conflicts in one rule.

#ifndef MODELS_NETS_H
#define MODELS_NETS_H

#include "models/wiring.h"

typedef struct nets nets_t;

// Called when the level of a pin's net changes, from within nets_drive() of any pin; may drive pins itself.
typedef void (*nets_sense_t)(void *context, unsigned index, bool level);

typedef enum {
    NETS_FREE, // drives nothing
    NETS_LOW,
    NETS_HIGH,
} nets_drive_t;

nets_t *nets_new(void); // NULL: no memory
void nets_free(nets_t *nets);

// Add a pin on a net of its own: its number, or -1 for no memory. sense may be NULL. The name must stay.
int nets_pin(nets_t *nets, const char *core, unsigned index, nets_sense_t sense, void *context);

// Join and pull the nets as a wiring says. False: error names the line and the pin that is missing.
bool nets_connect(nets_t *nets, const wiring_t *wiring, char *error, size_t error_size);

// Join two pins' nets, as a device does with its own pin.
void nets_join(nets_t *nets, int a, int b);

// The pin of that name, -1: none.
int nets_find(const nets_t *nets, const char *core, unsigned index);

void nets_drive(nets_t *nets, int pin, nets_drive_t drive);
bool nets_level(const nets_t *nets, int pin);

// Whether there is another pin on the net, which may sense it.
bool nets_shared(const nets_t *nets, int pin);

// The stimuli of a wiring, in the order of their times: nets_next() is the time of the first that is due later
// (UINT64_MAX: none), nets_advance() carries out all up to now.
uint64_t nets_next(const nets_t *nets);
void nets_advance(nets_t *nets, uint64_t now_ns);

#endif // MODELS_NETS_H
