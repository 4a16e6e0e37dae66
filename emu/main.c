// SPDX-License-Identifier: MIT
//
// lxemu: the functional emulator of a LiteX SoC. Options, files, exit status; docs/emulator.md.

#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/console.h"
#include "gdb.h"
#include "host/picture.h"
#include "host/window.h"
#include "machine/machine.h"
#include "models/number.h"

#define EXIT_BAD_INPUT (2)
#define MAX_LOADS (32)
#define DEFAULT_FIFO_DEPTH (16)
#define MAX_FIFO_DEPTH (65536)
#define MAX_BAUD (100000000)

enum {
    OPT_KERNEL = 256, OPT_ROM, OPT_LOAD, OPT_UART, OPT_PTY, OPT_BAUD, OPT_FIFO, OPT_REALTIME, OPT_VIRTUAL,
    OPT_TIMING, OPT_MAX_CYCLES, OPT_STRICT, OPT_TRACE, OPT_TRACE_CSR, OPT_GDB, OPT_ORDERING, OPT_IDENTIFIER,
    OPT_MAP_HASH, OPT_VIDEO, OPT_WINDOW, OPT_WIRING, OPT_JTAG, OPT_ETHERBONE, OPT_STATS, OPT_HELP, OPT_VERSION,
};

static const struct option long_options[] = {
    { "kernel", required_argument, NULL, OPT_KERNEL },
    { "rom", required_argument, NULL, OPT_ROM },
    { "load", required_argument, NULL, OPT_LOAD },
    { "uart", required_argument, NULL, OPT_UART },
    { "pty", no_argument, NULL, OPT_PTY },
    { "baud", required_argument, NULL, OPT_BAUD },
    { "uart-fifo", required_argument, NULL, OPT_FIFO },
    { "realtime", no_argument, NULL, OPT_REALTIME },
    { "virtual", no_argument, NULL, OPT_VIRTUAL },
    { "timing", no_argument, NULL, OPT_TIMING },
    { "max-cycles", required_argument, NULL, OPT_MAX_CYCLES },
    { "strict", no_argument, NULL, OPT_STRICT },
    { "trace", required_argument, NULL, OPT_TRACE },
    { "trace-csr", required_argument, NULL, OPT_TRACE_CSR },
    { "gdb", required_argument, NULL, OPT_GDB },
    { "csr-ordering", required_argument, NULL, OPT_ORDERING },
    { "identifier", required_argument, NULL, OPT_IDENTIFIER },
    { "map-hash", required_argument, NULL, OPT_MAP_HASH },
    { "wiring", required_argument, NULL, OPT_WIRING },
    { "jtag", required_argument, NULL, OPT_JTAG },
    { "etherbone", required_argument, NULL, OPT_ETHERBONE },
    { "video", required_argument, NULL, OPT_VIDEO },
    { "video-window", no_argument, NULL, OPT_WINDOW },
    { "stats", no_argument, NULL, OPT_STATS },
    { "help", no_argument, NULL, OPT_HELP },
    { NULL, 0, NULL, 0 },
};

static const char help[] =
    "usage: lxemu [options] <LiteX build folder or csr.json>\n"
    "  --kernel FILE        image or ELF for main_ram; the processor starts there\n"
    "  --rom FILE           image for rom; the processor starts at its reset address\n"
    "  --load ADDR=FILE     another image (repeatable)\n"
    "  --uart WHERE         the console: stdio (default), pty, tcp:PORT or none\n"
    "  --pty                as --uart pty: the first line on stdout is its name\n"
    "  --baud N             pace the UART as a PHY of N baud\n"
    "  --uart-fifo N        depth of the UART's FIFOs (16)\n"
    "  --realtime           keep to the wall clock; default on a terminal, with pty, tcp and gdb\n"
    "  --virtual            as fast as possible; default otherwise\n"
    "  --timing             estimate VexRiscv's cycles instead of one per instruction\n"
    "  --max-cycles N       stop after N cycles, exit status 124\n"
    "  --strict             stop at the first bad access or trap, exit status 3\n"
    "  --trace FILE         one line per instruction\n"
    "  --trace-csr FILE     one line per access to a CSR of the SoC\n"
    "  --gdb PORT           wait for gdb on 127.0.0.1:PORT\n"
    "  --csr-ordering O     big or little: the order of a register's words\n"
    "  --identifier TEXT    what the gateware calls itself\n"
    "  --map-hash N         the CSR map hash that the gateware carries\n"
    "  --jtag SPEC          a virtual ECP5 on the JTAG pins: ecp5:LFE5U-25F[,flash=W25Q128][,file=F][,fault=NAME]\n"
    "  --wiring FILE        what hangs on the pins (repeatable; docs/wiring.md)\n"
    "  --etherbone PORT     a host reads and writes the bus through 127.0.0.1:PORT (or ADDRESS:PORT), UDP\n"
    "  --video FILE.png     the picture of the video core; with %d in the name, each that differs\n"
    "  --video-window       the pictures of the video core in a window; closing it leaves\n"
    "  --stats              at exit, cycles and speed to stderr\n"
    "Ctrl-] leaves. docs/emulator.md has more.\n";

typedef struct {
    machine_options_t machine;
    wiring_t wiring;
    const char *soc;
    const char *uart;
    const char *ordering;
    const char *trace;
    const char *trace_csr;
    const char *gdb;
    const char *video;
    const char *etherbone;
    const char *loads[MAX_LOADS];
    bool realtime;
    bool virtual;
    bool window;
    bool stats;
} options_t;

static volatile int signal_seen;

static void on_signal(int number) {
    signal_seen = number;
}

static int bad(const char *format, const char *what) {
    fputs("lxemu: ", stderr);
    fprintf(stderr, format, what);
    fputc('\n', stderr);
    return EXIT_BAD_INPUT;
}

static int parse(options_t *o, int argc, char **argv) {
    uint64_t n;
    int c;
    char error[512];
    opterr = 0;
    o->uart = "stdio";
    o->machine.fifo_depth = DEFAULT_FIFO_DEPTH;
    while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        switch (c) {
            case OPT_KERNEL:
                o->machine.kernel = optarg;
                break;
            case OPT_ROM:
                o->machine.rom = optarg;
                break;
            case OPT_LOAD:
                if (o->machine.load_count == MAX_LOADS) {
                    return bad("--load %s: too many", optarg);
                }
                o->loads[o->machine.load_count++] = optarg;
                break;
            case OPT_UART:
                o->uart = optarg;
                break;
            case OPT_PTY:
                o->uart = "pty";
                break;
            case OPT_BAUD:
                if (!number_parse_all(optarg, 1, MAX_BAUD, &n)) {
                    return bad("--baud %s: give a baud rate, as 115200", optarg);
                }
                o->machine.baud = (uint32_t)n;
                break;
            case OPT_FIFO:
                if (!number_parse_all(optarg, 1, MAX_FIFO_DEPTH, &n)) {
                    return bad("--uart-fifo %s: give a depth, as 16", optarg);
                }
                o->machine.fifo_depth = (uint32_t)n;
                break;
            case OPT_REALTIME:
                o->realtime = true;
                break;
            case OPT_VIRTUAL:
                o->virtual = true;
                break;
            case OPT_TIMING:
                o->machine.timing = true;
                break;
            case OPT_MAX_CYCLES:
                if (!number_parse_all(optarg, 1, UINT64_MAX / 4, &n)) {
                    return bad("--max-cycles %s: give a number of cycles", optarg);
                }
                o->machine.max_cycles = n;
                break;
            case OPT_STRICT:
                o->machine.strict = true;
                break;
            case OPT_TRACE:
                o->trace = optarg;
                break;
            case OPT_TRACE_CSR:
                o->trace_csr = optarg;
                break;
            case OPT_GDB:
                o->gdb = optarg;
                break;
            case OPT_ORDERING:
                if (strcmp(optarg, "big") != 0 && strcmp(optarg, "little") != 0) {
                    return bad("--csr-ordering %s: give big or little", optarg);
                }
                o->ordering = optarg;
                break;
            case OPT_IDENTIFIER:
                o->machine.identifier = optarg;
                break;
            case OPT_MAP_HASH:
                if (!number_parse_all(optarg, 0, UINT32_MAX, &n)) {
                    return bad("--map-hash %s: give a number", optarg);
                }
                o->machine.map_hash = optarg;
                break;
            case OPT_JTAG:
                o->machine.plug = plug_open(optarg, error, sizeof(error));
                if (o->machine.plug == NULL) {
                    return bad("--jtag: %s", error);
                }
                break;
            case OPT_WIRING:
                if (!wiring_load(&o->wiring, optarg, error, sizeof(error))) {
                    return bad("--wiring: %s", error);
                }
                break;
            case OPT_ETHERBONE:
                o->etherbone = optarg;
                break;
            case OPT_VIDEO:
                o->video = optarg;
                break;
            case OPT_WINDOW:
                o->window = true;
                break;
            case OPT_STATS:
                o->stats = true;
                break;
            case OPT_HELP:
                fputs(help, stdout);
                exit(0);
            default:
                return bad("%s: no such option, or its value is missing: see --help", argv[optind - 1]);
        }
    }
    if (optind + 1 != argc) {
        return bad("%s: see --help", optind < argc ? "more than one SoC is given" :
            "give LiteX's build folder or its csr.json");
    }
    o->soc = argv[optind];
    o->machine.loads = o->loads;
    o->machine.wiring = &o->wiring;
    if (o->realtime && o->virtual) {
        return bad("%s: choose one", "--realtime and --virtual");
    }
    bool host_facing = strcmp(o->uart, "pty") == 0 || strncmp(o->uart, "tcp:", 4) == 0 || o->gdb != NULL ||
        o->etherbone != NULL || o->window ||
        (strcmp(o->uart, "stdio") == 0 && isatty(STDIN_FILENO));
    o->machine.realtime = o->realtime || (host_facing && !o->virtual);
    return 0;
}

static bool open_trace(const char *path, FILE **file) {
    if (path == NULL) {
        return true;
    }
    *file = fopen(path, "w");
    if (*file == NULL) {
        fprintf(stderr, "lxemu: %s: %s: cannot write the trace there\n", path, strerror(errno));
        return false;
    }
    return true;
}

static void print_stats(const machine_t *m, uint64_t ns) {
    uint64_t instructions = cpu_instructions(&m->cpu);
    fprintf(stderr, "cycles: %" PRIu64 "\n", m->cpu.cycle);
    fprintf(stderr, "instructions: %" PRIu64 "\n", instructions);
    fprintf(stderr, "wall: %.3f s, %.1f million instructions/s\n", (double)ns / 1e9,
        ns > 0 ? (double)instructions * 1e3 / (double)ns : 0.0);
    fprintf(stderr, "bus errors: %" PRIu64 "\n", m->bus.errors);
    fprintf(stderr, "uart overflows: %" PRIu64 "\n", m->uart_overflows);
    if (m->options.window != NULL) {
        fprintf(stderr, "frames shown: %u\n", window_shown(m->options.window));
    }
}

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void catch_signals(void) {
    struct sigaction action = { .sa_handler = on_signal };
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static bool open_etherbone(machine_t *m, const char *where, char *error, size_t error_size) {
    etherbone_bus_t bus = machine_host_bus;
    bus.context = m;
    m->etherbone = etherbone_open(&bus, where, error, error_size);
    return m->etherbone != NULL;
}

static int run(options_t *o, const soc_t *soc, console_t *console) {
    machine_t m;
    int status = EXIT_BAD_INPUT;
    gdb_t *gdb = NULL;
    char error[512];
    if (o->video != NULL && (o->machine.picture = picture_open(o->video)) == NULL) {
        return bad("--video %s: no memory", o->video);
    }
    if (o->window && (o->machine.window = window_open(error, sizeof(error))) == NULL) {
        picture_close(o->machine.picture);
        return bad("%s", error);
    }
    if (!machine_init(&m, soc, &o->machine, console)) {
        bad("%s", m.error);
    } else if (open_trace(o->trace, &m.trace) && open_trace(o->trace_csr, &m.trace_csr)) {
        m.signal = &signal_seen;
        catch_signals();
        // The console is last: a PTY's name on stdout means that everything else was fine.
        if (o->gdb != NULL && (gdb = gdb_open(&m, o->gdb, error, sizeof(error))) == NULL) {
            bad("%s", error);
        } else if (o->etherbone != NULL && !open_etherbone(&m, o->etherbone, error, sizeof(error))) {
            bad("%s", error);
        } else if (!console_open(console, o->uart, o->machine.realtime, error, sizeof(error))) {
            bad("%s", error);
        } else {
            uint64_t start = now_ns();
            if (m.etherbone != NULL) {
                console->wake = etherbone_fd(m.etherbone);
            }
            status = gdb != NULL ? gdb_run(gdb) : machine_run(&m);
            console_restore();
            if (o->stats) {
                print_stats(&m, now_ns() - start);
            }
        }
    }
    gdb_close(gdb);
    etherbone_close(m.etherbone);
    if (m.trace != NULL) {
        fclose(m.trace);
    }
    if (m.trace_csr != NULL) {
        fclose(m.trace_csr);
    }
    console_close(console);
    machine_free(&m);
    bool saved = picture_close(o->machine.picture);
    bool shown = window_close(o->machine.window);
    return saved && shown ? status : EXIT_BAD_INPUT;
}

int main(int argc, char **argv) {
    static options_t options;
    static soc_t soc;
    static console_t console;
    char error[1400];
    int status = parse(&options, argc, argv);
    if (status != 0) {
        return status;
    }
    if (!soc_load(&soc, options.soc, options.ordering, error, sizeof(error))) {
        return bad("%s", error);
    }
    console.kind = strcmp(options.uart, "none") == 0 ? CONSOLE_NONE : CONSOLE_STDIO;
    console.in = console.out = console.listener = console.slave = console.wake = -1;
    status = run(&options, &soc, &console);
    soc_free(&soc);
    wiring_free(&options.wiring);
    plug_close(options.machine.plug);
    return status;
}
