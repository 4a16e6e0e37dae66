// SPDX-License-Identifier: MIT
//
// Where a video core's pictures go: a PNG file, or a numbered file for each.

#ifndef EMU_HOST_PICTURE_H
#define EMU_HOST_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct picture picture_t;

// A path with %d in it: each picture that differs from the one before gets a file of its own, from 0. Else the file
// is always a whole picture, at most PICTURE_MS old while the emulator runs, and the last one when it ended.
// NULL: no memory.
#define PICTURE_MS (100)
picture_t *picture_open(const char *path);

// Show width * height pixels of 3 bytes.
void picture_show(picture_t *picture, const uint8_t *rgb, uint32_t width, uint32_t height);

// Write the last pictures. False: a file could not be written; one line on stderr has said so.
bool picture_close(picture_t *picture);

#endif
