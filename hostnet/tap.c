// SPDX-License-Identifier: MIT
//
// A TAP device of Linux (Documentation/networking/tuntap.rst): the guest is a host on its own cable to this machine,
// or to a bridge.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "hostnet/internal.h"

#define DEVICE "/dev/net/tun"

typedef struct {
    hostnet_t *net;
    int fd;
} tap_t;

static bool explain(hostnet_error_t *error, const char *name, int why) {
    if (why == EPERM || why == EACCES) {
        return hostnet_fail(error, "tap=%s: no right to open it. Make it yours once: "
            "`sudo ip tuntap add dev %s mode tap user $USER && sudo ip link set %s up`, or use --net user, "
            "which needs no rights", name, name, name);
    }
    if (why == ENOENT || why == ENODEV) {
        return hostnet_fail(error, "tap=%s: this system has no %s: `sudo modprobe tun`, or use --net user", name, DEVICE);
    }
    if (why == EBUSY) {
        return hostnet_fail(error, "tap=%s: another process has it open: choose another name", name);
    }
    return hostnet_fail(error, "tap=%s: %s: give the name of a TAP device, as tap0", name, strerror(why));
}

static void tap_close(void *self) {
    tap_t *tap = self;
    if (tap->fd >= 0) {
        close(tap->fd);
    }
    free(tap);
}

static void *tap_open(hostnet_t *net, const char *name, hostnet_error_t *error) {
    struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };
    if (strlen(name) >= sizeof(request.ifr_name)) {
        hostnet_fail(error, "tap=%.40s: a device's name has at most %zu characters", name, sizeof(request.ifr_name) - 1);
        return NULL;
    }
    tap_t *tap = calloc(1, sizeof(*tap));
    if (tap == NULL) {
        hostnet_fail(error, "no memory");
        return NULL;
    }
    strcpy(request.ifr_name, name);
    tap->net = net;
    tap->fd = open(DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (tap->fd < 0 || ioctl(tap->fd, TUNSETIFF, &request) != 0) {
        explain(error, name, errno);
        tap_close(tap);
        return NULL;
    }
    return tap;
}

// A device that is down takes nothing, as a cable that is pulled out.
static void tap_send(void *self, const uint8_t *frame, size_t size) {
    tap_t *tap = self;
    ssize_t written = write(tap->fd, frame, size);
    (void)written;
}

static size_t tap_fill(void *self, struct pollfd *fds, size_t room) {
    tap_t *tap = self;
    if (room == 0 || hostnet_room(tap->net) < 2) {
        return 0; // the rest waits in the device
    }
    fds[0] = (struct pollfd) { .fd = tap->fd, .events = POLLIN };
    return 1;
}

static void tap_poll(void *self, const struct pollfd *fds, size_t count) {
    tap_t *tap = self;
    uint8_t frame[65536];
    if (count == 0 || !(fds[0].revents & POLLIN)) {
        return;
    }
    while (hostnet_room(tap->net) > 1) { // an injected duplicate takes two
        ssize_t size = read(tap->fd, frame, sizeof(frame));
        if (size <= 0) {
            return;
        }
        hostnet_deliver(tap->net, frame, (size_t)size);
    }
}

static bool tap_live(const void *self) {
    (void)self;
    return true;
}

const hostnet_kind_t hostnet_tap = {
    .name = "tap", .value = "NAME", .open = tap_open, .close = tap_close, .send = tap_send, .fill = tap_fill,
    .poll = tap_poll, .live = tap_live,
};
