// SPDX-License-Identifier: MIT
//
// Runs the Verilated SoC: clock, modules, and the reasons to stop. Started by rtl/run.py in a
// folder that holds the memory images; docs/rtl.md has the options and exit statuses.

#define _GNU_SOURCE

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model.h"
#include "models/pin_devices.h"
#include "models/sdcard.h"
#include "sim.h"

#define EXIT_BAD_INPUT 2
#define EXIT_MAX_CYCLES 124

// Cycles between two looks at the host: about 0.3 ms.
#define POLL_CYCLES 1024

#define MAX_MODULES 32

typedef struct {
    const sim_module_t *kind;
    void *self;
} instance_t;

typedef struct {
    char *name;
    struct pad_s *pads;
} record_t;

typedef struct {
    sim_options_t sim;
    console_kind_t console;
    uint64_t max_cycles; // 0: no limit
    uint64_t quiet_cycles; // without a byte on the console, after the end of the input
    bool stats;
} options_t;

static pin_devices_t *pin_devices;
static uint64_t pin_device_cycle; // at which the next of them wants to be called
static record_t records[MAX_MODULES];
static size_t records_len;
static instance_t instances[MAX_MODULES];
static size_t instances_len;
static volatile sig_atomic_t stop_signal;

static const struct option OPTIONS[] = {
    {"uart", required_argument, NULL, 'u'},
    {"max-cycles", required_argument, NULL, 'm'},
    {"quiet-cycles", required_argument, NULL, 'q'},
    {"trace-csr", required_argument, NULL, 't'},
    {"video", required_argument, NULL, 'v'},
    {"csr-names", required_argument, NULL, 'n'},
    {"clk-hz", required_argument, NULL, 'c'},
    {"baud", required_argument, NULL, 'b'},
    {"wiring", required_argument, NULL, 'w'},
    {"net", required_argument, NULL, 'e'},
    {"jtag", required_argument, NULL, 'j'},
    {"sdcard", required_argument, NULL, 'd'},
    {"spiflash", required_argument, NULL, 'f'},
    {"stats", no_argument, NULL, 's'},
    {NULL, 0, NULL, 0},
};

static const char *const CONSOLE_KINDS[] = {
    [CONSOLE_STDIO] = "stdio",
    [CONSOLE_PTY] = "pty",
    [CONSOLE_NONE] = "none",
};

static void on_signal(int number) {
    stop_signal = number;
}

static bool parse_number(const char *text, uint64_t *value) {
    char *end;
    errno = 0;
    *value = strtoull(text, &end, 0);
    return errno == 0 && end != text && *end == 0 && *text != '-';
}

static bool parse_console(const char *text, console_kind_t *kind) {
    for (size_t i = 0; i < sizeof(CONSOLE_KINDS) / sizeof(CONSOLE_KINDS[0]); i++) {
        if (strcmp(text, CONSOLE_KINDS[i]) == 0) {
            *kind = (console_kind_t)i;
            return true;
        }
    }
    return false;
}

// A capture goes beside the network, as with lxemu.
static void take_net(sim_options_t *options, const char *text) {
    const char capture[] = "pcap=";
    if (strncmp(text, capture, sizeof(capture) - 1) == 0) {
        options->net_capture = text + sizeof(capture) - 1;
    } else {
        options->net = text;
    }
}

static bool parse_options(int argc, char **argv, options_t *options) {
    int letter;
    int index = 0;
    char error[512];
    while ((letter = getopt_long(argc, argv, "", OPTIONS, &index)) != -1) {
        bool good = true;
        switch (letter) {
            case 'u':
                good = parse_console(optarg, &options->console);
                break;
            case 'm':
                good = parse_number(optarg, &options->max_cycles) && options->max_cycles > 0;
                break;
            case 'q':
                good = parse_number(optarg, &options->quiet_cycles);
                break;
            case 't':
                options->sim.trace_csr = optarg;
                break;
            case 'v':
                options->sim.video = optarg;
                break;
            case 'n':
                options->sim.csr_names = optarg;
                break;
            case 'c':
                good = parse_number(optarg, &options->sim.clk_hz) && options->sim.clk_hz > 0;
                break;
            case 'b':
                good = parse_number(optarg, &options->sim.baud) && options->sim.baud > 0;
                break;
            case 'w':
                if (!wiring_load(&options->sim.wiring, optarg, error, sizeof(error))) {
                    fprintf(stderr, "rtl: --wiring: %s\n", error);
                    return false;
                }
                break;
            case 'e':
                take_net(&options->sim, optarg);
                break;
            case 'j':
                options->sim.jtag = optarg;
                break;
            case 'd':
                if (!sdcard_option(&options->sim.wiring, optarg, "sdcard", error, sizeof(error))) {
                    fprintf(stderr, "rtl: --sdcard: %s\n", error);
                    return false;
                }
                break;
            case 'f':
                options->sim.spiflash = optarg;
                break;
            case 's':
                options->stats = true;
                break;
            default:
                return false; // getopt_long has said what is wrong
        }
        if (!good) {
            fprintf(stderr, "rtl: --%s: not a value that it takes: %s\n", OPTIONS[index].name, optarg);
            return false;
        }
    }
    if (optind != argc) {
        fprintf(stderr, "rtl: unexpected argument: %s\n", argv[optind]);
        return false;
    }
    return true;
}

static uint64_t now_ns(void *sim) {
    return sim_ns(sim);
}

// The first cycle at or after a time in nanoseconds.
static uint64_t cycle_of_ns(const sim_t *sim, uint64_t ns) {
    return ns == UINT64_MAX ? UINT64_MAX
        : (uint64_t)(((unsigned __int128)ns * sim->options->clk_hz + 999999999) / 1000000000);
}

// The first cycle at which the outside drives a pin.
static uint64_t stimulus_cycle(const sim_t *sim) {
    return cycle_of_ns(sim, nets_next(sim->nets));
}

static void wake_pin_devices(void *sim) {
    if (pin_devices) {
        pin_device_cycle = cycle_of_ns(sim, pin_devices_next(pin_devices));
    }
}

static bool plug_in(sim_t *sim) {
    char error[512];
    if (!sim->options->jtag) {
        return true;
    }
    sim->plug = plug_open(sim->options->jtag, error, sizeof(error));
    if (!sim->plug) {
        fprintf(stderr, "rtl: --jtag: %s\n", error);
    }
    return sim->plug != NULL;
}

static bool add_spiflash(sim_t *sim) {
    char error[1200];
    if (!sim->options->spiflash) {
        return true;
    }
    sim->spiflash = nor_file_open(sim->options->spiflash, error, sizeof(error));
    if (!sim->spiflash) {
        fprintf(stderr, "rtl: --spiflash: %s\n", error);
    }
    return sim->spiflash != NULL;
}

static bool attach(sim_t *sim) {
    if (!plug_in(sim) || !add_spiflash(sim)) {
        return false;
    }
    for (size_t i = 0; i < records_len; i++) {
        for (const sim_module_t *const *kind = sim_modules; *kind; kind++) {
            if (((*kind)->record && strcmp((*kind)->record, records[i].name) != 0)
                || !sim_pad(records[i].pads, (*kind)->pad)
                || ((*kind)->without && sim_pad(records[i].pads, (*kind)->without))) {
                continue;
            }
            if (instances_len == MAX_MODULES) {
                fprintf(stderr, "rtl: more than %d modules\n", MAX_MODULES);
                return false;
            }
            sim->record = records[i].name;
            void *self = (*kind)->open(sim, records[i].pads);
            if (!self) {
                return false;
            }
            instances[instances_len++] = (instance_t) {*kind, self};
        }
    }
    if (sim->plug && !plug_connect(sim->plug, sim->nets, now_ns, sim)) {
        fprintf(stderr, "rtl: out of memory\n");
        return false;
    }
    char error[512];
    if (!nets_connect(sim->nets, &sim->options->wiring, error, sizeof(error))) {
        fprintf(stderr, "rtl: %s\n", error);
        return false;
    }
    const pin_devices_host_t host = { now_ns, wake_pin_devices, sim };
    pin_device_cycle = UINT64_MAX;
    pin_devices = pin_devices_attach(sim->nets, &sim->options->wiring, &host, error, sizeof(error));
    if (!pin_devices) {
        fprintf(stderr, "rtl: %s\n", error);
        return false;
    }
    wake_pin_devices(sim);
    return true;
}

static void run_cycles(sim_t *sim, uint64_t cycles) {
    uint64_t stimulus = stimulus_cycle(sim);
    for (uint64_t end = sim->cycle + cycles; sim->cycle < end; sim->cycle++) {
        model_cycle();
        if (sim->cycle >= stimulus) {
            nets_advance(sim->nets, sim_ns(sim));
            stimulus = stimulus_cycle(sim);
        }
        if (sim->cycle >= pin_device_cycle) {
            pin_devices_advance(pin_devices);
        }
        for (size_t i = 0; i < instances_len; i++) {
            if (instances[i].kind->tick) {
                instances[i].kind->tick(instances[i].self);
            }
        }
    }
}

// Returns the exit status.
static int run(sim_t *sim, const options_t *options) {
    uint64_t activity = 0;
    uint64_t active_cycle = 0;
    while (!stop_signal && !console_left(sim->console)) {
        uint64_t cycles = POLL_CYCLES;
        if (options->max_cycles && options->max_cycles - sim->cycle < cycles) {
            cycles = options->max_cycles - sim->cycle;
        }
        run_cycles(sim, cycles);
        console_poll(sim->console);
        if (options->max_cycles && sim->cycle == options->max_cycles) {
            return EXIT_MAX_CYCLES;
        }
        if (activity != console_activity(sim->console) || !console_input_ended(sim->console)) {
            activity = console_activity(sim->console);
            active_cycle = sim->cycle;
        } else if (sim->cycle - active_cycle >= options->quiet_cycles) {
            break;
        }
    }
    return EXIT_SUCCESS;
}

static double seconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void *sim_pad(struct pad_s *pads, const char *name) {
    for (; pads->name; pads++) {
        if (strcmp(pads->name, name) == 0) {
            return pads->signal;
        }
    }
    return NULL;
}

size_t sim_pad_bits(const struct pad_s *pads, const char *name) {
    for (; pads->name; pads++) {
        if (strcmp(pads->name, name) == 0) {
            return pads->len;
        }
    }
    return 0;
}

uint64_t sim_ns(const sim_t *sim) {
    return (uint64_t)((unsigned __int128)sim->cycle * 1000000000 / sim->options->clk_hz);
}

int litex_sim_register_pads(struct pad_s *pads, char *name, int index) {
    (void)index;
    if (records_len < MAX_MODULES) {
        records[records_len++] = (record_t) {name, pads};
    }
    return 0;
}

int main(int argc, char **argv) {
    options_t options = {
        .sim = {.clk_hz = 100000000, .baud = 115200},
        .console = CONSOLE_STDIO,
        .quiet_cycles = 5000000,
    };
    if (!parse_options(argc, argv, &options)) {
        return EXIT_BAD_INPUT;
    }
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    signal(SIGPIPE, SIG_IGN);

    sim_t sim = {.options = &options.sim, .nets = nets_new()};
    if (!sim.nets) {
        fprintf(stderr, "rtl: out of memory\n");
        return EXIT_BAD_INPUT;
    }
    model_open();
    sim.console = console_open(options.console);
    if (!sim.console) {
        return EXIT_BAD_INPUT;
    }
    double wall = seconds(CLOCK_MONOTONIC);
    int status = attach(&sim) ? run(&sim, &options) : EXIT_BAD_INPUT;
    wall = seconds(CLOCK_MONOTONIC) - wall;
    console_close(sim.console);
    for (size_t i = 0; i < instances_len; i++) {
        instances[i].kind->close(instances[i].self);
    }
    model_close();
    pin_devices_free(pin_devices);
    nets_free(sim.nets);
    plug_close(sim.plug);
    nor_file_close(sim.spiflash);
    wiring_free(&options.sim.wiring);
    if (status != EXIT_BAD_INPUT) {
        fprintf(stderr, "cycles: %llu\n", (unsigned long long)sim.cycle);
    }
    if (options.stats) {
        double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
        fprintf(stderr, "seconds: %.3f wall, %.3f cpu, %.3f million cycles per cpu second\n",
            wall, cpu, (double)sim.cycle / cpu * 1e-6);
    }
    return status;
}
