# SPDX-License-Identifier: MIT
"""What the programs around esp32ecp5 call: uftpd.py, ptp.py, dfu.py, and people at its prompt."""

import io

import ecp5
from harness import bitstream, check, equal, fresh, noise, raises, run, spoken

GOOD = bitstream("25f-compress.bit")
PACKED = bitstream("25f-compress.bit.gz")


def test_ftp_server():
    it = fresh()
    check(ecp5.prog_stream(io.BytesIO(GOOD), 4096) is True)
    check(ecp5.prog_close() is True)
    check(ecp5.prog_stream_gz(io.BytesIO(PACKED), 4096, "x.bit.gz") is True)
    ecp5.prog_stream_done()
    check(ecp5.prog_close() is True)
    check(it.state()["user_mode"])
    check(ecp5.flash_stream(io.BytesIO(GOOD), 0) is True)
    check(ecp5.flash_close() is True)
    check(ecp5.flash_stream_gz(io.BytesIO(PACKED), 0, "x.bit.gz") is True)
    check("0 erased, 0 written" in spoken())


def test_usb_load():
    """Bytes come from a callback, in a buffer that changes as soon as the call returns."""
    for data in (GOOD, PACKED):
        it = fresh()
        check(ecp5.prog_open() is True)
        buffer = bytearray(4096)
        for at in range(0, len(data), 4096):
            n = min(4096, len(data) - at)
            buffer[:n] = data[at : at + n]
            ecp5.hwspi.write(memoryview(buffer)[:n])
            buffer[:n] = bytes(n)
        check(ecp5.prog_close() is True)
        check(it.state()["user_mode"])
        check("{} bytes uploaded".format(len(GOOD)) in spoken())


def test_usb_load_that_fails():
    it = fresh()
    ecp5.hwspi.write(GOOD[:100])
    check("not now" in spoken())
    check(ecp5.prog_open() is True)
    ecp5.hwspi.write(bitstream("85f-compress.bit")[:4096])
    check("bitstream is for LFE5U-85F" in spoken())
    check(ecp5.prog_close() is False)
    check(ecp5.prog_open() is True)
    check(ecp5.prog_close() is False)  # nothing came
    check(it.state()["in_reset"])
    check(ecp5.prog(GOOD) is True)
    it.power(False)
    check(ecp5.prog_open() is False)
    check("nothing answers" in spoken())


def test_usb_flash():
    it = fresh()
    image = GOOD + b"\xff" * (-len(GOOD) % 4096)
    check(ecp5.flash_open() is True)
    for at in range(0, len(image), 4096):
        check(ecp5.flash_write_block_retry(memoryview(image)[at : at + 4096], at) is True)
    check(ecp5.flash_write_block_retry(image[:4096], 0) is True)
    spoken()
    ecp5.flash_report()
    equal(spoken(), "4K blocks: 27 total, 0 erased, 26 written.\n")
    buffer = bytearray(4096)
    check(ecp5.flash_read_block(memoryview(buffer), 4096) is True)
    equal(bytes(buffer), image[4096:8192])
    check(ecp5.flash_close() is True)
    check(it.state()["user_mode"])
    # Wrong sizes and places, and a first block that boots nothing.
    check(ecp5.flash_write_block_retry(image[:100], 0) is False)
    check(ecp5.flash_write_block_retry(image[:4096], 100) is False)
    check(ecp5.flash_write_block_retry(noise(4096), 0) is False)
    check("no bitstream" in spoken())
    equal(bytes(it.flash()[:4096]), image[:4096])


def test_reading():
    it = fresh()
    it.flash()[:256] = bytes(range(256))
    buffer = bytearray(16)
    ecp5.flash_read(buffer, 32)
    equal(bytes(buffer), bytes(range(32, 48)))
    equal(bytes(ecp5.flash_read(5, 7)), bytes(range(5, 12)))
    equal(bytes(ecp5.flash_read(addr=5, n=2)), b"\5\6")
    equal(bytes(ecp5.flash_read(addr=9)), b"\x09")
    equal(bytes(ecp5.flashrd(addr=0x10, length=4)), b"\x10\x11\x12\x13")
    equal(bytes(ecp5.flashrd(0, 1)), b"\0")


def test_collapsed_addresses():
    """A path that an FTP server made of http://."""
    fresh()
    for name in (
        "/http:/127.0.0.1:1/x.bit",
        "http:/127.0.0.1:1/x.bit",
        "/http://127.0.0.1:1/x.bit",
    ):
        check(ecp5.prog(name) is False)
        text = spoken()
        check(text.startswith("http://127.0.0.1:1/x.bit: "), text)
    check(ecp5.prog("/https:/x/y") is False)
    text = spoken()
    check(text.startswith("https://x/y: "), text)
    check(ecp5.prog("/no/http:/x") is False)
    check("cannot open /no/http:/x" in spoken())


def test_wrong_arguments():
    fresh()
    error = raises(TypeError, ecp5.flash, GOOD, "0")
    check("addr is '0'" in str(error), str(error))
    error = raises(TypeError, ecp5.prog, 5)
    check("not 5" in str(error), str(error))


def test_override_id():
    it = fresh(device="LFE5U-12F")
    check(ecp5.prog(GOOD) is False)
    check("override_id=True" in spoken())
    check(ecp5.prog(GOOD, override_id=True) is True)
    check(it.state()["user_mode"])


def test_what_is_no_bitstream_does_not_replace_the_boot_image():
    it = fresh()
    check(ecp5.flash(GOOD) is True)
    before = bytes(it.flash()[: len(GOOD)])
    for data in (b"<!DOCTYPE html>" * 300, b"PK\3\4" + noise(5000), noise(100), b"\xff" * 4096):
        for source in (data, io.BytesIO(data)):
            check(ecp5.flash(source) is False)
            check("no bitstream" in spoken())
    for source in (b"", io.BytesIO(b"")):
        for addr in (0, 0x10000):
            check(ecp5.flash(source, addr) is False)
            check("is empty" in spoken())
    equal(bytes(it.flash()[: len(GOOD)]), before)
    check(it.state()["user_mode"])  # the design was not ended
    check(ecp5.flash(noise(100), any_data=True) is True)
    check(ecp5.flash(noise(100), 0x10000) is True)


run(globals())
