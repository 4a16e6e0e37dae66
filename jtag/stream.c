// SPDX-License-Identifier: MIT
//
// Plugging the parts together (stream.h): inflate writes to the parser, the parser to the SRAM or to the flash writer.
// Nothing comes back here until the end.

#include "jtag/stream.h"

#include <string.h>

#include "common/crc32.h"

typedef struct {
    bool passes_all; // comments and other data go to the destination too
    uint8_t options; // of the parser
    uint32_t search_bytes;
} target_t;

static const target_t targets[] = {
    [STREAM_SRAM] = { false, BITSTREAM_STRIP_SPI_MODE | BITSTREAM_REFUSE_PARTIAL | BITSTREAM_REFUSE_JUMP, BITSTREAM_SEARCH_BYTES },
    [STREAM_FLASH] = { true, BITSTREAM_PASS_ALL | BITSTREAM_REFUSE_PARTIAL, STREAM_PROBE_BYTES },
    [STREAM_CHECK] = { false, BITSTREAM_CHECK, BITSTREAM_SEARCH_BYTES },
    [STREAM_PROBE] = { true, BITSTREAM_PASS_ALL | BITSTREAM_REFUSE_PARTIAL, STREAM_PROBE_BYTES },
};

// What the parser has to know, from the target, the caller's wishes and the device's fuses.
static uint8_t parser_options(const stream_config_t *config) {
    uint8_t options = targets[config->target].options;
    bool to_device = config->target != STREAM_CHECK;
    if (to_device && (config->options & STREAM_OVERRIDE_ID)) {
        options |= BITSTREAM_OVERRIDE_ID;
    }
    if (to_device && config->ecp5 && ecp5_accepts_encrypted_only(config->ecp5)) {
        options |= BITSTREAM_REFUSE_PLAIN;
    }
    if (config->options & STREAM_REQUIRE_BITSTREAM) {
        options |= BITSTREAM_REQUIRED;
    }
    return options;
}

// Close what is open and keep the first error.
static int end(stream_t *stream, int status) {
    stream->open = false;
    if (stream->config.target != STREAM_SRAM) {
        return status;
    }
    int closed = ecp5_sram_abort(stream->config.ecp5);
    return status == LX_OK ? closed : status;
}

// Whether the flash has what is held already.
static int compare_held(stream_t *stream, bool *same) {
    uint8_t found[64];
    const stream_config_t *config = &stream->config;
    *same = true;
    for (uint32_t at = 0; *same && at < stream->held; at += sizeof(found)) {
        uint32_t size = stream->held - at < sizeof(found) ? stream->held - at : sizeof(found);
        int status = nor_read(config->writer->nor, config->address + at, found, size);
        if (status != LX_OK) {
            return status;
        }
        *same = memcmp(found, config->hold + at, size) == 0;
    }
    return LX_OK;
}

// The first sector is complete: make it blank until the end, unless it stays as it is.
static int leave_blank(stream_t *stream) {
    static const uint8_t blank[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
    bool same;
    int status = compare_held(stream, &same);
    if (status != LX_OK) {
        return status;
    }
    if (same) {
        return nor_write(stream->config.writer, stream->config.hold, stream->held);
    }
    stream->holding = true;
    for (uint32_t at = 0; at < stream->held && status == LX_OK; at += sizeof(blank)) {
        status = nor_write(stream->config.writer, blank, sizeof(blank));
    }
    return status;
}

// A sink before the flash writer, which holds the first sector back.
static int hold_write(void *ctx, const uint8_t *data, size_t length) {
    stream_t *stream = ctx;
    const stream_config_t *config = &stream->config;
    stream->crc32 = crc32_update(stream->crc32, data, length);
    if (stream->held < config->hold_bytes) {
        size_t room = config->hold_bytes - stream->held;
        size_t now = length < room ? length : room;
        memcpy(config->hold + stream->held, data, now);
        stream->held += now;
        data += now;
        length -= now;
        if (stream->held < config->hold_bytes) {
            return LX_OK;
        }
        int status = leave_blank(stream);
        if (status != LX_OK) {
            return status;
        }
    }
    return length ? nor_write(config->writer, data, length) : LX_OK;
}

// The end of the source: write what is held, and count it with the rest.
static int write_held(stream_t *stream) {
    stream_config_t *config = &stream->config;
    nor_write_t *writer = config->writer;
    nor_report_t all = writer->report;
    int status = nor_write_open(writer, writer->nor, config->address, stream->held, writer->buffer,
        writer->buffer_bytes, writer->options);
    if (status == LX_OK) {
        status = nor_write(writer, config->hold, stream->held);
    }
    if (status == LX_OK) {
        status = nor_write_finish(writer);
    }
    if (status != LX_OK) {
        return status;
    }
    stream->holding = false;
    all.erased += writer->report.erased;
    all.written += writer->report.written;
    all.verified += writer->report.verified;
    all.retries += writer->report.retries;
    all.sectors_erased += writer->report.sectors_erased;
    writer->report = all;
    return LX_OK;
}

static jtag_sink_t destination(stream_t *stream) {
    switch (stream->config.target) {
        case STREAM_SRAM:
            return (jtag_sink_t) { ecp5_sram_write, stream->config.ecp5 };
        case STREAM_FLASH:
            if (stream->config.hold) {
                return (jtag_sink_t) { hold_write, stream };
            }
            return (jtag_sink_t) { nor_write, stream->config.writer };
        default:
            return (jtag_sink_t) { NULL, NULL };
    }
}

static int write_nowhere(void *ctx, const uint8_t *data, size_t length) {
    (void)ctx;
    (void)data;
    (void)length;
    return LX_OK;
}

void stream_open(stream_t *stream, const stream_config_t *config) {
    memset(stream, 0, sizeof(*stream));
    stream->config = *config;
    stream->open = true;
    jtag_sink_t to = destination(stream);
    bitstream_open(&stream->bitstream, config->device, to, parser_options(config));
    uint32_t search_bytes = config->search_bytes ? config->search_bytes : targets[config->target].search_bytes;
    stream->bitstream.search_bytes = search_bytes;
    if (config->target == STREAM_SRAM) {
        ecp5_sram_prepare(config->ecp5);
    }
    jtag_sink_t parser = { bitstream_write, &stream->bitstream };
    bool unread = targets[config->target].passes_all && (config->options & STREAM_ANY_DATA);
    if (unread) {
        // Past the parser, which stays without an answer.
        stream->bitstream.decided = true;
        parser = to.write ? to : (jtag_sink_t) { write_nowhere, NULL };
    }
    stream->is_bitstream = !unread;
    stream->known = unread;
    inflate_open(&stream->inflate, parser, config->format, config->memory, config->memory_bytes);
}

// What the parser found so far.
static void take_notice(stream_t *stream) {
    bool given_up = stream->bitstream.decided && stream->bitstream.info.kind == BITSTREAM_NONE;
    stream->is_bitstream = !given_up;
    stream->known = stream->bitstream.decided;
    stream->loading = stream->config.target == STREAM_SRAM && ecp5_sram_is_loading(stream->config.ecp5);
}

int stream_write(void *ctx, const uint8_t *data, size_t length) {
    stream_t *stream = ctx;
    if (!stream->open) {
        return LX_EBUSY;
    }
    int status = inflate_write(&stream->inflate, data, length);
    take_notice(stream);
    return status == LX_OK ? LX_OK : end(stream, status);
}

// The end of a source that was probed: whether packed data is whole, and on request whether the bitstream is.
static int finish_probe(stream_t *stream) {
    bool whole = stream->config.options & STREAM_WHOLE;
    if (stream->known && !whole) {
        return LX_OK;
    }
    int status = inflate_finish(&stream->inflate);
    if (status != LX_OK || !whole || !stream->is_bitstream) {
        return status;
    }
    return bitstream_finish(&stream->bitstream);
}

// A file that ends too early is written as far as it goes, so that the flash's content is known; then comes the verdict.
static int finish_flash(stream_t *stream) {
    int status = inflate_finish(&stream->inflate);
    int parsed = stream->is_bitstream ? bitstream_finish(&stream->bitstream) : LX_OK;
    take_notice(stream);
    if (status != LX_OK || parsed == LX_ENOBITSTREAM) {
        return status == LX_OK ? parsed : status;
    }
    nor_write_t *writer = stream->config.writer;
    if (stream->held && stream->held < stream->config.hold_bytes && parsed == LX_OK) {
        status = nor_write(writer, stream->config.hold, stream->held); // less than a sector, in order
    }
    if (status == LX_OK) {
        status = nor_write_finish(writer);
    }
    if (status != LX_OK || parsed != LX_OK) {
        return status == LX_OK ? parsed : status;
    }
    status = stream->holding ? write_held(stream) : LX_OK;
    if (stream->config.hold) {
        writer->report.crc32 = stream->crc32;
    }
    return status;
}

static int finish_parser(stream_t *stream) {
    int status = inflate_finish(&stream->inflate);
    return status == LX_OK ? bitstream_finish(&stream->bitstream) : status;
}

int stream_finish(stream_t *stream) {
    if (!stream->open) {
        return LX_EBUSY;
    }
    switch (stream->config.target) {
        case STREAM_PROBE:
            return end(stream, finish_probe(stream));
        case STREAM_FLASH:
            return end(stream, finish_flash(stream));
        case STREAM_CHECK:
            return end(stream, finish_parser(stream));
        default:
            break;
    }
    int status = finish_parser(stream);
    if (status != LX_OK) {
        return end(stream, status);
    }
    stream->open = false;
    return ecp5_sram_finish(stream->config.ecp5);
}

int stream_abort(stream_t *stream) {
    return stream->open ? end(stream, LX_OK) : LX_OK;
}

void stream_forget(stream_t *stream) {
    stream->config.memory = NULL;
    stream->config.hold = NULL;
    stream->inflate.memory = NULL;
    stream->inflate.zlib = NULL;
    stream->inflate.chunk[0] = stream->inflate.chunk[1] = NULL;
    if (stream->config.writer) {
        stream->config.writer->buffer = NULL;
    }
}
