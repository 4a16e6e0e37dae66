// SPDX-License-Identifier: MIT
//
// A sentence for each status code (status.h).

#include "common/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    int8_t status;
    const char *text;
} status_text_t;

static const status_text_t status_texts[] = {
    { LX_OK, "no error" },
    { LX_EINVAL, "an argument is out of range" },
    { LX_ENODEV, "nothing answers on TDO" },
    { LX_EBUSY, "busy, or called in the wrong order" },
    { LX_ETIMEDOUT, "the device did not become ready in time" },
    { LX_EIO, "the transport failed" },
    { LX_EOVERFLOW, "does not fit" },
    { LX_ENOTSUP, "this device or transport cannot do that" },
    { LX_EINTR, "interrupted" },
    { LX_ECHAIN, "TDO answers, but not as a JTAG chain" },
    { LX_EIRLENGTH, "the chain holds a device of unknown IR length" },
    { LX_EDEVICE, "the device is not an ECP5" },
    { LX_ENOBITSTREAM, "no bitstream: the ECP5 preamble is missing" },
    { LX_EWRONGDEVICE, "the bitstream is for another device" },
    { LX_ENOID, "the bitstream has no IDCODE before its data" },
    { LX_ECOMMAND, "the bitstream holds an unknown command" },
    { LX_ECRC, "a CRC in the bitstream is wrong" },
    { LX_ETRUNCATED, "the file ends too early" },
    { LX_EDEFLATE, "the compressed data is damaged" },
    { LX_ECHECKSUM, "the unpacked data does not match its checksum" },
    { LX_EWINDOW, "compressed with a larger window than there is memory for" },
    { LX_EPARTIAL, "a partial bitstream: it changes the design that it was made for, and is not a design itself" },
    { LX_EJUMP, "a multi-boot jump table, not a design: its place is the end of a multi-boot image in the flash" },
    { LX_EENABLE, "the ECP5 does not enter programming mode" },
    { LX_EERASE, "the ECP5 does not erase its SRAM" },
    { LX_EDEVICEID, "the ECP5 refuses the IDCODE in the bitstream" },
    { LX_EDEVICECRC, "the ECP5 saw a CRC error" },
    { LX_EDEVICECOMMAND, "the ECP5 saw an illegal command" },
    { LX_EDEVICEDATA, "the ECP5 rejected the bitstream" },
    { LX_ENOTDONE, "all was sent without error, but DONE stays low" },
    { LX_EREFRESH, "the ECP5 did not boot from its flash" },
    { LX_EDECRYPTONLY, "the ECP5's fuses accept encrypted bitstreams only, and this one is not encrypted" },
    { LX_ENOKEY, "the bitstream is encrypted, and this ECP5 has no key to decrypt it" },
    { LX_ENOFLASH, "no SPI flash answers" },
    { LX_EFLASHTYPE, "the flash chip is unknown and does not describe itself" },
    { LX_EPROTECTED, "the flash is protected there" },
    { LX_EFLASHBUSY, "the flash stays busy" },
    { LX_EFLASHERASE, "the flash does not erase" },
    { LX_EFLASHPROGRAM, "the flash does not take the data" },
    { LX_EFLASHLOST, "the flash does not answer any more" },
    { LX_EREACH, "the flash erases larger sectors than it is known for: data beside the write is lost" },
    { LX_ENOCARD, "no SD card answers" },
    { LX_ECARDTYPE, "the card is none that is known" },
    { LX_ECARDINIT, "the card does not end its initialization" },
    { LX_ECARDLOST, "the card does not answer any more" },
    { LX_ECARDBUSY, "the card stays busy" },
    { LX_ECARDDATA, "the card sends no data" },
    { LX_ECARDCRC, "the card's data arrives with errors" },
    { LX_ECARDREAD, "the card can not read there" },
    { LX_ECARDWRITE, "the card can not write there" },
    { LX_ECARDPROTECTED, "the card is write-protected" },
    { LX_ECARDVERIFY, "what was written to the card does not come back" },
    { LX_ECARDHUNG, "the SD core waits for the card: only a reset of the SoC ends that" },
};

const char *status_text(int status) {
    for (size_t i = 0; i < sizeof(status_texts) / sizeof(status_texts[0]); i++) {
        if (status_texts[i].status == status) {
            return status_texts[i].text;
        }
    }
    return "unknown error";
}
