# SPDX-License-Identifier: MIT
"""Debian's openFPGALoader, by its cable xvc-client, on the virtual board: what it programs, what it refuses,
and that the board and the tool agree on both."""

import unittest

from tests.models.support import HEADER_END, SCRATCH, Board, available, bitstream, build, stripped

# What openFPGALoader 0.10 prints of a real ECP5 whose flash holds no bitstream, after LSC_REFRESH.
NOTHING_TO_BOOT = """Refresh: FAIL
displayReadReg
	Config Target Selection : 0
	SPIm Fail1
	Preamble ERR
	EXEC Error
"""
BLOB = bytes(range(256)) * 20


def setUpModule():
    if available("openFPGALoader"):
        raise unittest.SkipTest("openFPGALoader is not installed")
    build()


def scratch(name, data):
    """A file with these bytes."""
    path = SCRATCH / name
    path.write_bytes(data)
    return path


class Sram(unittest.TestCase):
    def test_detect(self):
        with Board(device="LFE5U-85F") as board:
            status, output, _ = board.loader("--detect")
            self.assertEqual(status, 0)
            self.assertIn("family ECP5", output)

    def test_plain_and_compressed(self):
        """Both land the same frames; what the tool prints at the end is the status of a real board."""
        for device, name in (("LFE5U-25F", "25f"), ("LFE5U-45F", "45f"), ("LFE5U-85F", "85f")):
            with self.subTest(name), Board(device=device) as board:
                contents = set()
                for variant in ("", "-compress"):
                    status, output, report = board.loader("-v", bitstream(f"{name}{variant}.bit"))
                    self.assertEqual(status, 0, output)
                    self.assertIn("Disable configuration: DONE", output)
                    self.assertIn("\tDone Flag\n\tStd PreAmble\n\tSPIm Fail1\n\tNo err", output)
                    self.assertEqual(report["status"], "0x00600100")
                    self.assertTrue(report["user_mode"])
                    contents.add((report["frames"], report["memory_crc32"], report["ebr_bytes"]))
                self.assertEqual(len(contents), 1)

    def test_a_12f_is_not_a_25f(self):
        with Board(device="LFE5U-12F") as board:
            status, output, report = board.loader(bitstream("12f.bit"))
            self.assertEqual((status, report["done"]), (0, True), output)
            status, output, _ = board.loader(bitstream("25f.bit"))
            self.assertEqual(status, 1)
            self.assertIn("bitstream has 0x41111043 hardware requires 0x21111043", output)

    def test_the_board_refuses(self):
        """Past the tool's own check: an ID inside the stream, a flipped bit, half of a file."""
        good = bitstream("25f.bit").read_bytes()
        start = good.index(HEADER_END)
        verify = good.index(b"\xe2\0\0\0", start)
        other = good[: verify + 8] + b"\xe2\0\0\0\x41\x11\x20\x43" + good[verify + 8 :]
        flipped = bytearray(good)
        flipped[start + 20000] ^= 1
        cases = {
            "ID ERR": (other, 1),
            "CRC ERR": (bytes(flipped), 3),
            "Abort ERR": (good[: len(good) // 2], 5),
        }
        with Board() as board:
            for said, (data, code) in cases.items():
                with self.subTest(said):
                    status, output, report = board.loader(scratch("refused.bit", data))
                    self.assertEqual(status, 1)
                    self.assertIn(f"\t{said}\n\tEXEC Error\n", output)
                    self.assertEqual((report["done"], report["bse"]), (False, code))
            status, output, report = board.loader(bitstream("25f.bit"))
            self.assertEqual((status, report["done"]), (0, True), output)

    def test_faults(self):
        for fault, said in {
            "wrong-id": "hardware requires 0x012ba043",
            "erase-fails": "SRAM erase: FAIL",
            "neighbour": "more than one FPGA found",
        }.items():
            with self.subTest(fault), Board("--fault", fault) as board:
                status, output, report = board.loader(bitstream("25f-compress.bit"))
                self.assertEqual(status, 1, output)
                self.assertIn(said, output)
                self.assertFalse(report["user_mode"])

    def test_the_cable_comes_off(self):
        with Board("--fault", "disconnect=50000") as board:
            status, _, report = board.loader(bitstream("25f-compress.bit"), bound_s=5)
            self.assertNotEqual(status, 0)
            self.assertFalse(report["done"])
            status, output, report = board.loader(bitstream("25f-compress.bit"))
            self.assertEqual((status, report["user_mode"]), (0, True), output)


class Flash(unittest.TestCase):
    def write(self, board, path, *options, bound_s=100):
        return board.loader("-f", "--verify", *options, path, bound_s=bound_s)

    def test_write_verify_boot_dump(self):
        """With the data sheet's typical times: written, verified, booted, and dumped again."""
        path = bitstream("25f-compress.bit")
        data = stripped(path.read_bytes())
        flash = scratch("flash.bin", bytes(300000))
        with Board(flash_file=flash) as board:
            status, output, report = self.write(board, path)
            self.assertEqual(status, 0, output)
            self.assertIn("Detected: Winbond W25Q128", output)
            self.assertIn("Refresh: DONE", output)
            self.assertEqual(report["status"], "0x00200100")
            self.assertEqual((report["boots"], report["flash"]["refused"]), (1, 0))
            pages = -(-len(data) // 256)
            self.assertEqual(report["flash"]["programs"], pages)
            busy = report["flash"]["erase_64k"] * 150e6 + report["flash"]["erase_4k"] * 45e6
            self.assertEqual(report["flash"]["busy_ns"], busy + pages * 400e3)
            self.assertEqual(flash.read_bytes()[: len(data)], data)
            dump = SCRATCH / "dump.bin"
            status, output, _ = board.loader("--dump-flash", "--file-size", len(data), dump)
            self.assertEqual(status, 0, output)
            self.assertEqual(dump.read_bytes(), data)
            image = report["memory_crc32"]
        with Board(flash_file=flash) as board:  # power-up boots from what stayed in the file
            self.assertEqual(board.loader("--detect")[0], 0)
            board.stop()
            self.assertEqual(board.last["memory_crc32"], image)

    def test_every_chip(self):
        path = bitstream("25f-compress.bit")
        data = stripped(path.read_bytes())
        flash = SCRATCH / "flash.bin"
        for chip in (
            *("W25Q32", "W25Q64", "GD25Q32", "IS25LP128", "MX25L128", "N25Q128", "S25FL128S"),
            *("M25P16", "W25Q256", "MX25L256"),
        ):
            flash.write_bytes(bytes(300000))
            with (
                self.subTest(chip),
                Board("--times", "none", flash=chip, flash_file=flash) as board,
            ):
                status, output, report = self.write(board, path)
                self.assertEqual((status, report["user_mode"]), (0, True), output)
                self.assertEqual(report["flash"]["refused"], 0)
                self.assertEqual(flash.read_bytes()[: len(data)], data)
        flash.unlink()

    def test_four_byte_addresses(self):
        flash = SCRATCH / "flash.bin"
        flash.unlink(missing_ok=True)
        blob = scratch("blob.bin", BLOB)
        with Board("--times", "none", flash="W25Q256", flash_file=flash) as board:
            self.write(board, blob, "-o", "0x1000000", "--file-type", "bin")
            self.assertEqual(flash.read_bytes().index(BLOB), 0x1000000)
            dump = SCRATCH / "dump.bin"
            board.loader("--dump-flash", "-o", "0x1000000", "--file-size", len(BLOB), dump)
            self.assertEqual(dump.read_bytes(), BLOB)
        flash.unlink()

    def test_nothing_to_boot(self):
        """Word for word what owners of boards report after writing something that is not a bitstream."""
        blob = scratch("blob.bin", BLOB)
        with Board("--times", "none") as board:
            status, output, report = self.write(board, blob, "--file-type", "bin")
            self.assertEqual(status, 1)
            self.assertIn(NOTHING_TO_BOOT, output)
            self.assertEqual(report["status"], "0x06400000")

    def test_faults(self):
        path = bitstream("25f-compress.bit")
        for fault, said in {
            "flash-stuck-bit=0x1000": "Verification failed at 4096",
            "flash-no-erase": "Verification failed at 0",
            "flash-no-program": "Verification failed at 3",
            "flash-no-write-enable": "FAIL",
            "flash-absent": "Jedec ID          : ff",
            "no-done": "Refresh: FAIL",
        }.items():
            flash = scratch("flash.bin", bytes(300000))
            with (
                self.subTest(fault),
                Board("--times", "none", "--fault", fault, flash_file=flash) as board,
            ):
                status, output, report = self.write(board, path, bound_s=20)
                self.assertNotEqual(status, 0, output)
                self.assertIn(said, output)
                self.assertFalse(report["done"])
        flash.unlink()

    def test_protection(self):
        """Where the tool decodes the bits as the chip does: above 0xC00000 of a W25Q128."""
        blob = scratch("blob.bin", BLOB)
        flash = SCRATCH / "flash.bin"
        flash.unlink(missing_ok=True)
        options = ("-o", "0xC10000", "--file-type", "bin")
        with Board("--fault", "flash-protected", flash_file=flash) as board:
            _, output, report = self.write(board, blob, *options)
            self.assertIn("block protection is set", output)
            self.assertEqual(report["flash"]["programs"], 0)
            _, output, report = self.write(board, blob, "--unprotect-flash", *options)
            self.assertEqual(report["flash"]["status_writes"], 2)  # off, and on again
            self.assertEqual(report["flash"]["refused"], 0)
            self.assertEqual(flash.read_bytes().index(BLOB), 0xC10000)
            self.assertEqual(report["flash"]["sr"][0], 0x1C)
        flash.unlink()
        with Board("--fault", "flash-locked", flash_file=flash) as board:
            _, output, report = self.write(board, blob, "--unprotect-flash", *options)
            self.assertIn("wait: Error", output)
            self.assertEqual(report["flash"]["programs"], 0)
        flash.unlink()

    def test_power_loss(self):
        """The power goes in the middle of a page; the same write, run again, ends verified and booted."""
        path = bitstream("25f-compress.bit")
        for fault in ("flash-power-loss=100", "power-loss=60000"):
            with self.subTest(fault), Board("--fault", fault) as board:
                status, _, report = self.write(board, path, bound_s=4)
                self.assertIsNone(status)  # the tool waits for a chip that will not answer
                self.assertFalse(report["powered"])
                status, output, report = self.write(board, path)
                self.assertEqual((status, report["boots"]), (0, 1), output)


if __name__ == "__main__":
    unittest.main()
