// SPDX-License-Identifier: MIT
//
// A network that a shared library makes: hostnet/library.h.

#include "hostnet/library.h"

#include <dlfcn.h>
#include <stdlib.h>

#include "hostnet/internal.h"

typedef struct {
    hostnet_t *net;
    void *handle;
    const hostnet_library_t *library;
    void *peer;
    hostnet_wire_t wire;
} library_t;

static uint64_t now_ns(void *context) {
    return hostnet_now_ns(((library_t *)context)->net);
}

static bool deliver(void *context, const uint8_t *frame, size_t size) {
    return hostnet_deliver(((library_t *)context)->net, frame, size);
}

static void library_close(void *self) {
    library_t *library = self;
    if (library->peer != NULL) {
        library->library->close(library->peer);
    }
    if (library->handle != NULL) {
        dlclose(library->handle);
    }
    free(library);
}

static void *library_open(hostnet_t *net, const char *file, hostnet_error_t *error) {
    library_t *library = calloc(1, sizeof(*library));
    if (library == NULL) {
        hostnet_fail(error, "no memory");
        return NULL;
    }
    library->net = net;
    library->wire = (hostnet_wire_t) { .context = library, .now_ns = now_ns, .deliver = deliver };
    library->handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (library->handle != NULL) {
        library->library = dlsym(library->handle, HOSTNET_LIBRARY_SYMBOL);
    }
    if (library->library == NULL) {
        hostnet_fail(error, "library: %.200s: give the path of a shared library as hostnet/library.h describes it",
            dlerror());
    } else {
        library->peer = library->library->open(&library->wire);
        if (library->peer == NULL) {
            hostnet_fail(error, "library=%.200s: no memory", file);
        }
    }
    if (library->peer == NULL) {
        library_close(library);
        return NULL;
    }
    return library;
}

static void library_send(void *self, const uint8_t *frame, size_t size) {
    library_t *library = self;
    library->library->send(library->peer, frame, size);
}

static size_t library_fill(void *self, struct pollfd *fds, size_t room) {
    (void)self;
    (void)fds;
    (void)room;
    return 0;
}

static void library_poll(void *self, const struct pollfd *fds, size_t count) {
    library_t *library = self;
    (void)fds;
    (void)count;
    library->library->poll(library->peer);
}

static bool library_live(const void *self) {
    (void)self;
    return false;
}

const hostnet_kind_t hostnet_library_kind = {
    .name = "library", .value = "FILE", .open = library_open, .close = library_close, .send = library_send,
    .fill = library_fill, .poll = library_poll, .live = library_live,
};
