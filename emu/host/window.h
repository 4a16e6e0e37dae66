// SPDX-License-Identifier: MIT
//
// A video core's pictures in a window of this machine.

#ifndef EMU_HOST_WINDOW_H
#define EMU_HOST_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct window window_t;

// NULL: one line in error, for example without a display.
window_t *window_open(char *error, size_t error_size);

// Show width * height pixels of 3 bytes, at the next window_poll() that is due.
void window_show(window_t *window, const uint8_t *rgb, uint32_t width, uint32_t height);

// Draw new pictures, at most WINDOW_HZ times a second. True: the user closed the window.
#define WINDOW_HZ (60)
bool window_poll(window_t *window);

// How many pictures were drawn.
unsigned window_shown(const window_t *window);

// Draw the last pictures. False: pictures could not be drawn; one line on stderr has said so.
bool window_close(window_t *window);

#endif
