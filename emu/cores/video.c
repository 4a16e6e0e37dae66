// SPDX-License-Identifier: MIT
//
// VideoFrameBuffer and VideoTimingGenerator (litex/soc/cores/video.py): where the picture is fetched from, and the
// picture itself for --video and --video-window. csr.json does not tell the
// pixel clock: there are 60 frames a second. Colours of fewer than 8 bits fill the highest bits, as on the core's outputs. Of pixels wider than a word of the
// DRAM's port the core exchanges red and blue.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cores/models.h"

#define FRAMES_PER_SECOND (60)
#define WORD_BYTES (4)
#define MAX_PIXELS (4096)

typedef struct {
    event_t frame;
    uint64_t start; // cycle of the first frame's begin
    uint8_t *pixels; // as they lie in memory
    uint8_t *rgb;
    size_t bytes;
} video_state_t;

static uint32_t constant(core_t *core, const char *suffix) {
    char name[SOC_NAME + 16];
    snprintf(name, sizeof(name), "%s_%s", core->name, suffix);
    const soc_constant_t *c = soc_constant(core->host->soc, name);
    return c != NULL && c->is_number ? (uint32_t)c->number : 0;
}

static uint64_t period(core_t *core) {
    return core->host->soc->clock_hz / FRAMES_PER_SECOND + 1;
}

static bool enabled(core_t *core) {
    char name[SOC_NAME + 16];
    snprintf(name, sizeof(name), "%s_vtg", core->name);
    core_t *vtg = core_find(core, name);
    return (reg_get(core_reg(core, "dma_enable")) & 1) && (vtg == NULL || (reg_get(core_reg(vtg, "enable")) & 1));
}

static void to_rgb(const uint8_t *from, uint32_t depth, bool exchanged, size_t pixel, uint8_t *rgb) {
    uint32_t p;
    switch (depth) {
        case 32:
            from += 4 * pixel;
            rgb[0] = from[exchanged ? 2 : 0];
            rgb[1] = from[1];
            rgb[2] = from[exchanged ? 0 : 2];
            break;
        case 16:
            p = from[2 * pixel] | (uint32_t)from[2 * pixel + 1] << 8;
            rgb[0] = p >> 8 & 0xf8;
            rgb[1] = p >> 3 & 0xfc;
            rgb[2] = p << 3 & 0xf8;
            break;
        case 8:
            p = from[pixel];
            rgb[0] = p & 0xe0;
            rgb[1] = p << 3 & 0xe0;
            rgb[2] = p << 6 & 0xc0;
            break;
        default:
            memset(rgb, from[pixel / 8] >> pixel % 8 & 1 ? 0x80 : 0, 3);
            break;
    }
}

// Memory that is not there shows what was there before.
static void render(core_t *core) {
    video_state_t *v = core->state;
    uint32_t width = constant(core, "hres");
    uint32_t height = constant(core, "vres");
    uint32_t depth = constant(core, "depth");
    unsigned port_bits = core->host->soc->dram_port_bits;
    bool exchanged = port_bits != 0 && port_bits < depth;
    if (v->pixels == NULL || !enabled(core)) {
        return;
    }
    core_memory_read(core, (uint32_t)reg_get(core_reg(core, "dma_base")), v->pixels, v->bytes);
    for (size_t i = 0; i < (size_t)width * height; i++) {
        to_rgb(v->pixels, depth, exchanged, i, &v->rgb[3 * i]);
    }
    core->host->show(core->host->machine, v->rgb, width, height);
}

static void on_frame(void *context) {
    core_t *core = context;
    video_state_t *v = core->state;
    render(core);
    core_event(core, &v->frame, core_now(core) + period(core));
}

static void write_enable(core_t *core, reg_t *reg, uint64_t value) {
    (void)reg;
    video_state_t *v = core->state;
    if (value & 1) {
        v->start = core_now(core);
    }
    bool wanted = (value & 1) && v->pixels != NULL;
    core_event(core, &v->frame, wanted ? v->start + period(core) : EVENT_NEVER);
}

static uint64_t read_offset(core_t *core, reg_t *reg) {
    (void)reg;
    video_state_t *v = core->state;
    core_clock_read(core);
    if (!enabled(core)) {
        return 0;
    }
    uint64_t words = reg_get(core_reg(core, "dma_length")) / WORD_BYTES;
    return (core_now(core) - v->start) % period(core) * words / period(core);
}

static bool init(core_t *core) {
    video_state_t *v = core->state;
    uint32_t width = constant(core, "hres");
    uint32_t height = constant(core, "vres");
    uint32_t depth = constant(core, "depth");
    v->frame.fire = on_frame;
    v->frame.context = core;
    bool watched = core->host->watched(core->host->machine);
    if (!watched || width - 1 >= MAX_PIXELS || height - 1 >= MAX_PIXELS || depth > 32) {
        return true;
    }
    v->bytes = ((size_t)width * height * depth + 7) / 8;
    v->pixels = calloc(1, v->bytes + 1);
    v->rgb = calloc(3, (size_t)width * height);
    return v->pixels != NULL && v->rgb != NULL;
}

static void reset(core_t *core) {
    video_state_t *v = core->state;
    core_event(core, &v->frame, EVENT_NEVER);
    reg_set(core_reg(core, "dma_base"), constant(core, "base"));
    reg_set(core_reg(core, "dma_length"), constant(core, "hres") * constant(core, "vres") * constant(core, "depth") / 8);
}

// The last picture is that of the end.
static void destroy(core_t *core) {
    video_state_t *v = core->state;
    render(core);
    free(v->pixels);
    free(v->rgb);
}

static const core_reg_t regs[] = {
    { .suffix = "dma_base" },
    { .suffix = "dma_length", .bits = 32 },
    { .suffix = "dma_enable", .bits = 1, .write = write_enable },
    { .suffix = "dma_done", .bits = 1 },
    { .suffix = "dma_loop", .bits = 1, .reset = 1 },
    { .suffix = "dma_offset", .bits = 32, .flags = REG_VOLATILE, .read = read_offset },
    CORE_REGS_END,
};

const core_model_t core_video = {
    .kind = "video_framebuffer", .regs = regs, .state_size = sizeof(video_state_t), .init = init, .reset = reset,
    .free = destroy
};

// The resolution is that of the frame buffer whose name it has before "_vtg".
static void reset_timing(core_t *core) {
    static const char *const names[] = { "hres", "vres", NULL };
    for (const char *const *n = names; *n != NULL; n++) {
        char name[SOC_NAME + 16];
        snprintf(name, sizeof(name), "%.*s_%s", (int)(strlen(core->name) - strlen("_vtg")), core->name, *n);
        const soc_constant_t *c = soc_constant(core->host->soc, name);
        if (c != NULL && c->is_number) {
            reg_set(core_reg(core, *n), (uint64_t)c->number);
        }
    }
}

static const core_reg_t timing_regs[] = {
    { .suffix = "enable", .bits = 1, .reset = 1 },
    { .suffix = "hres", .bits = 12 },
    { .suffix = "hsync_start", .bits = 12 },
    { .suffix = "hsync_end", .bits = 12 },
    { .suffix = "hscan", .bits = 12 },
    { .suffix = "vres", .bits = 12 },
    { .suffix = "vsync_start", .bits = 12 },
    { .suffix = "vsync_end", .bits = 12 },
    { .suffix = "vscan", .bits = 12 },
    CORE_REGS_END,
};

const core_model_t core_video_timing = {
    .kind = "video_timing", .regs = timing_regs, .reset = reset_timing
};
