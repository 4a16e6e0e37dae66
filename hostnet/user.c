// SPDX-License-Identifier: MIT
//
// A network without rights, made by libslirp: the guest gets 10.0.2.15 by DHCP (and a prefix by router advertisements),
// reaches this machine's 127.0.0.1 as 10.0.2.2 and a name server at 10.0.2.3, everything else by address translation.
// hostfwd leads a port of this machine to the guest. libslirp's clock is the simulation's, so that a run without
// connections to the outside is the same each time.

#include "hostnet/internal.h"

#ifdef HAVE_SLIRP

#include <arpa/inet.h>
#include <errno.h>
#include <libslirp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NS_PER_MS (1000000u)
#define MAX_TIMERS (8)
#define MTU (1500)

typedef struct {
    SlirpTimerCb fire; // NULL: free
    void *context;
    uint64_t due_ns;
} slirp_timer_t;

typedef struct {
    hostnet_t *net;
    Slirp *slirp;
    slirp_timer_t timers[MAX_TIMERS];
    // Of the call in hand.
    struct pollfd *fds;
    const struct pollfd *polled;
    size_t room;
    size_t count;
} user_t;

static ssize_t send_packet(const void *frame, size_t size, void *opaque) {
    user_t *user = opaque;
    hostnet_deliver(user->net, frame, size);
    return (ssize_t)size;
}

static void guest_error(const char *message, void *opaque) {
    (void)message; // a guest may send what it likes
    (void)opaque;
}

static int64_t clock_get_ns(void *opaque) {
    user_t *user = opaque;
    return (int64_t)hostnet_now_ns(user->net);
}

static void *timer_new(SlirpTimerCb fire, void *context, void *opaque) {
    user_t *user = opaque;
    for (unsigned i = 0; i < MAX_TIMERS; i++) {
        if (user->timers[i].fire == NULL) {
            user->timers[i] = (slirp_timer_t) { fire, context, UINT64_MAX };
            return &user->timers[i];
        }
    }
    abort(); // libslirp makes one
}

static void timer_free(void *timer, void *opaque) {
    (void)opaque;
    ((slirp_timer_t *)timer)->fire = NULL;
}

static void timer_mod(void *timer, int64_t expire_ms, void *opaque) {
    (void)opaque;
    ((slirp_timer_t *)timer)->due_ns = expire_ms < 0 ? 0 : (uint64_t)expire_ms * NS_PER_MS;
}

static void ignore_fd(int fd, void *opaque) {
    (void)fd;
    (void)opaque;
}

static void notify(void *opaque) {
    (void)opaque; // the simulation polls before it waits
}

static const SlirpCb callbacks = {
    .send_packet = send_packet, .guest_error = guest_error, .clock_get_ns = clock_get_ns, .timer_new = timer_new,
    .timer_free = timer_free, .timer_mod = timer_mod, .register_poll_fd = ignore_fd, .unregister_poll_fd = ignore_fd,
    .notify = notify,
};

static struct in_addr ipv4(const char *text) {
    struct in_addr addr;
    inet_pton(AF_INET, text, &addr);
    return addr;
}

static struct in6_addr ipv6(const char *text) {
    struct in6_addr addr;
    inet_pton(AF_INET6, text, &addr);
    return addr;
}

static void user_close(void *self) {
    user_t *user = self;
    if (user->slirp != NULL) {
        slirp_cleanup(user->slirp);
    }
    free(user);
}

static void *user_open(hostnet_t *net, const char *value, hostnet_error_t *error) {
    (void)value;
    const SlirpConfig config = {
        .version = 1,
        .in_enabled = true,
        .vnetwork = ipv4("10.0.2.0"),
        .vnetmask = ipv4("255.255.255.0"),
        .vhost = ipv4("10.0.2.2"),
        .vdhcp_start = ipv4("10.0.2.15"),
        .vnameserver = ipv4("10.0.2.3"),
        .in6_enabled = true,
        .vprefix_addr6 = ipv6("fec0::"),
        .vprefix_len = 64,
        .vhost6 = ipv6("fec0::2"),
        .vnameserver6 = ipv6("fec0::3"),
        .if_mtu = MTU,
        .if_mru = MTU,
    };
    user_t *user = calloc(1, sizeof(*user));
    if (user != NULL) {
        user->net = net;
        user->slirp = slirp_new(&config, &callbacks, user);
    }
    if (user == NULL || user->slirp == NULL) {
        hostnet_fail(error, "user: no memory");
        free(user);
        return NULL;
    }
    return user;
}

// "ADDRESS:" or ":", behind which *text is left.
static bool parse_address(const char **text, struct in_addr *addr) {
    char copy[INET_ADDRSTRLEN];
    size_t length = strcspn(*text, ":");
    if ((*text)[length] != ':' || length >= sizeof(copy)) {
        return false;
    }
    memcpy(copy, *text, length);
    copy[length] = '\0';
    *text += length + 1;
    return length == 0 || inet_pton(AF_INET, copy, addr) == 1;
}

// Digits up to `end`, where *text is left.
static bool parse_port(const char **text, char end, int *port) {
    unsigned long number = 0;
    size_t digits = strspn(*text, "0123456789");
    for (size_t i = 0; i < digits && number <= UINT16_MAX; i++) {
        number = number * 10 + (unsigned long)((*text)[i] - '0');
    }
    *text += digits;
    *port = (int)number;
    return digits > 0 && **text == end && number <= UINT16_MAX;
}

typedef struct {
    bool udp;
    struct in_addr host;
    struct in_addr guest;
    int host_port;
    int guest_port;
} forward_t;

// "tcp:[HOST]:PORT-[GUEST]:PORT"
static bool parse_forward(const char *text, forward_t *f) {
    *f = (forward_t) { .host = { htonl(INADDR_LOOPBACK) } };
    f->udp = strncmp(text, "udp:", 4) == 0;
    if (!f->udp && strncmp(text, "tcp:", 4) != 0) {
        return false;
    }
    text += 4;
    if (!parse_address(&text, &f->host) || !parse_port(&text, '-', &f->host_port)) {
        return false;
    }
    text++;
    return parse_address(&text, &f->guest) && parse_port(&text, '\0', &f->guest_port) && f->guest_port > 0;
}

// A port of the host that is free now, 0: none.
static int free_port(const forward_t *f) {
    struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr = f->host };
    socklen_t length = sizeof(addr);
    int fd = socket(AF_INET, f->udp ? SOCK_DGRAM : SOCK_STREAM, 0);
    bool good = fd >= 0 && bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0 &&
        getsockname(fd, (struct sockaddr *)&addr, &length) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return good ? ntohs(addr.sin_port) : 0;
}

static bool user_option(void *self, const char *key, const char *value, hostnet_error_t *error) {
    user_t *user = self;
    forward_t f;
    if (strcmp(key, "hostfwd") != 0) {
        return hostnet_fail(error, "%.40s: user has no such option: give hostfwd=tcp::PORT-:PORT, pcap=FILE, loss=, "
            "duplicate=, reorder= or corrupt=PERCENT, or seed=NUMBER", key);
    }
    if (!parse_forward(value, &f)) {
        return hostnet_fail(error, "hostfwd=%.80s: give tcp:[HOST]:PORT-[GUEST]:PORT or udp:..., as tcp::8080-:80", value);
    }
    bool any = f.host_port == 0;
    if (any) {
        f.host_port = free_port(&f);
    }
    if (slirp_add_hostfwd(user->slirp, f.udp, f.host, f.host_port, f.guest, f.guest_port) < 0) {
        return hostnet_fail(error, "hostfwd=%.80s: %s: choose another port of this machine, or 0 for any", value,
            strerror(errno));
    }
    if (any) {
        fprintf(stderr, "net: %s:%d leads to port %d\n", inet_ntoa(f.host), f.host_port, f.guest_port);
    }
    return true;
}

static void user_send(void *self, const uint8_t *frame, size_t size) {
    user_t *user = self;
    slirp_input(user->slirp, frame, (int)size);
}

static int add_poll(int fd, int events, void *opaque) {
    user_t *user = opaque;
    if (user->count == user->room) {
        return -1; // waits for its turn
    }
    short wanted = (short)((events & SLIRP_POLL_IN ? POLLIN : 0) | (events & SLIRP_POLL_OUT ? POLLOUT : 0) |
        (events & SLIRP_POLL_PRI ? POLLPRI : 0));
    user->fds[user->count] = (struct pollfd) { .fd = fd, .events = wanted };
    return (int)user->count++;
}

static int get_revents(int index, void *opaque) {
    user_t *user = opaque;
    if (index < 0 || (size_t)index >= user->count) {
        return 0;
    }
    short got = user->polled[index].revents;
    return (got & POLLIN ? SLIRP_POLL_IN : 0) | (got & POLLOUT ? SLIRP_POLL_OUT : 0) |
           (got & POLLPRI ? SLIRP_POLL_PRI : 0) | (got & POLLERR ? SLIRP_POLL_ERR : 0) |
           (got & POLLHUP ? SLIRP_POLL_HUP : 0);
}

static size_t user_fill(void *self, struct pollfd *fds, size_t room) {
    user_t *user = self;
    uint32_t timeout_ms = UINT32_MAX;
    user->fds = fds;
    user->room = room;
    user->count = 0;
    slirp_pollfds_fill(user->slirp, &timeout_ms, add_poll, user);
    return user->count;
}

static void user_poll(void *self, const struct pollfd *fds, size_t count) {
    user_t *user = self;
    (void)count;
    uint64_t now = hostnet_now_ns(user->net);
    user->polled = fds;
    slirp_pollfds_poll(user->slirp, 0, get_revents, user);
    for (unsigned i = 0; i < MAX_TIMERS; i++) {
        slirp_timer_t *timer = &user->timers[i];
        if (timer->fire != NULL && timer->due_ns <= now) {
            timer->due_ns = UINT64_MAX;
            timer->fire(timer->context);
        }
    }
}

static bool user_live(const void *self) {
    return ((const user_t *)self)->count > 0;
}

const hostnet_kind_t hostnet_user = {
    .name = "user", .open = user_open, .option = user_option, .close = user_close, .send = user_send,
    .fill = user_fill, .poll = user_poll, .live = user_live,
};

#else

static void *user_open(hostnet_t *net, const char *value, hostnet_error_t *error) {
    (void)net;
    (void)value;
    hostnet_fail(error, "user: built without libslirp: install it (Debian: `sudo apt-get install libslirp-dev`) and "
        "build again, or use --net tap=NAME");
    return NULL;
}

const hostnet_kind_t hostnet_user = { .name = "user", .open = user_open };

#endif
