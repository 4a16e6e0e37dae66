// SPDX-License-Identifier: MIT
//
// lxemu's command line: one table row per option, with what it takes, where the value goes and its line of --help.

#define _GNU_SOURCE
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "models/number.h"
#include "models/sdcard.h"

#define DEFAULT_FIFO_DEPTH (16)
#define MAX_FIFO_DEPTH (65536)
#define DEFAULT_MBIT_S (100)
#define MAX_MBIT_S (10000)
#define MAX_BAUD (100000000)
#define MAX_CYCLES (UINT64_MAX / 4)
#define FIRST_CODE (256) // of getopt's codes: no character's

typedef struct {
    char *text;
    size_t size;
} message_t;

typedef struct option_row option_row_t;
struct option_row {
    const char *name;
    const char *argument; // NULL: none
    const char *help;
    bool (*take)(options_t *o, const option_row_t *row, const char *text, message_t *error);
    size_t field;         // offset in options_t
    uint64_t min;         // of a number
    uint64_t max;
    const char *wanted;   // what to give, for a message
};

static bool refuse(message_t *error, const option_row_t *row, const char *text, const char *why) {
    snprintf(error->text, error->size, "--%s %s: %s", row->name, text, why);
    return false;
}

static void *field(options_t *o, const option_row_t *row) {
    return (char *)o + row->field;
}

static bool take_text(options_t *o, const option_row_t *row, const char *text, message_t *error) {
    (void)error;
    *(const char **)field(o, row) = text;
    return true;
}

static bool take_flag(options_t *o, const option_row_t *row, const char *text, message_t *error) {
    (void)text;
    (void)error;
    *(bool *)field(o, row) = true;
    return true;
}

static bool number(const option_row_t *row, const char *text, uint64_t *value, message_t *error) {
    return number_parse_all(text, row->min, row->max, value) || refuse(error, row, text, row->wanted);
}

static bool take_u64(options_t *o, const option_row_t *row, const char *text, message_t *error) {
    return number(row, text, field(o, row), error);
}

static bool take_u32(options_t *o, const option_row_t *row, const char *text, message_t *error) {
    uint64_t value;
    if (!number(row, text, &value, error)) {
        return false;
    }
    *(uint32_t *)field(o, row) = (uint32_t)value;
    return true;
}

// A number that stays text: NULL says that none was given.
static bool take_hash(options_t *o, const option_row_t *row, const char *text, message_t *error) {
    uint64_t value;
    return number(row, text, &value, error) && take_text(o, row, text, error);
}

static bool take_load(options_t *o, const option_row_t *row, const char *text, message_t *error) {
    if (o->machine.load_count == OPTIONS_MAX_LOADS) {
        return refuse(error, row, text, "too many");
    }
    o->loads[o->machine.load_count++] = text;
    return true;
}

static bool take_pty(options_t *o, const option_row_t *row, const char *text, message_t *error) {
    (void)text;
    return take_text(o, row, "pty", error);
}

static bool take_ordering(options_t *o, const option_row_t *row, const char *text, message_t *error) {
    if (strcmp(text, "big") != 0 && strcmp(text, "little") != 0) {
        return refuse(error, row, text, "give big or little");
    }
    return take_text(o, row, text, error);
}

// The models' messages name the file or the specification themselves.
static bool prefixed(const option_row_t *row, const char *message, message_t *error) {
    snprintf(error->text, error->size, "--%s: %s", row->name, message);
    return false;
}

static bool take_jtag(options_t *o, const option_row_t *row, const char *text, message_t *error) {
    char message[512];
    o->machine.plug = plug_open(text, message, sizeof(message));
    return o->machine.plug != NULL || prefixed(row, message, error);
}

static bool take_spiflash(options_t *o, const option_row_t *row, const char *text, message_t *error) {
    char message[1200];
    nor_file_close(o->machine.spiflash);
    o->machine.spiflash = nor_file_open(text, message, sizeof(message));
    return o->machine.spiflash != NULL || prefixed(row, message, error);
}

// The SoC, which is not known yet, decides on the slot.
static bool take_sdcard(options_t *o, const option_row_t *row, const char *text, message_t *error) {
    for (size_t i = 0; i < OPTIONS_MAX_SDCARDS; i++) {
        if (o->sdcards[i] == NULL) {
            o->sdcards[i] = text;
            return true;
        }
    }
    return refuse(error, row, text, "too many");
}

static bool take_wiring(options_t *o, const option_row_t *row, const char *text, message_t *error) {
    char message[512];
    return wiring_load(&o->wiring, text, message, sizeof(message)) || prefixed(row, message, error);
}

// Networks, in the order of the MACs; a capture belongs to the one before it.
static bool take_net(options_t *o, const option_row_t *row, const char *text, message_t *error) {
    machine_options_t *m = &o->machine;
    uint64_t rate;
    if (strncmp(text, "pcap=", 5) == 0 && text[5] != '\0') {
        m->captures[m->net_count > 0 ? m->net_count - 1 : 0] = text + 5;
        return true;
    }
    if (strncmp(text, "rate=", 5) == 0) {
        if (!number_parse_all(text + 5, 1, MAX_MBIT_S, &rate)) {
            return refuse(error, row, text, "give 10, 100 or 1000, in Mbit/s");
        }
        m->ethernet_mbit_s = (uint32_t)rate;
        return true;
    }
    if (m->net_count == MACHINE_NETS) {
        return refuse(error, row, text, "too many");
    }
    m->nets[m->net_count++] = text;
    return true;
}

#define TEXT(member) .take = take_text, .field = offsetof(options_t, member)
#define FLAG(member) .take = take_flag, .field = offsetof(options_t, member)
#define FIELD(member) .field = offsetof(options_t, member)

static const option_row_t rows[] = {
    { "kernel", "FILE", "image or ELF for main_ram; the processor starts there", TEXT(machine.kernel) },
    { "rom", "FILE", "image for rom; the processor starts at its reset address", TEXT(machine.rom) },
    { "load", "ADDR=FILE", "another image (repeatable)", .take = take_load },
    { "uart", "WHERE", "the console: stdio (default), pty, tcp:PORT or none", TEXT(uart) },
    { "pty", NULL, "as --uart pty: the first line on stdout is its name", .take = take_pty, FIELD(uart) },
    { "baud", "N", "pace the UART as a PHY of N baud", .take = take_u32, FIELD(machine.baud),
      .min = 1, .max = MAX_BAUD, .wanted = "give a baud rate, as 115200" },
    { "uart-fifo", "N", "depth of the UART's FIFOs (16)", .take = take_u32, FIELD(machine.fifo_depth),
      .min = 1, .max = MAX_FIFO_DEPTH, .wanted = "give a depth, as 16" },
    { "realtime", NULL, "keep to the wall clock; default on a terminal, with pty, tcp and gdb", FLAG(realtime) },
    { "virtual", NULL, "as fast as possible; default otherwise", FLAG(virtual) },
    { "timing", NULL, "estimate VexRiscv's cycles instead of one per instruction", FLAG(machine.timing) },
    { "max-cycles", "N", "stop after N cycles, exit status 124", .take = take_u64, FIELD(machine.max_cycles),
      .min = 1, .max = MAX_CYCLES, .wanted = "give a number of cycles" },
    { "strict", NULL, "stop at the first bad access or trap, exit status 3", FLAG(machine.strict) },
    { "trace", "FILE", "one line per instruction", TEXT(trace) },
    { "trace-csr", "FILE", "one line per access to a CSR of the SoC", TEXT(trace_csr) },
    { "gdb", "PORT", "wait for gdb on 127.0.0.1:PORT", TEXT(gdb) },
    { "csr-ordering", "O", "big or little: the order of a register's words", .take = take_ordering, FIELD(ordering) },
    { "identifier", "TEXT", "what the gateware calls itself", TEXT(machine.identifier) },
    { "map-hash", "N", "the CSR map hash that the gateware carries", .take = take_hash, FIELD(machine.map_hash),
      .max = UINT32_MAX, .wanted = "give a number" },
    { "jtag", "SPEC", "a virtual ECP5 on the JTAG pins: ecp5:LFE5U-25F[,flash=W25Q128][,file=F][,fault=NAME]",
      .take = take_jtag },
    { "spiflash", "SPEC", "the SPI flash on LiteSPI: FILE[,chip=W25Q128][,times=none][,fault=NAME[=N]]",
      .take = take_spiflash },
    { "sdcard", "SPEC", "a card (repeatable): IMG[,slot=CORE][,kind=sdhc][,times=none][,fault=NAME[,argument=N]]",
      .take = take_sdcard },
    { "wiring", "FILE", "what is connected to the pins (repeatable; docs/wiring.md)", .take = take_wiring },
    { "etherbone", "PORT", "a host reads and writes the bus through 127.0.0.1:PORT (or ADDRESS:PORT), UDP",
      TEXT(etherbone) },
    { "net", "SPEC", "Ethernet: user[,hostfwd=tcp::8080-:80], tap=NAME; pcap=FILE, rate=1000 (docs/emulator.md; repeatable)",
      .take = take_net },
    { "video", "FILE.png", "the picture of the video core; with %d in the name, each that differs", TEXT(video) },
    { "video-window", NULL, "the pictures of the video core in a window; closing it leaves", FLAG(window) },
    { "stats", NULL, "at exit, cycles and speed to stderr", FLAG(stats) },
    { "help", NULL, NULL, FLAG(help) },
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

void options_help(void) {
    fputs("usage: lxemu [options] <LiteX build folder or csr.json>\n", stdout);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        char name[32];
        const char *argument = rows[i].argument != NULL ? rows[i].argument : "";
        snprintf(name, sizeof(name), "%s %s", rows[i].name, argument);
        if (rows[i].help != NULL) {
            printf("  --%-19s%s\n", name, rows[i].help);
        }
    }
    fputs("Ctrl-] leaves. docs/emulator.md has more.\n", stdout);
}

// Somebody outside may look at the guest while it runs: its time is the wall clock's.
static bool faces_people(const options_t *o) {
    return strcmp(o->uart, "pty") == 0 || strncmp(o->uart, "tcp:", 4) == 0 || o->gdb != NULL || o->etherbone != NULL ||
           o->window || (strcmp(o->uart, "stdio") == 0 && isatty(STDIN_FILENO));
}

static bool finish(options_t *o, int argc, char **argv, message_t *error) {
    if (optind + 1 != argc) {
        snprintf(error->text, error->size, "%s: see --help", optind < argc ? "more than one SoC is given" :
            "give LiteX's build folder or its csr.json");
        return false;
    }
    if (o->machine.net_count == 0 && o->machine.captures[0] != NULL) {
        snprintf(error->text, error->size, "--net pcap=%s: there is nothing to capture: give --net user or "
            "--net tap=NAME too", o->machine.captures[0]);
        return false;
    }
    if (o->realtime && o->virtual) {
        snprintf(error->text, error->size, "--realtime and --virtual: choose one");
        return false;
    }
    o->soc = argv[optind];
    o->machine.loads = o->loads;
    o->machine.wiring = &o->wiring;
    o->machine.realtime = o->realtime || (faces_people(o) && !o->virtual);
    return true;
}

bool options_parse(options_t *o, int argc, char **argv, char *text, size_t size) {
    message_t error = { text, size };
    struct option options[ROW_COUNT + 1] = { { 0 } };
    int code;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        options[i] = (struct option) {
            rows[i].name, rows[i].argument != NULL ? required_argument : no_argument, NULL, FIRST_CODE + (int)i
        };
    }
    opterr = 0;
    o->uart = "stdio";
    o->machine.fifo_depth = DEFAULT_FIFO_DEPTH;
    o->machine.ethernet_mbit_s = DEFAULT_MBIT_S;
    while ((code = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (code < FIRST_CODE) {
            snprintf(text, size, "%s: no such option, or its value is missing: see --help", argv[optind - 1]);
            return false;
        }
        const option_row_t *row = &rows[code - FIRST_CODE];
        if (!row->take(o, row, optarg, &error)) {
            return false;
        }
        if (o->help) {
            return true;
        }
    }
    return finish(o, argc, argv, &error);
}

static bool has_slot(const soc_t *soc, const char *slot, const char *reg) {
    char name[SOC_NAME];
    snprintf(name, sizeof(name), "%s_%s", slot, reg);
    return soc_register(soc, name) != NULL;
}

bool options_insert_cards(options_t *o, const soc_t *soc, char *error, size_t error_size) {
    for (size_t i = 0; i < OPTIONS_MAX_SDCARDS && o->sdcards[i] != NULL; i++) {
        bool spi = !has_slot(soc, "sdcard", "core_cmd_send");
        char message[512];
        if (!sdcard_option(&o->wiring, o->sdcards[i], spi ? "spisdcard" : "sdcard", message, sizeof(message))) {
            snprintf(error, error_size, "--sdcard: %s", message);
            return false;
        }
        const char *slot = o->wiring.rows[0].place.core;
        if (!has_slot(soc, slot, "core_cmd_send") && !has_slot(soc, slot, "miso")) {
            snprintf(error, error_size, "--sdcard %s: this SoC has no core %s for a card", o->sdcards[i], slot);
            return false;
        }
    }
    return true;
}

void options_free(options_t *o) {
    wiring_free(&o->wiring);
    plug_close(o->machine.plug);
    nor_file_close(o->machine.spiflash);
}
