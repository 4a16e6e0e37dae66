// SPDX-License-Identifier: MIT
//
// The host's end of a simulated Ethernet cable: a network made by libslirp that needs no rights, or a TAP device; a
// capture file of either; faults. Emulator and RTL simulation put their MACs at the other end. Frames have neither
// preamble nor FCS. All calls come from one thread, none blocks, and time is the simulation's: only what a socket or a
// TAP brings depends on the host.

#ifndef HOSTNET_HOSTNET_H
#define HOSTNET_HOSTNET_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOSTNET_MAX_FRAME (1518) // with a VLAN tag; longer ones are dropped, as a switch does

typedef struct hostnet hostnet_t;

// What the simulation offers.
typedef struct {
    void *context;
    uint64_t (*now_ns)(void *context);
    void (*ready)(void *context); // a frame waits; may be called from within any call but hostnet_receive()
} hostnet_host_t;

typedef struct {
    uint64_t to_guest;   // frames that the simulation took
    uint64_t from_guest;
    uint64_t dropped;    // for want of room, over-long ones
    uint64_t injured;    // by injected faults
} hostnet_counts_t;

// What a command line says, without a trailing comma:
//   user[,hostfwd=tcp:[HOST]:PORT-[GUEST]:PORT]...   also udp:; HOST is 127.0.0.1 unless given
//   tap=NAME
//   library=FILE                                    a shared library, as hostnet/library.h says
// and behind each: pcap=FILE, loss=, duplicate=, reorder=, corrupt= (percent of the frames, each way), delay=MS
// (each way), seed=NUMBER.
// NULL: error says what is wrong and what to do.
hostnet_t *hostnet_open(const char *spec, const hostnet_host_t *host, char *error, size_t error_size);
void hostnet_close(hostnet_t *net);

// Also write all frames to a file in pcap's format.
bool hostnet_capture(hostnet_t *net, const char *path, char *error, size_t error_size);

void hostnet_send(hostnet_t *net, const uint8_t *frame, size_t size); // from the guest
size_t hostnet_receive(hostnet_t *net, uint8_t *frame, size_t room);  // for the guest, 0: none waits

// The descriptors to wait for, at most `room`; then, in any case and at least every few milliseconds of simulated time,
// hostnet_poll() with what poll() made of them. The two belong together, nothing may come between them.
size_t hostnet_fill(hostnet_t *net, struct pollfd *fds, size_t room);
void hostnet_poll(hostnet_t *net, const struct pollfd *fds, size_t count);

// A socket is open by which the host may bring something: the simulation's idle time should pass as the host's does.
bool hostnet_live(const hostnet_t *net);

hostnet_counts_t hostnet_counts(const hostnet_t *net);

#endif
