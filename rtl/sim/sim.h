// SPDX-License-Identifier: MIT
//
// Contract between the simulation's main loop and its modules. A module is a device on pins: it
// attaches to one record of pads of the Verilated top level and gets one tick per clock cycle.
//
// When tick() runs, the rising edge of that cycle is over: outputs of the SoC have the values that
// they keep until the next rising edge, and what the module writes to inputs is what the SoC
// samples at that next edge. With ready and valid, "valid and ready at the end of tick()" is
// therefore exactly one transfer.

#ifndef RTL_SIM_H
#define RTL_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pads.h" // LiteX: struct pad_s

#include "console.h"
#include "models/nets.h"
#include "models/nor_file.h"
#include "models/plug.h"

// What the command line asked for; owned by main(), constant while modules run.
typedef struct {
    const char *trace_csr; // file for the CSR trace, or NULL
    const char *video; // file for what the video pins show, or NULL
    const char *csr_names; // file with "address name" lines, or NULL
    uint64_t clk_hz; // nominal clock of the SoC
    uint64_t baud; // of the host's side of an RS232 PHY
    wiring_t wiring; // what hangs on the pins
    const char *net; // the network at the MAC's cable (hostnet/hostnet.h), or NULL
    const char *net_capture; // a pcap file of its frames, or NULL
    const char *jtag; // what hangs on the JTAG pins (models/plug.h), or NULL
    const char *spiflash; // the flash on LiteSPI (models/nor_file.h), or NULL
} sim_options_t;

// What a module may use of its surroundings.
typedef struct {
    const sim_options_t *options;
    console_t *console;
    nor_file_t *spiflash; // the flash on LiteSPI, NULL: none
    plug_t *plug; // the virtual ECP5 board, NULL: none
    nets_t *nets; // pins are added in open() and connected when all modules are open
    const char *record; // in open(): the name of the record, which stays
    uint64_t cycle; // cycles since power-on
} sim_t;

// A kind of module. The table of all kinds is in modules.c.
typedef struct {
    const char *record; // name of the record of pads that it attaches to, NULL for any
    const char *pad; // it attaches only if the record has this pad
    const char *without; // and has no such pad; NULL where that does not matter
    // Returns the instance, or NULL after it has printed one line that says why it cannot work.
    void *(*open)(sim_t * sim, struct pad_s *pads);
    void (*tick)(void *self); // once per cycle; NULL for a module that only reports at the end
    void (*close)(void *self); // frees the instance, prints what it has to say to stderr
} sim_module_t;

extern const sim_module_t *const sim_modules[]; // ends with NULL

// Returns the address of a pad's value, or NULL. Its type follows from the pad's width:
// uint8_t up to 8 bits, uint16_t up to 16, uint32_t up to 32.
void *sim_pad(struct pad_s *pads, const char *name);

// The number of bits of a pad, 0 where there is none.
size_t sim_pad_bits(const struct pad_s *pads, const char *name);

// Nanoseconds since power-on at the nominal clock.
uint64_t sim_ns(const sim_t *sim);

#endif // RTL_SIM_H
