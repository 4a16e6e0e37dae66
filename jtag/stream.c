// SPDX-License-Identifier: MIT
//
// Plugging the parts together (stream.h).

#include "jtag/stream.h"

#include <string.h>

// From the parser to the SRAM, which is erased when the first bytes come.
static int sram_write(void *ctx, const uint8_t *data, size_t length) {
    stream_t *stream = ctx;
    ecp5_t *ecp5 = stream->config.ecp5;
    if (!stream->loading) {
        stream->loading = true;
        int status = ecp5_sram_open(ecp5);
        if (status != LX_OK) {
            return status;
        }
    }
    return ecp5_sram_write(ecp5, data, length);
}

// From inflate to the flash, past the parser; or only past the parser, to look. What claims to be a bitstream must say
// for which device.
static int flash_write(void *ctx, const uint8_t *data, size_t length) {
    stream_t *stream = ctx;
    if (stream->is_bitstream) {
        int status = bitstream_write(&stream->bitstream, data, length);
        bool unfit = status == LX_EWRONGDEVICE || status == LX_ENOID;
        if (status != LX_OK && (unfit || (stream->config.options & STREAM_REQUIRE_BITSTREAM))) {
            return status;
        }
        stream->is_bitstream = status == LX_OK;
    }
    if (stream->config.target == STREAM_LOOK) {
        stream->known = !stream->is_bitstream || stream->bitstream.held_done;
        return LX_OK;
    }
    return nor_write(stream->config.writer, data, length);
}

// Close what is open and keep the first error.
static int end(stream_t *stream, int status) {
    stream->open = false;
    if (stream->config.target == STREAM_SRAM && stream->loading) {
        int closed = ecp5_abort(stream->config.ecp5);
        return status == LX_OK ? closed : status;
    }
    return status;
}

void stream_open(stream_t *stream, const stream_config_t *config) {
    memset(stream, 0, sizeof(*stream));
    stream->config = *config;
    stream->open = true;
    bool to_flash = config->target == STREAM_FLASH || config->target == STREAM_LOOK;
    stream->is_bitstream = !(to_flash && (config->options & STREAM_ANY_DATA));
    uint8_t options = 0;
    jtag_sink_t after_parser = { NULL, NULL };
    jtag_sink_t after_inflate = { bitstream_write, &stream->bitstream };
    switch (config->target) {
        case STREAM_SRAM:
            after_parser = (jtag_sink_t) { sram_write, stream };
            options = BITSTREAM_STRIP_SPI_MODE;
            if (config->options & STREAM_OVERRIDE_ID) {
                options |= BITSTREAM_OVERRIDE_ID;
            }
            break;
        case STREAM_FLASH:
        case STREAM_LOOK:
            after_inflate = (jtag_sink_t) { flash_write, stream };
            break;
        default:
            options = BITSTREAM_CHECK;
            break;
    }
    bitstream_open(&stream->bitstream, config->device, after_parser, options);
    inflate_open(&stream->inflate, after_inflate, config->format, config->memory, config->memory_bytes);
}

int stream_write(void *ctx, const uint8_t *data, size_t length) {
    stream_t *stream = ctx;
    if (!stream->open) {
        return LX_EBUSY;
    }
    int status = inflate_write(&stream->inflate, data, length);
    return status == LX_OK ? LX_OK : end(stream, status);
}

int stream_finish(stream_t *stream) {
    if (!stream->open) {
        return LX_EBUSY;
    }
    if (stream->known) {
        return end(stream, LX_OK);
    }
    int status = inflate_finish(&stream->inflate);
    if (stream->config.target == STREAM_LOOK) {
        return end(stream, status);
    }
    int parsed = stream->is_bitstream ? bitstream_finish(&stream->bitstream) : LX_OK;
    if (stream->config.target == STREAM_FLASH) {
        bool required = stream->config.options & STREAM_REQUIRE_BITSTREAM;
        // Something that is no bitstream, and so short that the parser did not say so before.
        if (parsed == LX_ENOBITSTREAM && !required) {
            stream->is_bitstream = false;
            parsed = LX_OK;
        }
        // A file that ends too early is written as far as it goes, so that what is there is known; then the verdict.
        if (status == LX_OK && parsed != LX_ENOBITSTREAM) {
            status = nor_write_finish(stream->config.writer);
        }
        return end(stream, status == LX_OK ? parsed : status);
    }
    if (status == LX_OK) {
        status = parsed;
    }
    if (status == LX_OK && stream->config.target == STREAM_SRAM) {
        stream->open = false;
        return ecp5_sram_finish(stream->config.ecp5);
    }
    return end(stream, status);
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
