// SPDX-License-Identifier: MIT
//
// LiteEth's MAC with its slots (liteeth/mac/sram.py, core.py, wishbone.py): frames from the cable go to the next receive
// slot, or are lost and counted while all are taken; a command FIFO lets several transmit slots be sent. Both directions
// move at the cable's rate. A SoC without the register preamble_crc leaves preamble and FCS to its software. What a
// frame's bytes do before its end is not modelled: a slot is filled at the end of its frame, and read when it was sent.

#include <stdio.h>
#include <string.h>

#include "cores/ethphy.h"
#include "cores/models.h"

#define MAX_SLOTS (64)
#define DEFAULT_SLOTS (2)
#define DEFAULT_SLOT_SIZE (2048)
#define SLOT_BYTES (1532)    // of memory, beyond which a frame is cut
#define CUT_LENGTH (1536)    // what the length of a cut frame reads
#define MAX_FRAME (2048)
#define MIN_FRAME (60)
#define PREAMBLE (8)
#define FCS (4)
#define GAP (12)
#define START_OF_FRAME (0xd5)
#define TX_FIFO_BYTES (128)  // between the slots and the cable
#define RX_DECISION_BYTES (16) // on the cable before the writer sees a frame
#define RESET_RETRY (1000)   // cycles between two looks at a PHY in reset

typedef struct {
    uint32_t slot;
    uint32_t length;
} entry_t;

// LiteX's SyncFIFO: its output shows the oldest entry, or an old one while it is empty.
typedef struct {
    entry_t entries[MAX_SLOTS];
    unsigned depth;
    unsigned first;
    unsigned count;
} fifo_t;

typedef struct {
    const core_cable_t *cable; // NULL: none
    core_t *phy;               // NULL: none with registers
    uint8_t *rx_memory;
    uint8_t *tx_memory;
    uint32_t slot_size;
    uint32_t slot_mask;        // of the receive slots
    bool raw;                  // software sees and makes preamble and FCS
    fifo_t rx;
    fifo_t tx;
    bool tx_pending;
    uint32_t rx_enable;
    uint32_t tx_enable;
    uint32_t rx_slot;          // that the next frame gets
    uint32_t errors;
    uint32_t crc_errors;
    uint32_t preamble_errors;
    uint64_t tx_free;          // when the cable is free for the next frame
    uint64_t rx_free;
    bool receiving;
    bool lost;
    bool linked;               // since the frame that comes began
    size_t frame_size;
    uint8_t frame[MAX_FRAME];
    event_t decided;           // whether the frame that comes has a slot
    event_t received;
    event_t sent;
} liteeth_state_t;

static void fifo_push(fifo_t *fifo, entry_t entry) {
    fifo->entries[(fifo->first + fifo->count++) % fifo->depth] = entry;
}

static void fifo_pop(fifo_t *fifo) {
    fifo->first = (fifo->first + 1) % fifo->depth;
    fifo->count--;
}

static uint64_t cycles_of(const core_t *core, uint64_t bytes) {
    uint64_t bits_per_s = core->host->settings.ethernet_mbit_s * UINT64_C(1000000);
    return (bytes * 8 * core->host->soc->clock_hz + bits_per_s - 1) / bits_per_s;
}

static void update(core_t *core) {
    liteeth_state_t *e = core->state;
    core_irq(core, (e->rx.count > 0 && (e->rx_enable & 1)) || (e->tx_pending && (e->tx_enable & 1)));
}

static bool in_reset(const liteeth_state_t *e) {
    return e->phy != NULL && ethphy_in_reset(e->phy);
}

static bool linked(const liteeth_state_t *e) {
    return e->cable != NULL && (e->phy == NULL || ethphy_link(e->phy));
}

// Bytes of a frame on the cable, with preamble, FCS and the gap to the next.
static uint64_t on_cable(size_t size) {
    return PREAMBLE + (size < MIN_FRAME ? MIN_FRAME : size) + FCS + GAP;
}

// The receiver.

static void next_frame(core_t *core) {
    liteeth_state_t *e = core->state;
    if (e->receiving || e->cable == NULL) {
        return;
    }
    size_t size = e->cable->receive(e->cable->context, e->frame, MAX_FRAME - PREAMBLE - FCS);
    if (size == 0) {
        return;
    }
    if (size < MIN_FRAME) {
        memset(e->frame + size, 0, MIN_FRAME - size);
        size = MIN_FRAME;
    }
    uint64_t start = core_due(core) > e->rx_free ? core_due(core) : e->rx_free;
    e->receiving = true;
    e->linked = linked(e);
    e->frame_size = size;
    e->rx_free = start + cycles_of(core, on_cable(size));
    core_event(core, &e->decided, start + cycles_of(core, RX_DECISION_BYTES));
    core_event(core, &e->received, start + cycles_of(core, PREAMBLE + size + FCS));
}

static void on_decided(void *context) {
    liteeth_state_t *e = ((core_t *)context)->state;
    e->lost = e->rx.count == e->rx.depth;
    e->errors += e->lost && e->linked && !in_reset(e);
}

static uint32_t fcs(const uint8_t *data, size_t size) {
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        crc ^= data[i];
        for (unsigned bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xedb88320) : 0);
        }
    }
    return ~crc;
}

// Software that sees raw frames gets what the wires carried.
static void make_raw(liteeth_state_t *e) {
    uint32_t crc = fcs(e->frame, e->frame_size);
    memmove(e->frame + PREAMBLE, e->frame, e->frame_size);
    memset(e->frame, 0x55, PREAMBLE - 1);
    e->frame[PREAMBLE - 1] = START_OF_FRAME;
    memcpy(e->frame + PREAMBLE + e->frame_size, &crc, FCS);
    e->frame_size += PREAMBLE + FCS;
}

static void store(core_t *core) {
    liteeth_state_t *e = core->state;
    if (e->raw) {
        make_raw(e);
    }
    size_t stored = e->frame_size < SLOT_BYTES ? e->frame_size : SLOT_BYTES;
    if (e->rx_slot < e->rx.depth) {
        memcpy(e->rx_memory + e->rx_slot * e->slot_size, e->frame, stored);
    }
    fifo_push(&e->rx, (entry_t) { e->rx_slot, (uint32_t)(e->frame_size < CUT_LENGTH ? e->frame_size : CUT_LENGTH) });
    e->rx_slot = (e->rx_slot + 1) & e->slot_mask;
    update(core);
}

static void on_received(void *context) {
    core_t *core = context;
    liteeth_state_t *e = core->state;
    e->receiving = false;
    if (e->linked && !in_reset(e)) {
        if (!linked(e)) {
            e->crc_errors += !e->raw; // the cable was pulled out meanwhile
        } else if (!e->lost) {
            store(core);
        }
    }
    next_frame(core);
}

// The transmitter: the reader is done with a slot when the rest of the frame fits the FIFO behind it.

static void start_sending(core_t *core) {
    liteeth_state_t *e = core->state;
    if (e->tx.count == 0) {
        return;
    }
    if (in_reset(e)) {
        core_event(core, &e->sent, core_now(core) + RESET_RETRY);
        return;
    }
    uint32_t length = e->tx.entries[e->tx.first].length;
    uint64_t now = core_due(core);
    uint64_t start = now > e->tx_free ? now : e->tx_free;
    uint64_t read = now + length / 4 + 4;
    uint64_t room = length > TX_FIFO_BYTES ? start + cycles_of(core, PREAMBLE + length - TX_FIFO_BYTES) : start;
    e->tx_free = start + cycles_of(core, on_cable(e->raw && length > PREAMBLE + FCS ? length - PREAMBLE - FCS : length));
    core_event(core, &e->sent, read > room ? read : room);
}

static void send_frame(liteeth_state_t *e, const entry_t *entry) {
    uint8_t frame[MAX_FRAME] = { 0 };
    size_t stored = entry->length < SLOT_BYTES ? entry->length : SLOT_BYTES;
    size_t size = entry->length < MAX_FRAME ? entry->length : MAX_FRAME;
    const uint8_t *start = frame;
    if (entry->slot < e->tx.depth) {
        memcpy(frame, e->tx_memory + entry->slot * e->slot_size, stored);
    }
    if (e->raw) {
        uint32_t crc;
        if (size < PREAMBLE + FCS || frame[PREAMBLE - 1] != START_OF_FRAME) {
            return;
        }
        memcpy(&crc, frame + size - FCS, FCS);
        start = frame + PREAMBLE;
        size -= PREAMBLE + FCS;
        if (crc != fcs(start, size)) {
            return; // the far end drops it
        }
    }
    e->cable->send(e->cable->context, start, size < MIN_FRAME && !e->raw ? MIN_FRAME : size);
}

static void on_sent(void *context) {
    core_t *core = context;
    liteeth_state_t *e = core->state;
    if (in_reset(e)) {
        core_event(core, &e->sent, core_now(core) + RESET_RETRY);
        return;
    }
    if (linked(e)) {
        send_frame(e, &e->tx.entries[e->tx.first]);
    }
    fifo_pop(&e->tx);
    e->tx_pending = true;
    update(core);
    start_sending(core);
}

// Registers.

static uint64_t read_rx_slot(core_t *core, reg_t *reg) {
    (void)reg;
    liteeth_state_t *e = core->state;
    return e->rx.entries[e->rx.first].slot;
}

static uint64_t read_rx_length(core_t *core, reg_t *reg) {
    (void)reg;
    liteeth_state_t *e = core->state;
    return e->rx.entries[e->rx.first].length;
}

static uint64_t read_errors(core_t *core, reg_t *reg) {
    (void)reg;
    return ((liteeth_state_t *)core->state)->errors;
}

static uint64_t read_crc_errors(core_t *core, reg_t *reg) {
    (void)reg;
    return ((liteeth_state_t *)core->state)->crc_errors;
}

static uint64_t read_preamble_errors(core_t *core, reg_t *reg) {
    (void)reg;
    return ((liteeth_state_t *)core->state)->preamble_errors;
}

static uint64_t read_rx_event(core_t *core, reg_t *reg) {
    (void)reg;
    return ((liteeth_state_t *)core->state)->rx.count > 0;
}

// Clearing the event of the oldest frame frees its slot.
static void write_rx_pending(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    liteeth_state_t *e = core->state;
    if ((value & 1) && e->rx.count > 0) {
        fifo_pop(&e->rx);
        update(core);
    }
}

static void write_rx_enable(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    ((liteeth_state_t *)core->state)->rx_enable = (uint32_t)value;
    update(core);
}

static void write_start(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    (void)value;
    liteeth_state_t *e = core->state;
    if (e->tx.count == e->tx.depth) {
        return;
    }
    entry_t entry = { (uint32_t)reg_get(core_reg(core, "sram_reader_slot")),
                      (uint32_t)reg_get(core_reg(core, "sram_reader_length")) };
    fifo_push(&e->tx, entry);
    if (e->tx.count == 1) {
        start_sending(core);
    }
}

static uint64_t read_ready(core_t *core, reg_t *reg) {
    (void)reg;
    liteeth_state_t *e = core->state;
    return e->tx.count < e->tx.depth;
}

static uint64_t read_level(core_t *core, reg_t *reg) {
    (void)reg;
    return ((liteeth_state_t *)core->state)->tx.count;
}

static uint64_t read_tx_pending(core_t *core, reg_t *reg) {
    (void)reg;
    return ((liteeth_state_t *)core->state)->tx_pending;
}

static void write_tx_pending(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    liteeth_state_t *e = core->state;
    e->tx_pending = e->tx_pending && !(value & 1);
    update(core);
}

static void write_tx_enable(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    ((liteeth_state_t *)core->state)->tx_enable = (uint32_t)value;
    update(core);
}

// Setting up.

static uint32_t constant(core_t *core, const char *suffix, uint32_t fallback) {
    char name[SOC_NAME + 16];
    snprintf(name, sizeof(name), "%s_%s", core->name, suffix);
    const soc_constant_t *found = soc_constant(core->host->soc, name);
    return found != NULL && found->is_number && found->number > 0 ? (uint32_t)found->number : fallback;
}

// The receive slots come first. LiteX ignores stores to them, which are memory here.
static bool share_slots(core_t *core) {
    liteeth_state_t *e = core->state;
    size_t size = 0;
    e->rx_memory = core->host->memory(core->host->machine, core->name, true, &size);
    e->tx_memory = e->rx_memory + (size_t)e->rx.depth * e->slot_size;
    return e->rx_memory != NULL && size >= ((size_t)e->rx.depth + e->tx.depth) * e->slot_size;
}

static bool init(core_t *core) {
    liteeth_state_t *e = core->state;
    e->rx.depth = constant(core, "rx_slots", DEFAULT_SLOTS);
    e->tx.depth = constant(core, "tx_slots", DEFAULT_SLOTS);
    e->slot_size = constant(core, "slot_size", DEFAULT_SLOT_SIZE);
    if (e->rx.depth > MAX_SLOTS || e->tx.depth > MAX_SLOTS || e->slot_size < SLOT_BYTES ||
        !share_slots(core)) {
        snprintf(core->host->error, core->host->error_size,
            "%s: %u + %u slots of %u bytes: csr.json has no memory %s of that size", core->name, e->rx.depth,
            e->tx.depth, e->slot_size, core->name);
        return false;
    }
    // The writer counts slots in as many bits as it takes to halve them down to one.
    e->slot_mask = 1;
    while ((e->slot_mask + 1) * 2 <= e->rx.depth) {
        e->slot_mask = e->slot_mask * 2 + 1;
    }
    e->raw = core_reg(core, "preamble_crc") == NULL;
    e->decided = (event_t) { .when = EVENT_NEVER, .fire = on_decided, .context = core };
    e->received = (event_t) { .when = EVENT_NEVER, .fire = on_received, .context = core };
    e->sent = (event_t) { .when = EVENT_NEVER, .fire = on_sent, .context = core };
    e->cable = core->host->cable(core->host->machine, core, next_frame);
    return true;
}

static void reset(core_t *core) {
    liteeth_state_t *e = core->state;
    e->phy = ethphy_of(core); // which init() may come before
    if (e->cable != NULL && e->phy != NULL) {
        ethphy_plug(e->phy);
    }
    e->rx.count = e->rx.first = e->tx.count = e->tx.first = 0;
    memset(e->rx.entries, 0, sizeof(e->rx.entries));
    e->tx_pending = false;
    e->rx_enable = e->tx_enable = 0;
    e->rx_slot = e->errors = e->crc_errors = e->preamble_errors = 0;
    core_event(core, &e->decided, EVENT_NEVER);
    core_event(core, &e->sent, EVENT_NEVER);
    // The frame that comes is over at its time, and goes nowhere.
    e->linked = false;
    update(core);
}

static const core_reg_t regs[] = {
    { .suffix = "sram_writer_slot", .flags = REG_VOLATILE, .read = read_rx_slot },
    { .suffix = "sram_writer_length", .flags = REG_VOLATILE, .read = read_rx_length },
    { .suffix = "sram_writer_errors", .flags = REG_VOLATILE, .read = read_errors },
    { .suffix = "sram_writer_ev_status", .bits = 1, .flags = REG_VOLATILE, .read = read_rx_event },
    { .suffix = "sram_writer_ev_pending", .bits = 1, .flags = REG_VOLATILE, .read = read_rx_event,
      .write = write_rx_pending },
    { .suffix = "sram_writer_ev_enable", .bits = 1, .write = write_rx_enable },
    { .suffix = "sram_reader_start", .bits = 1, .write = write_start },
    { .suffix = "sram_reader_ready", .bits = 1, .flags = REG_VOLATILE, .read = read_ready },
    { .suffix = "sram_reader_level", .flags = REG_OPTIONAL | REG_VOLATILE, .read = read_level },
    { .suffix = "sram_reader_slot" },
    { .suffix = "sram_reader_length" },
    { .suffix = "sram_reader_ev_status", .bits = 1 },
    { .suffix = "sram_reader_ev_pending", .bits = 1, .flags = REG_VOLATILE, .read = read_tx_pending,
      .write = write_tx_pending },
    { .suffix = "sram_reader_ev_enable", .bits = 1, .write = write_tx_enable },
    { .suffix = "preamble_crc", .bits = 1, .flags = REG_OPTIONAL, .reset = 1 },
    { .suffix = "rx_datapath_preamble_errors", .flags = REG_OPTIONAL | REG_VOLATILE, .read = read_preamble_errors },
    { .suffix = "rx_datapath_crc_errors", .flags = REG_OPTIONAL | REG_VOLATILE, .read = read_crc_errors },
    { .suffix = "preamble_errors", .flags = REG_OPTIONAL | REG_VOLATILE, .read = read_preamble_errors },
    { .suffix = "crc_errors", .flags = REG_OPTIONAL | REG_VOLATILE, .read = read_crc_errors },
    CORE_REGS_END,
};

const core_model_t core_liteeth = {
    .kind = "liteeth", .regs = regs, .state_size = sizeof(liteeth_state_t), .init = init, .reset = reset
};
