// SPDX-License-Identifier: MIT
//
// LiteSDCard's registers (litesdcard/core.py, phy.py, frontend/dma.py; SoC.add_sdcard()): in LiteX 2024.12 those of five
// cores, <name>_phy, _core, _block2mem, _mem2block and _irq, later those of one. The one with cmd_send has the state, the
// others find it by its name. The card behind the pins is that of the wiring, or of --sdcard.

#include "cores/litesdcard.h"

#include <stdio.h>
#include <string.h>

#include "cores/models.h"

// The names in the later layout.
static const char *const names[SD_REG_COUNT] = {
    [SD_CLOCKER_DIVIDER] = "phy_clocker_divider",
    [SD_CMDR_TIMEOUT] = "phy_cmdr_timeout",
    [SD_DATAR_TIMEOUT] = "phy_datar_timeout",
    [SD_SETTINGS] = "phy_settings",
    [SD_CMD_ARGUMENT] = "core_cmd_argument",
    [SD_CMD_COMMAND] = "core_cmd_command",
    [SD_CMD_RESPONSE] = "core_cmd_response",
    [SD_BLOCK_LENGTH] = "core_block_length",
    [SD_BLOCK_COUNT] = "core_block_count",
    [SD_B2M_BASE] = "block2mem_dma_base",
    [SD_B2M_LENGTH] = "block2mem_dma_length",
    [SD_B2M_LOOP] = "block2mem_dma_loop",
    [SD_M2B_BASE] = "mem2block_dma_base",
    [SD_M2B_LENGTH] = "mem2block_dma_length",
    [SD_M2B_LOOP] = "mem2block_dma_loop",
    [SD_EV_PENDING] = "ev_pending",
};

// A core's name without its last part.
static size_t stem_length(const core_t *core) {
    const char *part = strrchr(core->name, '_');
    return part != NULL ? (size_t)(part - core->name) : strlen(core->name);
}

static core_t *sibling(core_t *core, const char *part) {
    char name[2 * SOC_NAME];
    snprintf(name, sizeof(name), "%.*s_%s", (int)stem_length(core), core->name, part);
    return core_find(core, name);
}

static bool has_engine(const core_t *core) {
    return core->model == &core_sdcard || core->model == &core_sdcard_core;
}

// NULL: a core with the registers of a part, and no whole.
static sd_t *engine(core_t *core) {
    core_t *owner = has_engine(core) ? core : sibling(core, "core");
    return owner != NULL && has_engine(owner) ? owner->state : NULL;
}

static reg_t *find_reg(core_t *core, bool one_core, const char *name) {
    if (one_core) {
        return core_reg(core, name);
    }
    char part[SOC_NAME];
    size_t length = strcspn(name, "_");
    snprintf(part, sizeof(part), "%.*s", (int)length, name);
    core_t *other = sibling(core, strcmp(part, "ev") == 0 ? "irq" : part);
    return other != NULL ? core_reg(other, name + length + 1) : NULL;
}

static void write_send(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    (void)value;
    sd_send(core->state);
}

static uint64_t read_cmd_event(core_t *core, reg_t *reg) {
    (void)reg;
    core_clock_read(core);
    return ((sd_t *)core->state)->cmd_event;
}

static uint64_t read_data_event(core_t *core, reg_t *reg) {
    (void)reg;
    core_clock_read(core);
    return ((sd_t *)core->state)->data_event;
}

static uint64_t read_card_detect(core_t *core, reg_t *reg) {
    (void)reg;
    const sd_t *sd = engine(core);
    return sd == NULL || sd->card == NULL || !sdcard_present(sd->card);
}

static uint64_t read_dataw_status(core_t *core, reg_t *reg) {
    (void)reg;
    const sd_t *sd = engine(core);
    return sd != NULL ? sd->dataw_status : 0;
}

static sd_dma_t *dma_of(sd_t *sd, const reg_t *reg) {
    const char *name = reg->soc->name;
    return strstr(name, "block2mem") != NULL ? &sd->b2m : &sd->m2b;
}

static void write_enable(core_t *core, reg_t *reg, uint64_t value) {
    sd_t *sd = engine(core);
    if (sd != NULL) {
        sd_dma_enable(sd, dma_of(sd, reg), value & 1);
    }
}

static uint64_t read_done(core_t *core, reg_t *reg) {
    sd_t *sd = engine(core);
    core_clock_read(core);
    return sd != NULL && dma_of(sd, reg)->state == DMA_DONE;
}

static uint64_t read_offset(core_t *core, reg_t *reg) {
    sd_t *sd = engine(core);
    core_clock_read(core);
    return sd != NULL ? dma_of(sd, reg)->offset / 4 : 0;
}

static uint64_t read_ev_status(core_t *core, reg_t *reg) {
    (void)reg;
    const sd_t *sd = engine(core);
    return sd != NULL ? sd->events.trigger : 0;
}

static uint64_t read_ev_pending(core_t *core, reg_t *reg) {
    (void)reg;
    const sd_t *sd = engine(core);
    core_clock_read(core);
    return sd != NULL ? sd->events.pending : 0;
}

static void write_ev_pending(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    sd_t *sd = engine(core);
    if (sd != NULL) {
        core_events_clear(core, &sd->events, (uint32_t)value);
    }
}

static void write_ev_enable(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    sd_t *sd = engine(core);
    if (sd != NULL) {
        core_events_enable(core, &sd->events, (uint32_t)value);
    }
}

// The wiring names a slot by the name that both layouts have in common.
static bool init(core_t *core) {
    sd_t *sd = core->state;
    char slot[SOC_NAME];
    sd_engine_init(sd, core);
    sd->one_core = core->model == &core_sdcard;
    snprintf(slot, sizeof(slot), "%.*s", (int)(sd->one_core ? strlen(core->name) : stem_length(core)), core->name);
    const wiring_t *wiring = core->host->wiring;
    const wiring_row_t *row = wiring != NULL ? wiring_device(wiring, slot, 0, 0) : NULL;
    if (row != NULL) {
        sd->card = sdcard_from_row(row, core->host->error, core->host->error_size);
        return sd->card != NULL;
    }
    return true;
}

static void reset(core_t *core) {
    sd_t *sd = core->state;
    for (size_t i = 0; i < SD_REG_COUNT; i++) {
        sd->regs[i] = find_reg(core, sd->one_core, names[i]);
    }
    sd->irq = sd->regs[SD_EV_PENDING] != NULL ? sd->regs[SD_EV_PENDING]->core : NULL;
    sd_engine_reset(sd);
}

static void free_card(core_t *core) {
    sd_t *sd = core->state;
    sdcard_free(sd->card);
}

#define PHY(prefix) \
    { .suffix = prefix "card_detect", .bits = 1, .read = read_card_detect }, \
    { .suffix = prefix "clocker_divider", .bits = 9, .reset = 256 }, \
    { .suffix = prefix "init_initialize" }, \
    { .suffix = prefix "cmdr_timeout", .flags = REG_OPTIONAL, .bits = 32 }, \
    { .suffix = prefix "dataw_status", .flags = REG_VOLATILE, .read = read_dataw_status }, \
    { .suffix = prefix "datar_timeout", .flags = REG_OPTIONAL, .bits = 32 }, \
    { .suffix = prefix "settings", .flags = REG_OPTIONAL, .bits = 2 }

#define CORE(prefix) \
    { .suffix = prefix "cmd_argument", .bits = 32 }, \
    { .suffix = prefix "cmd_command", .bits = 32 }, \
    { .suffix = prefix "cmd_send", .bits = 1, .write = write_send }, \
    { .suffix = prefix "cmd_response", .bits = 128 }, \
    { .suffix = prefix "cmd_event", .flags = REG_VOLATILE, .read = read_cmd_event }, \
    { .suffix = prefix "data_event", .flags = REG_VOLATILE, .read = read_data_event }, \
    { .suffix = prefix "block_length", .bits = 10 }, \
    { .suffix = prefix "block_count", .bits = 32 }

#define DMA(prefix, flag) \
    { .suffix = prefix "base", .bits = 64, .flags = flag }, \
    { .suffix = prefix "length", .bits = 32, .flags = flag }, \
    { .suffix = prefix "enable", .bits = 1, .write = write_enable, .flags = flag }, \
    { .suffix = prefix "done", .bits = 1, .flags = REG_VOLATILE | flag, .read = read_done }, \
    { .suffix = prefix "loop", .bits = 1, .flags = flag }, \
    { .suffix = prefix "offset", .bits = 32, .flags = REG_VOLATILE | flag, .read = read_offset }

#define EVENTS(prefix) \
    { .suffix = prefix "status", .flags = REG_VOLATILE, .read = read_ev_status }, \
    { .suffix = prefix "pending", .flags = REG_VOLATILE, .read = read_ev_pending, .write = write_ev_pending }, \
    { .suffix = prefix "enable", .write = write_ev_enable }

static const core_reg_t one_regs[] = {
    PHY("phy_"), CORE("core_"), DMA("block2mem_dma_", REG_OPTIONAL), DMA("mem2block_dma_", REG_OPTIONAL), EVENTS("ev_"),
    CORE_REGS_END,
};
static const core_reg_t core_regs[] = { CORE(""), CORE_REGS_END };
static const core_reg_t phy_regs[] = { PHY(""), CORE_REGS_END };
static const core_reg_t dma_regs[] = { DMA("dma_", 0), CORE_REGS_END };
static const core_reg_t irq_regs[] = { EVENTS(""), CORE_REGS_END };

const core_model_t core_sdcard = {
    .kind = "sdcard", .regs = one_regs, .state_size = sizeof(sd_t), .init = init, .reset = reset, .free = free_card
};
const core_model_t core_sdcard_core = {
    .kind = "sdcard", .regs = core_regs, .state_size = sizeof(sd_t), .init = init, .reset = reset, .free = free_card
};
const core_model_t core_sdcard_phy = { .kind = "sdcard_phy", .regs = phy_regs };
const core_model_t core_sdcard_dma = { .kind = "sdcard_dma", .regs = dma_regs, .names = "sdcard" };
const core_model_t core_sdcard_irq = { .kind = "sdcard_irq", .regs = irq_regs, .names = "sdcard" };
