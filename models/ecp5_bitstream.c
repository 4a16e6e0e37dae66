// SPDX-License-Identifier: MIT
// The bitstream engine of the ECP5 model: preamble, commands, frames plain and compressed, CRC-16 checks. It takes the
// stream bit by bit (JTAG) or byte by byte (flash) and keeps no more than one command's operand.
//
// Format: FPGA-TN-02039 chapter "Configuration bitstream format" and Project Trellis, docs/architecture/
// bitstream_format. The CRC-16 (polynomial 8005, most significant bit first, from 0) runs over all bytes but the dummy
// commands, is compared where a command or frame says so and then starts again from 0.

#include "models/ecp5_internal.h"

#include <string.h>

enum {
    COMMAND_WRITE_COMP_DIC = 0x02,
    COMMAND_PROG_CNTRL0 = 0x22,
    COMMAND_RESET_CRC = 0x3B,
    COMMAND_INIT_ADDRESS = 0x46,
    COMMAND_PROGRAM_DONE = 0x5E,
    COMMAND_SPI_MODE = 0x79,
    COMMAND_JUMP = 0x7E,
    COMMAND_PROG_INCR_RTI = 0x82,
    COMMAND_PROG_SED_CRC = 0xA2,
    COMMAND_EBR_WRITE = 0xB2,
    COMMAND_WRITE_ADDRESS = 0xB4,
    COMMAND_PROG_INCR_CMP = 0xB8,
    COMMAND_PROGRAM_USERCODE = 0xC2,
    COMMAND_PROGRAM_SECURITY = 0xCE,
    COMMAND_VERIFY_ID = 0xE2,
    COMMAND_EBR_ADDRESS = 0xF6,
    COMMAND_DUMMY = 0xFF,

    FLAG_CRC = 0x80,            // first information byte of a command: a CRC-16 follows
    FLAG_CRC_AT_END = 0x40,     // of frame commands: once, after all frames
    FLAG_NO_DUMMY_BYTES = 0x10, // of EBR writes; for frames bits 3..0 are the number of dummy bytes
    EBR_FRAME_BYTES = 9,

    // An encrypted stream ends where its source does, from flash at this much blank memory. What is shorter is cut.
    ENCRYPTED_END_BYTES = 64,
    ENCRYPTED_MINIMUM_BYTES = 4096,
};

typedef enum {
    PHASE_PREAMBLE,
    PHASE_COMMAND,
    PHASE_OPERAND,              // three information bytes, then the command's own
    PHASE_CRC,
    PHASE_FRAME,
    PHASE_FRAME_CRC,
    PHASE_FRAME_DUMMY,
    PHASE_EBR,
    PHASE_ENCRYPTED,            // nothing of it can be read: it is taken as good
    PHASE_FINISHED,             // DONE was programmed: what follows is padding
    PHASE_FAILED,
} phase_t;

// Commands and the bytes after their three information bytes.
static const struct {
    uint8_t command;
    uint8_t bytes;
} formats[] = {
    { COMMAND_WRITE_COMP_DIC, 8 }, { COMMAND_PROG_CNTRL0, 4 }, { COMMAND_RESET_CRC, 0 }, { COMMAND_INIT_ADDRESS, 0 },
    { COMMAND_PROGRAM_DONE, 0 }, { COMMAND_SPI_MODE, 0 }, { COMMAND_JUMP, 4 }, { COMMAND_PROG_INCR_RTI, 0 },
    { COMMAND_PROG_SED_CRC, 4 }, { COMMAND_EBR_WRITE, 0 }, { COMMAND_WRITE_ADDRESS, 4 }, { COMMAND_PROG_INCR_CMP, 0 },
    { COMMAND_PROGRAM_USERCODE, 4 }, { COMMAND_PROGRAM_SECURITY, 0 }, { COMMAND_VERIFY_ID, 4 },
    { COMMAND_EBR_ADDRESS, 4 },
};

static uint16_t crc16(uint16_t crc, uint8_t byte) {
    crc ^= (uint16_t)(byte << 8);
    for (int i = 0; i < 8; i++) {
        crc = (uint16_t)(crc & 0x8000 ? crc << 1 ^ 0x8005 : crc << 1);
    }
    return crc;
}

static uint32_t crc32(uint32_t crc, uint8_t byte) {
    crc = ~crc ^ byte;
    for (int i = 0; i < 8; i++) {
        crc = crc & 1 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
    }
    return ~crc;
}

static void fail(ecp5_t *ecp5, ecp5_bse_t error) {
    ecp5->stream.phase = PHASE_FAILED;
    ecp5->bse = error;
}

static uint32_t big_endian(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static uint32_t frame_bytes(const ecp5_t *ecp5, bool compressed) {
    uint32_t bytes = (ecp5->device->frame_bits + ecp5->device->pad_bits) / 8u;
    return compressed ? (bytes + 7) / 8 * 8 : bytes; // padded in front to 64 bits before compression
}

static void begin_frame(ecp5_t *ecp5) {
    ecp5_bitstream_t *stream = &ecp5->stream;
    stream->phase = PHASE_FRAME;
    stream->frame_bytes_left = frame_bytes(ecp5, stream->command == COMMAND_PROG_INCR_CMP);
    stream->code = 0;
    stream->code_bits = 0;
}

static void begin_frames(ecp5_t *ecp5) {
    ecp5_bitstream_t *stream = &ecp5->stream;
    uint32_t count = (uint32_t)stream->operand[1] << 8 | stream->operand[2];
    stream->flags = stream->operand[0];
    stream->frames_left = count;
    stream->dummy = stream->flags & 0x0F;
    stream->crc_per_frame = (stream->flags & (FLAG_CRC | FLAG_CRC_AT_END)) == FLAG_CRC;
    if (stream->command == COMMAND_PROG_INCR_CMP && !stream->has_dictionary) {
        fail(ecp5, ECP5_BSE_COMMAND);
    } else if (ecp5->frames + count > ecp5->device->frames) {
        fail(ecp5, ECP5_BSE_SDM);
    } else if (count == 0) {
        stream->phase = PHASE_COMMAND;
    } else {
        begin_frame(ecp5);
    }
}

// The engine reads on from flash in the mode asked for. In a stream that JTAG shifts in, ecp5.c decides.
static void set_spi_mode(ecp5_t *ecp5, uint8_t mode) {
    ecp5_bitstream_t *stream = &ecp5->stream;
    if (!stream->from_flash) {
        stream->asked_mode = mode;
    } else if (mode != ecp5->spi_mode) {
        stream->restart = true;
        stream->restart_mode = mode;
    }
}

// All bytes of a command are there, its CRC checked where it has one.
static void execute(ecp5_t *ecp5) {
    ecp5_bitstream_t *stream = &ecp5->stream;
    const uint8_t *data = stream->operand + 3;
    stream->phase = PHASE_COMMAND;
    switch (stream->command) {
        case COMMAND_RESET_CRC:
            stream->crc = 0;
            break;
        case COMMAND_VERIFY_ID:
            if (big_endian(data) != ecp5->device->idcode) {
                fail(ecp5, ECP5_BSE_ID);
            }
            break;
        case COMMAND_WRITE_COMP_DIC:
            for (int i = 0; i < 8; i++) {
                stream->dictionary[7 - i] = data[i]; // pattern 7 comes first
            }
            stream->has_dictionary = true;
            break;
        case COMMAND_PROG_CNTRL0:
            ecp5->ctrl0 = big_endian(data);
            break;
        case COMMAND_PROGRAM_USERCODE:
            ecp5->usercode = big_endian(data);
            break;
        case COMMAND_SPI_MODE:
            set_spi_mode(ecp5, stream->operand[0]);
            break;
        case COMMAND_JUMP:
            if (stream->from_flash) {
                stream->restart = true;
                stream->restart_mode = ecp5->spi_mode;
                stream->restart_address = big_endian(data) & 0xFFFFFF;
            }
            break;
        case COMMAND_INIT_ADDRESS:
            ecp5->frames = 0;
            ecp5->memory_crc32 = 0;
            ecp5->ebr_bytes = 0;
            break;
        case COMMAND_PROG_INCR_RTI:
        case COMMAND_PROG_INCR_CMP:
            begin_frames(ecp5);
            break;
        case COMMAND_EBR_WRITE: {
            uint32_t count = (uint32_t)stream->operand[1] << 8 | stream->operand[2];
            stream->flags = stream->operand[0];
            stream->need = count * EBR_FRAME_BYTES;
            stream->have = 0;
            stream->phase = count != 0 ? PHASE_EBR : PHASE_COMMAND;
            break;
        }
        case COMMAND_PROGRAM_DONE:
            // A bitstream that leaves frames out of a blank memory is accepted: partial bitstreams do just that.
            ecp5->done = ecp5->fault != ECP5_FAULT_NO_DONE;
            stream->phase = PHASE_FINISHED;
            break;
        default:
            break;
    }
}

static void frame_byte(ecp5_t *ecp5, uint8_t byte) {
    ecp5_bitstream_t *stream = &ecp5->stream;
    uint32_t padding = frame_bytes(ecp5, stream->command == COMMAND_PROG_INCR_CMP) - frame_bytes(ecp5, false);
    uint32_t at = frame_bytes(ecp5, stream->command == COMMAND_PROG_INCR_CMP) - stream->frame_bytes_left;
    if (at >= padding) {
        ecp5->memory_crc32 = crc32(ecp5->memory_crc32, byte);
    }
    stream->frame_bytes_left--;
}

// Compressed codes: 0 is 00; 100nnn is bit n alone; 101nnn is dictionary entry n; 11 and 8 bits is that byte.
static void decompress(ecp5_t *ecp5, uint8_t byte) {
    ecp5_bitstream_t *stream = &ecp5->stream;
    stream->code = stream->code << 8 | byte;
    stream->code_bits += 8;
    while (stream->frame_bytes_left != 0 && stream->code_bits != 0) {
        uint32_t code = stream->code;
        unsigned bits = stream->code_bits;
        unsigned taken;
        uint8_t value;
        if ((code >> (bits - 1) & 1) == 0) {
            taken = 1;
            value = 0;
        } else if (bits >= 2 && (code >> (bits - 2) & 1) != 0) {
            taken = 10;
            if (bits < taken) {
                break;
            }
            value = (uint8_t)(code >> (bits - 10));
        } else {
            taken = 6;
            if (bits < taken) {
                break;
            }
            unsigned index = code >> (bits - 6) & 7;
            value = code >> (bits - 3) & 1 ? stream->dictionary[index] : (uint8_t)(1u << index);
        }
        stream->code_bits = (uint8_t)(bits - taken);
        stream->code &= (1u << stream->code_bits) - 1;
        frame_byte(ecp5, value);
    }
}

static void after_frame(ecp5_t *ecp5) {
    ecp5_bitstream_t *stream = &ecp5->stream;
    if (stream->dummy != 0) {
        stream->phase = PHASE_FRAME_DUMMY;
        stream->need = stream->dummy;
    } else if (stream->frames_left != 0) {
        begin_frame(ecp5);
    } else {
        stream->phase = PHASE_COMMAND;
    }
}

static void end_frame(ecp5_t *ecp5) {
    ecp5_bitstream_t *stream = &ecp5->stream;
    ecp5->frames++;
    stream->frames_left--;
    bool at_end = (stream->flags & FLAG_CRC) != 0 && !stream->crc_per_frame && stream->frames_left == 0;
    if (stream->crc_per_frame || at_end) {
        stream->phase = PHASE_FRAME_CRC;
        stream->need = 2;
    } else {
        after_frame(ecp5);
    }
}

static void begin_command(ecp5_t *ecp5, uint8_t byte) {
    ecp5_bitstream_t *stream = &ecp5->stream;
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (formats[i].command == byte) {
            stream->command = byte;
            stream->need = 3u + formats[i].bytes;
            stream->have = 0;
            stream->phase = PHASE_OPERAND;
            return;
        }
    }
    ecp5->invalid_command = true;
    fail(ecp5, ECP5_BSE_COMMAND);
}

static bool command_has_crc(const ecp5_bitstream_t *stream) {
    return (stream->operand[0] & FLAG_CRC) != 0 && (stream->command == COMMAND_PROGRAM_USERCODE
        || stream->command == COMMAND_WRITE_COMP_DIC || stream->command == COMMAND_PROG_SED_CRC
        || stream->command == COMMAND_PROG_CNTRL0 || stream->command == COMMAND_VERIFY_ID);
}

void ecp5_bitstream_start(ecp5_t *ecp5, bool from_flash) {
    ecp5_bitstream_t *stream = &ecp5->stream;
    memset(stream, 0, sizeof(*stream));
    stream->phase = PHASE_PREAMBLE;
    stream->from_flash = from_flash;
    ecp5->preamble_seen = false;
    ecp5->encrypted_seen = false;
    ecp5->bse = ECP5_BSE_NONE;
    ecp5->invalid_command = false;
}

void ecp5_bitstream_refuse(ecp5_t *ecp5, ecp5_bse_t error) {
    ecp5->preamble_seen = false;
    fail(ecp5, error);
}

// Whether the last four bytes are a preamble, of the kind that the fuses accept or not.
static void look_for_preamble(ecp5_t *ecp5) {
    ecp5_bitstream_t *stream = &ecp5->stream;
    bool encrypted = stream->window == ECP5_PREAMBLE_ENCRYPTED;
    if (stream->window != ECP5_PREAMBLE && !encrypted) {
        return;
    }
    bool decrypt_only = ecp5->fault == ECP5_FAULT_DECRYPT_ONLY;
    bool decrypts = decrypt_only || ecp5->fault == ECP5_FAULT_DECRYPTS;
    ecp5->preamble_seen = !encrypted;
    ecp5->encrypted_seen = encrypted;
    stream->bits = 0;
    stream->phase = encrypted ? PHASE_ENCRYPTED : PHASE_COMMAND;
    if (encrypted ? !decrypts : decrypt_only) {
        fail(ecp5, ECP5_BSE_PREAMBLE);
    }
}

static void end_encrypted(ecp5_t *ecp5) {
    if (ecp5->stream.have < ENCRYPTED_MINIMUM_BYTES) {
        fail(ecp5, ECP5_BSE_ABORT);
        return;
    }
    ecp5->done = ecp5->fault != ECP5_FAULT_NO_DONE;
    ecp5->frames = ecp5->device->frames;
    ecp5->stream.phase = PHASE_FINISHED;
}

static void encrypted_byte(ecp5_t *ecp5, uint8_t byte) {
    ecp5_bitstream_t *stream = &ecp5->stream;
    stream->have++;
    stream->padding = byte == COMMAND_DUMMY ? stream->padding + 1 : 0;
    ecp5->memory_crc32 = crc32(ecp5->memory_crc32, byte);
    if (stream->from_flash && stream->padding == ENCRYPTED_END_BYTES) {
        end_encrypted(ecp5);
    }
}

bool ecp5_bitstream_byte(ecp5_t *ecp5, uint8_t byte) {
    ecp5_bitstream_t *stream = &ecp5->stream;
    ecp5->burst_bytes++;
    switch (stream->phase) {
        case PHASE_PREAMBLE:
            stream->window = stream->window << 8 | byte;
            look_for_preamble(ecp5);
            break;
        case PHASE_COMMAND:
            if (byte != COMMAND_DUMMY) {
                stream->crc = crc16(stream->crc, byte);
                begin_command(ecp5, byte);
            }
            break;
        case PHASE_OPERAND:
            stream->crc = crc16(stream->crc, byte);
            stream->operand[stream->have++] = byte;
            if (stream->have == stream->need) {
                if (command_has_crc(stream)) {
                    stream->phase = PHASE_CRC;
                    stream->need = 2;
                } else {
                    execute(ecp5);
                }
            }
            break;
        case PHASE_CRC:
        case PHASE_FRAME_CRC:
            stream->crc_received = (uint16_t)(stream->crc_received << 8 | byte);
            if (--stream->need == 0) {
                bool good = stream->crc_received == stream->crc;
                stream->crc = 0;
                if (!good) {
                    fail(ecp5, ECP5_BSE_CRC);
                } else if (stream->phase == PHASE_CRC) {
                    execute(ecp5);
                } else {
                    after_frame(ecp5);
                }
            }
            break;
        case PHASE_FRAME:
            stream->crc = crc16(stream->crc, byte);
            if (stream->command == COMMAND_PROG_INCR_CMP) {
                decompress(ecp5, byte);
            } else {
                frame_byte(ecp5, byte);
            }
            if (stream->frame_bytes_left == 0) {
                end_frame(ecp5);
            }
            break;
        case PHASE_FRAME_DUMMY:
            stream->crc = crc16(stream->crc, byte);
            if (--stream->need == 0) {
                stream->dummy = stream->flags & 0x0F;
                if (stream->frames_left != 0) {
                    begin_frame(ecp5);
                } else {
                    stream->phase = PHASE_COMMAND;
                }
            }
            break;
        case PHASE_EBR:
            stream->crc = crc16(stream->crc, byte);
            ecp5->memory_crc32 = crc32(ecp5->memory_crc32, byte);
            ecp5->ebr_bytes++;
            if (++stream->have == stream->need) {
                if (stream->flags & FLAG_CRC) {
                    stream->phase = PHASE_FRAME_CRC;
                    stream->need = 2;
                    stream->frames_left = 0;
                    stream->dummy = stream->flags & FLAG_NO_DUMMY_BYTES ? 0 : stream->flags & 0x0F;
                } else {
                    stream->phase = PHASE_COMMAND;
                }
            }
            break;
        case PHASE_ENCRYPTED:
            encrypted_byte(ecp5, byte);
            break;
        default:
            break;
    }
    return stream->phase != PHASE_FINISHED && stream->phase != PHASE_FAILED && !stream->restart;
}

void ecp5_bitstream_bits(ecp5_t *ecp5, uint32_t bits, unsigned count) {
    ecp5_bitstream_t *stream = &ecp5->stream;
    for (unsigned i = 0; i < count; i++) {
        unsigned bit = bits >> i & 1;
        if (stream->phase == PHASE_PREAMBLE) {
            // Any alignment: the preamble says where bytes begin.
            stream->window = stream->window << 1 | bit;
            if (++stream->bits == 8) {
                stream->bits = 0;
                ecp5->burst_bytes++;
            }
            look_for_preamble(ecp5);
            continue;
        }
        stream->byte = (uint8_t)(stream->byte << 1 | bit);
        if (++stream->bits == 8) {
            stream->bits = 0;
            ecp5_bitstream_byte(ecp5, stream->byte);
        }
    }
}

void ecp5_bitstream_end(ecp5_t *ecp5) {
    if (ecp5->stream.phase == PHASE_PREAMBLE) {
        fail(ecp5, ECP5_BSE_PREAMBLE);
    } else if (ecp5->stream.phase == PHASE_ENCRYPTED) {
        end_encrypted(ecp5);
    } else if (ecp5->stream.phase != PHASE_FINISHED && ecp5->stream.phase != PHASE_FAILED) {
        fail(ecp5, ECP5_BSE_ABORT);
    }
}
