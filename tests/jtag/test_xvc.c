// SPDX-License-Identifier: MIT
//
// host/xvc.c against a server in a thread, which puts the virtual board's shift behind a socket, and against bad
// ones.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"
#include "jtag/bitbang.h"
#include "jtag/ecp5.h"
#include "jtag/host/xvc.h"
#include "vboard.h"

typedef struct {
    int listener;
    char port[8];
    pthread_t thread;
    const char *greeting; // NULL: a good one
    unsigned answers; // shifts that are answered, then it hangs up; 0: all
    int hold; // a shift is answered when a byte can be read from here; 0: at once
    vboard_t *board;
} server_t;

static bool get(int fd, void *data, size_t length) {
    uint8_t *bytes = data;
    while (length) {
        ssize_t got = recv(fd, bytes, length, 0);
        if (got <= 0) {
            return false;
        }
        bytes += got;
        length -= got;
    }
    return true;
}

// Runs of equal TMS go to the board's transport as one operation.
static void shift(server_t *server, uint32_t bits, const uint8_t *tms, const uint8_t *tdi, uint8_t *tdo) {
    jtag_transport_t transport = vboard_transport(server->board, false);
    for (uint32_t i = 0; i < bits; i++) {
        uint8_t in = tdi[i / 8] >> i % 8 & 1;
        uint8_t out = 0;
        jtag_op_t op = { .bits = 1, .tms = tms[i / 8] >> i % 8 & 1, .tdi = &in, .tdo = &out };
        transport.ops->submit(transport.ctx, &op);
        if (i % 8 == 0) {
            tdo[i / 8] = 0;
        }
        tdo[i / 8] |= out << i % 8;
    }
}

static void *serve(void *ctx) {
    server_t *server = ctx;
    int fd = accept(server->listener, NULL, NULL);
    static uint8_t tms[4096];
    static uint8_t tdi[4096];
    static uint8_t tdo[4096];
    char word[9] = { 0 };
    unsigned answered = 0;
    while (get(fd, word, 2)) {
        uint8_t number[4];
        if (memcmp(word, "ge", 2) == 0 && get(fd, word, 6)) {
            const char *greeting = server->greeting ? server->greeting : "xvcServer_v1.0:2048\n";
            send(fd, greeting, strlen(greeting), MSG_NOSIGNAL);
            if (server->greeting) {
                break;
            }
        } else if (memcmp(word, "se", 2) == 0 && get(fd, word, 5) && get(fd, number, 4)) {
            send(fd, number, 4, MSG_NOSIGNAL);
        } else if (memcmp(word, "sh", 2) == 0 && get(fd, word, 4) && get(fd, number, 4)) {
            uint32_t bits = number[0] | number[1] << 8 | number[2] << 16;
            size_t bytes = (bits + 7) / 8;
            if (bytes > 1024 || !get(fd, tms, bytes) || !get(fd, tdi, bytes)) {
                break;
            }
            if (server->answers && ++answered > server->answers) {
                break;
            }
            shift(server, bits, tms, tdi, tdo);
            if (server->hold && read(server->hold, number, 1) != 1) {
                break;
            }
            send(fd, tdo, bytes, MSG_NOSIGNAL);
        } else {
            break;
        }
    }
    close(fd);
    return NULL;
}

static void server_open(server_t *server) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof(address);
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_OK(bind(server->listener, (struct sockaddr *)&address, sizeof(address)));
    CHECK_OK(listen(server->listener, 1));
    CHECK_OK(getsockname(server->listener, (struct sockaddr *)&address, &length));
    snprintf(server->port, sizeof(server->port), "%u", ntohs(address.sin_port));
    CHECK_OK(pthread_create(&server->thread, NULL, serve, server));
}

static void server_close(server_t *server) {
    pthread_join(server->thread, NULL);
    close(server->listener);
}

static void test_load(void) {
    size_t length;
    uint8_t *data = bitstream_file("25f-compress.bit", &length);
    server_t server = { .board = vboard_new("LFE5U-25F", NULL, NULL) };
    server_open(&server);
    xvc_t *xvc = malloc(sizeof(*xvc));
    tap_t tap;
    ecp5_t ecp5;
    CHECK_OK(xvc_open(xvc, "127.0.0.1", server.port, 10000));
    tap_init(&tap, (jtag_transport_t) { &xvc_ops, xvc });
    CHECK_OK(tap_set_freq(&tap, 20000000));
    CHECK_EQ(tap.freq_hz, 20000000);
    CHECK_OK(ecp5_open(&ecp5, &tap, 0));
    uint64_t unique_id;
    CHECK_OK(ecp5_read_unique_id(&ecp5, &unique_id));
    CHECK_EQ(unique_id, 0x0123456789abcdef);
    CHECK_OK(ecp5_sram_open(&ecp5));
    CHECK_OK(ecp5_sram_write(&ecp5, data, length));
    CHECK_OK(ecp5_sram_finish(&ecp5));
    CHECK(vboard_user_mode(server.board));
    xvc_close(xvc);
    xvc_close(xvc);
    server_close(&server);
    vboard_free(server.board);
    free(xvc);
    free(data);
}

// The same operations by XVC and by the board itself: odd lengths, both bit orders, TMS vectors.
static void test_same(void) {
    server_t server = { .board = vboard_new("LFE5U-25F", NULL, NULL) };
    vboard_t *twin = vboard_new("LFE5U-25F", NULL, NULL);
    server_open(&server);
    xvc_t *xvc = malloc(sizeof(*xvc));
    CHECK_OK(xvc_open(xvc, "127.0.0.1", server.port, 10000));
    jtag_transport_t transport = vboard_transport(twin, false);
    uint32_t seed = 11;
    uint8_t tdi[3000];
    uint8_t one[3000] = { 0 };
    uint8_t other[3000] = { 0 };
    for (unsigned i = 0; i < 300; i++) {
        for (unsigned byte = 0; byte < sizeof(tdi); byte++) {
            tdi[byte] = random_word(&seed);
        }
        jtag_op_t op = { .bits = 1 + random_word(&seed) % (i % 10 ? 100 : 20000), .tms = random_word(&seed) & 1 };
        op.flags = random_word(&seed) & (JTAG_OP_LAST | JTAG_OP_TDI_HIGH | JTAG_OP_MSB_FIRST);
        op.tms &= i % 3 == 0;
        if (op.bits <= 32 && i % 2) {
            op.flags |= JTAG_OP_TMS_VECTOR;
            op.tms = random_word(&seed);
        }
        op.tdi = random_word(&seed) & 1 ? tdi : NULL;
        bool capture = random_word(&seed) & 1;
        op.tdo = capture ? one : NULL;
        CHECK_OK(xvc_ops.submit(xvc, &op));
        op.tdo = capture ? other : NULL;
        CHECK_OK(transport.ops->submit(transport.ctx, &op));
        CHECK(!capture || memcmp(one, other, (op.bits + 7) / 8) == 0);
    }
    jtag_op_t bad = { .bits = 0 };
    CHECK_EQ(xvc_ops.submit(xvc, &bad), LX_EINVAL);
    CHECK_OK(xvc_ops.wait(xvc, 0));
    xvc_close(xvc);
    server_close(&server);
    vboard_free(server.board);
    vboard_free(twin);
    free(xvc);
}

static void test_bad_servers(void) {
    xvc_t *xvc = malloc(sizeof(*xvc));
    static const char *const greetings[] = { "HTTP/1.0 400 Bad Request\n", "xvcServer_v1.0:0\n",
                                             "xvcServer_v1.0:", "" };
    for (unsigned i = 0; i < 4; i++) {
        server_t server = { .greeting = greetings[i] };
        server_open(&server);
        CHECK_EQ(xvc_open(xvc, "127.0.0.1", server.port, 2000), LX_EIO);
        server_close(&server);
    }
    CHECK_EQ(xvc_open(xvc, "127.0.0.1", "1", 100), LX_EIO);
    CHECK_EQ(xvc_open(xvc, "no.such.host.invalid", "1", 100), LX_EIO);
    for (unsigned answers = 1; answers < 4; answers++) {
        server_t server = { .answers = answers, .board = vboard_new("LFE5U-25F", NULL, NULL) };
        server_open(&server);
        tap_t tap;
        ecp5_t ecp5;
        CHECK_OK(xvc_open(xvc, "127.0.0.1", server.port, 2000));
        tap_init(&tap, (jtag_transport_t) { &xvc_ops, xvc });
        CHECK_EQ(ecp5_open(&ecp5, &tap, 0), LX_EIO);
        xvc_close(xvc);
        CHECK_EQ(tap_set_freq(&tap, 1000000), LX_EIO);
        server_close(&server);
        vboard_free(server.board);
    }
    free(xvc);
}

// A late answer to a request that the client gave up is not taken for the answer to its next one.
static void test_late_answer(void) {
    int held[2];
    CHECK_OK(pipe(held));
    server_t server = { .hold = held[0], .board = vboard_new("LFE5U-25F", NULL, NULL) };
    server_open(&server);
    xvc_t *xvc = malloc(sizeof(*xvc));
    CHECK_OK(xvc_open(xvc, "127.0.0.1", server.port, 10000));
    uint8_t tdo[4];
    jtag_op_t op = { .bits = 32, .tdo = tdo };
    xvc->timeout_ms = 1;
    CHECK_EQ(xvc_ops.submit(xvc, &op), LX_EIO);
    xvc->timeout_ms = 10000;
    CHECK_EQ(write(held[1], "12", 2), 2);
    CHECK_EQ(xvc_ops.submit(xvc, &op), LX_EIO);
    CHECK_EQ(xvc->socket, -1);
    xvc_close(xvc);
    server_close(&server);
    close(held[0]);
    close(held[1]);
    vboard_free(server.board);
    free(xvc);
}

const test_t tests_xvc[] = {
    TEST(test_load), TEST(test_same), TEST(test_bad_servers), TEST(test_late_answer), { NULL, NULL },
};
