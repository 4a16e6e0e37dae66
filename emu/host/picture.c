// SPDX-License-Identifier: MIT
//
// PNG files of a video core's pictures, by libpng. A file appears complete, under its name, or not at all.

#define _GNU_SOURCE
#include "host/picture.h"

#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_PATH (1024)

struct picture {
    const char *path;
    const char *number; // the %d in it, NULL: none
    unsigned count;
    uint8_t *rgb; // the newest
    uint32_t width;
    uint32_t height;
    bool fresh; // not written yet
    bool failed;
    uint64_t written_ms;
};

static uint64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

picture_t *picture_open(const char *path) {
    picture_t *p = calloc(1, sizeof(*p));
    if (p != NULL) {
        p->path = path;
        p->number = strstr(path, "%d");
    }
    return p;
}

static void write_png(picture_t *p) {
    char path[MAX_PATH];
    char part[MAX_PATH + 8];
    png_image image = { .version = PNG_IMAGE_VERSION, .width = p->width, .height = p->height, .format = PNG_FORMAT_RGB };
    if (p->number != NULL) {
        snprintf(path, sizeof(path), "%.*s%u%s", (int)(p->number - p->path), p->path, p->count++, p->number + 2);
    } else {
        snprintf(path, sizeof(path), "%s", p->path);
    }
    snprintf(part, sizeof(part), "%s.part", path);
    errno = 0;
    bool good = png_image_write_to_file(&image, part, 0, p->rgb, 0, NULL) && rename(part, path) == 0;
    if (!good && !p->failed) {
        fprintf(stderr, "lxemu: --video %s: %s\n", path, errno != 0 ? strerror(errno) : image.message);
        p->failed = true;
    }
    p->fresh = false;
    p->written_ms = now_ms();
}

void picture_show(picture_t *p, const uint8_t *rgb, uint32_t width, uint32_t height) {
    size_t bytes = (size_t)3 * width * height;
    if (p->rgb == NULL || p->width != width || p->height != height) {
        free(p->rgb);
        p->rgb = malloc(bytes);
        p->width = width;
        p->height = height;
    } else if (memcmp(p->rgb, rgb, bytes) == 0) {
        rgb = NULL;
    }
    if (p->rgb == NULL) {
        return;
    }
    if (rgb != NULL) {
        memcpy(p->rgb, rgb, bytes);
        p->fresh = true;
    }
    if (p->fresh && (p->number != NULL || now_ms() - p->written_ms >= PICTURE_MS)) {
        write_png(p);
    }
}

bool picture_close(picture_t *p) {
    if (p == NULL) {
        return true;
    }
    if (p->fresh) {
        write_png(p);
    }
    bool good = !p->failed;
    free(p->rgb);
    free(p);
    return good;
}
