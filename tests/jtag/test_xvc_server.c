// SPDX-License-Identifier: MIT
//
// xvc_server.c: commands in pieces of any length against the same clocks given to a second board, and bad clients.

#include "harness.h"
#include "jtag/xvc_server.h"
#include "vboard.h"

#define VECTOR_BYTES (256)

typedef struct {
    uint8_t bytes[8 * VECTOR_BYTES];
    size_t length;
    int status; // what the sink returns
} answers_t;

typedef struct {
    vboard_t *board;
    xvc_server_t server;
    answers_t answers;
    uint8_t memory[2 * VECTOR_BYTES];
} cable_t;

static int collect(void *ctx, const uint8_t *data, size_t length) {
    answers_t *answers = ctx;
    CHECK(answers->length + length <= sizeof(answers->bytes));
    memcpy(answers->bytes + answers->length, data, length);
    answers->length += length;
    return answers->status;
}

static void cable_open(cable_t *cable) {
    memset(cable, 0, sizeof(*cable));
    cable->board = vboard_new("LFE5U-25F", NULL, NULL);
    CHECK_OK(xvc_server_open(&cable->server, vboard_transport(cable->board, true),
        (jtag_sink_t) { collect, &cable->answers }, cable->memory, sizeof(cable->memory)));
}

static int push_in_pieces(cable_t *cable, const uint8_t *data, size_t length, size_t piece) {
    int status = LX_OK;
    for (size_t at = 0; status == LX_OK && at < length; at += piece) {
        status = xvc_server_push(&cable->server, data + at, length - at < piece ? length - at : piece);
    }
    return status;
}

static void test_server_info(void) {
    cable_t cable;
    cable_open(&cable);
    CHECK_OK(push_in_pieces(&cable, (const uint8_t *)"getinfo:getinfo:", 16, 3));
    CHECK_EQ(cable.answers.length, 38);
    CHECK(memcmp(cable.answers.bytes, "xvcServer_v1.0:256\nxvcServer_v1.0:256\n", 38) == 0);
    cable.answers.length = 0;
    // 40 ns, as the board then has it; 0 is only echoed.
    CHECK_OK(xvc_server_push(&cable.server, (const uint8_t *)"settck:\x28\0\0\0settck:\0\0\0\0", 22));
    CHECK_EQ(cable.answers.length, 8);
    CHECK(memcmp(cable.answers.bytes, "\x28\0\0\0\0\0\0\0", 8) == 0);
    vboard_free(cable.board);
}

// Vectors with long runs of constant TMS and with wild ones, of every length modulo 32.
static void test_server_same(void) {
    cable_t cable;
    cable_open(&cable);
    vboard_t *twin = vboard_new("LFE5U-25F", NULL, NULL);
    jtag_transport_t transport = vboard_transport(twin, false);
    uint32_t seed = 5;
    for (unsigned i = 0; i < 400; i++) {
        uint32_t bits = 1 + random_word(&seed) % (i % 4 ? 100 : 8 * VECTOR_BYTES);
        uint32_t bytes = (bits + 7) / 8;
        uint8_t command[10 + 2 * VECTOR_BYTES] = "shift:";
        uint8_t *tms = command + 10;
        uint8_t *tdi = tms + bytes;
        uint8_t wanted[VECTOR_BYTES] = { 0 };
        command[6] = bits;
        command[7] = bits >> 8;
        for (uint32_t byte = 0; byte < bytes; byte++) {
            uint32_t word = random_word(&seed);
            tms[byte] = word % 5 == 0 ? word >> 8 : word % 50 == 1 ? 0xff : 0;
            tdi[byte] = word >> 16;
        }
        cable.answers.length = 0;
        CHECK_OK(push_in_pieces(&cable, command, 10 + 2 * bytes, 1 + random_word(&seed) % 300));
        for (uint32_t bit = 0; bit < bits; bit++) {
            uint8_t in = tdi[bit / 8] >> bit % 8 & 1;
            uint8_t out = 0;
            jtag_op_t op = { .bits = 1, .tms = tms[bit / 8] >> bit % 8 & 1, .tdi = &in, .tdo = &out };
            CHECK_OK(transport.ops->submit(transport.ctx, &op));
            wanted[bit / 8] |= out << bit % 8;
        }
        CHECK_EQ(cable.answers.length, bytes);
        CHECK(memcmp(cable.answers.bytes, wanted, bytes) == 0);
    }
    CHECK_EQ(vboard_clocks(cable.board), vboard_clocks(twin));
    vboard_free(cable.board);
    vboard_free(twin);
}

static void test_server_bad_clients(void) {
    static const struct {
        const char *bytes;
        size_t length;
    } bad[] = {
        { "hello:", 6 }, { ":", 1 }, { "getinfogetinfogetinfo", 21 },
        { "shift:\1\x08\0\0", 10 }, // one bit more than the vector holds
        { "shift:\xff\xff\xff\xff", 10 }, { "GET / HTTP/1.1\r\n", 16 },
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cable_t cable;
        cable_open(&cable);
        CHECK_EQ(xvc_server_push(&cable.server, (const uint8_t *)bad[i].bytes, bad[i].length), LX_EINVAL);
        CHECK_EQ(xvc_server_push(&cable.server, (const uint8_t *)"getinfo:", 8), LX_EINVAL);
        CHECK_EQ(cable.answers.length, 0);
        vboard_free(cable.board);
    }
}

// A shift of no bits is legal, and has no answer; what follows it is a command.
static void test_server_empty_shift(void) {
    cable_t cable;
    cable_open(&cable);
    uint64_t clocks = vboard_clocks(cable.board);
    CHECK_OK(xvc_server_push(&cable.server, (const uint8_t *)"shift:\0\0\0\0", 10));
    CHECK_EQ(cable.answers.length, 0);
    CHECK_EQ(vboard_clocks(cable.board), clocks);
    CHECK_OK(xvc_server_push(&cable.server, (const uint8_t *)"settck:\x64\0\0\0", 11));
    CHECK_EQ(cable.answers.length, 4);
    vboard_free(cable.board);
}

// A client that vanishes in the middle of a scan.
static void test_server_close(void) {
    cable_t cable;
    cable_open(&cable);
    CHECK_OK(xvc_server_push(&cable.server, (const uint8_t *)"shift:\x0b\0\0\0\x5f\0\xff\xff", 14));
    CHECK(!vboard_in_reset(cable.board));
    CHECK_OK(xvc_server_close(&cable.server));
    CHECK(vboard_in_reset(cable.board));
    CHECK_EQ(xvc_server_push(&cable.server, (const uint8_t *)"getinfo:", 8), LX_EINVAL);
    vboard_free(cable.board);
}

static int fail_submit(void *ctx, const jtag_op_t *op) {
    (void)ctx;
    (void)op;
    return LX_EIO;
}

static int fail_set_freq(void *ctx, uint32_t hz, uint32_t *actual_hz) {
    (void)ctx;
    (void)hz;
    *actual_hz = 0;
    return LX_EIO;
}

static void test_server_failures(void) {
    static const jtag_transport_ops_t failing = { .submit = fail_submit, .set_freq = fail_set_freq };
    static const jtag_transport_ops_t fixed = { .submit = fail_submit };
    const uint8_t *shift = (const uint8_t *)"shift:\1\0\0\0\0\0";
    const uint8_t *settck = (const uint8_t *)"settck:\x64\0\0\0";
    cable_t cable;
    cable_open(&cable);
    cable.server.transport = (jtag_transport_t) { &failing, NULL };
    CHECK_EQ(xvc_server_push(&cable.server, shift, 12), LX_EIO);
    CHECK_EQ(xvc_server_push(&cable.server, shift, 12), LX_EINVAL);
    CHECK_EQ(xvc_server_close(&cable.server), LX_EIO);
    vboard_free(cable.board);
    cable_open(&cable);
    cable.server.transport = (jtag_transport_t) { &failing, NULL };
    CHECK_EQ(xvc_server_push(&cable.server, settck, 11), LX_EIO);
    vboard_free(cable.board);
    // A transport without frequencies: the client's is echoed.
    cable_open(&cable);
    cable.server.transport = (jtag_transport_t) { &fixed, NULL };
    CHECK_OK(xvc_server_push(&cable.server, settck, 11));
    CHECK(memcmp(cable.answers.bytes, "\x64\0\0\0", 4) == 0);
    cable.answers.status = LX_EINTR;
    CHECK_EQ(xvc_server_push(&cable.server, settck, 11), LX_EINTR);
    CHECK_EQ(xvc_server_open(&cable.server, cable.server.transport, cable.server.answer, cable.memory,
        2 * XVC_SERVER_VECTOR_MIN - 1), LX_EOVERFLOW);
    CHECK_EQ(xvc_server_push(&cable.server, settck, 11), LX_EINVAL);
    vboard_free(cable.board);
}

const test_t tests_xvc_server[] = {
    TEST(test_server_info), TEST(test_server_same), TEST(test_server_bad_clients), TEST(test_server_empty_shift), TEST(test_server_close),
    TEST(test_server_failures), { NULL, NULL },
};
