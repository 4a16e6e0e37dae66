// SPDX-License-Identifier: MIT
//
// A user who closes the window as soon as there is a picture: preloaded before SDL2, the rest is SDL2's own.

#define _GNU_SOURCE
#include <SDL.h>
#include <dlfcn.h>

void SDL_RenderPresent(SDL_Renderer *renderer) {
    void (*present)(SDL_Renderer *) = (void (*)(SDL_Renderer *))dlsym(RTLD_NEXT, "SDL_RenderPresent");
    SDL_Event event = { .type = SDL_QUIT };
    present(renderer);
    SDL_PushEvent(&event);
}
