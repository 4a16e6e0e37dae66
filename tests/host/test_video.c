// SPDX-License-Identifier: MIT
//
// lx_video against a model of what its DMA does with base, length and loop.

#include "drivers/lx_video.h"
#include "harness.h"
#include "mock.h"
#include "soc/irq.h"

#define MEMORY UINT32_C(0x40c00000)
#define POLLS (1000)

static mock_reg_t *base;
static mock_reg_t *length;
static mock_reg_t *enable;
static mock_reg_t *loop;
static mock_reg_t *offset;
static mock_reg_t *vtg;
static lx_video_regs_t regs;
static unsigned countdown;
static bool no_clock;
static uint64_t base_of_frame; // as it was when offset 0 was fetched
static unsigned torn; // words of a frame that came from another base, beyond its first few

// A word each few cycles.
static void tick(void *arg) {
    (void)arg;
    if (!mock_get(enable)) {
        mock_set(offset, 0);
        return;
    }
    if (no_clock || ++countdown % 11 != 0) {
        return;
    }
    uint64_t at = mock_get(offset);
    if (at == 8) {
        base_of_frame = mock_get(base);
    }
    torn += at > 8 && mock_get(base) != base_of_frame;
    bool last = at == mock_get(length) / 4 - 1;
    mock_set(offset, last && mock_get(loop) ? 0 : at + 1);
}

static void setup(uint16_t hres, uint16_t vres, uint8_t depth, uint32_t bytes) {
    mock_reset();
    soc_irq_init();
    base = mock_add(TEST_DATA_WIDTH == 8 ? 32 : 64, CSR_ACCESS_RW);
    length = mock_add(32, CSR_ACCESS_RW);
    enable = mock_add(1, CSR_ACCESS_RW);
    loop = mock_add(1, CSR_ACCESS_RW);
    offset = mock_add(32, CSR_ACCESS_RO);
    vtg = mock_add(1, CSR_ACCESS_RW);
    regs = (lx_video_regs_t) {
        .name = "video_framebuffer", .irq = -1, .dma_base = base->reg, .dma_length = length->reg,
        .dma_enable = enable->reg, .dma_loop = loop->reg, .dma_offset = offset->reg, .vtg_enable = vtg->reg,
        .hres = hres, .vres = vres, .depth = depth, .memory = MEMORY, .memory_bytes = bytes,
    };
    no_clock = false;
    torn = 0;
    mock_add_ticker(tick, NULL);
}

static void video_sizes(void) {
    setup(160, 100, 16, 65536);
    CHECK_EQ(lx_video_stride(&regs), 320);
    CHECK_EQ(lx_video_bytes(&regs), 32000);
    CHECK_EQ(lx_video_pages(&regs), 2);
    CHECK_EQ(lx_video_page(&regs, 0), MEMORY);
    CHECK_EQ(lx_video_page(&regs, 1), MEMORY + 32000);
    regs.memory_bytes = 63999;
    CHECK_EQ(lx_video_pages(&regs), 1);
    regs.memory_bytes = 31999;
    CHECK_EQ(lx_video_pages(&regs), 0);
    CHECK_EQ(lx_video_on(&regs, 0), LX_EINVAL);
    setup(9, 3, 1, 4096);
    CHECK_EQ(lx_video_bytes(&regs), 4);
    CHECK_EQ(lx_video_page(&regs, 1), MEMORY + 64);
    CHECK_EQ(lx_video_pages(&regs), 64);
    // csr.json without the constants.
    setup(0, 0, 0, 0);
    CHECK_EQ(lx_video_pages(&regs), 0);
}

static void video_on_and_off(void) {
    setup(32, 8, 32, 4096);
    CHECK(!lx_video_is_on(&regs));
    CHECK_EQ(lx_video_on(&regs, 4), LX_EINVAL);
    CHECK_EQ(lx_video_on(&regs, 3), LX_OK);
    CHECK(lx_video_is_on(&regs));
    CHECK_EQ(mock_get(base), MEMORY + 3 * 1024);
    CHECK_EQ(mock_get(length), 1024);
    CHECK_EQ(mock_get(loop), 1);
    CHECK_EQ(mock_get(vtg), 1);
    lx_video_off(&regs);
    CHECK(!lx_video_is_on(&regs));
    CHECK_EQ(mock_get(vtg), 0);
    regs.vtg_enable.words = 0;
    CHECK_EQ(lx_video_on(&regs, 0), LX_OK);
    lx_video_off(&regs);
}

static void video_flips_between_frames(void) {
    setup(32, 8, 32, 4096);
    CHECK_EQ(lx_video_show(&regs, 1, POLLS), LX_EBUSY);
    CHECK_EQ(lx_video_on(&regs, 0), LX_OK);
    CHECK_EQ(lx_video_show(&regs, 4, POLLS), LX_EINVAL);
    for (unsigned i = 0; i < 40; i++) {
        CHECK_EQ(lx_video_show(&regs, i % 4, POLLS), LX_OK);
        CHECK_EQ(mock_get(base), lx_video_page(&regs, i % 4));
        mock_step(37 * i);
    }
    CHECK_EQ(torn, 0);
}

// The offset has more than one word of the bus then, and carries between them while it is read.
static void video_flips_large_frames(void) {
    setup(64, 96, 32, 65536);
    CHECK_EQ(lx_video_pages(&regs), 2);
    CHECK_EQ(lx_video_on(&regs, 0), LX_OK);
    for (unsigned i = 1; i < 40; i++) {
        CHECK_EQ(lx_video_show(&regs, i % 2, 100 * POLLS), LX_OK);
        CHECK_EQ(mock_get(base), lx_video_page(&regs, i % 2));
        mock_step(37 * i);
    }
    CHECK_EQ(torn, 0);
}

static void video_without_clock(void) {
    setup(32, 8, 32, 4096);
    CHECK_EQ(lx_video_on(&regs, 0), LX_OK);
    no_clock = true;
    soc_irq_global_enable();
    CHECK_EQ(lx_video_show(&regs, 1, POLLS), LX_ETIMEDOUT);
    CHECK_EQ(mock_get(base), MEMORY);
    #if TEST_HAS_INTERRUPT
    // Interrupts were off only for a look.
    CHECK(mock_ie && mock_longest_off < 100);
    #endif
}

const test_t tests_video[] = {
    TEST(video_sizes),
    TEST(video_on_and_off),
    TEST(video_flips_between_frames),
    TEST(video_flips_large_frames),
    TEST(video_without_clock),
    {NULL, NULL},
};
