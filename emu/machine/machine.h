// SPDX-License-Identifier: MIT
//
// The machine: processor, bus, cores and console of one SoC, and their common time. Time is cpu.cycle, in cycles of the
// system clock. Its parts share internal.h.

#ifndef EMU_MACHINE_MACHINE_H
#define EMU_MACHINE_MACHINE_H

#include "bus/bus.h"
#include "cores/core.h"
#include "cpu/cpu.h"
#include "host/console.h"
#include "host/etherbone.h"
#include "hostnet/hostnet.h"
#include "machine/clint.h"
#include "machine/plic.h"
#include "models/nets.h"
#include "models/pin_devices.h"
#include "models/plug.h"
#include "soc/soc.h"

struct picture;
struct window;

#define MACHINE_NETS (4)

typedef struct {
    struct picture *picture;  // host/picture.h: takes the video core's pictures, NULL: none
    struct window *window;    // host/window.h: the same
    const char *kernel;
    const char *rom;
    const char *const *loads; // "ADDR=FILE"
    size_t load_count;
    const char *identifier;   // NULL: as generated
    const char *map_hash;     // NULL: computed
    uint32_t baud;            // 0: no pacing
    uint32_t fifo_depth;
    bool realtime;
    bool timing;
    plug_t *plug;             // the virtual ECP5 on the JTAG pins; NULL: none
    nor_file_t *spiflash;     // the flash on LiteSPI; NULL: none
    const wiring_t *wiring;   // what is connected to the pins; NULL: nothing
    const char *nets[MACHINE_NETS];     // as hostnet_open() takes them, for the MACs in their order
    const char *captures[MACHINE_NETS]; // pcap files beside them, NULL: none
    size_t net_count;
    uint32_t ethernet_mbit_s;
    bool strict;
    uint64_t max_cycles;      // 0: none
} machine_options_t;

typedef struct machine machine_t;

// A MAC and the network at its cable.
typedef struct {
    machine_t *machine;
    core_t *core;
    void (*ready)(core_t *core);
    core_cable_t cable;
    hostnet_t *net; // NULL: not open yet
    size_t fds;     // of the poll in hand
} machine_net_t;

struct machine {
    const soc_t *soc;
    machine_options_t options;
    cpu_t cpu;
    bus_t bus;
    console_t *console;
    etherbone_t *etherbone; // NULL: none
    core_host_t core_host;  // what the cores see of this machine
    core_t *cores;
    size_t core_count;
    core_t **core_at;       // by CSR word: cores that are a memory of words
    reg_t **reg_at;         // by CSR word
    uint16_t *reg_word;     // which of the register's words, the least significant is 0
    event_t *events;
    uint64_t event_when;    // when the event that fires was due, EVENT_NEVER: none fires
    uint64_t devices_when;  // the latest cycle that the devices on the pins have heard of
    uint32_t irq_lines;
    plic_t plic;
    clint_t clint;
    bool reset_request;
    nets_t *nets;           // the pins of all cores, wired
    event_t stimulus;
    pin_devices_t *pin_devices;
    event_t pin_device;     // the next one's
    machine_net_t cables[MACHINE_NETS];
    size_t cable_count;     // MACs that have a network
    core_t *console_core;
    core_link_t console_link;
    void (*console_ready)(core_t *core); // input came or room became free
    uint32_t input_polls;
    uint32_t idle_count;    // since the last sign of life
    uint64_t waited_beyond; // cycles of wall clock that waits for peers took too long
    bool time_was_read;     // since the guest last went idle
    uint64_t last_life;     // cycle of the last sign of life
    volatile int *signal;   // set by a signal handler: leave
    int exit_status;
    bool exit;
    FILE *trace;
    FILE *trace_csr;
    uint64_t uart_overflows;
    // Wall clock pacing.
    uint64_t pace_cycle;
    uint64_t pace_ns;
    uint32_t kernel_entry;
    bool kernel_loaded;
    char error[1400];
};

// Build the machine. False: one line in m->error.
bool machine_init(machine_t *m, const soc_t *soc, const machine_options_t *options, console_t *console);
void machine_free(machine_t *m);

// Open the networks of the options, when everything else is ready. False: one line in m->error.
bool machine_open_nets(machine_t *m);

// Run until something ends it; the exit status.
int machine_run(machine_t *m);
// Run for a short while (see cpu.stop and exit for why it may have ended early).
void machine_slice(machine_t *m);
// Run one instruction and the events that are due.
void machine_step(machine_t *m);

// The bus as a host sees it; context is the machine.
extern const etherbone_bus_t machine_host_bus;

#endif
