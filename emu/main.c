// SPDX-License-Identifier: MIT
//
// lxemu: the functional emulator of a LiteX SoC. Opens what the options name, runs the machine, gives the exit status;
// docs/emulator.md.

#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gdb.h"
#include "host/console.h"
#include "host/picture.h"
#include "host/window.h"
#include "machine/machine.h"
#include "options.h"

#define EXIT_BAD_INPUT (2)

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
        } else if (!machine_open_nets(&m)) {
            bad("%s", m.error);
        } else if (!console_open(console, o->uart, o->machine.realtime, error, sizeof(error))) {
            bad("%s", error);
        } else {
            uint64_t start = now_ns();
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
    if (!options_parse(&options, argc, argv, error, sizeof(error))) {
        return bad("%s", error);
    }
    if (options.help) {
        options_help();
        return 0;
    }
    if (!soc_load(&soc, options.soc, options.ordering, error, sizeof(error))) {
        return bad("%s", error);
    }
    if (!options_insert_cards(&options, &soc, error, sizeof(error))) {
        return bad("%s", error);
    }
    console.kind = strcmp(options.uart, "none") == 0 ? CONSOLE_NONE : CONSOLE_STDIO;
    console.in = console.out = console.listener = console.slave = -1;
    int status = run(&options, &soc, &console);
    soc_free(&soc);
    options_free(&options);
    return status;
}
