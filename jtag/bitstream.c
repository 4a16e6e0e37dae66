// SPDX-License-Identifier: MIT
//
// The bitstream parser (bitstream.h), after FPGA-TN-02039 and the bitstream documentation of Project Trellis.
//
// A state machine over bytes that takes long stretches at once. Without BITSTREAM_CHECK frames are skipped by their
// length, or, when they are compressed, everything from the first CRC on passes unread: the device checks its CRCs
// itself. Only the command that ends a configuration is looked for then, since a file without it is truncated. Anything
// may follow that command.
//
// What the data is (bitstream_kind_t) is decided by the first command that writes frames, a jump, or the preamble of an
// encrypted bitstream. Until then the start of a bitstream is held back.
//
// A change (IDCODE, SPI mode) changes the next CRC. Two CRCs run until then, of what came in and of what goes out,
// and since CRCs are linear their difference is applied to the one in the file: a wrong one stays wrong.

#include "jtag/bitstream.h"

#include <string.h>

#define PREAMBLE (0xffffbdb3)
#define PREAMBLE_ENCRYPTED (0xffffbfb3) // as Diamond writes it for an ECP5
#define PREAMBLE_ENCRYPTED_OLD (0xffffbab3) // of earlier families
#define PADDING (0xff)
#define HELD_PADDING (16)

#define PARAMETER_CRC (0x80)
#define PARAMETER_CRC_AT_END (0x40)
#define PARAMETER_GAP (0x0f)

#define RAM_FRAME_BYTES (9)

// Opcodes that need care beyond their length.
#define LSC_RESET_CRC (0x3b)
#define VERIFY_ID (0xe2)
#define LSC_PROG_CNTRL0 (0x22)
#define LSC_PROG_INCR_RTI (0x82)
#define LSC_PROG_INCR_CMP (0xb8)
#define LSC_PROG_INCR_ENC (0xb6)
#define LSC_PROG_INCR_CNE (0xba)
#define ISC_PROGRAM_USERCODE (0xc2)
#define ISC_PROGRAM_DONE (0x5e)
#define LSC_EBR_WRITE (0xb2)
#define SPI_MODE (0x79)
#define JUMP (0x7e)

typedef struct {
    uint8_t opcode;
    uint8_t operand; // bytes, with the three of parameters
    bool crc_allowed; // bit 7 of the parameters asks for a CRC after the operand
} command_t;

static const command_t commands[] = {
    { LSC_RESET_CRC, 3, false },
    { VERIFY_ID, 7, true },
    { 0x02, 11, true }, // LSC_WRITE_COMP_DIC
    { LSC_PROG_CNTRL0, 7, true },
    { 0x46, 3, true }, // LSC_INIT_ADDRESS
    { 0xb4, 7, true }, // LSC_WRITE_ADDRESS
    { LSC_PROG_INCR_RTI, 3, false },
    { LSC_PROG_INCR_CMP, 3, false },
    { LSC_PROG_INCR_ENC, 3, false },
    { LSC_PROG_INCR_CNE, 3, false },
    { 0xa2, 7, true }, // LSC_PROG_SED_CRC
    { ISC_PROGRAM_USERCODE, 7, true },
    { 0xf6, 7, true }, // LSC_EBR_ADDRESS
    { LSC_EBR_WRITE, 3, false },
    { ISC_PROGRAM_DONE, 3, true },
    { 0xce, 3, true }, // ISC_PROGRAM_SECURITY
    { 0x56, 3, true }, // LSC_POWER_CTRL
    { SPI_MODE, 3, false },
    { JUMP, 7, false },
};

static const uint16_t crc16_table[16] = {
    0x0000, 0x8005, 0x800f, 0x000a, 0x801b, 0x001e, 0x0014, 0x8011,
    0x8033, 0x0036, 0x003c, 0x8039, 0x0028, 0x802d, 0x8027, 0x0022,
};

// ISC_PROGRAM_DONE with its parameters, and the padding that follows.
static const uint8_t end_of_configuration[8] = { 0x5e, 0, 0, 0, PADDING, PADDING, PADDING, PADDING };

static const uint8_t padding[3] = { PADDING, PADDING, PADDING };

static uint16_t crc16(uint16_t crc, const uint8_t *data, size_t length) {
    while (length--) {
        crc = crc16_table[(crc >> 12) ^ (*data >> 4)] ^ crc << 4;
        crc = crc16_table[(crc >> 12) ^ (*data++ & 15)] ^ crc << 4;
    }
    return crc;
}

static uint32_t big_endian(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static const command_t *find_command(uint8_t opcode) {
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (commands[i].opcode == opcode) {
            return &commands[i];
        }
    }
    return NULL;
}

// What came in and what goes out, where both are the same.
static void follow(bitstream_t *bs, const uint8_t *data, size_t length) {
    if (bs->trusted && !(bs->options & BITSTREAM_CHECK)) {
        return;
    }
    bs->crc = crc16(bs->crc, data, length);
    if (bs->patched) {
        bs->crc_out = crc16(bs->crc_out, data, length);
    }
}

// What came in, and what goes out instead (NULL: padding, which no CRC counts).
static void follow_changed(bitstream_t *bs, const uint8_t *in, const uint8_t *out, size_t length) {
    if (!bs->patched) {
        bs->patched = true;
        bs->crc_out = bs->crc;
    }
    bs->crc = crc16(bs->crc, in, length);
    if (out) {
        bs->crc_out = crc16(bs->crc_out, out, length);
    }
}

static int release_held(bitstream_t *bs) {
    if (bs->held_done) {
        return LX_OK;
    }
    bs->held_done = true;
    return bs->sink.write ? bs->sink.write(bs->sink.ctx, bs->held, bs->held_count) : LX_OK;
}

// Send what flows, or hold it back until it is decided what it is. With a good IDCODE it need not fit.
static int send(bitstream_t *bs, const uint8_t *data, size_t length) {
    if (length == 0) {
        return LX_OK;
    }
    bool fits = length <= sizeof(bs->held) - bs->held_count;
    if (!bs->held_done && !fits) {
        if (!bs->info.idcode) {
            return LX_ENOID;
        }
        int status = release_held(bs);
        if (status != LX_OK) {
            return status;
        }
    }
    if (bs->held_done) {
        return bs->sink.write ? bs->sink.write(bs->sink.ctx, data, length) : LX_OK;
    }
    memcpy(bs->held + bs->held_count, data, length);
    bs->held_count += length;
    return LX_OK;
}

// What it is has become clear, and is accepted or refused.
static int decide(bitstream_t *bs, bitstream_kind_t kind) {
    if (bs->decided) {
        return LX_OK;
    }
    bs->info.kind = kind;
    bool plain = kind == BITSTREAM_COMPLETE || kind == BITSTREAM_PARTIAL;
    if (plain && (bs->options & BITSTREAM_REFUSE_PLAIN)) {
        return LX_EDECRYPTONLY;
    }
    if (kind == BITSTREAM_PARTIAL && (bs->options & BITSTREAM_REFUSE_PARTIAL)) {
        return LX_EPARTIAL;
    }
    if (kind == BITSTREAM_JUMP && (bs->options & BITSTREAM_REFUSE_JUMP)) {
        return LX_EJUMP;
    }
    bs->decided = true;
    return release_held(bs);
}

// The data is not a bitstream, for the reason that the status gives: an error, unless other data passes too.
static int give_up(bitstream_t *bs, int status) {
    if ((bs->options & (BITSTREAM_PASS_ALL | BITSTREAM_REQUIRED)) != BITSTREAM_PASS_ALL) {
        return status;
    }
    bs->info.kind = BITSTREAM_NONE;
    bs->decided = true;
    bs->given_up = true;
    bs->state = BITSTREAM_STATE_BLIND;
    return LX_OK;
}

static int preamble_seen(bitstream_t *bs) {
    bs->info.encrypted = bs->window != PREAMBLE;
    bs->info.header_bytes = bs->info.bytes - 4;
    bs->crc = 0;
    if (!bs->held_done) {
        memset(bs->held, PADDING, HELD_PADDING);
        bs->held_count = HELD_PADDING;
        for (unsigned i = 0; i < 4; i++) {
            bs->held[bs->held_count++] = bs->window >> (24 - 8 * i);
        }
    }
    if (!bs->info.encrypted) {
        bs->state = BITSTREAM_STATE_COMMAND;
        return LX_OK;
    }
    // Nothing else can be read: whether it fits is the device's to say.
    bs->state = BITSTREAM_STATE_BLIND;
    return decide(bs, BITSTREAM_ENCRYPTED);
}

// Look for the preamble in what comes next, up to the limit. Comments pass only where everything does.
static int search(bitstream_t *bs, const uint8_t *data, size_t length, size_t *used) {
    uint32_t left = bs->search_bytes - bs->info.bytes;
    size_t end = length < left ? length : left;
    size_t at = 0;
    bool found = false;
    while (at < end && !found) {
        bs->window = bs->window << 8 | data[at++];
        found = bs->window == PREAMBLE || bs->window == PREAMBLE_ENCRYPTED || bs->window == PREAMBLE_ENCRYPTED_OLD;
    }
    *used = at;
    bs->info.bytes += at;
    int status = bs->options & BITSTREAM_PASS_ALL ? send(bs, data, at) : LX_OK;
    if (status != LX_OK) {
        return status;
    }
    if (found) {
        return preamble_seen(bs);
    }
    return bs->info.bytes >= bs->search_bytes ? give_up(bs, LX_ENOBITSTREAM) : LX_OK;
}

// After the operand of a command, or a frame: a CRC or the next thing.
static void expect(bitstream_t *bs, bool crc, bitstream_state_t state) {
    bs->have = 0;
    bs->after_crc = state;
    bs->state = crc ? BITSTREAM_STATE_CRC : state;
}

static void next_frame(bitstream_t *bs) {
    if (bs->frames_left == 0) {
        bs->state = BITSTREAM_STATE_COMMAND;
        return;
    }
    unsigned bytes = bs->geometry->frame_bytes;
    bs->state = bs->frame_kind;
    bs->code_bits = 0;
    bs->frame_left = bytes;
    if (bs->opcode == LSC_EBR_WRITE) {
        bs->frame_left = RAM_FRAME_BYTES;
    } else if (bs->opcode == LSC_PROG_INCR_CMP) {
        // Compression works on frames that zeros fill up to 64 bits.
        bs->frame_left = (bytes + 7) / 8 * 8;
    }
}

// The end of a frame's data: is a CRC next, or the dummy bytes?
static void frame_end(bitstream_t *bs) {
    bs->frames_left--;
    if (bs->opcode != LSC_EBR_WRITE) {
        bs->info.frames_seen++;
    }
    bool each = !(bs->parameters & PARAMETER_CRC_AT_END);
    bool crc = (bs->parameters & PARAMETER_CRC) && (each || bs->frames_left == 0);
    bs->skip = bs->gap;
    expect(bs, crc, BITSTREAM_STATE_GAP);
}

static int frames_begin(bitstream_t *bs) {
    unsigned count = bs->operand[1] << 8 | bs->operand[2];
    bs->parameters = bs->operand[0];
    bs->gap = bs->opcode == LSC_EBR_WRITE ? 0 : bs->parameters & PARAMETER_GAP;
    bs->frames_left = count;
    if (bs->opcode == LSC_EBR_WRITE) {
        bs->info.ram_frames += count;
    } else {
        bs->info.frames = count;
        if (count > bs->geometry->frames) {
            return give_up(bs, LX_ECOMMAND);
        }
        int status = decide(bs, count < bs->geometry->frames ? BITSTREAM_PARTIAL : BITSTREAM_COMPLETE);
        if (status != LX_OK) {
            return status;
        }
    }
    if (bs->opcode == LSC_PROG_INCR_ENC || bs->opcode == LSC_PROG_INCR_CNE) {
        bs->info.encrypted = true;
        bs->state = BITSTREAM_STATE_BLIND;
        return LX_OK;
    }
    bool packed = bs->opcode == LSC_PROG_INCR_CMP;
    bs->info.compressed |= packed;
    bs->frame_kind = packed ? BITSTREAM_STATE_COMPRESSED : BITSTREAM_STATE_FRAME;
    next_frame(bs);
    return LX_OK;
}

static int id_seen(bitstream_t *bs) {
    bs->info.idcode = big_endian(bs->operand + 3);
    bs->geometry = ecp5_find(bs->info.idcode);
    if (bs->device && bs->info.idcode != bs->device->idcode) {
        // A device of the same size takes the same frames; another one never does.
        if (!(bs->options & BITSTREAM_OVERRIDE_ID) || bs->geometry == NULL
            || bs->geometry->frames != bs->device->frames) {
            return LX_EWRONGDEVICE;
        }
        uint8_t changed[7] = { bs->operand[0], bs->operand[1], bs->operand[2] };
        for (unsigned i = 0; i < 4; i++) {
            changed[3 + i] = bs->device->idcode >> (24 - 8 * i);
        }
        follow_changed(bs, bs->operand, changed, 7);
        memcpy(bs->operand, changed, 7);
        return send(bs, bs->operand, 7);
    }
    if (bs->geometry == NULL) {
        return LX_EWRONGDEVICE;
    }
    follow(bs, bs->operand, 7);
    return send(bs, bs->operand, 7);
}

// Whether this command goes out as padding.
static bool is_stripped(const bitstream_t *bs) {
    return bs->opcode == SPI_MODE && (bs->options & BITSTREAM_STRIP_SPI_MODE);
}

static int operand_seen(bitstream_t *bs) {
    const command_t *command = find_command(bs->opcode);
    if (bs->opcode == VERIFY_ID) {
        int status = id_seen(bs);
        expect(bs, bs->operand[0] & PARAMETER_CRC, BITSTREAM_STATE_COMMAND);
        return status;
    }
    if (bs->opcode == SPI_MODE) {
        bs->info.spi_mode = bs->operand[0];
    }
    if (is_stripped(bs)) {
        bs->state = BITSTREAM_STATE_COMMAND;
        follow_changed(bs, bs->operand, NULL, command->operand);
        return send(bs, padding, command->operand);
    }
    follow(bs, bs->operand, command->operand);
    expect(bs, command->crc_allowed && (bs->operand[0] & PARAMETER_CRC), BITSTREAM_STATE_COMMAND);
    int status = send(bs, bs->operand, command->operand);
    switch (bs->opcode) {
        case LSC_RESET_CRC:
            bs->crc = 0;
            bs->crc_out = 0;
            bs->patched = false;
            break;
        case LSC_PROG_CNTRL0:
            bs->info.control0 = big_endian(bs->operand + 3);
            break;
        case ISC_PROGRAM_USERCODE:
            bs->info.usercode = big_endian(bs->operand + 3);
            break;
        case ISC_PROGRAM_DONE:
            bs->info.done = true;
            // Without any frames it changes nothing of a design.
            status = status == LX_OK ? decide(bs, BITSTREAM_PARTIAL) : status;
            bs->after_crc = BITSTREAM_STATE_BLIND;
            if (bs->state != BITSTREAM_STATE_CRC) {
                bs->state = BITSTREAM_STATE_BLIND;
            }
            break;
        case JUMP:
            bs->info.jump = true;
            bs->info.done = true;
            bs->state = BITSTREAM_STATE_BLIND;
            return status == LX_OK ? decide(bs, BITSTREAM_JUMP) : status;
        case LSC_PROG_INCR_RTI:
        case LSC_PROG_INCR_CMP:
        case LSC_PROG_INCR_ENC:
        case LSC_PROG_INCR_CNE:
        case LSC_EBR_WRITE:
            if (status == LX_OK) {
                status = bs->info.idcode ? frames_begin(bs) : LX_ENOID;
            }
            break;
        default:
            break;
    }
    return status;
}

static int opcode_seen(bitstream_t *bs, uint8_t opcode) {
    const command_t *command = find_command(opcode);
    if (command == NULL) {
        bs->opcode = opcode;
        int status = give_up(bs, LX_ECOMMAND);
        return status == LX_OK ? send(bs, &bs->opcode, 1) : status;
    }
    bs->opcode = opcode;
    bs->need = command->operand;
    bs->have = 0;
    bs->state = BITSTREAM_STATE_OPERAND;
    if (is_stripped(bs)) {
        follow_changed(bs, &opcode, NULL, 1);
        return send(bs, padding, 1);
    }
    follow(bs, &opcode, 1);
    return send(bs, &bs->opcode, 1);
}

static int crc_seen(bitstream_t *bs) {
    bool wrong = bs->crc_given != bs->crc;
    bool followed = !bs->trusted || (bs->options & BITSTREAM_CHECK);
    uint16_t given = bs->crc_given ^ (bs->patched ? bs->crc ^ bs->crc_out : 0);
    uint8_t *out = bs->patch[bs->patch_turn ^= 1];
    out[0] = given >> 8;
    out[1] = given;
    bs->crc = 0;
    bs->patched = false;
    bs->trusted = true;
    bs->have = 0;
    bs->state = bs->after_crc;
    if (followed) {
        bs->info.crc_checked++;
        if (wrong && (bs->options & BITSTREAM_CHECK)) {
            return LX_ECRC;
        }
    }
    return send(bs, out, 2);
}

// At the beginning of a frame: those that are left, which nobody checks, by their length; of compressed ones the least,
// where each byte is a bit.
static void skip_frames(bitstream_t *bs) {
    bool packed = bs->frame_kind == BITSTREAM_STATE_COMPRESSED;
    uint32_t bytes = packed ? bs->frame_left / 8 : bs->frame_left;
    bool crc = bs->parameters & PARAMETER_CRC;
    bool each = !(bs->parameters & PARAMETER_CRC_AT_END);
    bs->skip = bs->frames_left * (bytes + (crc && each ? 2 : 0) + bs->gap) + (crc && !each ? 2 : 0);
    if (bs->opcode != LSC_EBR_WRITE) {
        bs->info.frames_seen += bs->frames_left;
    }
    bs->frames_left = 0;
    bs->state = BITSTREAM_STATE_SKIP;
}

// Compressed data: 0 is a zero byte, 10xxxx one of sixteen patterns, 11xxxxxxxx any byte. Returns how many bytes
// of data belong to this frame.
static size_t unpack(bitstream_t *bs, const uint8_t *data, size_t length) {
    size_t used = 0;
    while (bs->frame_left) {
        unsigned size = 1;
        if (bs->code_bits >= 2 && (bs->code >> (bs->code_bits - 1)) & 1) {
            size = (bs->code >> (bs->code_bits - 2)) & 1 ? 10 : 6;
        } else if (bs->code_bits == 1 && (bs->code & 1)) {
            size = 6;
        }
        if (bs->code_bits < size) {
            if (used == length) {
                break;
            }
            bs->code = (bs->code << 8 | data[used++]) & 0xffffff;
            bs->code_bits += 8;
            continue;
        }
        bs->code_bits -= size;
        bs->frame_left--;
    }
    return used;
}

// Every fourth byte is enough: one of them is padding that follows the command.
static bool has_end(const uint8_t *data, size_t length) {
    for (size_t i = sizeof(end_of_configuration) - 1; i < length; i += 4) {
        if (data[i] == PADDING) {
            size_t first = i;
            while (first > i - 3 && data[first - 1] == PADDING) {
                first--;
            }
            if (first + 4 <= length
                && memcmp(data + first - 4, end_of_configuration, sizeof(end_of_configuration)) == 0) {
                return true;
            }
        }
    }
    return false;
}

// What passes blind: does the configuration end in it, or where it meets what passed before?
static void look_for_end(bitstream_t *bs, const uint8_t *data, size_t length) {
    if (bs->info.done || bs->info.encrypted || bs->given_up) {
        return;
    }
    uint8_t joint[2 * sizeof(bs->tail)];
    size_t first = length < sizeof(bs->tail) ? length : sizeof(bs->tail);
    memcpy(joint, bs->tail, sizeof(bs->tail));
    memcpy(joint + sizeof(bs->tail), data, first);
    bs->info.done = has_end(joint, sizeof(bs->tail) + first) || has_end(data, length);
    memcpy(bs->tail, length > first ? data + length - first : joint + first, sizeof(bs->tail));
}

// Take what the state can take at once: *used bytes, at least one.
static int step(bitstream_t *bs, const uint8_t *data, size_t length, size_t *used) {
    int status = LX_OK;
    *used = 1;
    switch ((bitstream_state_t)bs->state) {
        case BITSTREAM_STATE_HEADER:
            return search(bs, data, length, used);
        case BITSTREAM_STATE_COMMAND:
            if (!bs->info.idcode && bs->info.bytes - bs->info.header_bytes > BITSTREAM_ID_MAX) {
                status = LX_ENOID;
            } else if (*data == PADDING) {
                // Before the IDCODE there may be much of it; some is kept, since the device may need the clocks.
                if (bs->held_done || bs->info.idcode || bs->held_count < 3 * HELD_PADDING) {
                    status = send(bs, data, 1);
                }
            } else {
                status = opcode_seen(bs, *data);
            }
            break;
        case BITSTREAM_STATE_OPERAND:
            bs->operand[bs->have++] = *data;
            if (bs->have == bs->need) {
                status = operand_seen(bs);
            }
            break;
        case BITSTREAM_STATE_FRAME:
            if (bs->trusted && !(bs->options & BITSTREAM_CHECK)) {
                *used = 0;
                skip_frames(bs);
                return LX_OK;
            }
            *used = length < bs->frame_left ? length : bs->frame_left;
            follow(bs, data, *used);
            bs->frame_left -= *used;
            if (bs->frame_left == 0) {
                frame_end(bs);
            }
            status = send(bs, data, *used);
            break;
        case BITSTREAM_STATE_COMPRESSED:
            if (bs->trusted && !(bs->options & BITSTREAM_CHECK)) {
                *used = 0;
                skip_frames(bs);
                return LX_OK;
            }
            *used = unpack(bs, data, length);
            follow(bs, data, *used);
            if (bs->frame_left == 0) {
                frame_end(bs);
            }
            status = send(bs, data, *used);
            break;
        case BITSTREAM_STATE_CRC:
            bs->crc_given = bs->crc_given << 8 | *data;
            if (++bs->have == 2) {
                status = crc_seen(bs);
            }
            break;
        case BITSTREAM_STATE_GAP:
            if (bs->skip == 0) {
                *used = 0;
                next_frame(bs);
                return LX_OK;
            }
            bs->skip--;
            follow(bs, data, 1);
            status = send(bs, data, 1);
            break;
        case BITSTREAM_STATE_SKIP:
            *used = length < bs->skip ? length : bs->skip;
            bs->skip -= *used;
            if (bs->skip == 0) {
                bool packed = bs->frame_kind == BITSTREAM_STATE_COMPRESSED;
                bs->state = packed ? BITSTREAM_STATE_BLIND : BITSTREAM_STATE_COMMAND;
            }
            status = send(bs, data, *used);
            break;
        case BITSTREAM_STATE_BLIND:
            *used = length;
            look_for_end(bs, data, length);
            status = send(bs, data, length);
            break;
    }
    bs->info.bytes += *used;
    return status;
}

void bitstream_open(bitstream_t *bs, const ecp5_device_t *device, jtag_sink_t sink, uint8_t options) {
    memset(bs, 0, sizeof(*bs));
    bs->device = device;
    bs->sink = sink;
    bs->options = options;
    bs->search_bytes = BITSTREAM_SEARCH_BYTES;
    bs->held_done = options & BITSTREAM_PASS_ALL;
}

int bitstream_write(void *ctx, const uint8_t *data, size_t length) {
    bitstream_t *bs = ctx;
    while (length) {
        size_t used;
        int status = step(bs, data, length, &used);
        if (status != LX_OK) {
            return status;
        }
        data += used;
        length -= used;
    }
    return LX_OK;
}

int bitstream_finish(bitstream_t *bs) {
    if (bs->state == BITSTREAM_STATE_HEADER) {
        return give_up(bs, LX_ENOBITSTREAM);
    }
    if (bs->given_up) {
        return LX_OK;
    }
    if (bs->state == BITSTREAM_STATE_BLIND) {
        // A file may end without padding.
        look_for_end(bs, end_of_configuration + 4, 4);
    }
    return bs->info.done || bs->info.encrypted ? LX_OK : LX_ETRUNCATED;
}
