# SPDX-License-Identifier: MIT
"""Cards of the emulated SoC `storage` as the tools of a PC see them: what the board wrote is checked and read by
dosfstools, exfatprogs, mtools and sfdisk, and the other way round; LiteX's BIOS boots from a card; raw images;
what make run keeps.
"""

import gzip
import json
import os
import struct
import subprocess
import tempfile
import unittest
import zlib
from pathlib import Path

from tests.device import run
from tests.device.run import BUILD, ROOT, repl  # which puts tools/ on the path

SOC = BUILD / "soc" / "storage"
FIRMWARE = BUILD / "firmware" / "storage"
BIOS_FOLDER = BUILD / "tests" / "bios-storage"
SECTOR = 512
BUILD_BOUND_S = 600


def tool(*command, input=None, status=(0,)):
    """Run a program of the host; return what it prints."""
    environment = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "LC_ALL": "C"}
    result = subprocess.run(
        [str(word) for word in command],
        input=input,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=100,
    )
    text = result.stdout.decode(errors="replace")
    if result.returncode not in status:
        raise AssertionError(f"{' '.join(map(str, command))}: status {result.returncode}\n{text}")
    return text


class Card(unittest.TestCase):
    size = 64 << 20

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.image = self.folder / "card.img"
        self.process = None
        self.addCleanup(self.stop)
        self.blank()

    def blank(self):
        self.image.unlink(missing_ok=True)
        with self.image.open("wb") as file:
            file.truncate(self.size)

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
                stream.close()
            self.process = None

    def start(self, *options, card="", bios=False):
        """Start the board with the image as its card, by its BIOS or without; return the banner."""
        self.stop()
        command = [BUILD / "lxemu", "--sdcard", f"{self.image},times=none{card}", *options]
        if bios:
            command += ["--rom", BIOS_FOLDER / "software" / "bios" / "bios.bin"]
        else:
            command += ["--kernel", FIRMWARE / "firmware.bin"]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            [*command, BIOS_FOLDER if bios else SOC],
            cwd=ROOT,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
        )
        self.console = repl.Repl(self.process.stdout.fileno(), self.process.stdin.fileno(), 100)
        self.banner = self.console.read_until(repl.PROMPT).decode(errors="replace")
        self.console.enter_raw()
        return self.banner

    def attempt(self, source):
        """Run it on the board; return (output, error)."""
        self.console.paste(source.encode())
        output, error = self.console.follow()
        return output.decode().replace("\r\n", "\n"), error.decode()

    def run_on(self, source):
        output, error = self.attempt(source)
        self.assertEqual(error, "")
        return output


# Folders, long names, a file of many clusters, one that grew in steps, one that was removed.
WRITE = """
import os
os.mkdir("/sd/folder")
with open("/sd/folder/a file with a long name.txt", "w") as f: f.write("hello\\n")
with open("/sd/big.bin", "wb") as f:
    for i in range(40): f.write(bytes((i,)) * 5000)
for i in range(10):
    with open("/sd/grown.txt", "a") as f: f.write(str(i) * 700)
with open("/sd/gone", "w") as f: f.write("x" * 9000)
os.remove("/sd/gone")
os.rename("/sd/grown.txt", "/sd/folder/grown.txt")
"""
BIG = b"".join(bytes((i,)) * 5000 for i in range(40))
GROWN = b"".join(str(i).encode() * 700 for i in range(10))
READ = """
import os
print(sorted(os.listdir("/sd")), sorted(os.listdir("/sd/from a PC")))
with open("/sd/from a PC/big.bin", "rb") as f: print(f.read() == b"".join(bytes((i,)) * 5000 for i in range(40)))
"""


OWN_OBJECT = """
import machine
card = machine.SDCard()
print(card.info()["size"])
data = bytes((i * 7 + (i >> 8)) & 255 for i in range(20 * 512))
print(card.writeblocks(0, data))
got = bytearray(10240)
card.readblocks(0, got)
print(got == data)
"""


class FileSystems(Card):
    def check_fat(self, at=""):
        """What the board wrote, by mtools; at: where the file system begins in the image."""
        image = f"{self.image}{at}"
        for name, content in (
            ("big.bin", BIG),
            ("folder/a file with a long name.txt", b"hello\n"),
            ("folder/grown.txt", GROWN),
        ):
            target = self.folder / "copied"
            tool("mcopy", "-n", "-o", "-i", image, f"::/{name}", target)
            self.assertEqual(target.read_bytes(), content)
        self.assertNotIn("gone", tool("mdir", "-b", "-i", image, "::"))

    def put_fat(self, at=""):
        """Write with mtools what READ wants."""
        image = f"{self.image}{at}"
        source = self.folder / "big.bin"
        source.write_bytes(BIG)
        tool("mmd", "-i", image, "::/from a PC")
        tool("mcopy", "-i", image, source, "::/from a PC/big.bin")

    def test_fat_of_the_board(self):
        self.start()
        self.run_on(
            "import litex, machine, vfs\nsd = machine.SDCard()\nlitex.format(sd)\nvfs.mount(sd, '/sd')"
            + WRITE
        )
        self.stop()
        tool("fsck.fat", "-n", self.image)
        self.check_fat()
        self.put_fat()
        self.start()  # which mounts it
        self.assertIn("['big.bin', 'folder', 'from a PC'] ['big.bin']\nTrue", self.run_on(READ))

    def test_fat_of_a_pc(self):
        for bits, sectors in ((16, 8), (32, 1)):  # a cluster's
            with self.subTest(bits):
                self.blank()
                tool("mkfs.fat", "-F", bits, "-s", sectors, self.image)
                self.put_fat()
                self.start()
                self.assertIn("['from a PC'] ['big.bin']\nTrue", self.run_on(READ))
                self.run_on(WRITE)
                self.stop()
                tool("fsck.fat", "-n", self.image)
                self.check_fat()

    def test_partitions_of_a_pc(self):
        start = 2048
        for table, kind in (("dos", "c"), ("gpt", "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7")):
            with self.subTest(table):
                self.blank()
                text = f"label: {table}\nstart={start}, size=40000, type={kind}\nstart=65536, size=20000, type={kind}\n"
                tool("sfdisk", "-q", self.image, input=text.encode())
                before = tool("sfdisk", "-d", self.image)
                tool("mkfs.fat", "-F", 16, "--offset", start, self.image, 20000)
                at = f"@@{start * SECTOR}"
                self.put_fat(at)
                self.start()
                output = self.run_on(
                    "import litex, machine, vfs\nparts = litex.partitions(machine.SDCard())\n"
                    "print([(p.start, p.count) for p in parts])\n"
                    "if '/sd' in [path for _, path in vfs.mount()]: vfs.umount('/sd')\n"
                    "vfs.mount(parts[0], '/sd')" + READ + WRITE + "litex.format(parts[1])\n"
                )
                self.assertIn("[(2048, 40000), (65536, 20000)]", output)
                self.assertIn("True", output)
                self.stop()
                self.assertEqual(tool("sfdisk", "-d", self.image), before)
                self.check_fat(at)
                for first, count in ((start, 40000), (65536, 20000)):
                    part = self.folder / "part.img"
                    with self.image.open("rb") as file:
                        file.seek(first * SECTOR)
                        part.write_bytes(file.read(count * SECTOR))
                    tool("fsck.fat", "-n", part)

    def test_exfat_of_the_board(self):
        self.start()
        self.run_on(
            "import litex, machine, vfs\nsd = machine.SDCard()\nlitex.format(sd, 'exfat')\nvfs.mount(sd, '/sd')"
            + WRITE
        )
        self.stop()
        tool("fsck.exfat", "-n", self.image)
        self.start()
        listed = self.run_on("import os\nprint(sorted(os.listdir('/sd')))")
        self.assertEqual(listed, "['big.bin', 'folder']\n")

    def test_exfat_of_a_pc(self):
        tool("mkfs.exfat", self.image)
        self.start()
        self.run_on(WRITE)
        self.stop()
        tool("fsck.exfat", "-n", self.image)
        self.start()
        output = self.run_on(
            "with open('/sd/big.bin', 'rb') as f: print(f.read() == b''.join(bytes((i,)) * 5000 for i in range(40)))"
        )
        self.assertEqual(output, "True\n")


class SoftReset(unittest.TestCase):
    def test_the_next_machine_has_objects_of_its_own(self):
        """Memory that is taken in the new heap is not that of the old card's object."""
        board = run.Board("storage", False)
        try:
            output, error = board.run(OWN_OBJECT)
        finally:
            board.close()
        self.assertEqual((output, error), ("67108864\n0\nTrue\n", ""))


class LargeFiles(Card):
    size = 8 << 30

    def test_a_file_above_4_gib(self):
        """On exFAT, by seeks relative to where the file is; what is between is allocated, not written."""
        tool("mkfs.exfat", "-c", "1M", self.image)
        self.start()
        output = self.run_on(
            "G = 1 << 30\n"
            "with open('/sd/large', 'wb') as f:\n"
            "    for i in range(4): f.seek(G, 1)\n"
            "    f.seek(12345, 1)\n"
            "    f.write(b'behind four gigabytes')\n"
            "with open('/sd/large', 'rb') as f:\n"
            "    for i in range(4): f.seek(G, 1)\n"
            "    f.seek(12345, 1)\n"
            "    print(f.read(100))\n"
        )
        self.assertEqual(output, "b'behind four gigabytes'\n")
        self.stop()
        self.assertIn("clean", tool("fsck.exfat", "-n", self.image))


def boot_firmwares():
    """(old, new): the firmware, and the same with another day of its build in the banner."""
    old = (FIRMWARE / "firmware.bin").read_bytes()
    day = old.index(b"; MicroPython for LiteX") - 10
    return old, old[:day] + b"2222-11-22" + old[day + 10 :]


def fbi(image):
    return struct.pack("<2I", len(image), zlib.crc32(image)) + image


SDHC = ",kind=sdhc"  # LiteX's BIOS knows no other cards


class Boot(Card):
    @classmethod
    def setUpClass(cls):
        command = [BUILD / "venv/bin/python", "-m", "gateware.build", "storage", "--bios"]
        command += ["--output-dir", BIOS_FOLDER]
        subprocess.run(command, cwd=ROOT, check=True, timeout=BUILD_BOUND_S)

    def put(self, name, content):
        source = self.folder / "source"
        source.write_bytes(content)
        tool("mcopy", "-o", "-i", self.image, source, f"::/{name}")

    def test_boot_json_and_an_update(self):
        old, new = boot_firmwares()
        tool("mkfs.fat", "-F", 32, self.image)
        self.put("boot.json", (FIRMWARE / "boot.json").read_bytes())
        self.put(next(iter(json.loads((FIRMWARE / "boot.json").read_text()))), old)
        self.put("new.fbi", fbi(new))
        banner = self.start(card=SDHC, bios=True)
        self.assertIn("Booting from boot.json", banner)
        self.assertNotIn("2222-11-22", banner)
        output = self.run_on("import litex\nlitex.update('/sd/new.fbi', '/sd')")
        self.assertIn("machine.reset()", output)
        self.assertIn("2222-11-22", self.start(card=SDHC, bios=True))

    def test_boot_bin(self):
        tool("mkfs.fat", "-F", 32, self.image)
        self.put("boot.bin", boot_firmwares()[0])
        banner = self.start(card=SDHC, bios=True)
        self.assertIn("boot.bin", banner)
        self.assertIn("SoC storage", banner)


ENDLESS = b"""
import sdraw
class Zeros:
    reads = 0
    def readinto(self, buffer):
        self.reads += 1
        if self.reads == 3:
            print("under way")
        return len(buffer)
sdraw.write(Zeros())
"""


class Raw(Card):
    size = 2 << 20

    def test_ctrl_c_leaves_the_card_usable(self):
        self.size = 8 << 30  # which takes minutes
        self.blank()
        self.start()
        self.console.paste(ENDLESS)
        self.console.read_until(b"under way")
        self.console.write(repl.CTRL_C)
        output, error = self.console.follow()
        self.assertIn("KeyboardInterrupt", error.decode())
        self.assertIn("then it stopped", output.decode())
        output = self.run_on(
            "import sdraw\nsdraw.write(b'again' * 100, -512, verify=True)\n"
            "b = bytearray(512)\nsdraw.read(b, -512)\nprint(bytes(b[:10]))"
        )
        self.assertIn("b'againagain'", output)

    def test_a_packed_image_of_a_pc(self):
        tool("mkfs.fat", "-F", 12, self.image)
        content = self.image.read_bytes()
        packed = gzip.compress(content)
        self.blank()
        self.start()
        output = self.run_on(f"import sdraw\nsdraw.write({packed!r}, verify=True)")
        self.assertIn("2097152 bytes written", output)
        self.stop()
        self.assertEqual(self.image.read_bytes(), content)


class MakeRun(unittest.TestCase):
    def run_media(self, folder, *options, args=()):
        command = [BUILD / "venv/bin/python", ROOT / "tools/media.py", "--run", folder]
        command += ["--kernel", FIRMWARE / "firmware.bin", "--emulator", BUILD / "lxemu"]
        return subprocess.run(
            [*command, *options, SOC, "--", *args],
            capture_output=True,
            text=True,
            timeout=100,
            check=True,
        )

    def test_a_card_of_its_own(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            result = self.run_media(folder)
            self.assertIn(f"--sdcard {folder}/card.img,kind=sdhc", result.stdout)
            self.assertIn(f"{folder}/card.img, the card at /sd; FRESH=1", result.stderr)
            tool("fsck.fat", "-n", folder / "card.img")
            (folder / "note").write_text("kept")
            tool("mcopy", "-i", folder / "card.img", folder / "note", "::/note")
            self.run_media(folder)
            self.assertIn("note", tool("mdir", "-b", "-i", folder / "card.img", "::"))
            self.run_media(folder, "--fresh")
            self.assertNotIn("note", tool("mdir", "-b", "-i", folder / "card.img", "::"))
            result = self.run_media(folder, args=("--sdcard", "mine.img", "--spiflash=mine.bin"))
            self.assertEqual(result.stdout, "")


if __name__ == "__main__":
    unittest.main()
