// SPDX-License-Identifier: MIT
//
// _ecp5.Session(transport): the core's structs in one Python object, and its functions as methods. What they mean is
// in the headers of jtag/; users call the Python package ecp5.
//
// A method returns what its function found, or a negative lx_status_t: link.py turns that into an exception. Only a
// wrong argument, what a pin raises, and Ctrl-C are raised here.

#include <string.h>

#include "py/runtime.h"

#include "flash/nor_erase.h"
#include "flash/nor_protect.h"
#include "jtag/boot.h"
#include "jtag/bridge.h"
#include "jtag/stream.h"
#include "jtag/usermod/call.h"
#include "jtag/usermod/modecp5.h"

typedef struct {
    mp_obj_base_t base;
    jtag_call_t call;
    tap_t tap;
    ecp5_t ecp5;
    bridge_t bridge;
    nor_t nor;
    nor_write_t writer;
    stream_t stream;
    bool bridged; // the flash is open
    bool streaming; // between open() and finish() or abort()
    // What belongs to the core until it is done with it; kept from the collector.
    mp_obj_t memory;
    mp_obj_t buffer;
    mp_obj_t hold;
    mp_obj_t data[2];
} session_t;

static session_t *enter(mp_obj_t self_in) {
    session_t *self = MP_OBJ_TO_PTR(self_in);
    jtag_call_begin(&self->call);
    return self;
}

// For what needs the device to itself: neither a stream nor the bridge is open.
static session_t *enter_idle(mp_obj_t self_in, int *status) {
    session_t *self = enter(self_in);
    *status = self->streaming || self->bridged ? LX_EBUSY : self->ecp5.device ? LX_OK : LX_ENODEV;
    return self;
}

static session_t *enter_flash(mp_obj_t self_in, int *status) {
    session_t *self = enter(self_in);
    *status = self->bridged && !self->streaming ? LX_OK : LX_EBUSY;
    return self;
}

static mp_obj_t leave(session_t *self, int status) {
    return MP_OBJ_NEW_SMALL_INT(jtag_call_end(&self->call, status));
}

static mp_obj_t leave_word(session_t *self, int status, uint32_t word) {
    status = jtag_call_end(&self->call, status);
    return status == LX_OK ? mp_obj_new_int_from_uint(word) : MP_OBJ_NEW_SMALL_INT(status);
}

static mp_obj_t session_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    session_t *self = mp_obj_malloc(session_t, type);
    memset((uint8_t *)self + sizeof(self->base), 0, sizeof(*self) - sizeof(self->base));
    tap_init(&self->tap, jtag_call_init(&self->call, args[0]));
    self->tap.stop = jtag_call_stop(&self->call);
    return MP_OBJ_FROM_PTR(self);
}

// The chain and its device

// Scan the chain anew. IR lengths that were given stay, as long as the same devices answer.
static int rescan(tap_t *tap) {
    // Another user of the transport may have left another TCK.
    int status = tap->asked_hz ? tap_set_freq(tap, tap->asked_hz) : LX_OK;
    if (status != LX_OK) {
        return status;
    }
    tap_t before = *tap;
    status = tap_scan(tap);
    for (unsigned i = 0; i < tap->devices && i < before.devices; i++) {
        if (tap->chain[i].ir_bits == 0 && tap->chain[i].idcode == before.chain[i].idcode) {
            tap->chain[i].ir_bits = before.chain[i].ir_bits;
        }
    }
    return status;
}

// scan(which): find the ECP5 number `which`.
static mp_obj_t session_scan(mp_obj_t self_in, mp_obj_t which) {
    mp_int_t number = mp_obj_get_int(which);
    session_t *self = enter(self_in);
    if (self->streaming || self->bridged) {
        return leave(self, LX_EBUSY);
    }
    int status = rescan(&self->tap);
    if (status != LX_OK) {
        self->ecp5.device = NULL;
        return leave(self, status);
    }
    return leave(self, ecp5_attach(&self->ecp5, &self->tap, number));
}
static MP_DEFINE_CONST_FUN_OBJ_2(session_scan_obj, session_scan);

// chain(): of the last scan, ((idcode, ir_bits), ...), that nearest to TDO first.
static mp_obj_t session_chain(mp_obj_t self_in) {
    session_t *self = MP_OBJ_TO_PTR(self_in);
    mp_obj_t devices[TAP_CHAIN_MAX];
    for (unsigned i = 0; i < self->tap.devices; i++) {
        mp_obj_t device[] = {
            mp_obj_new_int_from_uint(self->tap.chain[i].idcode),
            MP_OBJ_NEW_SMALL_INT(self->tap.chain[i].ir_bits),
        };
        devices[i] = mp_obj_new_tuple(MP_ARRAY_SIZE(device), device);
    }
    return mp_obj_new_tuple(self->tap.devices, devices);
}
static MP_DEFINE_CONST_FUN_OBJ_1(session_chain_obj, session_chain);

static mp_obj_t session_set_ir_bits(mp_obj_t self_in, mp_obj_t device, mp_obj_t bits) {
    session_t *self = MP_OBJ_TO_PTR(self_in);
    return MP_OBJ_NEW_SMALL_INT(tap_set_ir_bits(&self->tap, mp_obj_get_int(device), mp_obj_get_int(bits)));
}
static MP_DEFINE_CONST_FUN_OBJ_3(session_set_ir_bits_obj, session_set_ir_bits);

// set_freq(hz): the true frequency, 0 when the transport does not know.
static mp_obj_t session_set_freq(mp_obj_t self_in, mp_obj_t hz) {
    uint32_t wanted = mp_obj_get_int_truncated(hz);
    session_t *self = enter(self_in);
    int status = wanted ? tap_set_freq(&self->tap, wanted) : LX_EINVAL;
    return leave_word(self, status, self->tap.freq_hz);
}
static MP_DEFINE_CONST_FUN_OBJ_2(session_set_freq_obj, session_set_freq);

// Ids that read the same each time may still be wrong: one of them must be right.
static bool has_ecp5(const tap_t *tap) {
    for (unsigned i = 0; i < tap->devices; i++) {
        if (ecp5_find(tap->chain[i].idcode)) {
            return true;
        }
    }
    return false;
}

// calibrate(min_hz, max_hz): the frequency found.
static mp_obj_t session_calibrate(mp_obj_t self_in, mp_obj_t min_hz, mp_obj_t max_hz) {
    uint32_t min = mp_obj_get_int_truncated(min_hz);
    uint32_t max = mp_obj_get_int_truncated(max_hz);
    session_t *self = enter(self_in);
    uint32_t before = self->tap.asked_hz;
    int status = self->streaming || self->bridged ? LX_EBUSY : tap_calibrate(&self->tap, min, max);
    status = status == LX_OK && !has_ecp5(&self->tap) ? LX_EDEVICE : status;
    if (status != LX_OK) {
        self->tap.asked_hz = before;
    }
    return leave_word(self, status, self->tap.freq_hz);
}
static MP_DEFINE_CONST_FUN_OBJ_3(session_calibrate_obj, session_calibrate);

static mp_obj_t session_idcode(mp_obj_t self_in) {
    int status;
    session_t *self = enter_idle(self_in, &status);
    uint32_t word = 0;
    if (status == LX_OK) {
        status = ecp5_read_idcode(&self->ecp5, &word);
    }
    return leave_word(self, status, word);
}
static MP_DEFINE_CONST_FUN_OBJ_1(session_idcode_obj, session_idcode);

static mp_obj_t session_usercode(mp_obj_t self_in) {
    int status;
    session_t *self = enter_idle(self_in, &status);
    uint32_t word = 0;
    if (status == LX_OK) {
        status = ecp5_read_usercode(&self->ecp5, &word);
    }
    return leave_word(self, status, word);
}
static MP_DEFINE_CONST_FUN_OBJ_1(session_usercode_obj, session_usercode);

static mp_obj_t session_status(mp_obj_t self_in) {
    int status;
    session_t *self = enter_idle(self_in, &status);
    if (status == LX_OK) {
        status = ecp5_read_status(&self->ecp5);
    }
    return leave_word(self, status, self->ecp5.status);
}
static MP_DEFINE_CONST_FUN_OBJ_1(session_status_obj, session_status);

// last_status(): the status register as the last operation left it, without reading.
static mp_obj_t session_last_status(mp_obj_t self_in) {
    session_t *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_int_from_uint(self->ecp5.status);
}
static MP_DEFINE_CONST_FUN_OBJ_1(session_last_status_obj, session_last_status);

// unique_id(buffer of 8 bytes): filled, first byte lowest.
static mp_obj_t session_unique_id(mp_obj_t self_in, mp_obj_t into) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(into, &buffer, MP_BUFFER_WRITE);
    int status;
    session_t *self = enter_idle(self_in, &status);
    uint64_t id = 0;
    if (status == LX_OK) {
        status = ecp5_read_unique_id(&self->ecp5, &id);
    }
    for (unsigned i = 0; i < 8 && i < buffer.len; i++) {
        ((uint8_t *)buffer.buf)[i] = id >> (8 * i);
    }
    return leave(self, status);
}
static MP_DEFINE_CONST_FUN_OBJ_2(session_unique_id_obj, session_unique_id);

static mp_obj_t session_erase(mp_obj_t self_in) {
    int status;
    session_t *self = enter_idle(self_in, &status);
    return leave(self, status == LX_OK ? ecp5_erase(&self->ecp5) : status);
}
static MP_DEFINE_CONST_FUN_OBJ_1(session_erase_obj, session_erase);

static mp_obj_t session_refresh(mp_obj_t self_in, mp_obj_t timeout_ms) {
    uint32_t ms = mp_obj_get_int_truncated(timeout_ms);
    int status;
    session_t *self = enter_idle(self_in, &status);
    return leave(self, status == LX_OK ? ecp5_refresh(&self->ecp5, ms) : status);
}
static MP_DEFINE_CONST_FUN_OBJ_2(session_refresh_obj, session_refresh);

// Streams

// The core is done with what belonged to it.
static void let_go(session_t *self) {
    stream_forget(&self->stream);
    self->memory = self->buffer = self->hold = self->data[0] = self->data[1] = MP_OBJ_NULL;
}

static int first_error(int status, int next) {
    return status == LX_OK ? next : status;
}

static int close_flash(session_t *self) {
    self->bridged = false;
    int status = bridge_drop(&self->bridge);
    if (status == LX_OK) {
        status = nor_close(&self->nor);
    }
    return first_error(status, bridge_close(&self->bridge));
}

// Everything is closed whatever fails on the way; the first error counts.
static int close_all(session_t *self) {
    int status = LX_OK;
    if (self->streaming) {
        self->streaming = false;
        status = stream_abort(&self->stream);
    }
    // Without a flash the TAP is reset too, since any call may have left it anywhere.
    status = first_error(status, self->bridged ? close_flash(self) : tap_reset(&self->tap));
    status = first_error(status, tap_wait(&self->tap, 0));
    let_go(self);
    return status;
}

static void *memory_of(mp_obj_t object, size_t *bytes) {
    mp_buffer_info_t buffer = { 0 };
    if (object != mp_const_none) {
        mp_get_buffer_raise(object, &buffer, MP_BUFFER_WRITE);
    }
    *bytes = buffer.len;
    return buffer.buf;
}

// A probe needs nothing of the board, a flash write the open flash, the others a closed one.
static bool may_open(const session_t *self, stream_target_t target) {
    if (self->streaming) {
        return false;
    }
    switch (target) {
        case STREAM_PROBE:
            return true;
        case STREAM_FLASH:
            return self->bridged;
        case STREAM_SRAM:
            return !self->bridged && self->ecp5.device;
        case STREAM_CHECK:
            return !self->bridged;
        default:
            return false;
    }
}

// open(target, device, memory, format, options, buffer, address, length, search=0, hold=None): target SRAM, FLASH, CHECK or PROBE;
// device an IDCODE, 0: any; memory to unpack or None; buffer, address and length for the flash; in how many bytes to
// look for the preamble, 0: see stream.h; memory for the sector that is written last.
static mp_obj_t session_open(size_t n_args, const mp_obj_t *args) {
    stream_config_t config = {
        .target = mp_obj_get_int(args[1]),
        .device = ecp5_find(mp_obj_get_int_truncated(args[2])),
        .format = mp_obj_get_int(args[4]),
        .options = mp_obj_get_int(args[5]) & 0xff,
        .search_bytes = n_args > 9 ? mp_obj_get_int_truncated(args[9]) : 0,
    };
    config.memory = memory_of(args[3], &config.memory_bytes);
    size_t hold_bytes;
    config.hold = memory_of(n_args > 10 ? args[10] : mp_const_none, &hold_bytes);
    config.hold_bytes = hold_bytes;
    config.address = mp_obj_get_int_truncated(args[7]);
    size_t buffer_bytes;
    uint8_t *buffer = memory_of(args[6], &buffer_bytes);
    uint32_t address = mp_obj_get_int_truncated(args[7]);
    uint32_t length = mp_obj_get_int_truncated(args[8]);
    uint8_t writer_options = mp_obj_get_int(args[5]) & JTAG_SESSION_COMPARE ? NOR_WRITE_COMPARE_ONLY : 0;

    session_t *self = enter(args[0]);
    if (!may_open(self, config.target)) {
        return leave(self, LX_EBUSY);
    }
    if (config.target == STREAM_FLASH) {
        int status = nor_write_open(&self->writer, &self->nor, address, length, buffer, buffer_bytes, writer_options);
        if (status != LX_OK) {
            return leave(self, status);
        }
    }
    config.ecp5 = &self->ecp5;
    config.writer = &self->writer;
    self->memory = args[3];
    self->buffer = args[6];
    self->hold = n_args > 10 ? args[10] : MP_OBJ_NULL;
    self->streaming = true;
    stream_open(&self->stream, &config);
    return leave(self, LX_OK);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(session_open_obj, 9, 11, session_open);

static mp_obj_t session_write(mp_obj_t self_in, mp_obj_t data) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(data, &buffer, MP_BUFFER_READ);
    session_t *self = enter(self_in);
    if (!self->streaming) {
        return leave(self, LX_EBUSY);
    }
    self->data[1] = self->data[0];
    self->data[0] = data;
    int status = stream_write(&self->stream, buffer.buf, buffer.len);
    self->streaming = status == LX_OK;
    return leave(self, status);
}
static MP_DEFINE_CONST_FUN_OBJ_2(session_write_obj, session_write);

// wait(): until nothing is in flight, so that all that was written may change.
static mp_obj_t session_wait(mp_obj_t self_in) {
    session_t *self = enter(self_in);
    return leave(self, tap_wait(&self->tap, 0));
}
static MP_DEFINE_CONST_FUN_OBJ_1(session_wait_obj, session_wait);

static mp_obj_t session_finish(mp_obj_t self_in) {
    session_t *self = enter(self_in);
    int status = self->streaming ? stream_finish(&self->stream) : LX_EBUSY;
    self->streaming = false;
    // What is in flight after an error still has its memory: abort() follows.
    if (status == LX_OK) {
        let_go(self);
    }
    return leave(self, status);
}
static MP_DEFINE_CONST_FUN_OBJ_1(session_finish_obj, session_finish);

// abort(): close whatever is open, at any time; the TAP is in reset afterwards.
static mp_obj_t session_abort(mp_obj_t self_in) {
    session_t *self = MP_OBJ_TO_PTR(self_in);
    // An exception may have come out of the middle of a method.
    if (self->call.running) {
        jtag_call_end(&self->call, LX_OK);
    }
    enter(self_in);
    jtag_call_insist(&self->call);
    return leave(self, close_all(self));
}
static MP_DEFINE_CONST_FUN_OBJ_1(session_abort_obj, session_abort);

// info(): of the stream, (bytes in, bytes out, loading, is a bitstream, idcode, usercode, frames, CRCs checked,
// compressed, SPI mode, encrypted, known, kind, header bytes, MCLK in Hz or 0, bytes after the end of gzip data): reports.Stream.
static mp_obj_t session_info(mp_obj_t self_in) {
    session_t *self = MP_OBJ_TO_PTR(self_in);
    const bitstream_info_t *info = &self->stream.bitstream.info;
    mp_obj_t items[] = {
        mp_obj_new_int_from_uint(self->stream.inflate.bytes_in),
        mp_obj_new_int_from_uint(self->stream.inflate.bytes_out),
        mp_obj_new_bool(self->stream.loading),
        mp_obj_new_bool(self->stream.is_bitstream),
        mp_obj_new_int_from_uint(info->idcode),
        mp_obj_new_int_from_uint(info->usercode),
        MP_OBJ_NEW_SMALL_INT(info->frames),
        mp_obj_new_int_from_uint(info->crc_checked),
        mp_obj_new_bool(info->compressed),
        MP_OBJ_NEW_SMALL_INT(info->spi_mode),
        mp_obj_new_bool(info->encrypted),
        mp_obj_new_bool(self->stream.known),
        MP_OBJ_NEW_SMALL_INT(info->kind),
        mp_obj_new_int_from_uint(info->header_bytes),
        mp_obj_new_int_from_uint(info->kind == BITSTREAM_COMPLETE ? ecp5_mclk_hz(info->control0) : 0),
        mp_obj_new_int_from_uint(self->stream.inflate.trailing),
    };
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}
static MP_DEFINE_CONST_FUN_OBJ_1(session_info_obj, session_info);

// report(seconds, total_seconds): of the flash write, in the order of ecp5.Written.
static mp_obj_t session_report(mp_obj_t self_in, mp_obj_t seconds, mp_obj_t total_seconds) {
    session_t *self = MP_OBJ_TO_PTR(self_in);
    const nor_report_t *report = &self->writer.report;
    mp_obj_t items[] = {
        mp_obj_new_int_from_uint(report->bytes),
        mp_obj_new_int_from_uint(report->skipped),
        mp_obj_new_int_from_uint(report->erased),
        mp_obj_new_int_from_uint(report->written),
        mp_obj_new_int_from_uint(report->verified),
        mp_obj_new_int_from_uint(report->crc32),
        seconds,
        mp_obj_new_int_from_uint(report->compared),
        mp_obj_new_int_from_uint(report->retries),
        mp_obj_new_int_from_uint(report->sectors),
        mp_obj_new_int_from_uint(report->sectors_erased),
        mp_obj_new_int_from_uint(report->sectors_written),
        total_seconds,
    };
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}
static MP_DEFINE_CONST_FUN_OBJ_3(session_report_obj, session_report);

// mismatch(): (address, wanted byte, found byte, whether the sector was blank before) where the flash write failed.
static mp_obj_t session_mismatch(mp_obj_t self_in) {
    session_t *self = MP_OBJ_TO_PTR(self_in);
    const nor_report_t *report = &self->writer.report;
    mp_obj_t items[] = {
        mp_obj_new_int_from_uint(report->bad_address),
        MP_OBJ_NEW_SMALL_INT(report->bad_wanted),
        MP_OBJ_NEW_SMALL_INT(report->bad_found),
        mp_obj_new_bool(report->worn),
    };
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}
static MP_DEFINE_CONST_FUN_OBJ_1(session_mismatch_obj, session_mismatch);

// The flash

// flash_open(beside, size, sector, opcode): beside a running design, or after ending it; of the chip, what the caller
// states (nor_statement_t), 0 for what table and chip say.
static mp_obj_t session_flash_open(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    bool beside = mp_obj_is_true(args[1]);
    nor_statement_t statement = {
        .size_bytes = mp_obj_get_int_truncated(args[2]),
        .sector_bytes = mp_obj_get_int_truncated(args[3]),
        .erase_opcode = mp_obj_get_int(args[4]),
    };
    int status;
    session_t *self = enter_idle(args[0], &status);
    if (status != LX_OK) {
        return leave(self, status);
    }
    status = beside ? bridge_open_beside(&self->bridge, &self->ecp5) : bridge_open(&self->bridge, &self->ecp5);
    if (status != LX_OK) {
        return leave(self, status);
    }
    self->bridged = true;
    return leave(self, nor_open_as(&self->nor, (flash_bus_t) { &bridge_ops, &self->bridge }, &statement));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(session_flash_open_obj, 5, 5, session_flash_open);

// flash_chip(): without access, (id, name, bytes, smallest erase, address bytes, SFDP revision or -1, page bytes, largest
// sector, whether the reach of its erases is known): reports.FlashChip.
static mp_obj_t session_flash_chip(mp_obj_t self_in) {
    session_t *self = MP_OBJ_TO_PTR(self_in);
    const nor_t *nor = &self->nor;
    const char *name = nor->name ? nor->name : "unknown";
    mp_obj_t items[] = {
        MP_OBJ_NEW_SMALL_INT(nor->id[0] << 16 | nor->id[1] << 8 | nor->id[2]),
        mp_obj_new_str(name, strlen(name)),
        mp_obj_new_int_from_uint(nor->size_bytes),
        MP_OBJ_NEW_SMALL_INT(nor->erases ? nor->erase[0].bytes : 0),
        MP_OBJ_NEW_SMALL_INT(nor->address_bytes),
        MP_OBJ_NEW_SMALL_INT(nor->has_sfdp ? nor->sfdp.revision : -1),
        MP_OBJ_NEW_SMALL_INT(nor->page_bytes),
        MP_OBJ_NEW_SMALL_INT(nor->erases ? nor_largest_sector(nor) : 0),
        mp_obj_new_bool(nor->reach_known),
    };
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}
static MP_DEFINE_CONST_FUN_OBJ_1(session_flash_chip_obj, session_flash_chip);

// flash_status(): (SR bytes, range known, start, length, individual locks, locked, quad 0 unknown 1 none 2 off 3 on,
// locked at each power-up): reports.FlashStatus.
static mp_obj_t session_flash_status(mp_obj_t self_in) {
    int status;
    session_t *self = enter_flash(self_in, &status);
    nor_status_t is = { 0 };
    if (status == LX_OK) {
        status = nor_status(&self->nor, &is);
    }
    mp_obj_t left = leave(self, status);
    if (status != LX_OK) {
        return left;
    }
    mp_obj_t items[] = {
        mp_obj_new_bytes(is.sr, is.registers),
        mp_obj_new_bool(is.known),
        mp_obj_new_int_from_uint(is.start),
        mp_obj_new_int_from_uint(is.length),
        mp_obj_new_bool(is.individual),
        mp_obj_new_bool(is.locked),
        MP_OBJ_NEW_SMALL_INT(is.quad),
        mp_obj_new_bool(is.at_power_up),
    };
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}
static MP_DEFINE_CONST_FUN_OBJ_1(session_flash_status_obj, session_flash_status);

static mp_obj_t session_flash_read(mp_obj_t self_in, mp_obj_t address_in, mp_obj_t into) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(into, &buffer, MP_BUFFER_WRITE);
    uint32_t address = mp_obj_get_int_truncated(address_in);
    int status;
    session_t *self = enter_flash(self_in, &status);
    return leave(self, status == LX_OK ? nor_read(&self->nor, address, buffer.buf, buffer.len) : status);
}
static MP_DEFINE_CONST_FUN_OBJ_3(session_flash_read_obj, session_flash_read);

// After an erase that failed: where, for mismatch().
static int note_not_blank(session_t *self, int status, uint32_t address) {
    if (status == LX_EFLASHERASE) {
        self->writer.report = (nor_report_t) { .bad_address = address, .bad_wanted = 0xff };
        nor_read(&self->nor, address, &self->writer.report.bad_found, 1);
    }
    return status;
}

// flash_erase(address, length): of whole sectors; all is blank then.
static mp_obj_t session_flash_erase(mp_obj_t self_in, mp_obj_t address_in, mp_obj_t length_in) {
    uint32_t address = mp_obj_get_int_truncated(address_in);
    uint32_t length = mp_obj_get_int_truncated(length_in);
    int status;
    session_t *self = enter_flash(self_in, &status);
    uint32_t bad = 0;
    status = status == LX_OK ? nor_erase_range(&self->nor, address, length, &bad) : status;
    return leave(self, note_not_blank(self, status, bad));
}
static MP_DEFINE_CONST_FUN_OBJ_3(session_flash_erase_obj, session_flash_erase);

// flash_erase_chip(): by one command; all is blank then.
static mp_obj_t session_flash_erase_chip(mp_obj_t self_in) {
    int status;
    session_t *self = enter_flash(self_in, &status);
    uint32_t bad = 0;
    status = status == LX_OK ? nor_erase_chip(&self->nor, &bad) : status;
    return leave(self, note_not_blank(self, status, bad));
}
static MP_DEFINE_CONST_FUN_OBJ_1(session_flash_erase_chip_obj, session_flash_erase_chip);

// flash_unique_id(buffer of 8 bytes): filled.
static mp_obj_t session_flash_unique_id(mp_obj_t self_in, mp_obj_t into) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(into, &buffer, MP_BUFFER_WRITE);
    int status;
    session_t *self = enter_flash(self_in, &status);
    uint8_t id[8] = { 0 };
    status = status == LX_OK ? nor_unique_id(&self->nor, id) : status;
    memcpy(buffer.buf, id, buffer.len < sizeof(id) ? buffer.len : sizeof(id));
    return leave(self, status);
}
static MP_DEFINE_CONST_FUN_OBJ_2(session_flash_unique_id_obj, session_flash_unique_id);

// flash_unlock(): the command that lifts the locks of all blocks.
static mp_obj_t session_flash_unlock(mp_obj_t self_in) {
    int status;
    session_t *self = enter_flash(self_in, &status);
    return leave(self, status == LX_OK ? nor_unlock_all(&self->nor) : status);
}
static MP_DEFINE_CONST_FUN_OBJ_1(session_flash_unlock_obj, session_flash_unlock);

static mp_obj_t session_flash_protect(mp_obj_t self_in, mp_obj_t start_in, mp_obj_t length_in) {
    uint32_t start = mp_obj_get_int_truncated(start_in);
    uint32_t length = mp_obj_get_int_truncated(length_in);
    int status;
    session_t *self = enter_flash(self_in, &status);
    return leave(self, status == LX_OK ? nor_protect(&self->nor, start, length) : status);
}
static MP_DEFINE_CONST_FUN_OBJ_3(session_flash_protect_obj, session_flash_protect);

static mp_obj_t session_flash_quad(mp_obj_t self_in, mp_obj_t on_in) {
    bool on = mp_obj_is_true(on_in);
    int status;
    session_t *self = enter_flash(self_in, &status);
    return leave(self, status == LX_OK ? nor_set_quad(&self->nor, on) : status);
}
static MP_DEFINE_CONST_FUN_OBJ_2(session_flash_quad_obj, session_flash_quad);

// flash_boot(address): of the image there, (problems, kind, idcode, MCLK in Hz, SPI mode, limit of opcode 03 in Hz, quad as
// in flash_status()): reports.Boot.
static mp_obj_t session_flash_boot(mp_obj_t self_in, mp_obj_t address_in) {
    uint32_t address = mp_obj_get_int_truncated(address_in);
    int status;
    session_t *self = enter_flash(self_in, &status);
    boot_report_t boot = { 0 };
    if (status == LX_OK) {
        status = boot_examine(&self->nor, address, self->ecp5.device, &boot);
    }
    mp_obj_t left = leave(self, status);
    if (status != LX_OK) {
        return left;
    }
    mp_obj_t items[] = {
        MP_OBJ_NEW_SMALL_INT(boot.problems),
        MP_OBJ_NEW_SMALL_INT(boot.image.kind),
        mp_obj_new_int_from_uint(boot.image.idcode),
        mp_obj_new_int_from_uint(boot.mclk_hz),
        MP_OBJ_NEW_SMALL_INT(boot.image.spi_mode),
        mp_obj_new_int_from_uint(boot.slow_read_hz),
        MP_OBJ_NEW_SMALL_INT(boot.quad),
    };
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}
static MP_DEFINE_CONST_FUN_OBJ_2(session_flash_boot_obj, session_flash_boot);

#define SESSION_METHODS(METHOD) \
    METHOD(MP_QSTR_scan, session_scan_obj) \
    METHOD(MP_QSTR_chain, session_chain_obj) \
    METHOD(MP_QSTR_set_ir_bits, session_set_ir_bits_obj) \
    METHOD(MP_QSTR_set_freq, session_set_freq_obj) \
    METHOD(MP_QSTR_calibrate, session_calibrate_obj) \
    METHOD(MP_QSTR_idcode, session_idcode_obj) \
    METHOD(MP_QSTR_usercode, session_usercode_obj) \
    METHOD(MP_QSTR_status, session_status_obj) \
    METHOD(MP_QSTR_last_status, session_last_status_obj) \
    METHOD(MP_QSTR_unique_id, session_unique_id_obj) \
    METHOD(MP_QSTR_erase, session_erase_obj) \
    METHOD(MP_QSTR_refresh, session_refresh_obj) \
    METHOD(MP_QSTR_open, session_open_obj) \
    METHOD(MP_QSTR_write, session_write_obj) \
    METHOD(MP_QSTR_wait, session_wait_obj) \
    METHOD(MP_QSTR_finish, session_finish_obj) \
    METHOD(MP_QSTR_abort, session_abort_obj) \
    METHOD(MP_QSTR_info, session_info_obj) \
    METHOD(MP_QSTR_report, session_report_obj) \
    METHOD(MP_QSTR_mismatch, session_mismatch_obj) \
    METHOD(MP_QSTR_flash_open, session_flash_open_obj) \
    METHOD(MP_QSTR_flash_chip, session_flash_chip_obj) \
    METHOD(MP_QSTR_flash_status, session_flash_status_obj) \
    METHOD(MP_QSTR_flash_read, session_flash_read_obj) \
    METHOD(MP_QSTR_flash_erase, session_flash_erase_obj) \
    METHOD(MP_QSTR_flash_erase_chip, session_flash_erase_chip_obj) \
    METHOD(MP_QSTR_flash_unique_id, session_flash_unique_id_obj) \
    METHOD(MP_QSTR_flash_unlock, session_flash_unlock_obj) \
    METHOD(MP_QSTR_flash_protect, session_flash_protect_obj) \
    METHOD(MP_QSTR_flash_quad, session_flash_quad_obj) \
    METHOD(MP_QSTR_flash_boot, session_flash_boot_obj)

JTAG_LOCALS(session_locals, SESSION_METHODS)

MP_DEFINE_CONST_OBJ_TYPE(
    jtag_session_type,
    MP_QSTR_Session,
    MP_TYPE_FLAG_NONE,
    make_new, session_make_new,
    locals_dict, &session_locals
    );
