// SPDX-License-Identifier: MIT
//
// SPIMaster (litex/soc/cores/spi/spi_master.py), of any width and both alignments, with the devices of the wiring behind
// its chip selects. csr.json does not tell the alignment: it is raw, LiteX's default. All bits of a transfer move when it
// starts; it is done when their time has passed. The core's clock counts freely, so a divider that is made smaller may
// let it count once around its 16 bits.

#include <string.h>

#include "cores/models.h"
#include "cores/spi_bus.h"

#define CONTROL_START (1)
#define CONTROL_LENGTH_SHIFT (8)
#define STATUS_DONE (1)
#define CS_SELECT (0xffff)
#define CS_MANUAL (1 << 16)
#define DEFAULT_DIVIDER (100) // where the core has no register: csr.json does not tell
#define MIN_DIVIDER (2)
#define WRAP (1 << 16)
#define MAX_WIDTH (256)

typedef struct {
    spi_bus_t bus;
    uint64_t done_at;
    uint64_t zero; // when the free clock's counter was 0
    uint64_t divider;
    bool wraps; // the counter was beyond a divider that was made smaller: it first counts around
} spi_state_t;

static uint64_t value_of(core_t *core, const char *suffix, uint64_t otherwise) {
    const reg_t *reg = core_reg(core, suffix);
    return reg != NULL ? reg_get(reg) : otherwise;
}

static uint32_t chips(core_t *core, bool moving) {
    uint64_t cs = value_of(core, "cs", 1);
    return moving || (cs & CS_MANUAL) ? (uint32_t)cs & CS_SELECT : 0;
}

// The first falling edge of the free clock since its counter was 0, and the first after now.
static uint64_t first_edge(const spi_state_t *spi) {
    return spi->zero + (spi->wraps ? WRAP : 0) + spi->divider;
}

static uint64_t next_edge(core_t *core) {
    const spi_state_t *spi = core->state;
    uint64_t now = core_now(core);
    uint64_t first = first_edge(spi);
    return now < first ? first : first + ((now - first) / spi->divider + 1) * spi->divider;
}

static void write_divider(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    spi_state_t *spi = core->state;
    uint64_t now = core_now(core);
    uint64_t first = first_edge(spi);
    uint64_t count = now < first ? (now - spi->zero) % WRAP : (now - first) % spi->divider;
    spi->zero = now - count;
    spi->divider = value < MIN_DIVIDER ? MIN_DIVIDER : value;
    spi->wraps = count >= spi->divider;
}

// The SPI master whose pins the board of --jtag is on, with TMS from a GPIO.
static bool is_jtag(const core_t *core) {
    return core->host->plug != NULL && strcmp(core->name, "spi") == 0;
}

static bool jtag_bit(core_t *core, bool mosi) {
    const spi_state_t *spi = core->state;
    uint8_t tms = plug_tms(core->host->plug);
    uint8_t tdi = mosi;
    uint8_t tdo = 0;
    uint32_t tck_ps = (uint32_t)(spi->divider * UINT64_C(1000000000000) / core->host->soc->clock_hz);
    plug_shift(core->host->plug, core_ns(core), tck_ps, 1, &tms, &tdi, &tdo);
    return tdo & 1;
}

static void write_control(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    spi_state_t *spi = core->state;
    unsigned length = value >> CONTROL_LENGTH_SHIFT & 0xff;
    reg_t *out = core_reg(core, "mosi");
    reg_t *in = core_reg(core, "miso");
    if (!(value & CONTROL_START) || core_now(core) < spi->done_at) {
        return;
    }
    if (length == 0 || length > out->bits) {
        spi->done_at = UINT64_MAX; // it counts bits without end
        return;
    }
    bool loop = value_of(core, "loopback", 0) & 1;
    spi_bus_select(core, &spi->bus, chips(core, true), false);
    bool shifted[MAX_WIDTH] = { false };
    for (unsigned i = 0; i < length; i++) {
        bool mosi = reg_bit(out, out->bits - 1 - i);
        bool miso = is_jtag(core) ? jtag_bit(core, mosi) : spi_bus_bit(core, &spi->bus, 0, mosi);
        shifted[length - 1 - i] = loop ? mosi : miso;
    }
    // What was there moves up, as in the core's shift register.
    for (unsigned i = in->bits; i-- > 0;) {
        reg_set_bit(in, i, i < length ? shifted[i] : reg_bit(in, i - length));
    }
    spi_bus_select(core, &spi->bus, chips(core, false), false);
    uint64_t edge = next_edge(core);
    spi->done_at = edge + length * spi->divider + spi->divider / 2 + 1;
}

static uint64_t read_status(core_t *core, reg_t *reg) {
    (void)reg;
    spi_state_t *spi = core->state;
    return core_now(core) >= spi->done_at ? STATUS_DONE : 0;
}

static void write_cs(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    (void)value;
    spi_state_t *spi = core->state;
    spi_bus_select(core, &spi->bus, chips(core, false), false);
}

static bool init(core_t *core) {
    spi_state_t *spi = core->state;
    return spi_bus_init(core, &spi->bus);
}

static void reset(core_t *core) {
    spi_state_t *spi = core->state;
    spi->done_at = 0;
    spi->zero = core_now(core);
    spi->wraps = false;
    spi->divider = DEFAULT_DIVIDER;
    spi_bus_select(core, &spi->bus, chips(core, false), false);
}

static void free_state(core_t *core) {
    spi_state_t *spi = core->state;
    spi_bus_free(&spi->bus);
}

static const core_reg_t regs[] = {
    { .suffix = "control", .bits = 16, .write = write_control },
    { .suffix = "status", .flags = REG_VOLATILE, .read = read_status },
    { .suffix = "mosi" },
    { .suffix = "miso" },
    { .suffix = "cs", .flags = REG_OPTIONAL, .bits = 17, .reset = 1, .write = write_cs },
    { .suffix = "loopback", .flags = REG_OPTIONAL, .bits = 1 },
    { .suffix = "clk_divider", .flags = REG_OPTIONAL, .bits = 16, .reset = DEFAULT_DIVIDER, .write = write_divider },
    CORE_REGS_END,
};

const core_model_t core_spi_master = {
    .kind = "spi_master", .regs = regs, .state_size = sizeof(spi_state_t), .init = init, .reset = reset,
    .free = free_state
};
