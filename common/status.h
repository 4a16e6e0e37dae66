// SPDX-License-Identifier: MIT
//
// Status codes of all C below Python: soc/, drivers/, flash/, jtag/. 0 is success, errors are negative; a
// function that documents a count returns it as a positive number. One function of the port turns the codes
// into exceptions.

#ifndef COMMON_STATUS_H
#define COMMON_STATUS_H

typedef enum {
    LX_OK = 0,
    LX_EINVAL = -1, // an argument is outside the range that the header gives
    LX_ENODEV = -2, // the SoC has no such core or register; JTAG: nothing answers on TDO
    LX_EBUSY = -3, // the core is working, the resource is in use, or calls come in the wrong order
    LX_ETIMEDOUT = -4, // the hardware did not become ready within the bound
    LX_EIO = -5, // the hardware gave an invalid answer, or a transport or bus failed
    LX_EOVERFLOW = -6, // does not fit: a buffer, the flash or the chain is too small, or data was lost
    LX_ENOTSUP = -7, // this build of the core, the device or the transport lacks the feature
    LX_EINTR = -8, // stopped from outside (Ctrl-C)

    // The JTAG chain.
    LX_ECHAIN = -20, // TDO answers, but not as a chain of TAPs
    LX_EIRLENGTH = -21, // a device of the chain has an unknown IR length
    LX_EDEVICE = -22, // the TAP is not an ECP5

    // The bitstream.
    LX_ENOBITSTREAM = -30, // no preamble: not an ECP5 bitstream
    LX_EWRONGDEVICE = -31, // for another device
    LX_ENOID = -32, // configuration data before any IDCODE
    LX_ECOMMAND = -33, // a command that an ECP5 does not know, or malformed
    LX_ECRC = -34, // a CRC in it is wrong
    LX_ETRUNCATED = -35, // the file ends too early
    LX_EDEFLATE = -36, // the compressed data is damaged
    LX_ECHECKSUM = -37, // unpacked, but checksum or length disagree
    LX_EWINDOW = -38, // compressed with a larger window than there is memory for
    LX_EPARTIAL = -39, // a partial bitstream, where a complete one is needed
    LX_EJUMP = -40, // a multi-boot jump, where a configuration is needed

    // The ECP5.
    LX_EENABLE = -50, // does not enter programming mode
    LX_EERASE = -51, // its SRAM does not erase
    LX_EDEVICEID = -52, // refuses the IDCODE in the bitstream
    LX_EDEVICECRC = -53, // saw a CRC error
    LX_EDEVICECOMMAND = -54, // saw an illegal command
    LX_EDEVICEDATA = -55, // saw another error: preamble, abort, overflow, too long
    LX_ENOTDONE = -56, // no error, but DONE stays low
    LX_EREFRESH = -57, // did not boot from its flash
    LX_EDECRYPTONLY = -58, // its fuses accept encrypted bitstreams only, and this one is not
    LX_ENOKEY = -59, // the bitstream is encrypted, and the device has no key

    // The SPI flash.
    LX_ENOFLASH = -70, // no flash answers
    LX_EFLASHTYPE = -71, // the chip is not in the table and has no SFDP
    LX_EPROTECTED = -72, // the range or the status register is protected
    LX_EFLASHBUSY = -73, // stays busy longer than its data sheet allows
    LX_EFLASHERASE = -74, // was erased, but bits stay 0
    LX_EFLASHPROGRAM = -75, // was programmed, but bits stay 1
    LX_EFLASHLOST = -76, // answered before and does not any more
    LX_EREACH = -77, // an erase cleared more than the chip's description says, or what was written is gone again

    // The SD card.
    LX_ENOCARD = -90, // none answers
    LX_ECARDTYPE = -91, // not a card that this driver knows: MultiMediaCard, other voltage, unknown version of its CSD
    LX_ECARDINIT = -92, // does not end its initialization
    LX_ECARDLOST = -93, // answered before and does not any more
    LX_ECARDBUSY = -94, // stays busy longer than the specification allows
    LX_ECARDDATA = -95, // sends no data
    LX_ECARDCRC = -96, // its data has wrong CRCs, at the lowest clock too
    LX_ECARDREAD = -97, // reports that it can not read
    LX_ECARDWRITE = -98, // reports that it can not write
    LX_ECARDPROTECTED = -99, // says in its CSD that it is write-protected
    LX_ECARDVERIFY = -100, // what was written does not come back
    LX_ECARDHUNG = -101, // the core waits for the card for ever: only a reset of the SoC ends that
} lx_status_t;

// The code in words, for logs of C programs and tests; never NULL. Python users see the messages of
// jtag/usermod/ecp5/errors.py instead, which have values and say what to do.
const char *status_text(int status);

#endif // COMMON_STATUS_H
