# SPDX-License-Identifier: MIT
"""Bad input: one line that says what and where, exit status 2, nothing half-written."""

import socket
import struct

from tests.emu import rv32
from tests.emu.support import RAM, RAM_SIZE, Program, Soc, TestCase, lxemu

BAD_INPUT = 2
ELF_HEADER = struct.Struct("<16sHHIIIIIHHHHHH")
ELF_SEGMENT = struct.Struct("<IIIIIIII")


def elf(machine=243, bits=1, entry=RAM, paddr=RAM, data=b"", memory_size=None, cut=None):
    """Return an ELF file with one segment (bytes).

    Args:
        machine (int): e_machine; 243 is RISC-V.
        bits (int): EI_CLASS, 1 for 32 bits.
        entry (int): start address.
        paddr (int): where the segment belongs.
        data (bytes): what it holds.
        memory_size (int): its size in memory.
        cut (int): the number of bytes to keep.
    """
    ident = b"\x7fELF" + bytes([bits, 1, 1]) + bytes(9)
    size = ELF_HEADER.size + ELF_SEGMENT.size
    header = ELF_HEADER.pack(
        ident,
        2,
        machine,
        1,
        entry,
        ELF_HEADER.size,
        0,
        0,
        ELF_HEADER.size,
        ELF_SEGMENT.size,
        1,
        0,
        0,
        0,
    )
    memory = len(data) if memory_size is None else memory_size
    segment = ELF_SEGMENT.pack(1, size, paddr, paddr, len(data), memory, 7, 4)
    return (header + segment + data)[:cut]


class BadInput(TestCase):
    """Each kind of bad input."""

    def check(self, pattern, *arguments):
        """Run lxemu and expect status 2 and one line on stderr that matches."""
        done = lxemu(*arguments)
        text = done.stderr.decode()
        self.assertEqual(done.returncode, BAD_INPUT, text)
        self.assertEqual(text.count("\n"), 1, text)
        self.assertTrue(text.startswith("lxemu: "), text)
        self.assertRegex(text, pattern)
        self.assertEqual(done.stdout, b"")

    def soc(self, change=None, **options):
        """Write a SoC, changed by a function of its JSON; return its folder."""
        soc = Soc(**options)
        if change is not None:
            change(soc.json)
        return soc.write(self.folder)

    def kernel(self, data=None):
        """Write a kernel; return its path."""
        path = self.folder / "kernel.bin"
        path.write_bytes(Program(Soc()).image() if data is None else data)
        return path

    def test_no_soc(self):
        self.check("give LiteX's build folder")

    def test_missing_folder(self):
        self.check("no/such: No such file", "no/such")

    def test_folder_without_csr_json(self):
        empty = self.folder / "empty"
        empty.mkdir(exist_ok=True)
        self.check("no csr.json in this folder", empty)

    def test_malformed_json(self):
        folder = self.soc()
        text = (folder / "csr.json").read_text()
        for bad in ("", "{", text[:500], text.replace(":", "", 1), "[]", "3", "{}", "\0"):
            with self.subTest(bad[:20]):
                (folder / "csr.json").write_text(bad)
                self.check("csr.json: ", "--kernel", self.kernel(), folder)

    def test_wrong_values_in_json(self):
        def register(key, value):
            return lambda soc: soc["csr_registers"]["ctrl_scratch"].__setitem__(key, value)

        changes = {
            "no valid addr": register("addr", "x"),
            "ctrl_scratch has no valid": register("size", 0),
            "ctrl_scratch has no": register("size", 1 << 40),
            "lies outside of the csr region": register("addr", 0x1000),
            "is not an address": lambda soc: soc["csr_bases"].__setitem__("ctrl", -1),
            "no valid base and size": lambda soc: soc["memories"]["sram"].pop("size"),
            "overlap": lambda soc: soc["memories"]["sram"].__setitem__("base", RAM + 4096),
            "neither 8 nor 32": lambda soc: soc["constants"].__setitem__(
                "config_csr_data_width", 64
            ),
            "is not a frequency": lambda soc: soc["constants"].__setitem__(
                "config_clock_frequency", 0
            ),
            "larger than": lambda soc: soc["memories"]["csr"].__setitem__("size", 1 << 31),
            "does not fit 32-bit": lambda soc: soc["memories"]["sram"].__setitem__(
                "size", 1 << 32
            ),
        }
        for pattern, change in changes.items():
            with self.subTest(pattern):
                self.check(pattern, "--kernel", self.kernel(), self.soc(change))

    def test_soc_without_uart(self):
        folder = self.soc(cores={"uart": None})
        self.check("no UART", "--kernel", self.kernel(), folder)
        done = lxemu("--uart", "none", "--max-cycles", "9", "--kernel", self.kernel(), folder)
        self.assertEqual(done.returncode, 124)

    def test_soc_without_timer(self):
        self.check("no timer", "--kernel", self.kernel(), self.soc(cores={"timer0": None}))

    def test_soc_without_main_ram(self):
        folder = self.soc(lambda soc: soc["memories"].pop("main_ram"))
        self.check("no main_ram", "--kernel", self.kernel(), folder)

    def test_nothing_to_run(self):
        self.check("give --kernel or --rom", self.soc())

    def test_missing_image(self):
        self.check("No such file", "--kernel", self.folder / "missing.bin", self.soc())

    def test_empty_image(self):
        self.check("is empty", "--kernel", self.kernel(b""), self.soc())

    def test_folder_as_image(self):
        self.check("cannot be read|Is a directory", "--kernel", self.folder, self.soc())

    def test_image_larger_than_ram(self):
        image = self.kernel(bytes(RAM_SIZE + 1))
        self.check("do not fit main_ram", "--kernel", image, self.soc())

    def test_image_larger_than_rom(self):
        self.check("do not fit rom", "--rom", self.kernel(bytes(0x8001)), self.soc())

    def test_elf_for_another_machine(self):
        for machine, bits in ((62, 1), (243, 2)):
            image = self.kernel(elf(machine, bits))
            self.check("another machine", "--kernel", image, self.soc())

    def test_truncated_elf(self):
        for cut in (5, 51, 60):
            self.check("truncated", "--kernel", self.kernel(elf(cut=cut)), self.soc())

    def test_elf_outside_of_memory(self):
        for bad in (
            elf(paddr=0x70000000, data=b"1234"),
            elf(data=b"1234", memory_size=RAM_SIZE + 4),
            elf(data=b"1234", memory_size=1),
            elf(paddr=0xFFFFFFFE, data=b"1234"),
        ):
            self.check("does not fit", "--kernel", self.kernel(bad), self.soc())

    def test_good_elf(self):
        image = self.kernel(elf(entry=RAM + 4, data=rv32.words([0, rv32.WFI, rv32.jal(0, -4)])))
        self.assertEqual(lxemu("--kernel", image, self.soc()).returncode, 0)

    def test_bad_load(self):
        for spec, pattern in {
            "x": "give ADDR=FILE",
            "0x40000000": "give ADDR=FILE",
            "0x70000000=a": "no memory",
            "0x40000000=missing": "No such file",
        }.items():
            self.check(pattern, "--kernel", self.kernel(), "--load", spec, self.soc())

    def test_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            for option in (["--uart", f"tcp:{port}"], ["--gdb", str(port)]):
                self.check("in use", "--kernel", self.kernel(), *option, self.soc())

    def test_bad_port(self):
        for option in (["--uart", "tcp:70000"], ["--uart", "tcp:"], ["--gdb", "x"]):
            self.check("no port number", "--kernel", self.kernel(), *option, self.soc())

    def test_unwritable_trace(self):
        for option in ("--trace", "--trace-csr"):
            self.check(
                "cannot write", "--kernel", self.kernel(), option, "no/such/file", self.soc()
            )

    def test_bad_options(self):
        for arguments in (
            ["--baud", "0"],
            ["--baud", "fast"],
            ["--max-cycles", "-1"],
            ["--csr-ordering", "middle"],
            ["--uart", "usb"],
            ["--uart-fifo", "0"],
            ["--map-hash", "x"],
            ["--no-such-option"],
            ["--realtime", "--virtual"],
        ):
            with self.subTest(arguments):
                self.check("--", "--kernel", self.kernel(), *arguments, self.soc())

    def test_unknown_cpu_runs_with_a_warning(self):
        folder = self.soc(cpu="neverheard", variant="odd")
        done = lxemu("--kernel", self.kernel(), folder)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr.count(b"\n"), 1)
        self.assertIn(b"neverheard odd is not known", done.stderr)

    def test_unknown_cores_give_one_line(self):
        cores = {"mystery": (("a", 32, "rw"),), "enigma": (("b", 32, "ro"),)}
        done = lxemu("--kernel", self.kernel(), self.soc(cores=cores))
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr, b"lxemu: no model, plain registers only: mystery, enigma\n")

    def test_csr_json_itself(self):
        done = lxemu("--kernel", self.kernel(), self.soc() / "csr.json")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
