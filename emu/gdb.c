// SPDX-License-Identifier: MIT
//
// GDB remote stub: registers, memory, breakpoints, step, continue, Ctrl-C, over TCP on this machine.
// After: Debugging with GDB, appendix E, "GDB Remote Serial Protocol" and "RISC-V Features".

#define _GNU_SOURCE
#include "gdb.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PACKET_SIZE (4096)
#define PC_NUMBER (32)
#define CSR_NUMBER (65) // gdb's number of CSR 0
#define CTRL_C (3)
#define WAIT_MS (100)
#define SIGNAL_INT (2)
#define SIGNAL_TRAP (5)

struct gdb {
    machine_t *m;
    int listener;
    int client;
    bool no_ack;
    bool running;
    bool leave;
    uint8_t in[PACKET_SIZE * 2];
    size_t in_count;
    char packet[PACKET_SIZE + 1];
    char reply[PACKET_SIZE * 2 + 64];
};

typedef struct {
    unsigned number;
    const char *name;
} csr_name_t;

static const csr_name_t csr_names[] = {
    { 0x300, "mstatus" }, { 0x301, "misa" }, { 0x304, "mie" }, { 0x305, "mtvec" }, { 0x340, "mscratch" },
    { 0x341, "mepc" }, { 0x342, "mcause" }, { 0x343, "mtval" }, { 0x344, "mip" }, { 0xb00, "mcycle" },
    { 0xbc0, "irq_mask" }, { 0xfc0, "irq_pending" },
};

gdb_t *gdb_open(machine_t *m, const char *port, char *error, size_t error_size) {
    char *end;
    unsigned long number = strtoul(port, &end, 10);
    if (*port == 0 || *end != 0 || number > 65535) {
        snprintf(error, error_size, "--gdb %.40s: no port number: give 1 to 65535, or 0 for any", port);
        return NULL;
    }
    gdb_t *g = calloc(1, sizeof(*g));
    if (g == NULL) {
        snprintf(error, error_size, "no memory");
        return NULL;
    }
    struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons((uint16_t)number) };
    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(addr);
    int on = 1;
    g->m = m;
    g->client = -1;
    g->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (g->listener < 0 || setsockopt(g->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        bind(g->listener, (struct sockaddr *)&addr, sizeof(addr)) != 0 || listen(g->listener, 1) != 0 ||
        getsockname(g->listener, (struct sockaddr *)&addr, &length) != 0) {
        snprintf(error, error_size, "--gdb %s: %s: choose another port", port, strerror(errno));
        gdb_close(g);
        return NULL;
    }
    fprintf(stderr, "lxemu: waiting for gdb: target remote localhost:%u\n", (unsigned)ntohs(addr.sin_port));
    return g;
}

void gdb_close(gdb_t *g) {
    if (g == NULL) {
        return;
    }
    if (g->client >= 0) {
        close(g->client);
    }
    if (g->listener >= 0) {
        close(g->listener);
    }
    free(g);
}

static void drop_client(gdb_t *g) {
    close(g->client);
    g->client = -1;
    g->in_count = 0;
    g->no_ack = false;
    for (size_t i = g->m->cpu.breakpoint_count; i > 0; i--) {
        cpu_breakpoint_remove(&g->m->cpu, g->m->cpu.breakpoints[i - 1]);
    }
}

static void send_all(gdb_t *g, const char *data, size_t size) {
    while (size > 0 && g->client >= 0) {
        ssize_t n = send(g->client, data, size, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            drop_client(g);
            return;
        }
        data += n;
        size -= (size_t)n;
    }
}

static void reply(gdb_t *g, const char *text) {
    static const char hex[] = "0123456789abcdef";
    uint8_t sum = 0;
    char tail[3] = "#";
    for (const char *p = text; *p != 0; p++) {
        sum += (uint8_t)*p;
    }
    tail[1] = hex[sum >> 4];
    tail[2] = hex[sum & 15];
    send_all(g, "$", 1);
    send_all(g, text, strlen(text));
    send_all(g, tail, 3);
}

// Take bytes from the socket; false when nothing came.
static bool receive(gdb_t *g, int timeout_ms) {
    struct pollfd fd = { .fd = g->client, .events = POLLIN };
    if (g->client < 0 || poll(&fd, 1, timeout_ms) <= 0 || g->in_count == sizeof(g->in)) {
        return false;
    }
    ssize_t n = recv(g->client, g->in + g->in_count, sizeof(g->in) - g->in_count, 0);
    if (n <= 0) {
        if (n == 0 || errno != EINTR) {
            drop_client(g);
        }
        return false;
    }
    g->in_count += (size_t)n;
    return true;
}

static void consume(gdb_t *g, size_t count) {
    g->in_count -= count;
    memmove(g->in, g->in + count, g->in_count);
}

// The next whole packet into g->packet; Ctrl-C gives an empty packet with *interrupt.
static bool next_packet(gdb_t *g, bool *interrupt) {
    *interrupt = false;
    while (g->in_count > 0) {
        if (g->in[0] == CTRL_C) {
            consume(g, 1);
            *interrupt = true;
            return true;
        }
        if (g->in[0] != '$') {
            consume(g, 1);
            continue;
        }
        uint8_t *hash = memchr(g->in, '#', g->in_count);
        if (hash == NULL || hash + 2 >= g->in + g->in_count) {
            if (g->in_count == sizeof(g->in)) {
                consume(g, g->in_count); // longer than we said we take
            }
            return false;
        }
        size_t length = (size_t)(hash - g->in) - 1;
        if (length > PACKET_SIZE) {
            length = PACKET_SIZE;
        }
        memcpy(g->packet, g->in + 1, length);
        g->packet[length] = 0;
        consume(g, (size_t)(hash - g->in) + 3);
        if (!g->no_ack) {
            send_all(g, "+", 1);
        }
        return true;
    }
    return false;
}

static void put_word(char **at, uint32_t value) {
    // Target order: little endian.
    for (unsigned i = 0; i < 4; i++) {
        *at += sprintf(*at, "%02x", (unsigned)(value >> 8 * i & 0xff));
    }
}

static int hex_digit(char c) {
    return isdigit((unsigned char)c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 :
           c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// Two hex digits per byte; false when they end early.
static bool get_bytes(const char *text, uint8_t *data, size_t size) {
    for (size_t i = 0; i < size; i++) {
        int high = hex_digit(text[2 * i]);
        int low = high >= 0 ? hex_digit(text[2 * i + 1]) : -1;
        if (low < 0) {
            return false;
        }
        data[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool get_word(const char *text, uint32_t *value) {
    uint8_t b[4];
    if (!get_bytes(text, b, 4)) {
        return false;
    }
    *value = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
    return true;
}

static bool read_register(gdb_t *g, unsigned long number, uint32_t *value) {
    cpu_t *cpu = &g->m->cpu;
    if (number < PC_NUMBER) {
        *value = cpu->x[number];
    } else if (number == PC_NUMBER) {
        *value = cpu->pc;
    } else {
        return number >= CSR_NUMBER && cpu_csr_peek(cpu, (unsigned)(number - CSR_NUMBER), value);
    }
    return true;
}

static bool write_register(gdb_t *g, unsigned long number, uint32_t value) {
    cpu_t *cpu = &g->m->cpu;
    if (number > 0 && number < PC_NUMBER) {
        cpu->x[number] = value;
    } else if (number == PC_NUMBER) {
        cpu->pc = value & (cpu->profile->has_c ? ~1u : ~3u);
        cpu->idle = false;
    } else {
        return number == 0;
    }
    return true;
}

static void on_all_registers(gdb_t *g, const char *args) {
    char *at = g->reply;
    (void)args;
    for (unsigned i = 0; i <= PC_NUMBER; i++) {
        uint32_t value = 0;
        read_register(g, i, &value);
        put_word(&at, value);
    }
    reply(g, g->reply);
}

static void on_set_all_registers(gdb_t *g, const char *args) {
    for (unsigned i = 0; i <= PC_NUMBER && strlen(args) >= 8 * (i + 1); i++) {
        uint32_t value;
        if (get_word(args + 8 * i, &value)) {
            write_register(g, i, value);
        }
    }
    reply(g, "OK");
}

static void on_register(gdb_t *g, const char *args) {
    uint32_t value;
    if (!read_register(g, strtoul(args, NULL, 16), &value)) {
        reply(g, "E01");
        return;
    }
    char *at = g->reply;
    put_word(&at, value);
    reply(g, g->reply);
}

static void on_set_register(gdb_t *g, const char *args) {
    const char *equals = strchr(args, '=');
    uint32_t value;
    bool good = equals != NULL && get_word(equals + 1, &value) && write_register(g, strtoul(args, NULL, 16), value);
    reply(g, good ? "OK" : "E01");
}

static void on_read_memory(gdb_t *g, const char *args) {
    uint8_t data[PACKET_SIZE / 2];
    char *end;
    uint32_t addr = (uint32_t)strtoul(args, &end, 16);
    size_t size = *end == ',' ? strtoul(end + 1, NULL, 16) : 0;
    size = size < sizeof(data) ? size : sizeof(data);
    size_t done = bus_peek(&g->m->bus, addr, data, size);
    // Registers of cores: words, with the side effects that the processor would have.
    if (done == 0 && (addr & 3) == 0) {
        bus_region_t *region = bus_find(&g->m->bus, addr);
        while (region != NULL && done + 4 <= size && addr + done - region->base < region->size) {
            uint32_t word;
            bus_read(&g->m->bus, addr + (uint32_t)done, 4, &word);
            memcpy(data + done, &word, 4);
            done += 4;
        }
    }
    if (done == 0) {
        reply(g, "E14");
        return;
    }
    char *at = g->reply;
    for (size_t i = 0; i < done; i++) {
        at += sprintf(at, "%02x", data[i]);
    }
    reply(g, g->reply);
}

static void on_write_memory(gdb_t *g, const char *args) {
    uint8_t data[PACKET_SIZE / 2];
    char *end;
    uint32_t addr = (uint32_t)strtoul(args, &end, 16);
    size_t size = *end == ',' ? strtoul(end + 1, &end, 16) : 0;
    if (*end != ':' || size > sizeof(data) || !get_bytes(end + 1, data, size)) {
        reply(g, "E01");
        return;
    }
    bus_region_t *region = bus_find(&g->m->bus, addr);
    if (region != NULL && region->memory == NULL && size == 4 && (addr & 3) == 0) {
        uint32_t word;
        memcpy(&word, data, 4);
        bus_write(&g->m->bus, addr, 4, word);
        reply(g, "OK");
    } else {
        reply(g, bus_poke(&g->m->bus, addr, data, size) == size ? "OK" : "E14");
    }
}

static void on_stopped(gdb_t *g, unsigned number) {
    snprintf(g->reply, sizeof(g->reply), "S%02x", number);
    reply(g, g->reply);
}

static void on_why(gdb_t *g, const char *args) {
    (void)args;
    on_stopped(g, SIGNAL_TRAP);
}

static void on_step(gdb_t *g, const char *args) {
    if (*args != 0 && isxdigit((unsigned char)*args)) {
        write_register(g, PC_NUMBER, (uint32_t)strtoul(args, NULL, 16));
    }
    machine_step(g->m);
    if (!g->m->exit) {
        on_stopped(g, SIGNAL_TRAP);
    }
}

static void on_continue(gdb_t *g, const char *args) {
    if (*args != 0 && isxdigit((unsigned char)*args)) {
        write_register(g, PC_NUMBER, (uint32_t)strtoul(args, NULL, 16));
    }
    machine_step(g->m); // over a breakpoint at pc
    g->running = true;
}

static void on_breakpoint(gdb_t *g, const char *args) {
    // Types 0 and 1, software and hardware, are the same here.
    char *end;
    uint32_t addr = *args != 0 && args[1] == ',' ? (uint32_t)strtoul(args + 2, &end, 16) : 0;
    if (*args != '0' && *args != '1') {
        reply(g, "");
    } else {
        reply(g, cpu_breakpoint_add(&g->m->cpu, addr) ? "OK" : "E0c");
    }
}

static void on_no_breakpoint(gdb_t *g, const char *args) {
    if ((*args != '0' && *args != '1') || args[1] != ',') {
        reply(g, "");
    } else {
        cpu_breakpoint_remove(&g->m->cpu, (uint32_t)strtoul(args + 2, NULL, 16));
        reply(g, "OK");
    }
}

static void on_thread(gdb_t *g, const char *args) {
    (void)args;
    reply(g, "OK");
}

static void on_kill(gdb_t *g, const char *args) {
    (void)args;
    g->leave = true;
}

static void on_detach(gdb_t *g, const char *args) {
    (void)args;
    reply(g, "OK");
    drop_client(g);
    g->running = true;
}

static size_t target_xml(const machine_t *m, char *text, size_t size) {
    size_t n = (size_t)snprintf(text, size,
        "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\"><target version=\"1.0\">"
        "<architecture>riscv:rv32</architecture><feature name=\"org.gnu.gdb.riscv.cpu\">");
    for (unsigned i = 0; i < PC_NUMBER && n < size; i++) {
        n += (size_t)snprintf(text + n, size - n, "<reg name=\"x%u\" bitsize=\"32\" regnum=\"%u\"%s/>", i, i,
            i == 1 ? " type=\"code_ptr\"" : i == 2 ? " type=\"data_ptr\"" : "");
    }
    n += (size_t)snprintf(text + n, size - n, "<reg name=\"pc\" bitsize=\"32\" type=\"code_ptr\" regnum=\"%d\"/>"
        "</feature><feature name=\"org.gnu.gdb.riscv.csr\">", PC_NUMBER);
    for (size_t i = 0; i < sizeof(csr_names) / sizeof(csr_names[0]) && n < size; i++) {
        if (m->cpu.csr_table[csr_names[i].number] != NULL) {
            n += (size_t)snprintf(text + n, size - n, "<reg name=\"%s\" bitsize=\"32\" regnum=\"%u\"/>",
                csr_names[i].name, CSR_NUMBER + csr_names[i].number);
        }
    }
    return n + (size_t)snprintf(text + n, size - n, "</feature></target>");
}

static void on_query(gdb_t *g, const char *args) {
    static const char xfer[] = "Xfer:features:read:target.xml:";
    if (strncmp(args, "Supported", 9) == 0) {
        snprintf(g->reply, sizeof(g->reply), "PacketSize=%x;QStartNoAckMode+;qXfer:features:read+;vContSupported+",
            PACKET_SIZE);
        reply(g, g->reply);
    } else if (strncmp(args, xfer, sizeof(xfer) - 1) == 0) {
        char text[6000];
        char *end;
        size_t size = target_xml(g->m, text, sizeof(text));
        size_t offset = strtoul(args + sizeof(xfer) - 1, &end, 16);
        size_t length = *end == ',' ? strtoul(end + 1, NULL, 16) : 0;
        length = length < PACKET_SIZE - 8 ? length : PACKET_SIZE - 8;
        if (offset >= size) {
            reply(g, "l");
            return;
        }
        bool last = size - offset <= length;
        snprintf(g->reply, sizeof(g->reply), "%c%.*s", last ? 'l' : 'm', (int)(last ? size - offset : length),
            text + offset);
        reply(g, g->reply);
    } else if (strncmp(args, "Attached", 8) == 0) {
        reply(g, "1");
    } else if (strcmp(args, "C") == 0) {
        reply(g, "QC1");
    } else if (strcmp(args, "fThreadInfo") == 0) {
        reply(g, "m1");
    } else if (strcmp(args, "sThreadInfo") == 0) {
        reply(g, "l");
    } else {
        reply(g, "");
    }
}

static void on_set(gdb_t *g, const char *args) {
    bool no_ack = strcmp(args, "StartNoAckMode") == 0;
    reply(g, no_ack ? "OK" : "");
    g->no_ack |= no_ack;
}

static void on_v(gdb_t *g, const char *args) {
    if (strcmp(args, "Cont?") == 0) {
        reply(g, "vCont;c;C;s;S");
    } else if (strncmp(args, "Cont;", 5) == 0) {
        if (args[5] == 's' || args[5] == 'S') {
            on_step(g, "");
        } else {
            on_continue(g, "");
        }
    } else if (strncmp(args, "Kill", 4) == 0) {
        reply(g, "OK");
        g->leave = true;
    } else {
        reply(g, "");
    }
}

typedef struct {
    char letter;
    void (*handle)(gdb_t *g, const char *args);
} command_t;

static const command_t commands[] = {
    { '?', on_why }, { 'g', on_all_registers }, { 'G', on_set_all_registers }, { 'p', on_register },
    { 'P', on_set_register }, { 'm', on_read_memory }, { 'M', on_write_memory }, { 's', on_step },
    { 'c', on_continue }, { 'Z', on_breakpoint }, { 'z', on_no_breakpoint }, { 'H', on_thread },
    { 'T', on_thread }, { 'k', on_kill }, { 'D', on_detach }, { 'q', on_query }, { 'Q', on_set }, { 'v', on_v },
};

static void handle(gdb_t *g) {
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (commands[i].letter == g->packet[0]) {
            commands[i].handle(g, g->packet + 1);
            return;
        }
    }
    reply(g, "");
}

static void wait_for_client(gdb_t *g) {
    struct pollfd fd = { .fd = g->listener, .events = POLLIN };
    int on = 1;
    if (poll(&fd, 1, g->running ? 0 : WAIT_MS) > 0) {
        g->client = accept4(g->listener, NULL, NULL, SOCK_CLOEXEC);
        if (g->client >= 0) {
            setsockopt(g->client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
            g->running = false;
        }
    }
}

static void run_a_while(gdb_t *g) {
    machine_slice(g->m);
    if (g->m->cpu.stop == STOP_BREAKPOINT) {
        g->m->cpu.stop = STOP_NONE;
        if (g->client >= 0) {
            g->running = false;
            console_poll(g->m->console, 0);
            on_stopped(g, SIGNAL_TRAP);
        }
    }
}

int gdb_run(gdb_t *g) {
    machine_t *m = g->m;
    while (!m->exit && !g->leave && *m->signal == 0) {
        bool interrupt;
        if (g->client < 0) {
            wait_for_client(g);
        } else if (next_packet(g, &interrupt)) {
            if (!interrupt) {
                handle(g);
            } else if (g->running) {
                g->running = false;
                on_stopped(g, SIGNAL_INT);
            }
            continue;
        } else {
            receive(g, g->running ? 0 : WAIT_MS);
        }
        if (g->running) {
            run_a_while(g);
        }
    }
    if (*m->signal != 0) {
        m->exit_status = 128 + *m->signal;
    }
    console_poll(m->console, 0);
    if (g->client >= 0 && m->exit) {
        snprintf(g->reply, sizeof(g->reply), "W%02x", (unsigned)m->exit_status & 0xff);
        reply(g, g->reply);
    }
    return m->exit_status;
}
