// SPDX-License-Identifier: MIT
//
// SPIMMAP (litex/soc/cores/spi/spi_mmap.py): a FIFO each way behind two windows in memory, slots with their settings, an
// engine that moves one word after the other. A word's bits move when it ends. Windows refuse what the core refuses:
// such an access is lost and counts as a bus error. The events exist, but raise no interrupt before a register is
// accessed.

#include <stdio.h>
#include <string.h>

#include "cores/models.h"
#include "cores/spi_bus.h"

#define DEPTH (32)
#define MAX_SLOTS (16)
#define DEFAULT_SLOT_CONTROL (0x20047) // enabled, mode 3, loopback, divider 2
#define ENABLE (1)
#define EVENT_TX (1)
#define EVENT_RX (2)
#define WORD_CYCLES (9) // of the engine, between the bits of two words
#define VERSION (0x30495053) // "SPI0"

typedef struct {
    uint32_t data;
    uint8_t bytes;
    uint8_t slot;
} entry_t;

typedef struct {
    entry_t entries[DEPTH];
    unsigned level;
} fifo_t;

typedef struct {
    spi_bus_t bus;
    core_events_t events;
    event_t due;
    fifo_t tx;
    fifo_t rx;
    unsigned slots;
    bool busy;
    bool stalled; // the word is done, but there is no room for what came in
    uint64_t done_at;
} mmap_state_t;

static uint64_t value_of(core_t *core, const char *suffix) {
    return reg_get(core_reg(core, suffix));
}

static uint64_t slot_control(core_t *core, unsigned slot) {
    char suffix[32];
    snprintf(suffix, sizeof(suffix), "ctrl_slot_control%u", slot);
    return value_of(core, suffix);
}

static entry_t pop(fifo_t *fifo) {
    entry_t entry = fifo->entries[0];
    fifo->level--;
    memmove(fifo->entries, fifo->entries + 1, fifo->level * sizeof(entry));
    return entry;
}

// Bits of a word: as many as the store had, and no more than the slot's limit.
static unsigned word_bits(core_t *core, const entry_t *entry) {
    static const unsigned limits[] = { 32, 16, 8, 24 };
    unsigned limit = limits[slot_control(core, entry->slot) >> 3 & 3];
    unsigned bits = 8u * entry->bytes;
    return bits < limit ? bits : limit;
}

static void move_word(core_t *core, entry_t *entry) {
    mmap_state_t *spi = core->state;
    uint64_t control = slot_control(core, entry->slot);
    unsigned mode = control >> 1 & 3;
    bool lsb_first = control >> 5 & 1;
    bool loopback = control >> 6 & 1;
    unsigned bits = word_bits(core, entry);
    uint32_t in = 0;
    for (unsigned i = 0; i < bits; i++) {
        unsigned at = lsb_first ? i : bits - 1 - i;
        bool out = entry->data >> at & 1;
        bool miso = spi_bus_bit(core, &spi->bus, mode, out);
        in |= (uint32_t)(loopback ? out : miso) << at;
    }
    entry->data = in;
}

static void update_events(core_t *core) {
    mmap_state_t *spi = core->state;
    bool tx = spi->tx.level <= (value_of(core, "ctrl_tx_control") >> 16 & 0xffff);
    bool rx = spi->rx.level > (value_of(core, "ctrl_rx_control") >> 16 & 0xffff);
    core_events_trigger(core, &spi->events, (tx ? EVENT_TX : 0) | (rx ? EVENT_RX : 0));
}

// All that happened up to now.
static void settle(core_t *core) {
    mmap_state_t *spi = core->state;
    uint64_t now = core_now(core);
    uint64_t at = spi->done_at;
    if (!(value_of(core, "ctrl_tx_control") & ENABLE)) {
        spi->tx.level = 0;
        spi->busy = false;
    }
    if (!(value_of(core, "ctrl_rx_control") & ENABLE)) {
        spi->rx.level = 0;
    }
    for (;;) {
        if (!spi->busy) {
            bool on = value_of(core, "ctrl_engine") & ENABLE;
            uint32_t chips = on && spi->tx.level > 0 ? UINT32_C(1) << spi->tx.entries[0].slot : 0;
            uint64_t control = spi->tx.level > 0 ? slot_control(core, spi->tx.entries[0].slot) : 0;
            spi_bus_select(core, &spi->bus, chips, control >> 2 & 1);
            if (chips == 0) {
                break;
            }
            uint64_t half = (control >> 16 & 0xffff) / 2 + 1;
            uint64_t wait = control >> 32 & 0xffff;
            uint64_t start = spi->stalled || at < spi->done_at ? now : at;
            spi->busy = true;
            spi->done_at = start + 2 * half * word_bits(core, &spi->tx.entries[0]) + WORD_CYCLES + wait;
            at = spi->done_at;
        }
        bool room = spi->rx.level < DEPTH;
        spi->stalled = now >= spi->done_at && !room;
        if (now < spi->done_at || !room) {
            break;
        }
        entry_t entry = pop(&spi->tx);
        move_word(core, &entry);
        if (value_of(core, "ctrl_rx_control") & ENABLE) {
            spi->rx.entries[spi->rx.level++] = entry;
        }
        spi->busy = false;
    }
    if (!spi->busy) {
        spi->done_at = now;
    }
    update_events(core);
    core_event(core, &spi->due, spi->busy && !spi->stalled ? spi->done_at : EVENT_NEVER);
}

static void on_due(void *context) {
    settle(context);
}

static void write_window(void *context, uint32_t offset, uint32_t value, unsigned bytes) {
    core_t *core = context;
    mmap_state_t *spi = core->state;
    settle(core);
    unsigned slot = offset / 4;
    bool good = slot < spi->slots && (slot_control(core, slot) & ENABLE) && spi->tx.level < DEPTH;
    if (!good) {
        core->host->bus_error(core->host->machine);
        return;
    }
    uint32_t mask = bytes == 4 ? UINT32_MAX : (UINT32_C(1) << 8 * bytes) - 1;
    spi->tx.entries[spi->tx.level++] = (entry_t) { value & mask, (uint8_t)bytes, (uint8_t)slot };
    settle(core);
}

static uint32_t read_nothing(void *context, uint32_t offset) {
    (void)context;
    (void)offset;
    return 0;
}

static uint32_t read_window(void *context, uint32_t offset) {
    core_t *core = context;
    mmap_state_t *spi = core->state;
    settle(core);
    if (spi->rx.level == 0 || spi->rx.entries[0].slot != offset / 4) {
        core->host->bus_error(core->host->machine);
        return 0;
    }
    uint32_t data = pop(&spi->rx).data;
    settle(core);
    return data;
}

static void write_nothing(void *context, uint32_t offset, uint32_t value, unsigned size) {
    (void)context;
    (void)offset;
    (void)value;
    (void)size;
}

static uint64_t read_version(core_t *core, reg_t *reg) {
    (void)core;
    (void)reg;
    return VERSION;
}

static uint64_t read_slot_count(core_t *core, reg_t *reg) {
    (void)reg;
    const mmap_state_t *spi = core->state;
    return spi->slots;
}

static uint64_t fifo_status(const mmap_state_t *spi, const fifo_t *fifo) {
    return (uint64_t)spi->busy | (fifo->level == 0) << 1 | (fifo->level == DEPTH) << 2 | (uint64_t)fifo->level << 16;
}

static uint64_t read_tx_status(core_t *core, reg_t *reg) {
    (void)reg;
    settle(core);
    const mmap_state_t *spi = core->state;
    return fifo_status(spi, &spi->tx);
}

static uint64_t read_rx_status(core_t *core, reg_t *reg) {
    (void)reg;
    settle(core);
    const mmap_state_t *spi = core->state;
    return fifo_status(spi, &spi->rx);
}

static void write_any(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    (void)value;
    settle(core);
}

static uint64_t read_ev_status(core_t *core, reg_t *reg) {
    (void)reg;
    settle(core);
    return ((mmap_state_t *)core->state)->events.trigger;
}

static uint64_t read_ev_pending(core_t *core, reg_t *reg) {
    (void)reg;
    settle(core);
    return ((mmap_state_t *)core->state)->events.pending;
}

static void write_ev_pending(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    settle(core);
    core_events_clear(core, &((mmap_state_t *)core->state)->events, (uint32_t)value);
}

static void write_ev_enable(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    core_events_enable(core, &((mmap_state_t *)core->state)->events, (uint32_t)value);
}

static bool init(core_t *core) {
    mmap_state_t *spi = core->state;
    char name[SOC_NAME + 8];
    spi->due.fire = on_due;
    spi->due.context = core;
    for (size_t i = 0; i < core->reg_count; i++) {
        spi->slots += strncmp(core->regs[i].suffix, "ctrl_slot_control", 17) == 0;
    }
    snprintf(name, sizeof(name), "%s_tx", core->name);
    const core_window_t tx = { core, read_nothing, write_window };
    core->host->window(core->host->machine, name, &tx);
    snprintf(name, sizeof(name), "%s_rx", core->name);
    const core_window_t rx = { core, read_window, write_nothing };
    core->host->window(core->host->machine, name, &rx);
    return spi_bus_init(core, &spi->bus);
}

static void reset(core_t *core) {
    mmap_state_t *spi = core->state;
    spi->tx.level = 0;
    spi->rx.level = 0;
    spi->busy = false;
    spi->stalled = false;
    spi->done_at = core_now(core);
    core_events_reset(&spi->events);
    settle(core);
}

static void free_state(core_t *core) {
    mmap_state_t *spi = core->state;
    spi_bus_free(&spi->bus);
}

#define SLOT(n) \
    { .suffix = "ctrl_slot_control" #n,.flags = (n) > 0 ? REG_OPTIONAL : 0,.bits = 48,.reset = DEFAULT_SLOT_CONTROL, \
      .write = write_any }

static const core_reg_t regs[] = {
    { .suffix = "ctrl_version",.flags = REG_OPTIONAL,.read = read_version },
    { .suffix = "ctrl_slot_count",.read = read_slot_count },
    { .suffix = "ctrl_tx_control",.reset = ENABLE,.write = write_any },
    { .suffix = "ctrl_tx_status",.flags = REG_VOLATILE,.read = read_tx_status },
    { .suffix = "ctrl_rx_control",.reset = ENABLE,.write = write_any },
    { .suffix = "ctrl_rx_status",.flags = REG_VOLATILE,.read = read_rx_status },
    { .suffix = "ctrl_engine",.bits = 1,.reset = ENABLE,.write = write_any },
    { .suffix = "ev_status",.bits = 2,.flags = REG_VOLATILE,.read = read_ev_status },
    { .suffix = "ev_pending",.bits = 2,.flags = REG_VOLATILE,.read = read_ev_pending,.write = write_ev_pending },
    { .suffix = "ev_enable",.bits = 2,.write = write_ev_enable },
    SLOT(0),SLOT(1),SLOT(2),SLOT(3),SLOT(4),SLOT(5),SLOT(6),SLOT(7),
    SLOT(8),SLOT(9),SLOT(10),SLOT(11),SLOT(12),SLOT(13),SLOT(14),SLOT(15),
    CORE_REGS_END,
};

const core_model_t core_spi_mmap = {
    .kind = "spi_mmap",.regs = regs,.state_size = sizeof(mmap_state_t),.init = init,.reset = reset,
    .free = free_state
};
