// SPDX-License-Identifier: MIT
//
// Plugging the parts together (stream.h): inflate writes to the parser, the parser to the SRAM or to the flash writer.
// Nothing comes back here until the end.

#include "jtag/stream.h"

#include <string.h>

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

static jtag_sink_t destination(stream_t *stream) {
    switch (stream->config.target) {
        case STREAM_SRAM:
            return (jtag_sink_t) { ecp5_sram_write, stream->config.ecp5 };
        case STREAM_FLASH:
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
    status = nor_write_finish(stream->config.writer);
    return status == LX_OK ? parsed : status;
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
    stream->inflate.memory = NULL;
    stream->inflate.zlib = NULL;
    stream->inflate.chunk[0] = stream->inflate.chunk[1] = NULL;
    if (stream->config.writer) {
        stream->config.writer->buffer = NULL;
    }
}
