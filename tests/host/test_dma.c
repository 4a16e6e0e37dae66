// SPDX-License-Identifier: MIT
//
// lx_dma and soc/cache.h, against models of LiteX's two cores that follow litex/soc/cores/dma.py cycle by cycle.

#include <string.h>

#include "drivers/lx_dma.h"
#include "harness.h"
#include "mock.h"
#include "soc/cache.h"
#include "system.h"

#define RAM_BASE UINT64_C(0x40000000)
#define RAM_WORDS (256)
#define FIFO_DEPTH (16)

typedef struct {
    mock_reg_t *base;
    mock_reg_t *length;
    mock_reg_t *enable;
    mock_reg_t *done;
    mock_reg_t *loop;
    mock_reg_t *offset;
    enum { IDLE, RUN, DONE } state;
    lx_dma_regs_t regs;
} dma_model_t;

static dma_model_t reader;
static dma_model_t writer;
static uint32_t ram[RAM_WORDS];
static uint32_t fifo[FIFO_DEPTH];
static bool fifo_last[FIFO_DEPTH];
static unsigned fifo_count;
static unsigned touched_words;
static bool stream_stuck; // nobody takes the reader's words, nobody brings the writer's

static uint32_t *word_at(const dma_model_t *dma) {
    uint64_t at = mock_get(dma->base) / 4 + mock_get(dma->offset) - RAM_BASE / 4;
    CHECK(at < RAM_WORDS);
    touched_words++;
    return &ram[at];
}

// What both do with a word.
static void step(dma_model_t *dma, bool last) {
    uint64_t offset = mock_get(dma->offset) + 1;
    if (last && mock_get(dma->loop)) {
        offset = 0;
    } else if (last) {
        dma->state = DONE;
    }
    mock_set(dma->offset, offset);
}

static bool runs(dma_model_t *dma) {
    if (!mock_get(dma->enable)) {
        dma->state = IDLE;
    } else if (dma->state == IDLE) {
        mock_set(dma->offset, 0);
        dma->state = RUN;
        mock_set(dma->done, 0);
        return false;
    }
    mock_set(dma->done, dma->state == DONE);
    return dma->state == RUN;
}

static void pop(void) {
    fifo_count--;
    memmove(fifo, fifo + 1, fifo_count * sizeof(fifo[0]));
    memmove(fifo_last, fifo_last + 1, fifo_count * sizeof(fifo_last[0]));
}

static void tick(void *arg) {
    (void)arg;
    bool was_idle = writer.state == IDLE;
    bool writes = runs(&writer);
    if (fifo_count > 0 && !stream_stuck) {
        if (writes) {
            bool last = fifo_last[0] || mock_get(writer.offset) + 1 == mock_get(writer.length) / 4;
            *word_at(&writer) = fifo[0];
            pop();
            step(&writer, last);
        } else if (was_idle) {
            pop();
        }
    }
    if (runs(&reader) && fifo_count < FIFO_DEPTH) {
        bool last = mock_get(reader.offset) == mock_get(reader.length) / 4 - 1;
        fifo[fifo_count] = *word_at(&reader);
        fifo_last[fifo_count++] = last;
        step(&reader, last);
    }
}

static void setup_core(dma_model_t *dma, const char *name) {
    dma->base = mock_add(64, CSR_ACCESS_RW);
    dma->length = mock_add(32, CSR_ACCESS_RW);
    dma->enable = mock_add(1, CSR_ACCESS_RW);
    dma->done = mock_add(1, CSR_ACCESS_RO);
    dma->loop = mock_add(1, CSR_ACCESS_RW);
    dma->offset = mock_add(32, CSR_ACCESS_RO);
    dma->state = IDLE;
    dma->regs = (lx_dma_regs_t) {
        .name = name, .irq = -1, .base = dma->base->reg, .length = dma->length->reg, .enable = dma->enable->reg,
        .done = dma->done->reg, .loop = dma->loop->reg, .offset = dma->offset->reg,
    };
}

static void setup(void) {
    mock_reset();
    setup_core(&reader, "dma_reader");
    setup_core(&writer, "dma_writer");
    reader.regs.loopback = &writer.regs;
    fifo_count = 0;
    touched_words = 0;
    stream_stuck = false;
    for (unsigned i = 0; i < RAM_WORDS; i++) {
        ram[i] = 0x1000 + i;
    }
    mock_add_ticker(tick, NULL);
}

static void dma_refuses_what_is_no_word(void) {
    setup();
    CHECK_EQ(lx_dma_start(&reader.regs, RAM_BASE, 0, false), LX_EINVAL);
    CHECK_EQ(lx_dma_start(&reader.regs, RAM_BASE + 2, 8, false), LX_EINVAL);
    CHECK_EQ(lx_dma_start(&reader.regs, RAM_BASE, 6, false), LX_EINVAL);
    CHECK_EQ(lx_dma_copy_start(&reader.regs, RAM_BASE + 1, RAM_BASE, 8), LX_EINVAL);
    CHECK_EQ(lx_dma_copy_start(&reader.regs, RAM_BASE, RAM_BASE + 3, 8), LX_EINVAL);
    CHECK_EQ(lx_dma_copy_start(&reader.regs, RAM_BASE, RAM_BASE, 0), LX_EINVAL);
    CHECK_EQ(lx_dma_copy_start(&writer.regs, RAM_BASE, RAM_BASE, 8), LX_ENODEV);
    mock_step(100);
    CHECK_EQ(touched_words, 0);
}

static void dma_reads_once(void) {
    setup();
    CHECK(!lx_dma_is_on(&reader.regs));
    CHECK_EQ(lx_dma_start(&reader.regs, RAM_BASE + 64, 40, false), LX_OK);
    CHECK(lx_dma_is_on(&reader.regs));
    CHECK_EQ(lx_dma_wait(&reader.regs, 100), LX_OK);
    CHECK(lx_dma_done(&reader.regs));
    CHECK_EQ(lx_dma_offset(&reader.regs), 40);
    CHECK_EQ(touched_words, 10);
    mock_step(100);
    CHECK_EQ(touched_words, 10);
}

static void dma_loops_until_stopped(void) {
    setup();
    CHECK_EQ(lx_dma_start(&reader.regs, RAM_BASE, 24, true), LX_OK);
    for (unsigned i = 0; i < 50; i++) {
        CHECK(lx_dma_offset(&reader.regs) < 24);
        CHECK(!lx_dma_done(&reader.regs));
    }
    CHECK(touched_words > 12);
    lx_dma_stop(&reader.regs);
    mock_step(2);
    unsigned before = touched_words;
    mock_step(100);
    CHECK_EQ(touched_words, before);
    CHECK(!lx_dma_done(&reader.regs));
    // Without loop again.
    CHECK_EQ(lx_dma_start(&reader.regs, RAM_BASE, 24, false), LX_OK);
    CHECK_EQ(lx_dma_wait(&reader.regs, 100), LX_OK);
}

static void count(void *arg) {
    (void)arg;
    mock_set(reader.offset, mock_get(reader.offset) + (mock_cycles & 1));
}

// It carries from word to word of the bus while it is read.
static void dma_offset_of_several_words(void) {
    setup();
    mock_add_ticker(count, NULL);
    for (unsigned i = 0; i < 1000; i++) {
        uint64_t before = mock_get(reader.offset);
        uint32_t offset = lx_dma_offset(&reader.regs);
        CHECK(4 * before <= offset && offset <= 4 * mock_get(reader.offset));
        mock_step(1);
    }
}

static void dma_starts_anew_while_it_runs(void) {
    setup();
    mock_access_cycles = 1;
    CHECK_EQ(lx_dma_start(&reader.regs, RAM_BASE, 4 * RAM_WORDS, false), LX_OK);
    mock_step(7);
    CHECK_EQ(lx_dma_start(&reader.regs, RAM_BASE + 4, 8, false), LX_OK);
    mock_step(8);
    CHECK(lx_dma_done(&reader.regs));
    CHECK_EQ(lx_dma_offset(&reader.regs), 8);
}

static void dma_writer_that_nobody_feeds(void) {
    setup();
    CHECK_EQ(lx_dma_start(&writer.regs, RAM_BASE, 64, false), LX_OK);
    CHECK_EQ(lx_dma_wait(&writer.regs, 50), LX_ETIMEDOUT);
    CHECK(!lx_dma_done(&writer.regs));
    CHECK_EQ(lx_dma_offset(&writer.regs), 0);
    lx_dma_stop(&writer.regs);
    CHECK_EQ(touched_words, 0);
}

static void dma_reader_that_nobody_empties(void) {
    setup();
    stream_stuck = true;
    CHECK_EQ(lx_dma_start(&reader.regs, RAM_BASE, 128, false), LX_OK);
    CHECK_EQ(lx_dma_wait(&reader.regs, 50), LX_ETIMEDOUT);
    CHECK_EQ(lx_dma_offset(&reader.regs), 4 * FIFO_DEPTH);
}

static void copy(unsigned to, unsigned from, unsigned words) {
    CHECK_EQ(lx_dma_copy_start(&reader.regs, RAM_BASE + 4 * to, RAM_BASE + 4 * from, 4 * words), LX_OK);
    CHECK_EQ(lx_dma_wait(&writer.regs, 1000), LX_OK);
    CHECK_EQ(lx_dma_offset(&writer.regs), 4 * words);
}

static void dma_copies(void) {
    // At any speed of the bus.
    for (unsigned cycles = 4; cycles < 12; cycles++) {
        setup();
        mock_access_cycles = cycles;
        copy(100, 0, 64);
        copy(200, 1, 3);
        for (unsigned i = 0; i < 64; i++) {
            CHECK_EQ(ram[100 + i], 0x1000 + i);
        }
        CHECK_EQ(ram[99], 0x1000 + 99);
        CHECK_EQ(ram[164], 0x1000 + 164);
        CHECK_EQ(ram[200], 0x1001);
        CHECK_EQ(ram[202], 0x1003);
        CHECK_EQ(ram[203], 0x1000 + 203);
    }
}

// Words that a stopped copy left in the FIFO must not come first in the next.
static void dma_copy_after_a_stopped_one(void) {
    for (unsigned cycles = 0; cycles < 60; cycles++) {
        setup();
        mock_access_cycles = 4;
        CHECK_EQ(lx_dma_copy_start(&reader.regs, RAM_BASE + 4 * 100, RAM_BASE, 4 * 64), LX_OK);
        stream_stuck = true;
        mock_step(cycles);
        stream_stuck = false;
        if (cycles % 2) {
            lx_dma_copy_stop(&reader.regs);
        }
        copy(200, 80, 5);
        for (unsigned i = 0; i < 5; i++) {
            CHECK_EQ(ram[200 + i], 0x1000 + 80 + i);
        }
        CHECK_EQ(ram[205], 0x1000 + 205);
    }
}

static void cache_flushes(void) {
    unsigned before = mock_dcache_flushes;
    soc_cache_clean_cpu();
    CHECK_EQ(mock_dcache_flushes, before + 1);
    soc_cache_flush_cpu();
    CHECK_EQ(mock_dcache_flushes, before + 2);
    // The L2 cache is filled through that of the CPU, which would hide it.
    soc_cache_flush_all();
    CHECK_EQ(mock_dcache_flushes, before + 3);
}

const test_t tests_dma[] = {
    TEST(dma_refuses_what_is_no_word),
    TEST(dma_reads_once),
    TEST(dma_loops_until_stopped),
    TEST(dma_offset_of_several_words),
    TEST(dma_starts_anew_while_it_runs),
    TEST(dma_writer_that_nobody_feeds),
    TEST(dma_reader_that_nobody_empties),
    TEST(dma_copies),
    TEST(dma_copy_after_a_stopped_one),
    TEST(cache_flushes),
    {NULL, NULL},
};
