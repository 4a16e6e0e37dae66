// SPDX-License-Identifier: MIT
//
// A network of any kind: what the command line says of it, the queue of frames for the guest, capture and faults.

#include "hostnet/hostnet.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hostnet/internal.h"

#define QUEUE (256)     // frames that wait for the guest, as in a switch
#define SPEC_SIZE (512)
#define DELAY_MAX_MS (10000u)
#define PERCENT (1000)  // what faults are counted in: tenths of a percent
#define HUNDRED (100u * PERCENT)

static const hostnet_kind_t *const kinds[] = { &hostnet_user, &hostnet_tap, &hostnet_library_kind };

#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

typedef struct {
    uint64_t due_ns;              // of a frame that is delayed
    uint16_t size;
    uint8_t data[HOSTNET_MAX_FRAME];
} frame_t;

typedef enum { LOSS, DUPLICATE, REORDER, CORRUPT, FAULT_COUNT } fault_t;

static const char *const fault_names[FAULT_COUNT] = { "loss", "duplicate", "reorder", "corrupt" };

struct hostnet {
    const hostnet_kind_t *kind;
    void *self;
    hostnet_host_t host;
    hostnet_pcap_t *pcap;
    hostnet_counts_t counts;
    frame_t queue[QUEUE];
    size_t first;
    size_t count;
    uint32_t faults[FAULT_COUNT]; // of HUNDRED
    uint64_t random;
    uint64_t delay_ns;
    frame_t late[2][QUEUE];       // by direction, of a network with a delay
    size_t late_first[2];
    size_t late_count[2];
    frame_t held[2];              // by direction; size 0: none
};

bool hostnet_fail(hostnet_error_t *error, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, error->size, format, arguments);
    va_end(arguments);
    return false;
}

uint64_t hostnet_now_ns(const hostnet_t *net) {
    return net->host.now_ns(net->host.context);
}

size_t hostnet_room(const hostnet_t *net) {
    return QUEUE - net->count;
}

// Faults. Each frame is lost, doubled, held back until the next has passed, or loses a bit of its payload.

typedef enum { TO_GUEST, FROM_GUEST } direction_t;

static uint32_t roll(hostnet_t *net) {
    net->random ^= net->random << 13;
    net->random ^= net->random >> 7;
    net->random ^= net->random << 17;
    return (uint32_t)(net->random >> 32) % HUNDRED;
}

static bool happens(hostnet_t *net, fault_t fault) {
    bool yes = net->faults[fault] > 0 && roll(net) < net->faults[fault];
    net->counts.injured += yes;
    return yes;
}

static void arrive(hostnet_t *net, direction_t direction, const uint8_t *frame, size_t size) {
    if (direction == FROM_GUEST) {
        net->kind->send(net->self, frame, size);
        return;
    }
    if (net->count == QUEUE) {
        net->counts.dropped++;
        return;
    }
    frame_t *slot = &net->queue[(net->first + net->count++) % QUEUE];
    slot->size = (uint16_t)size;
    memcpy(slot->data, frame, size);
}

static void pass(hostnet_t *net, direction_t direction, const uint8_t *frame, size_t size) {
    if (net->delay_ns == 0) {
        arrive(net, direction, frame, size);
        return;
    }
    if (net->late_count[direction] == QUEUE) {
        net->counts.dropped++;
        return;
    }
    frame_t *slot = &net->late[direction][(net->late_first[direction] + net->late_count[direction]++) % QUEUE];
    slot->due_ns = hostnet_now_ns(net) + net->delay_ns;
    slot->size = (uint16_t)size;
    memcpy(slot->data, frame, size);
}

// What was delayed long enough.
static void pass_late(hostnet_t *net) {
    size_t before = net->count;
    for (direction_t direction = TO_GUEST; direction <= FROM_GUEST; direction++) {
        while (net->late_count[direction] > 0) {
            const frame_t *slot = &net->late[direction][net->late_first[direction]];
            if (slot->due_ns > hostnet_now_ns(net)) {
                break;
            }
            net->late_first[direction] = (net->late_first[direction] + 1) % QUEUE;
            net->late_count[direction]--;
            arrive(net, direction, slot->data, slot->size);
        }
    }
    if (net->count > before) {
        net->host.ready(net->host.context);
    }
}

static void pass_with_faults(hostnet_t *net, direction_t direction, const uint8_t *frame, size_t size) {
    frame_t *held = &net->held[direction];
    uint8_t copy[HOSTNET_MAX_FRAME];
    if (happens(net, LOSS)) {
        return;
    }
    if (happens(net, CORRUPT) && size > 0) {
        memcpy(copy, frame, size);
        copy[roll(net) % size] ^= (uint8_t)(1u << roll(net) % 8);
        frame = copy;
    }
    if (held->size == 0 && happens(net, REORDER)) {
        held->size = (uint16_t)size;
        memcpy(held->data, frame, size);
        return;
    }
    pass(net, direction, frame, size);
    if (happens(net, DUPLICATE)) {
        pass(net, direction, frame, size);
    }
    if (held->size > 0) {
        pass(net, direction, held->data, held->size);
        held->size = 0;
    }
}

static bool too_long(hostnet_t *net, size_t size) {
    net->counts.dropped += size > HOSTNET_MAX_FRAME;
    return size > HOSTNET_MAX_FRAME;
}

bool hostnet_deliver(hostnet_t *net, const uint8_t *frame, size_t size) {
    size_t before = net->count;
    if (!too_long(net, size)) {
        pass_with_faults(net, TO_GUEST, frame, size);
    }
    if (net->count > before) {
        net->host.ready(net->host.context);
    }
    return net->count > before;
}

void hostnet_send(hostnet_t *net, const uint8_t *frame, size_t size) {
    if (too_long(net, size)) {
        return;
    }
    net->counts.from_guest++;
    if (net->pcap != NULL) {
        hostnet_pcap_write(net->pcap, hostnet_now_ns(net), frame, size);
    }
    pass_with_faults(net, FROM_GUEST, frame, size);
}

size_t hostnet_receive(hostnet_t *net, uint8_t *frame, size_t room) {
    if (net->count == 0) {
        return 0;
    }
    const frame_t *slot = &net->queue[net->first];
    size_t size = slot->size < room ? slot->size : room;
    memcpy(frame, slot->data, size);
    net->first = (net->first + 1) % QUEUE;
    net->count--;
    net->counts.to_guest++;
    if (net->pcap != NULL) {
        hostnet_pcap_write(net->pcap, hostnet_now_ns(net), frame, size);
    }
    return size;
}

size_t hostnet_fill(hostnet_t *net, struct pollfd *fds, size_t room) {
    return net->kind->fill(net->self, fds, room);
}

void hostnet_poll(hostnet_t *net, const struct pollfd *fds, size_t count) {
    pass_late(net);
    net->kind->poll(net->self, fds, count);
}

bool hostnet_live(const hostnet_t *net) {
    return net->kind->live(net->self);
}

hostnet_counts_t hostnet_counts(const hostnet_t *net) {
    return net->counts;
}

// The command line.

static bool percentage(const char *key, const char *text, uint32_t *value, hostnet_error_t *error) {
    char *end;
    double percent = strtod(text, &end);
    if (*text == '\0' || *end != '\0' || !(percent >= 0 && percent <= 100)) {
        return hostnet_fail(error, "%s=%.40s: give a percentage from 0 to 100", key, text);
    }
    *value = (uint32_t)(percent * PERCENT + 0.5);
    return true;
}

static bool set_delay(hostnet_t *net, const char *text, hostnet_error_t *error) {
    char *end;
    unsigned long ms = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || ms > DELAY_MAX_MS) {
        return hostnet_fail(error, "delay=%.40s: give milliseconds, 0 to %u", text, DELAY_MAX_MS);
    }
    net->delay_ns = ms * UINT64_C(1000000);
    return true;
}

static bool set_seed(hostnet_t *net, const char *text, hostnet_error_t *error) {
    char *end;
    unsigned long long seed = strtoull(text, &end, 0);
    if (*text < '0' || *text > '9' || *end != '\0') {
        return hostnet_fail(error, "seed=%.40s: give a number", text);
    }
    net->random = seed * 2 + 1; // never 0
    return true;
}

static bool set_option(hostnet_t *net, const char *key, const char *value, hostnet_error_t *error) {
    for (unsigned i = 0; i < FAULT_COUNT; i++) {
        if (strcmp(key, fault_names[i]) == 0) {
            return percentage(key, value, &net->faults[i], error);
        }
    }
    if (strcmp(key, "delay") == 0) {
        return set_delay(net, value, error);
    }
    if (strcmp(key, "seed") == 0) {
        return set_seed(net, value, error);
    }
    if (strcmp(key, "pcap") == 0) {
        return hostnet_capture(net, value, error->text, error->size);
    }
    if (net->kind->option != NULL) {
        return net->kind->option(net->self, key, value, error);
    }
    return hostnet_fail(error, "%.40s: %s has no such option: give pcap=FILE, loss=, duplicate=, reorder= or corrupt=PERCENT, "
        "delay=MS or seed=NUMBER", key, net->kind->name);
}

// The part of text before the next comma, ended there; NULL: no more.
static char *next_part(char **text) {
    char *part = *text;
    if (part != NULL) {
        char *comma = strchr(part, ',');
        *text = comma != NULL ? comma + 1 : NULL;
        if (comma != NULL) {
            *comma = '\0';
        }
    }
    return part;
}

// Ends the key there; the value behind "=", or "" without one.
static const char *split(char *part) {
    char *equals = strchr(part, '=');
    if (equals == NULL) {
        return "";
    }
    *equals = '\0';
    return equals + 1;
}

static bool open_kind(hostnet_t *net, const char *name, const char *value, hostnet_error_t *error) {
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (strcmp(kinds[i]->name, name) == 0) {
            if ((kinds[i]->value != NULL) != (*value != '\0')) {
                return hostnet_fail(error, "%s%s%.40s: give %s%s%s", name, *value ? "=" : "", value, name,
                    kinds[i]->value != NULL ? "=" : "", kinds[i]->value != NULL ? kinds[i]->value : "");
            }
            net->kind = kinds[i];
            net->self = kinds[i]->open(net, value, error);
            return net->self != NULL;
        }
    }
    return hostnet_fail(error, "%.40s: give user, tap=NAME or library=FILE, with options behind commas", name);
}

static bool set_up(hostnet_t *net, char *text, hostnet_error_t *error) {
    char *kind = next_part(&text);
    const char *value = split(kind);
    if (!open_kind(net, kind, value, error)) {
        return false;
    }
    for (char *part = next_part(&text); part != NULL; part = next_part(&text)) {
        value = split(part);
        if (!set_option(net, part, value, error)) {
            return false;
        }
    }
    return true;
}

hostnet_t *hostnet_open(const char *spec, const hostnet_host_t *host, char *error, size_t error_size) {
    char text[SPEC_SIZE];
    hostnet_error_t e = { error, error_size };
    if (strlen(spec) >= sizeof(text)) {
        hostnet_fail(&e, "more than %d characters", SPEC_SIZE - 1);
        return NULL;
    }
    strcpy(text, spec);
    hostnet_t *net = calloc(1, sizeof(*net));
    if (net == NULL) {
        hostnet_fail(&e, "no memory");
        return NULL;
    }
    net->host = *host;
    net->random = 1;
    if (!set_up(net, text, &e)) {
        hostnet_close(net);
        return NULL;
    }
    return net;
}

bool hostnet_capture(hostnet_t *net, const char *path, char *error, size_t error_size) {
    hostnet_error_t e = { error, error_size };
    hostnet_pcap_close(net->pcap);
    net->pcap = hostnet_pcap_open(path, &e);
    return net->pcap != NULL;
}

void hostnet_close(hostnet_t *net) {
    if (net != NULL) {
        if (net->self != NULL) {
            net->kind->close(net->self);
        }
        hostnet_pcap_close(net->pcap);
        free(net);
    }
}
