// SPDX-License-Identifier: MIT
//
// WishboneDMAReader and WishboneDMAWriter with CSRs (litex/soc/cores/dma.py), word by word: a reader with its FIFO, and
// the writer that its stream goes to where csr.json says so (the constant <reader>_loopback). Two masters share
// LiteX's bus in bursts: one has it until it pauses, the reader when its FIFO is full, the writer when that is empty.
//
// A stream that csr.json does not join to anything takes all that a reader brings, and brings nothing to a writer.
//
// A reader whose words are dropped as fast as they come never pauses: the CPU waits meanwhile.

#include <stdio.h>
#include <string.h>

#include "cores/models.h"

#define FIFO_DEPTH (16)
#define WORD_CYCLES (2) // one access of the bus
#define TURN_CYCLES (1) // until the other master has it
#define LOOK_CYCLES (1024) // the longest time that its work lags behind
#define WORD_BYTES (4)
#define WORDS_MASK (0x3fffffff) // the core counts words in 30 bits
#define FOR_EVER_CYCLES (1u << 28)

typedef enum { IDLE, RUN, DONE } dma_state_t;

typedef struct {
    bool writer;
    dma_state_t state;
    uint32_t offset; // words
    core_t *peer; // the reader's writer, the writer's reader
    // Of a reader, for both.
    event_t look;
    uint64_t time; // what was done up to now
    bool settling;
    bool writers_turn;
    uint32_t fifo[FIFO_DEPTH];
    bool fifo_last[FIFO_DEPTH];
    unsigned fifo_first;
    unsigned fifo_count;
} dma_t;

static uint64_t get(core_t *core, const char *suffix) {
    return reg_get(core_reg(core, suffix));
}

static uint32_t address(core_t *core) {
    const dma_t *dma = core->state;
    return ((uint32_t)get(core, "base") & ~(WORD_BYTES - 1u)) + dma->offset * WORD_BYTES;
}

// The offset of the last word. A length of 0 wraps to the largest.
static uint32_t last_offset(core_t *core) {
    return ((uint32_t)get(core, "length") / WORD_BYTES - 1) & WORDS_MASK;
}

// After a word.
static void advance(core_t *core, bool last) {
    dma_t *dma = core->state;
    dma->offset++;
    if (last && (get(core, "loop") & 1)) {
        dma->offset = 0;
    } else if (last) {
        dma->state = DONE;
    }
}

static void read_word(core_t *reader) {
    dma_t *dma = reader->state;
    unsigned at = (dma->fifo_first + dma->fifo_count++) % FIFO_DEPTH;
    bool last = dma->offset == last_offset(reader);
    dma->fifo[at] = reader->host->bus_read(reader->host->machine, address(reader));
    dma->fifo_last[at] = last;
    advance(reader, last);
}

static void write_word(core_t *reader, core_t *writer) {
    dma_t *from = reader->state;
    dma_t *to = writer->state;
    bool last = from->fifo_last[from->fifo_first] || to->offset == last_offset(writer);
    writer->host->bus_write(writer->host->machine, address(writer), from->fifo[from->fifo_first]);
    from->fifo_first = (from->fifo_first + 1) % FIFO_DEPTH;
    from->fifo_count--;
    advance(writer, last);
}

// Do what there was time for.
static void settle(core_t *reader) {
    dma_t *r = reader->state;
    dma_t *w = r->peer != NULL ? r->peer->state : NULL;
    uint64_t now = core_now(reader);
    // A DMA may read its own registers.
    if (r->settling) {
        return;
    }
    r->settling = true;
    while (r->time < now) {
        if (w == NULL || w->state == IDLE) {
            r->fifo_count = 0;
        }
        bool can_read = r->state == RUN && r->fifo_count < FIFO_DEPTH;
        bool can_write = w != NULL && w->state == RUN && r->fifo_count > 0;
        if (can_write && (r->writers_turn || !can_read)) {
            r->time += r->writers_turn ? WORD_CYCLES : WORD_CYCLES + TURN_CYCLES;
            r->writers_turn = true;
            write_word(reader, r->peer);
        } else if (can_read) {
            r->time += r->writers_turn ? WORD_CYCLES + TURN_CYCLES : WORD_CYCLES;
            r->writers_turn = false;
            read_word(reader);
        } else {
            r->time = now;
        }
    }
    r->settling = false;
    bool active = r->state == RUN && (w == NULL || w->state != DONE || r->fifo_count < FIFO_DEPTH);
    active |= w != NULL && w->state == RUN && r->fifo_count > 0;
    core_event(reader, &r->look, active ? now + LOOK_CYCLES : EVENT_NEVER);
}

// A reader that never pauses has the bus until its end.
static void hold_cpu(core_t *reader) {
    dma_t *r = reader->state;
    const dma_t *w = r->peer != NULL ? r->peer->state : NULL;
    if (r->state != RUN || w == NULL || w->state != IDLE) {
        return;
    }
    uint64_t cycles = (uint64_t)(last_offset(reader) + 1 - r->offset) * WORD_CYCLES;
    if ((get(reader, "loop") & 1) || cycles > FOR_EVER_CYCLES) {
        fprintf(stderr, "lxemu: %s does not end and its words are dropped: it holds the bus, the CPU stops\n", reader->name);
        reader->host->hold(reader->host->machine);
        return;
    }
    reader->host->stall(reader->host->machine, cycles);
    settle(reader);
}

static core_t *reader_of(core_t *core) {
    const dma_t *dma = core->state;
    return dma->writer ? dma->peer : core;
}

static void settle_pair(core_t *core) {
    core_t *reader = reader_of(core);
    if (reader != NULL) {
        settle(reader);
    }
}

static void write_enable(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    dma_t *dma = core->state;
    settle_pair(core);
    if (!(value & 1)) {
        dma->state = IDLE;
        dma->offset = 0;
    } else if (dma->state == IDLE) {
        dma->state = RUN;
    }
    settle_pair(core);
    if (reader_of(core) != NULL) {
        hold_cpu(reader_of(core));
    }
}

static uint64_t read_done(core_t *core, reg_t *reg) {
    (void)reg;
    const dma_t *dma = core->state;
    settle_pair(core);
    core_clock_read(core);
    return dma->state == DONE;
}

static uint64_t read_offset(core_t *core, reg_t *reg) {
    (void)reg;
    const dma_t *dma = core->state;
    settle_pair(core);
    core_clock_read(core);
    return dma->offset;
}

static void on_look(void *context) {
    settle(context);
}

// The registers of both are the same: LiteX's names tell them apart.
static bool init(core_t *core) {
    dma_t *dma = core->state;
    dma->writer = strstr(core->name, "write") != NULL || strstr(core->name, "2mem") != NULL;
    dma->look.fire = on_look;
    dma->look.context = core;
    return true;
}

static void join(core_t *reader) {
    char constant[SOC_NAME + 16];
    snprintf(constant, sizeof(constant), "%s_loopback", reader->name);
    const soc_constant_t *said = soc_constant(reader->host->soc, constant);
    core_t *writer = said != NULL ? core_find(reader, said->text) : NULL;
    if (writer != NULL && writer->model == &core_dma) {
        dma_t *from = reader->state;
        dma_t *to = writer->state;
        from->peer = writer;
        to->peer = reader;
    }
}

static void reset(core_t *core) {
    dma_t *dma = core->state;
    core_event(core, &dma->look, EVENT_NEVER);
    dma->state = IDLE;
    dma->offset = 0;
    dma->fifo_count = 0;
    dma->writers_turn = false;
    dma->time = core_now(core);
    if (!dma->writer) {
        join(core);
    }
}

static const core_reg_t regs[] = {
    { .suffix = "base", .bits = 64 },
    { .suffix = "length", .bits = 32 },
    { .suffix = "enable", .bits = 1, .write = write_enable },
    { .suffix = "done", .bits = 1, .flags = REG_VOLATILE, .read = read_done },
    { .suffix = "loop", .bits = 1 },
    { .suffix = "offset", .bits = 32, .flags = REG_VOLATILE, .read = read_offset },
    CORE_REGS_END,
};

const core_model_t core_dma = {
    .kind = "dma", .regs = regs, .state_size = sizeof(dma_t), .init = init, .reset = reset
};
