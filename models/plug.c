// SPDX-License-Identifier: MIT
// The board by description, and its cables: see plug.h.

#include "models/plug.h"

#include "models/flash_memory.h"
#include "models/spec.h"

#include <stdlib.h>
#include <string.h>

enum { SPEC_MAX = 512 };

struct plug {
    board_t board;
    uint8_t *memory; // the flash's
    size_t bytes;
    bool file; // the memory is the content of a file
    nets_t *nets;
    int tdo_pin; // -1: no GPIO pins
    bool tck;
    bool tms;
    bool tdi;
    uint64_t (*now)(void *context);
    void *context;
};

typedef struct {
    board_options_t board;
    const char *file;
} wanted_t;

static bool take_flash(void *context, char *value) {
    wanted_t *wanted = context;
    wanted->board.chip = nor_chip_find(value);
    return wanted->board.chip != NULL || strcmp(value, "none") == 0;
}

static bool take_file(void *context, char *value) {
    wanted_t *wanted = context;
    wanted->file = value;
    return true;
}

static bool take_fault(void *context, char *value) {
    wanted_t *wanted = context;
    return board_fault_parse(value, &wanted->board.fault);
}

static bool take_times(void *context, char *value) {
    wanted_t *wanted = context;
    return nor_times_find(value, &wanted->board.times);
}

static const spec_option_t options[] = {
    { "flash", take_flash, "not known; `vecp5 --flash list` shows all" },
    { "file", take_file, NULL },
    { "fault", take_fault, "not known; `vecp5 --fault list` shows all" },
    { "times", take_times, "give typical, maximum or none" },
    { NULL, NULL, "give flash=, file=, fault= or times=" },
};

static bool parse(wanted_t *wanted, char *text, char *error, size_t size) {
    static const char kind[] = "ecp5:";
    if (strncmp(text, kind, strlen(kind)) != 0) {
        return spec_fail(error, size, "device", text, "give ecp5:DEVICE, as ecp5:LFE5U-25F");
    }
    char *name = text + strlen(kind);
    char *rest = strchr(name, ',');
    if (rest != NULL) {
        *rest++ = '\0';
    }
    wanted->board.device = ecp5_device_find(name);
    if (wanted->board.device == NULL) {
        return spec_fail(error, size, "device", name, "not known; `vecp5 --device list` shows all");
    }
    return spec_parse(options, wanted, rest, error, size);
}

static bool get_memory(plug_t *plug, const wanted_t *wanted, char *error, size_t size) {
    if (wanted->board.chip == NULL) {
        return true;
    }
    const char *reason;
    plug->bytes = wanted->board.chip->size_bytes;
    plug->memory = flash_memory_open(wanted->file, plug->bytes, &reason);
    plug->file = wanted->file != NULL;
    return plug->memory != NULL || spec_fail(error, size, plug->file ? "file" : "flash",
        plug->file ? wanted->file : wanted->board.chip->name, reason);
}

plug_t *plug_open(const char *spec, char *error, size_t error_size) {
    char text[SPEC_MAX];
    wanted_t wanted = { 0 };
    if (strlen(spec) >= sizeof(text)) {
        spec_fail(error, error_size, "device", spec, "too long");
        return NULL;
    }
    strcpy(text, spec);
    plug_t *plug = calloc(1, sizeof(*plug));
    if (plug == NULL) {
        spec_fail(error, error_size, "device", spec, "no memory");
        return NULL;
    }
    plug->tdo_pin = -1;
    if (!parse(&wanted, text, error, error_size) || !get_memory(plug, &wanted, error, error_size)) {
        plug_close(plug);
        return NULL;
    }
    wanted.board.flash_memory = plug->memory;
    board_init(&plug->board, &wanted.board);
    return plug;
}

void plug_close(plug_t *plug) {
    if (plug == NULL) {
        return;
    }
    flash_memory_close(plug->memory, plug->bytes, plug->file);
    free(plug);
}

static void catch_up(plug_t *plug, uint64_t now_ns) {
    if (now_ns > plug->board.now_ns) {
        board_advance(&plug->board, now_ns - plug->board.now_ns);
    }
}

bool plug_pins(plug_t *plug, uint64_t now_ns, bool tck, bool tms, bool tdi) {
    catch_up(plug, now_ns);
    bool tdo = board_pins(&plug->board, tck, tms, tdi);
    if (plug->tdo_pin >= 0) {
        nets_drive(plug->nets, plug->tdo_pin, tdo ? NETS_HIGH : NETS_LOW);
    }
    return tdo;
}

void plug_shift(plug_t *plug, uint64_t start_ns, uint32_t tck_ps, size_t bits, const uint8_t *tms, const uint8_t *tdi,
    uint8_t *tdo) {
    catch_up(plug, start_ns);
    plug->board.tck_ps = tck_ps;
    board_shift(&plug->board, bits, tms, tdi, tdo);
}

// From the GPIO pins.
static void sense(void *context, unsigned index, bool level) {
    plug_t *plug = context;
    switch (index) {
        case PLUG_GPIO_TMS:
            plug->tms = level;
            break;
        case PLUG_GPIO_TDI:
            plug->tdi = level;
            break;
        default:
            plug->tck = level;
            plug_pins(plug, plug->now(plug->context), plug->tck, plug->tms, plug->tdi);
            break;
    }
}

bool plug_connect(plug_t *plug, nets_t *nets, uint64_t (*now)(void *context), void *context) {
    plug->nets = nets;
    plug->now = now;
    plug->context = context;
    if (nets_find(nets, PLUG_GPIO, PLUG_GPIO_TDO) < 0) {
        return true;
    }
    for (unsigned i = PLUG_GPIO_TCK; i <= PLUG_GPIO_TDO; i++) {
        int pin = nets_pin(nets, "ecp5", i, i == PLUG_GPIO_TDO ? NULL : sense, plug);
        if (pin < 0) {
            return false;
        }
        nets_join(nets, pin, nets_find(nets, PLUG_GPIO, i));
        if (i == PLUG_GPIO_TDO) {
            plug->tdo_pin = pin;
        }
    }
    return true;
}

bool plug_tms(const plug_t *plug) {
    return plug->tms;
}
