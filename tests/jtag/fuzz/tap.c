// SPDX-License-Identifier: MIT
//
// Fuzzing the TAP walker and all above it: TDO is the input, so a mad device answers. Whatever it says, every call
// must end, within a bound of clocks, and memory must stay whole.

#include <stdlib.h>
#include <string.h>

#include "flash/nor_protect.h"
#include "flash/nor_write.h"
#include "jtag/bridge.h"
#include "jtag/stream.h"

typedef struct {
    const uint8_t *data;
    size_t bits;
    size_t at;
    uint64_t clocks;
} mad_t;

static int submit(void *ctx, const jtag_op_t *op) {
    mad_t *mad = ctx;
    mad->clocks += op->bits;
    if (op->bits == 0 || ((op->flags & JTAG_OP_TMS_VECTOR) && op->bits > 32)) {
        abort();
    }
    for (uint32_t i = 0; op->tdi && i < op->bits; i += 8) {
        volatile uint8_t byte = op->tdi[i / 8];
        (void)byte;
    }
    for (uint32_t i = 0; op->tdo && i < op->bits; i++) {
        if (i % 8 == 0) {
            op->tdo[i / 8] = 0;
        }
        // Past the end it repeats itself.
        bool level = mad->data[mad->at / 8] >> mad->at % 8 & 1;
        mad->at = (mad->at + 1) % mad->bits;
        op->tdo[i / 8] |= level << (op->flags & JTAG_OP_MSB_FIRST ? 7 - i % 8 : i % 8);
    }
    return LX_OK;
}

static const jtag_transport_ops_t ops = { .submit = submit };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    if (length < 1) {
        return 0;
    }
    mad_t mad = { data, length * 8, 0, 0 };
    tap_t tap;
    ecp5_t ecp5;
    uint32_t word;
    static const uint8_t bytes[300] = { 0xff, 0xff, 0xbd, 0xb3 };
    tap_init(&tap, (jtag_transport_t) { &ops, &mad });
    int status = tap_scan(&tap);
    for (unsigned i = 0; status == LX_OK && i < tap.devices; i++) {
        tap_set_ir_bits(&tap, i, 2 + data[0] % 31);
        tap_select(&tap, i);
        tap_ir(&tap, 0x12345678);
        uint8_t captured[40];
        tap_dr(&tap, bytes, captured, 1 + data[0], 0);
    }
    // A wait in microseconds is 25 clocks each here; keep the fuzzer fast by a frequency that is known and low.
    tap.freq_hz = 10000;
    if (ecp5_open(&ecp5, &tap, 0) == LX_OK) {
        tap.freq_hz = 10000;
        ecp5_read_usercode(&ecp5, &word);
        if (ecp5_sram_open(&ecp5) == LX_OK) {
            ecp5_sram_write(&ecp5, bytes, sizeof(bytes));
            ecp5_sram_finish(&ecp5);
        }
        ecp5_refresh(&ecp5, 20);
        bridge_t bridge;
        nor_t nor;
        if (bridge_open(&bridge, &ecp5) == LX_OK && nor_open(&nor, (flash_bus_t) { &bridge_ops, &bridge }) == LX_OK) {
            nor_status_t registers;
            nor_write_t writer;
            uint8_t *buffer = malloc(NOR_WRITE_BUFFER_MAX);
            nor_status(&nor, &registers);
            nor_protect(&nor, 0, 0);
            if (nor_write_open(&writer, &nor, 0, 0, buffer, NOR_WRITE_BUFFER_MAX, 0) == LX_OK
                && nor_write(&writer, bytes, sizeof(bytes)) == LX_OK) {
                nor_write_finish(&writer);
            }
            nor_close(&nor);
            free(buffer);
        }
        ecp5_abort(&ecp5);
    }
    if (mad.clocks > 400000000) {
        abort();
    }
    return 0;
}
