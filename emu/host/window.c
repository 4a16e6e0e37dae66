// SPDX-License-Identifier: MIT
//
// The window of --video-window, by SDL2 where its headers were there at build time (HAVE_SDL2).

#define _GNU_SOURCE
#include "host/window.h"

#include <stdio.h>

#ifdef HAVE_SDL2

#include <SDL.h>
#include <stdlib.h>

// The window before the first picture; a smaller picture is enlarged by the whole number that fits.
#define WIDTH (640)
#define HEIGHT (480)
#define RGB_BYTES (3)

struct window {
    SDL_Window *window;
    SDL_Renderer *renderer;
    SDL_Texture *texture; // the newest picture, NULL: none yet
    uint32_t width;
    uint32_t height;
    uint64_t polled; // in SDL's ticks
    unsigned shown;
    bool fresh;      // the picture was not drawn yet
    bool uncovered;  // the window must be drawn again
    bool closed;
    bool failed;
};

window_t *window_open(char *error, size_t error_size) {
    window_t *w = calloc(1, sizeof(*w));
    if (w == NULL) {
        snprintf(error, error_size, "--video-window: no memory");
        return NULL;
    }
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
    if (SDL_Init(SDL_INIT_VIDEO) != 0 ||
        (w->window = SDL_CreateWindow("lxemu", SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED, WIDTH, HEIGHT,
            SDL_WINDOW_RESIZABLE)) == NULL ||
        (w->renderer = SDL_CreateRenderer(w->window, -1, 0)) == NULL) {
        snprintf(error, error_size, "--video-window: no window: %s: run it where there is a display, "
            "or use --video FILE.png", SDL_GetError());
        window_close(w);
        return NULL;
    }
    w->uncovered = true;
    return w;
}

static bool resize(window_t *w, uint32_t width, uint32_t height) {
    uint32_t scale = 1;
    while ((scale + 1) * width <= WIDTH && (scale + 1) * height <= HEIGHT) {
        scale++;
    }
    if (w->texture != NULL) {
        SDL_DestroyTexture(w->texture);
    }
    w->width = width;
    w->height = height;
    w->texture = SDL_CreateTexture(w->renderer, SDL_PIXELFORMAT_RGB24, SDL_TEXTUREACCESS_STREAMING, (int)width,
        (int)height);
    SDL_SetWindowSize(w->window, (int)(scale * width), (int)(scale * height));
    return w->texture != NULL && SDL_RenderSetLogicalSize(w->renderer, (int)width, (int)height) == 0;
}

// The first failure is told; the guest goes on without it.
static void check(window_t *w, bool good) {
    if (!good && !w->failed) {
        fprintf(stderr, "lxemu: --video-window: %s\n", SDL_GetError());
        w->failed = true;
    }
}

void window_show(window_t *w, const uint8_t *rgb, uint32_t width, uint32_t height) {
    bool same = w->texture != NULL && w->width == width && w->height == height;
    w->fresh = (same || resize(w, width, height)) &&
        SDL_UpdateTexture(w->texture, NULL, rgb, (int)(RGB_BYTES * width)) == 0;
    check(w, w->fresh);
}

static void draw(window_t *w) {
    if (!w->fresh && !w->uncovered) {
        return;
    }
    // What the picture leaves of a window of another shape is black.
    bool good = SDL_RenderClear(w->renderer) == 0 &&
        (w->texture == NULL || SDL_RenderCopy(w->renderer, w->texture, NULL, NULL) == 0);
    check(w, good);
    SDL_RenderPresent(w->renderer);
    w->shown += w->fresh;
    w->fresh = false;
    w->uncovered = false;
}

bool window_poll(window_t *w) {
    uint64_t now = SDL_GetPerformanceCounter();
    SDL_Event event;
    if (w->polled != 0 && now - w->polled < SDL_GetPerformanceFrequency() / WINDOW_HZ) {
        return w->closed;
    }
    w->polled = now;
    while (SDL_PollEvent(&event)) {
        w->closed |= event.type == SDL_QUIT;
        w->uncovered |= event.type == SDL_WINDOWEVENT;
    }
    draw(w);
    return w->closed;
}

unsigned window_shown(const window_t *w) {
    return w->shown;
}

bool window_close(window_t *w) {
    if (w == NULL) {
        return true;
    }
    if (w->fresh) {
        draw(w);
    }
    bool good = !w->failed;
    if (w->renderer != NULL) {
        SDL_DestroyRenderer(w->renderer); // and its texture
    }
    if (w->window != NULL) {
        SDL_DestroyWindow(w->window);
    }
    SDL_Quit();
    free(w);
    return good;
}

#else

window_t *window_open(char *error, size_t error_size) {
    snprintf(error, error_size, "--video-window: built without SDL2: install libsdl2-dev and build again");
    return NULL;
}

// Nobody has a window to call these with.
void window_show(window_t *window, const uint8_t *rgb, uint32_t width, uint32_t height) {
    (void)window, (void)rgb, (void)width, (void)height;
}

bool window_poll(window_t *window) {
    (void)window;
    return false;
}

unsigned window_shown(const window_t *window) {
    (void)window;
    return 0;
}

bool window_close(window_t *window) {
    (void)window;
    return true;
}

#endif
