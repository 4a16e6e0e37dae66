// SPDX-License-Identifier: MIT
//
// What a screen on the video pins shows (--video FILE): each frame that differs from the one before goes to a PPM file,
// the newest under that name. A frame is what came with data enable between two vertical syncs; its rows are the runs
// of data enable.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define MAX_BYTES (4096 * 4096 * 3)
#define MAX_PATH (1024)

typedef struct {
    sim_t *sim;
    const uint8_t *valid;
    const uint8_t *de;
    const uint8_t *vsync;
    const uint8_t *rgb[3];
    uint8_t *frame; // comes
    uint8_t *shown; // was written last
    size_t room;
    size_t bytes;
    size_t shown_bytes;
    uint32_t rows;
    bool in_row;
    bool in_sync;
    bool whole; // began with a vertical sync
    bool failed;
} video_t;

static void *video_open(sim_t *sim, struct pad_s *pads) {
    static const char *const colours[] = { "r", "g", "b" };
    video_t *self = calloc(1, sizeof(*self));
    if (!self) {
        fprintf(stderr, "rtl: out of memory\n");
        return NULL;
    }
    self->sim = sim;
    self->valid = sim_pad(pads, "valid");
    self->de = sim_pad(pads, "de");
    self->vsync = sim_pad(pads, "vsync");
    for (unsigned i = 0; i < 3; i++) {
        self->rgb[i] = sim_pad(pads, colours[i]);
    }
    return self;
}

static bool grow(uint8_t **memory, size_t room) {
    uint8_t *larger = realloc(*memory, room);
    if (larger == NULL) {
        return false;
    }
    *memory = larger;
    return true;
}

static void take_pixel(video_t *self) {
    if (self->bytes + 3 > self->room && self->room < MAX_BYTES) {
        size_t room = self->room ? 2 * self->room : 65536;
        if (grow(&self->frame, room) && grow(&self->shown, room)) {
            self->room = room;
        }
    }
    if (self->bytes + 3 <= self->room) {
        for (unsigned i = 0; i < 3; i++) {
            self->frame[self->bytes++] = *self->rgb[i];
        }
    }
}

static void write_frame(video_t *self) {
    char part[MAX_PATH];
    const char *path = self->sim->options->video;
    snprintf(part, sizeof(part), "%s.part", path);
    FILE *file = fopen(part, "wb");
    bool good = file != NULL;
    if (file) {
        fprintf(file, "P6\n%zu %u\n255\n", self->bytes / 3 / self->rows, (unsigned)self->rows);
        good = fwrite(self->frame, 1, self->bytes, file) == self->bytes;
        good = fclose(file) == 0 && good && rename(part, path) == 0;
    }
    if (!good && !self->failed) {
        fprintf(stderr, "rtl: --video %s: %s\n", path, strerror(errno));
        self->failed = true;
    }
    memcpy(self->shown, self->frame, self->bytes);
    self->shown_bytes = self->bytes;
}

static void end_frame(video_t *self) {
    bool differs = self->bytes != self->shown_bytes || memcmp(self->frame, self->shown, self->bytes) != 0;
    if (self->whole && self->rows > 0 && self->bytes > 0 && self->bytes % (3 * self->rows) == 0 && differs) {
        write_frame(self);
    }
    self->bytes = 0;
    self->rows = 0;
    self->whole = true;
}

static void video_tick(void *arg) {
    video_t *self = arg;
    if (!*self->valid || !self->sim->options->video) {
        return;
    }
    bool de = *self->de & 1;
    bool sync = *self->vsync & 1;
    if (sync && !self->in_sync) {
        end_frame(self);
    }
    self->in_sync = sync;
    if (de) {
        self->rows += !self->in_row;
        take_pixel(self);
    }
    self->in_row = de;
}

static void video_close(void *arg) {
    video_t *self = arg;
    free(self->frame);
    free(self->shown);
    free(self);
}

const sim_module_t video_module = {
    .record = "video",
    .pad = "valid",
    .open = video_open,
    .tick = video_tick,
    .close = video_close,
};
