// SPDX-License-Identifier: MIT
//
// What hostnet.c and the kinds of networks know of each other.

#ifndef HOSTNET_INTERNAL_H
#define HOSTNET_INTERNAL_H

#include "hostnet/hostnet.h"

typedef struct {
    char *text;
    size_t size;
} hostnet_error_t;

// A kind of network. `self` is what open() returned.
typedef struct {
    const char *name;
    const char *value; // what stands behind "name=" in a message, NULL: nothing
    void *(*open)(hostnet_t * net, const char *value, hostnet_error_t *error); // NULL: error is set
    bool (*option)(void *self, const char *key, const char *value, hostnet_error_t *error); // NULL: it has none
    void (*close)(void *self);
    void (*send)(void *self, const uint8_t *frame, size_t size);
    size_t (*fill)(void *self, struct pollfd *fds, size_t room);
    void (*poll)(void *self, const struct pollfd *fds, size_t count);
    bool (*live)(const void *self);
} hostnet_kind_t;

extern const hostnet_kind_t hostnet_user;
extern const hostnet_kind_t hostnet_tap;
extern const hostnet_kind_t hostnet_library_kind;

bool hostnet_fail(hostnet_error_t *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

uint64_t hostnet_now_ns(const hostnet_t *net);

// A frame for the guest. False: no room, and it is dropped.
bool hostnet_deliver(hostnet_t *net, const uint8_t *frame, size_t size);

// Frames that there is room for.
size_t hostnet_room(const hostnet_t *net);

// pcap.c
typedef struct hostnet_pcap hostnet_pcap_t;
hostnet_pcap_t *hostnet_pcap_open(const char *path, hostnet_error_t *error);
void hostnet_pcap_write(hostnet_pcap_t *pcap, uint64_t ns, const uint8_t *frame, size_t size);
void hostnet_pcap_close(hostnet_pcap_t *pcap);

#endif
