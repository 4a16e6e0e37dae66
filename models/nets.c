// SPDX-License-Identifier: MIT
//
// Nets of pins: nets.h. Pins of a net are chained by `next`; `net` is the number of its first pin, whose record has
// what belongs to the net.

#include "models/nets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STIMULUS "stimulus"

typedef struct {
    const char *core;
    unsigned index;
    nets_sense_t sense;
    void *context;
    nets_drive_t drive;
    bool heard; // the level that sense() was last told
    int net;
    int next; // -1: the last
    // Of a net's first pin.
    unsigned drivers[3]; // how many pins drive it which way
    bool pulled_up;
    bool level;
} pin_t;

typedef struct {
    uint64_t at_ns;
    size_t order;
    int pin;
    nets_drive_t drive;
} stimulus_t;

struct nets {
    pin_t *pins;
    int count;
    stimulus_t *stimuli;
    size_t stimulus_count;
    size_t stimulus_next;
};

nets_t *nets_new(void) {
    return calloc(1, sizeof(nets_t));
}

void nets_free(nets_t *nets) {
    if (nets != NULL) {
        free(nets->pins);
        free(nets->stimuli);
        free(nets);
    }
}

int nets_pin(nets_t *nets, const char *core, unsigned index, nets_sense_t sense, void *context) {
    pin_t *pins = realloc(nets->pins, ((size_t)nets->count + 1) * sizeof(*pins));
    if (pins == NULL) {
        return -1;
    }
    nets->pins = pins;
    pins[nets->count] = (pin_t) {
        .core = core, .index = index, .sense = sense, .context = context, .net = nets->count, .next = -1,
        .drivers = { [NETS_FREE] = 1 },
    };
    return nets->count++;
}

int nets_find(const nets_t *nets, const char *core, unsigned index) {
    for (int i = 0; i < nets->count; i++) {
        if (nets->pins[i].index == index && strcmp(nets->pins[i].core, core) == 0) {
            return i;
        }
    }
    return -1;
}

// Settles the level of a net and tells the pins that have heard another one.
static void resolve(nets_t *nets, int net) {
    pin_t *first = &nets->pins[net];
    bool level = first->drivers[NETS_LOW] == 0 && (first->drivers[NETS_HIGH] > 0 || first->pulled_up);
    first->level = level;
    for (int i = net; i >= 0; i = nets->pins[i].next) {
        pin_t *pin = &nets->pins[i];
        // A pin that hears of it may change the net again: then that call has told everybody.
        if (first->level == level && pin->heard != level) {
            pin->heard = level;
            if (pin->sense != NULL) {
                pin->sense(pin->context, pin->index, level);
            }
        }
    }
}

void nets_join(nets_t *nets, int a, int b) {
    int net = nets->pins[a].net;
    int other = nets->pins[b].net;
    if (net == other) {
        return;
    }
    int last = net;
    while (nets->pins[last].next >= 0) {
        last = nets->pins[last].next;
    }
    nets->pins[last].next = other;
    for (int i = other; i >= 0; i = nets->pins[i].next) {
        nets->pins[i].net = net;
    }
    for (size_t i = 0; i < 3; i++) {
        nets->pins[net].drivers[i] += nets->pins[other].drivers[i];
    }
    nets->pins[net].pulled_up |= nets->pins[other].pulled_up;
    resolve(nets, net);
}

void nets_drive(nets_t *nets, int pin, nets_drive_t drive) {
    pin_t *p = &nets->pins[pin];
    if (p->drive == drive) {
        return;
    }
    pin_t *first = &nets->pins[p->net];
    first->drivers[p->drive]--;
    first->drivers[drive]++;
    p->drive = drive;
    resolve(nets, p->net);
}

bool nets_level(const nets_t *nets, int pin) {
    return nets->pins[nets->pins[pin].net].level;
}

bool nets_shared(const nets_t *nets, int pin) {
    return nets->pins[pin].net != pin || nets->pins[pin].next >= 0;
}

static int place_of(const nets_t *nets, const wiring_row_t *row, const wiring_place_t *place, char *error,
    size_t error_size) {
    int pin = nets_find(nets, place->core, place->index);
    if (pin < 0) {
        snprintf(error, error_size, "wiring, line %u: this SoC has no pin %s[%u]", row->line, place->core, place->index);
    }
    return pin;
}

static bool add_stimulus(nets_t *nets, const wiring_row_t *row, int pin) {
    int driver = nets_find(nets, STIMULUS, (unsigned)pin);
    if (driver < 0) {
        driver = nets_pin(nets, STIMULUS, (unsigned)pin, NULL, NULL);
        if (driver < 0) {
            return false;
        }
        nets_join(nets, pin, driver);
    }
    stimulus_t *stimuli = realloc(nets->stimuli, (nets->stimulus_count + 1) * sizeof(*stimuli));
    if (stimuli == NULL) {
        return false;
    }
    nets->stimuli = stimuli;
    stimuli[nets->stimulus_count] = (stimulus_t) {
        row->at_ns, nets->stimulus_count, driver, row->number != 0 ? NETS_HIGH : NETS_LOW,
    };
    nets->stimulus_count++;
    return true;
}

static int by_time(const void *a, const void *b) {
    const stimulus_t *x = a;
    const stimulus_t *y = b;
    if (x->at_ns != y->at_ns) {
        return x->at_ns < y->at_ns ? -1 : 1;
    }
    return x->order < y->order ? -1 : 1;
}

bool nets_connect(nets_t *nets, const wiring_t *wiring, char *error, size_t error_size) {
    for (size_t i = 0; i < wiring->count; i++) {
        const wiring_row_t *row = &wiring->rows[i];
        if (row->kind == WIRING_DEVICE || row->kind == WIRING_VALUE) {
            continue;
        }
        int pin = place_of(nets, row, &row->place, error, error_size);
        int other = row->kind == WIRING_WIRE ? place_of(nets, row, &row->other, error, error_size) : pin;
        if (pin < 0 || other < 0) {
            return false;
        }
        if (row->kind == WIRING_WIRE) {
            nets_join(nets, pin, other);
        } else if (row->kind == WIRING_PULL) {
            nets->pins[nets->pins[pin].net].pulled_up = row->number != 0;
            resolve(nets, nets->pins[pin].net);
        } else if (!add_stimulus(nets, row, pin)) {
            snprintf(error, error_size, "wiring, line %u: out of memory", row->line);
            return false;
        }
    }
    if (nets->stimulus_count > 0) {
        qsort(nets->stimuli, nets->stimulus_count, sizeof(*nets->stimuli), by_time);
    }
    return true;
}

uint64_t nets_next(const nets_t *nets) {
    return nets->stimulus_next < nets->stimulus_count ? nets->stimuli[nets->stimulus_next].at_ns : UINT64_MAX;
}

void nets_advance(nets_t *nets, uint64_t now_ns) {
    while (nets_next(nets) <= now_ns) {
        const stimulus_t *stimulus = &nets->stimuli[nets->stimulus_next++];
        nets_drive(nets, stimulus->pin, stimulus->drive);
    }
}
