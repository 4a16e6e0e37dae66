# SPDX-License-Identifier: MIT
"""Files in the SPI flash of the emulated SoC `storage`: they stay, littlefs-python reads them, a power cut loses nothing
that was synced; LiteX's BIOS boots from the flash, and litex.update() changes what it boots."""

import struct
import subprocess
import tempfile
import unittest
import zlib
from pathlib import Path
from typing import Any

from tests.device.run import BUILD, ROOT, repl  # which puts tools/ on the path

from littlefs_image import FILES, SIZE, file_system, flash_with  # isort: skip

BOOT = 0x40_0000
FIRMWARE = BUILD / "firmware" / "storage"
BIOS_FOLDER = BUILD / "tests" / "bios-storage"
BUILD_BOUND_S = 600


class Storage(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.flash = Path(folder.name, "flash.bin")
        self.process = None
        self.addCleanup(self.stop)

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
                stream.close()
            self.process = None

    def start(self, *options, fault=""):
        """Start the firmware on the flash; return the console at its prompt."""
        self.stop()
        spec = f"{self.flash}{',fault=' + fault if fault else ''}"
        command = [BUILD / "lxemu", "--spiflash", spec, *options]
        if not options:
            command += ["--kernel", FIRMWARE / "firmware.bin"]
        pipe = subprocess.PIPE
        folder = BUILD / "soc" / "storage" if not options else BIOS_FOLDER
        self.process = subprocess.Popen(
            [*command, folder], cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe
        )
        self.console = repl.Repl(self.process.stdout.fileno(), self.process.stdin.fileno(), 100)
        self.banner = self.console.read_until(repl.PROMPT)
        return self.console

    def run_source(self, source):
        """Run it on the board; return (output, error)."""
        self.console.enter_raw()
        self.console.paste(source.encode())
        output, error = self.console.follow()
        return output.decode(), error.decode()

    def check_run(self, source):
        output, error = self.run_source(source)
        self.assertEqual(error, "")
        return output

    def littlefs(self):
        """The file system in the file, as littlefs-python has it."""
        return file_system(self.flash.read_bytes())


class Files(Storage):
    def test_files_stay(self):
        self.start()
        self.check_run(
            "import os\n"
            "with open('/data.txt', 'w') as file: file.write('kept' * 3000)\n"
            "os.mkdir('/d')\n"
            "with open('/main.py', 'w') as file: file.write('print(\"hello from main\")')"
        )
        self.start()
        self.assertIn(b"hello from main", self.banner)
        output = self.check_run(
            "import os, vfs\nprint(sorted(os.listdir('/')), len(open('/data.txt').read()))\nprint(vfs.mount())"
        )
        self.assertIn("['d', 'data.txt', 'main.py', 'ram'] 12000", output)
        self.assertIn("VfsRam>, '/ram'", output)
        self.stop()
        fs = self.littlefs()
        with fs.open("data.txt", "r") as file:
            self.assertEqual(file.read(), "kept" * 3000)
        self.assertEqual(sorted(fs.listdir("/")), ["d", "data.txt", "main.py"])

    def test_a_region_with_other_data_is_left_alone(self):
        data = b"\xff" * FILES + b"my data" + b"\xff" * (SIZE - FILES - 7)
        self.flash.write_bytes(data)
        self.start()
        self.assertIn(b"files are in RAM", self.banner)
        self.assertIn("VfsRam>, '/')", self.check_run("import vfs\nprint(vfs.mount())"))
        self.stop()
        self.assertEqual(self.flash.read_bytes(), data)

    def test_data_at_the_very_end_is_not_blank(self):
        self.flash.write_bytes(b"\xff" * (SIZE - 1) + b"\x00")
        self.start()
        self.assertIn(b"files are in RAM", self.banner)
        self.check_run(
            "import litex\nf = litex.SPIFlash()\nlitex.format(f)\nimport vfs\nvfs.umount('/')\nvfs.mount(f, '/')\nopen('/x', 'w').close()"
        )
        self.start()
        self.assertNotIn(b"files are in RAM", self.banner)
        self.assertIn("'x'", self.check_run("import os\nprint(os.listdir('/'))"))

    def test_what_littlefs_python_wrote(self):
        fs = file_system()
        with fs.open("host.txt", "w") as file:
            file.write("from the host" * 1000)
        self.flash.write_bytes(flash_with(fs))
        self.start()
        output = self.check_run("print(len(open('/host.txt').read()))")
        self.assertEqual(output.strip(), "13000")

    def test_no_flash(self):
        self.start(fault="flash-absent")
        self.assertIn(b"no flash answers", self.banner)
        _, error = self.run_source("import litex\nlitex.SPIFlash().write(b'x')")
        self.assertIn("no flash answers", error)

    def test_faults_are_said(self):
        for fault, words in (
            ("flash-stuck-busy=0", "stays busy"),
            ("flash-no-program", "do not become"),
            ("flash-no-write-enable", "protected"),
            ("flash-stuck-bit=0x900000", "do not become"),
        ):
            with self.subTest(fault):
                self.flash.unlink(missing_ok=True)
                self.start()
                self.start(fault=fault)
                _, error = self.run_source(
                    "import litex\nlitex.SPIFlash(start=0x900000, len=4096).write(bytes(4096))"
                )
                self.assertIn(words, error)
                self.assertIn("0x90", error)
                self.assertEqual(self.check_run("print(1)"), "1\r\n")

    def test_romfs_on_the_mapped_flash(self):
        self.start()
        # A file's record: kind 5, length, name, and its data as a record of kind 2.
        output = self.check_run(
            "import litex, os, vfs\n"
            "f = litex.SPIFlash(start=0xf00000, len=0x10000)\n"
            "body = b'print(123)'\n"
            "inner = bytes([4]) + b'a.py' + bytes([2, len(body)]) + body\n"
            "entry = bytes([5, len(inner)]) + inner\n"
            "f.write(b'\\xd2\\xcd\\x31' + bytes([len(entry)]) + entry)\n"
            "vfs.mount(vfs.VfsRom(f), '/rom')\n"
            "print(os.listdir('/rom'), open('/rom/a.py').read())"
        )
        self.assertEqual(output.strip(), "['a.py'] print(123)")


BESIDE_THE_MASTER = """
import litex, time
from machine import mem32
flash = litex.SPIFlash(start=0xd00000, len=0x1000)
flash.write(bytes((1, 2, 3, 4)))
base = flash.info()['mapped'][0] + 0xd00000
assert mem32[base] == 0x04030201
litex.csr_write('spiflash_core_master_cs', 1)
start = time.ticks_us()
value = mem32[base + 0x440]
took = time.ticks_diff(time.ticks_us(), start)
litex.csr_write('spiflash_core_master_cs', 0)
print(value & 0xffffffff == 0xffffffff, took)
back = bytearray(4)
flash.readinto(back)
print(bytes(back) == bytes((1, 2, 3, 4)), flash.write(bytes((5, 6, 7, 8)))['verified'] > 0)
"""


class Bus(Storage):
    def test_a_mapped_read_beside_the_master(self):
        """The bus gives up after a million cycles; then all goes on."""
        self.start()
        lines = self.check_run(BESIDE_THE_MASTER).split("\r\n")
        same, us = lines[0].split()
        self.assertEqual(same, "True")
        self.assertGreater(int(us), 9_000)
        self.assertEqual(lines[1], "True True")


WORKLOAD = """
import os
for n in range({count}):
    with open('/f%d' % (n % 3), 'w') as file:
        file.write(str(n) * (700 * (n % 3 + 1)))
    print('synced', n)
"""


class PowerCuts(Storage):
    def test_littlefs_keeps_what_was_synced(self):
        """The power goes in each of the chip's operations in turn."""
        self.start()
        self.check_run("open('/first', 'w').close()")
        self.stop()
        before = self.flash.read_bytes()
        cuts = 0
        for operation in range(1000):
            self.flash.write_bytes(before)
            self.start(fault=f"flash-power-loss={operation}")
            output, error = self.run_source(WORKLOAD.format(count=4))
            self.stop()
            synced = [int(line.split()[1]) for line in output.split("\r\n") if "synced" in line]
            fs = self.littlefs()
            files = set(fs.listdir("/"))
            self.assertIn("first", files)
            for slot in range(3):
                newest = [n for n in synced if n % 3 == slot][-1:]
                if newest:
                    with fs.open(f"f{slot}", "r") as file:
                        text = file.read()
                    following = newest[0] + 3
                    wanted = [str(n) * (700 * (slot + 1)) for n in (newest[0], following)]
                    self.assertIn(text, wanted, f"operation {operation}")
            if not error:
                break
            cuts += 1
        self.assertGreater(cuts, 20)


class Boot(Storage):
    image: Any
    new: Any

    @classmethod
    def setUpClass(cls):
        command = [BUILD / "venv/bin/python", "-m", "gateware.build", "storage", "--bios"]
        command += ["--output-dir", BIOS_FOLDER]
        subprocess.run(command, cwd=ROOT, check=True, timeout=BUILD_BOUND_S)
        cls.image = (FIRMWARE / "firmware.fbi").read_bytes()
        # The same firmware with another day of its build in the banner.
        old = (FIRMWARE / "firmware.bin").read_bytes()
        day = old.index(b"; MicroPython for LiteX") - 10
        new = old[:day] + b"2222-11-22" + old[day + 10 :]
        cls.new = struct.pack("<2I", len(new), zlib.crc32(new)) + new

    def boot(self):
        self.start("--rom", BIOS_FOLDER / "software" / "bios" / "bios.bin")

    def put(self, image, at=BOOT):
        """Write bytes into the flash's file, and a file system with the update beside them."""
        fs = file_system()
        with fs.open("new.fbi", "wb") as file:
            file.write(self.new)
        data = flash_with(fs)
        data[at : at + len(image)] = image
        self.flash.write_bytes(data)

    def test_the_bios_boots_the_image_and_an_update(self):
        self.put(self.image)
        self.boot()
        self.assertIn(b"Booting from flash", self.banner)
        self.assertNotIn(b"2222-11-22", self.banner)
        output = self.check_run("import litex\nlitex.update('/new.fbi')")
        self.assertIn("single image", output)
        self.console.leave_raw()
        for _ in range(2):
            self.console.write(b"import machine; machine.reset()\r")
            self.banner = self.console.read_until(b"MicroPython v") + self.console.read_until(
                repl.PROMPT
            )
            self.assertIn(b"2222-11-22", self.banner)
        # And again from a cold start.
        self.boot()
        self.assertIn(b"2222-11-22", self.banner)

    def test_an_image_for_another_soc_is_refused(self):
        self.put(self.image)
        self.boot()
        # The hash of the map lies behind the mark of the identity.
        output, error = self.run_source(
            "import litex\nd = bytearray(open('/new.fbi', 'rb').read(9000))\n"
            "d[d.index(b'LiteX firmware1') + 16] ^= 1\nlitex.update(d)"
        )
        self.assertIn("this is 'MicroPython for LiteX: reference SoC storage'", error)


if __name__ == "__main__":
    unittest.main()
