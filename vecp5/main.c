// SPDX-License-Identifier: MIT
// vecp5: a virtual ECP5 board behind an XVC server and an OpenOCD remote_bitbang server on loopback. See docs/vecp5.md.

#define _GNU_SOURCE
#include "models/flash_memory.h"
#include "models/number.h"
#include "vecp5/server.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_BAD = 2 };

static volatile sig_atomic_t stop;
static volatile sig_atomic_t power_cycle;

static void on_signal(int number) {
    if (number == SIGUSR1) {
        power_cycle = 1;
    } else {
        stop = 1;
    }
}

static const char usage[] =
    "usage: vecp5 [options]\n"
    "  --device NAME        the FPGA (default LFE5U-25F); `list` lists all\n"
    "  --flash NAME         its SPI flash (default W25Q128); `list` lists all, `none` leaves it out\n"
    "  --flash-file FILE    the flash's content: created blank, or padded with FF; kept up to date\n"
    "  --xvc PORT           serve XVC 1.0 on 127.0.0.1:PORT; 0 chooses a port\n"
    "  --bitbang PORT       serve OpenOCD's remote_bitbang likewise\n"
    "  --fault NAME[=N]     a faulty board; `list` lists all\n"
    "  --times typical|maximum|none   the data sheet's times (default typical)\n"
    "  --clock wall|tck     time of the board: the wall's (default), or only what TCK takes\n"
    "  --report FILE        one line of JSON about the board whenever a client leaves and at the end\n"
    "  --timeout SECONDS    end by itself\n"
    "The first lines on stdout are `xvc 127.0.0.1:PORT` and `bitbang 127.0.0.1:PORT`. SIGUSR1 cycles the power.\n";

static int bad(const char *what, const char *which, const char *hint) {
    fprintf(stderr, "vecp5: %s %s: %s\n", what, which, hint);
    return EXIT_BAD;
}

static int list(const char *what) {
    const char *meaning;
    for (size_t i = 0; what[0] == 'd' && ecp5_device_at(i) != NULL; i++) {
        printf("%s 0x%08x\n", ecp5_device_at(i)->name, ecp5_device_at(i)->idcode);
    }
    for (size_t i = 0; what[0] == 'c' && nor_chip_at(i) != NULL; i++) {
        const nor_chip_t *chip = nor_chip_at(i);
        printf("%s %u KiB%s%s\n", chip->name, chip->size_bytes / 1024, chip->alias != NULL ? ", also " : "",
            chip->alias != NULL ? chip->alias : "");
    }
    for (size_t i = 0; what[0] == 'f' && board_fault_name(i, &meaning) != NULL; i++) {
        printf("%-22s %s\n", board_fault_name(i, NULL), meaning);
    }
    return EXIT_SUCCESS;
}

typedef struct {
    const ecp5_device_t *device;
    const nor_chip_t *chip;
    const char *flash_file;
    const char *port[2];
    board_fault_t fault;
    nor_times_t times;
    bool wall_clock;
    const char *report;
    uint64_t timeout_s;
} arguments_t;

// 0 to go on, or the exit status plus one.
static int parse(int argc, char **argv, arguments_t *arguments) {
    static const struct option options[] = {
        { "device", 1, NULL, 'd' }, { "flash", 1, NULL, 'c' }, { "flash-file", 1, NULL, 'F' },
        { "xvc", 1, NULL, 'x' }, { "bitbang", 1, NULL, 'b' }, { "fault", 1, NULL, 'f' },
        { "times", 1, NULL, 't' }, { "clock", 1, NULL, 'k' }, { "report", 1, NULL, 'r' },
        { "timeout", 1, NULL, 'T' }, { "help", 0, NULL, 'h' }, { 0 },
    };
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (strchr("dcf", option) != NULL && strcmp(optarg, "list") == 0) {
            char what[2] = { (char)option, '\0' };
            return list(what) + 1;
        }
        switch (option) {
            case 'd':
                arguments->device = ecp5_device_find(optarg);
                if (arguments->device == NULL) {
                    return bad("device", optarg, "not known; --device list shows all") + 1;
                }
                break;
            case 'c':
                arguments->chip = nor_chip_find(optarg);
                if (arguments->chip == NULL && strcmp(optarg, "none") != 0) {
                    return bad("flash", optarg, "not known; --flash list shows all") + 1;
                }
                break;
            case 'F':
                arguments->flash_file = optarg;
                break;
            case 'x':
            case 'b':
                arguments->port[option == 'b'] = optarg;
                break;
            case 'f':
                if (!board_fault_parse(optarg, &arguments->fault)) {
                    return bad("fault", optarg, "not known; --fault list shows all") + 1;
                }
                break;
            case 't':
                if (!nor_times_find(optarg, &arguments->times)) {
                    return bad("times", optarg, "not one of typical, maximum, none") + 1;
                }
                break;
            case 'k':
                arguments->wall_clock = strcmp(optarg, "wall") == 0;
                if (!arguments->wall_clock && strcmp(optarg, "tck") != 0) {
                    return bad("clock", optarg, "not one of wall, tck") + 1;
                }
                break;
            case 'r':
                arguments->report = optarg;
                break;
            case 'T':
                if (!number_parse_all(optarg, 0, 1000000, &arguments->timeout_s)) {
                    return bad("timeout", optarg, "not a number of seconds") + 1;
                }
                break;
            case 'h':
                fputs(usage, stdout);
                return EXIT_SUCCESS + 1;
            default:
                return EXIT_BAD + 1; // getopt has said it
        }
    }
    if (optind < argc) {
        return bad("argument", argv[optind], "not understood; --help shows the options") + 1;
    }
    if (arguments->port[0] == NULL && arguments->port[1] == NULL) {
        return bad("server", "missing", "give --xvc PORT or --bitbang PORT (0 chooses)") + 1;
    }
    return 0;
}

// The flash's memory: the file, or blank memory. NULL after one line on stderr.
static uint8_t *open_flash(const arguments_t *arguments) {
    const char *reason;
    uint8_t *memory = flash_memory_open(arguments->flash_file, arguments->chip->size_bytes, &reason);
    if (memory == NULL) {
        bad(arguments->flash_file != NULL ? "flash file" : "flash",
            arguments->flash_file != NULL ? arguments->flash_file : arguments->chip->name, reason);
    }
    return memory;
}

static int open_ports(const arguments_t *arguments, server_t *server, uint16_t chosen[2]) {
    for (int i = 0; i < 2; i++) {
        uint64_t port;
        if (arguments->port[i] == NULL) {
            continue;
        }
        if (!number_parse_all(arguments->port[i], 0, 65535, &port)) {
            return bad("port", arguments->port[i], "not a port number");
        }
        chosen[i] = (uint16_t)port;
        server->listener[i] = server_listen(&chosen[i]);
        if (server->listener[i] < 0) {
            return bad("port", arguments->port[i], strerror(-server->listener[i]));
        }
    }
    return EXIT_SUCCESS;
}

// Everything is there: announce it and serve.
static int serve(const arguments_t *arguments, server_t *server, board_t *board, uint8_t *memory,
    const uint16_t port[2]) {
    static const char *const names[2] = { "xvc", "bitbang" };
    board_options_t options = {
        .device = arguments->device, .chip = arguments->chip, .flash_memory = memory,
        .times = arguments->times, .fault = arguments->fault,
    };
    struct sigaction action = { .sa_handler = on_signal };
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGUSR1, &action, NULL);
    board_init(board, &options);
    server->board = board;
    server->wall_clock = arguments->wall_clock;
    server->report_path = arguments->report;
    server->stop = &stop;
    server->power_cycle = &power_cycle;
    if (!server_report(server)) {
        return bad("report", arguments->report, strerror(errno));
    }
    for (int i = 0; i < 2; i++) {
        if (server->listener[i] >= 0) {
            printf("%s 127.0.0.1:%u\n", names[i], port[i]);
        }
    }
    fflush(stdout); // only now: who reads the lines finds a board that answers
    server_run(server, (unsigned)arguments->timeout_s);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv) {
    arguments_t arguments = {
        .device = ecp5_device_find("LFE5U-25F"), .chip = nor_chip_find("W25Q128JV"), .wall_clock = true,
    };
    int status = parse(argc, argv, &arguments);
    if (status != 0) {
        return status - 1;
    }
    if (arguments.chip == NULL && arguments.flash_file != NULL) {
        return bad("flash file", arguments.flash_file, "there is no flash (--flash none)");
    }
    if (arguments.chip == NULL && arguments.fault.kind == BOARD_FAULT_NOR) {
        return bad("fault", "of the flash", "there is no flash (--flash none)");
    }
    server_t *server = calloc(1, sizeof(*server));
    board_t *board = calloc(1, sizeof(*board));
    uint8_t *memory = NULL;
    if (server != NULL) {
        server->backlog.data = malloc(BACKLOG_BYTES);
    }
    if (server == NULL || board == NULL || server->backlog.data == NULL) {
        status = bad("memory", "short", strerror(ENOMEM));
    } else {
        uint16_t port[2];
        server->listener[0] = server->listener[1] = -1;
        status = open_ports(&arguments, server, port);
        if (status == EXIT_SUCCESS && arguments.chip != NULL) {
            memory = open_flash(&arguments);
            status = memory == NULL ? EXIT_BAD : EXIT_SUCCESS;
        }
        if (status == EXIT_SUCCESS) {
            status = serve(&arguments, server, board, memory, port);
        }
    }
    for (int i = 0; server != NULL && i < 2; i++) {
        if (server->listener[i] >= 0) {
            close(server->listener[i]);
        }
    }
    flash_memory_close(memory, arguments.chip != NULL ? arguments.chip->size_bytes : 0, arguments.flash_file != NULL);
    free(board);
    if (server != NULL) {
        free(server->backlog.data);
    }
    free(server);
    return status;
}
