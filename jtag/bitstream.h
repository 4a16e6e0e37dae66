// SPDX-License-Identifier: MIT
//
// A streaming parser of ECP5 bitstreams (FPGA-TN-02039, "Bitstream format"): it looks at what flows through, holds
// back no more than BITSTREAM_HELD_BYTES, and can change a little on the way.
//
// A file holds comments or padding, the preamble FF FF BD B3, then commands: an opcode, three bytes of parameters, an
// operand or frames. FF between commands is padding. A CRC-16 (polynomial 0x8005) runs over all but the padding and is
// compared where bit 7 of the parameters asks for it. After the preamble FF FF BF B3 everything is encrypted.

#ifndef JTAG_BITSTREAM_H
#define JTAG_BITSTREAM_H

#include "jtag/ecp5.h"
#include "jtag/jtag.h"

// The preamble is looked for in this many bytes, as far as an ECP5 itself looks (600,000 clocks of MCLK). The IDCODE must
// come within BITSTREAM_ID_MAX bytes after it.
#define BITSTREAM_SEARCH_BYTES (75000)
#define BITSTREAM_ID_MAX (2000)
#define BITSTREAM_HELD_BYTES (160)

// Options of bitstream_open().
#define BITSTREAM_CHECK (1 << 0) // follow every frame and check every CRC
#define BITSTREAM_STRIP_SPI_MODE (1 << 1) // replace the SPI-mode command by padding
#define BITSTREAM_OVERRIDE_ID (1 << 2) // replace the bitstream's IDCODE by that of the device
#define BITSTREAM_PASS_ALL (1 << 3) // comments pass too, and data that is not a bitstream is not refused
#define BITSTREAM_REQUIRED (1 << 4) // with BITSTREAM_PASS_ALL: it is an error
#define BITSTREAM_REFUSE_PLAIN (1 << 5) // the device accepts encrypted bitstreams only
#define BITSTREAM_REFUSE_PARTIAL (1 << 6)
#define BITSTREAM_REFUSE_JUMP (1 << 7)

// What the data is.
typedef enum {
    BITSTREAM_NONE, // no bitstream, or not decided yet
    BITSTREAM_COMPLETE,
    BITSTREAM_PARTIAL, // fewer frames than the device has (ecppack --delta): it needs the design that it was made for
    BITSTREAM_JUMP, // a multi-boot jump to another address instead of a configuration
    BITSTREAM_ENCRYPTED, // nothing else is known about it
} bitstream_kind_t;

typedef enum {
    BITSTREAM_STATE_HEADER,
    BITSTREAM_STATE_COMMAND,
    BITSTREAM_STATE_OPERAND,
    BITSTREAM_STATE_FRAME, // the data of a frame
    BITSTREAM_STATE_COMPRESSED, // the same, compressed
    BITSTREAM_STATE_CRC, // two bytes of CRC
    BITSTREAM_STATE_GAP, // dummy bytes after a frame
    BITSTREAM_STATE_SKIP, // frames, unchecked
    BITSTREAM_STATE_BLIND, // passes unread: compressed and not checked, encrypted, no bitstream, or after the end
} bitstream_state_t;

// What is known so far; read-only.
typedef struct {
    bitstream_kind_t kind;
    uint32_t bytes; // that went in
    uint32_t header_bytes; // before the preamble
    uint32_t idcode; // 0: not seen yet, or encrypted
    uint32_t usercode;
    uint32_t control0;
    uint16_t frames; // announced
    uint16_t frames_seen; // followed to their end; without BITSTREAM_CHECK only announced ones that passed
    uint32_t ram_frames; // initial content of block RAM, 72 bits each
    uint32_t crc_checked; // CRCs that were compared
    uint8_t spi_mode; // the operand of the SPI-mode command, 0: none
    bool compressed;
    bool encrypted; // all of it, or its frames
    bool jump;
    bool done; // the command that ends the configuration was seen
} bitstream_info_t;

// The caller owns it.
typedef struct {
    bitstream_info_t info;
    const ecp5_device_t *device; // the one on the board, or NULL: any
    const ecp5_device_t *geometry; // the one that the bitstream is for
    jtag_sink_t sink;
    uint8_t options;
    uint32_t search_bytes; // BITSTREAM_SEARCH_BYTES; may be changed between bitstream_open() and the first write
    bool decided; // info.kind is final, and nothing that may follow is refused for what it is
    // Private.
    uint8_t state;
    uint8_t opcode;
    uint8_t after_crc; // state
    uint8_t need; // bytes of the operand
    uint8_t have;
    uint8_t parameters; // the first parameter byte
    uint8_t gap; // dummy bytes after each frame
    bool held_done; // what was held back has gone out
    bool patched; // crc_out differs from crc
    bool given_up; // it is not a bitstream
    bool trusted; // a CRC was met: nothing needs to follow the data any more
    uint8_t frame_kind; // state of a frame's data
    uint8_t code_bits; // of code that are waiting
    uint16_t frame_left; // bytes of this frame, unpacked
    uint16_t frames_left;
    uint16_t crc;
    uint16_t crc_out;
    uint16_t crc_given;
    uint32_t code;
    uint32_t skip; // bytes to pass
    uint32_t window; // the last four bytes of the header
    uint8_t tail[7]; // the last bytes that passed blind
    uint8_t operand[12];
    uint8_t patch[2][2];
    uint8_t patch_turn;
    uint8_t held_count;
    uint8_t held[BITSTREAM_HELD_BYTES];
} bitstream_t;

// Start. device: refuse bitstreams for another one (NULL: accept any). sink: where the bitstream goes, without its
// comments, once device and kind have been accepted; with BITSTREAM_PASS_ALL everything goes there at once. sink.write
// NULL: only look.
void bitstream_open(bitstream_t *bitstream, const ecp5_device_t *device, jtag_sink_t sink, uint8_t options);

// Push the next part. Errors are final: LX_ENOBITSTREAM, LX_EWRONGDEVICE (info.idcode is the bitstream's),
// LX_ENOID, LX_ECOMMAND, with BITSTREAM_CHECK LX_ECRC, for the options that refuse LX_EDECRYPTONLY,
// LX_EPARTIAL and LX_EJUMP, and what the sink returns. Has a sink's shape: data must stay until the next call has
// returned.
int bitstream_write(void *bitstream, const uint8_t *data, size_t length);

// The end of the file: LX_ENOBITSTREAM, or LX_ETRUNCATED when the configuration is not complete. LX_OK for data
// that is not a bitstream and does not have to be one.
int bitstream_finish(bitstream_t *bitstream);

#endif // JTAG_BITSTREAM_H
