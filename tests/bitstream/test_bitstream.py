# SPDX-License-Identifier: MIT
"""`make bitstream` without synthesis: what it refuses and in which words, what it takes up again, and the files it
joins."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
import zlib
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import bitstream  # noqa: E402
import bitstream_boards  # noqa: E402
import bitstream_report as report  # noqa: E402
import flash_image  # noqa: E402
import open_tools  # noqa: E402

SCRATCH = ROOT / "build" / "tests" / "bitstream"
TOOL_S = 300
ECP5 = open_tools.FAMILIES["ecp5"]

# What nextpnr-ecp5 prints of a design that a device does not hold.
FULL = """\
Info: Device utilisation:
Info:             TRELLIS_IO:    92/  197    46%
Info:                   DCCA:     3/   56     5%
Info:                 DP16KD:    70/   56   125%
Info:             TRELLIS_FF:  3348/24288    13%
Info:           TRELLIS_COMB:  6815/24288    28%
ERROR: Unable to place cell 'mem.0.0', no BELs remaining to implement cell type 'DP16KD'
"""


def scratch():
    """A new folder below build/: the tools' sandbox does not see /tmp."""
    SCRATCH.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(dir=SCRATCH)


class Refused(unittest.TestCase):
    """One sentence on stderr, exit status 2, and nothing that looks like a bitstream."""

    def refuse(self, board, arguments="", cores=""):
        """What tools/bitstream.py says."""
        with scratch() as folder:
            command = [sys.executable, "tools/bitstream.py", board, f"--arguments={arguments}"]
            command += ["--cores", cores, "--output", folder]
            done = subprocess.run(
                command,
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=TOOL_S,
                stdin=subprocess.DEVNULL,
            )
            made = [
                path for path in Path(folder).rglob("*") if path.suffix in bitstream.BITSTREAMS
            ]
        self.assertEqual((done.returncode, done.stdout, made), (2, "", []), done.stderr)
        lines = [line for line in done.stderr.splitlines() if not line.endswith("...")]
        self.assertEqual(len(lines), 1, done.stderr)
        return lines[0]

    def test_unknown_board(self):
        said = self.refuse("radiona_ulx3")
        self.assertEqual(said, "bitstream: litex-boards has no radiona_ulx3; is it radiona_ulx3s?")

    def test_only_the_maker_is_right(self):
        self.assertIn("is it radiona_ulx3s or", self.refuse("radiona_board"))

    def test_no_open_tools(self):
        said = self.refuse("digilent_arty")
        self.assertIn(
            "no open tools for this board's FPGA (7series): build it with AMD Vivado", said
        )
        self.assertIn("python -m litex_boards.targets.digilent_arty --build", said)

    def test_core_that_the_fpga_does_not_have(self):
        said = self.refuse("muselab_icesugar", cores="trng")
        self.assertIn("no ring oscillator for ice40-up5k-sg48", said)
        self.assertIn("leave trng out of CORES", said)

    def test_a_target_that_takes_no_other_toolchain(self):
        said = self.refuse("sipeed_tang_primer_20k")
        self.assertIn("builds with GowinToolchain whatever --toolchain says", said)

    def test_unknown_core(self):
        said = self.refuse("radiona_ulx3s", cores="jtag_master can")
        self.assertIn(
            "no core can: CORES takes jtag_master, spi, gpio, ethernet, sdcard, trng", said
        )

    def test_core_that_the_target_does_not_have(self):
        said = self.refuse("radiona_ulx3s", cores="ethernet")
        self.assertIn("no option for ethernet", said)
        self.assertIn("leave ethernet out of CORES", said)

    def test_core_without_pins(self):
        said = self.refuse("machdyne_schoko", cores="jtag_master")
        self.assertRegex(
            said, "no pins are known for jtag_master on this board: (name one of|add a row)"
        )

    def test_unknown_connector(self):
        said = self.refuse("radiona_ulx3s", cores="jtag_master:pmod7")
        self.assertIn(
            "no connector pmod7 for jtag_master on this board: there are j1, j2, esp32", said
        )

    def test_option_of_another_board(self):
        said = self.refuse("radiona_ulx3s", arguments="--with-hyperram")
        self.assertIn("unrecognized arguments: --with-hyperram", said)

    def test_unknown_device(self):
        said = self.refuse("radiona_ulx3s", arguments="--device LFE5U-26F")
        self.assertIn("bitstream: radiona_ulx3s: ", said)


class Pins(unittest.TestCase):
    """Which wires CORES get."""

    def pins(self, connectors=()):
        import bitstream_soc

        return bitstream_soc.Pins(bitstream_boards.BOARDS["radiona_ulx3s"], dict(connectors))

    def test_each_core_has_its_own(self):
        pins = self.pins()
        taken = [
            pins.take("jtag_master", 4, 4, ""),
            pins.take("spi", 4, 4, ""),
            pins.take("gpio", 1, 8, ""),
        ]
        self.assertEqual(taken[0], ["B11", "C11", "A10", "A11"])
        self.assertEqual(len({pin for row in taken for pin in row}), 16)

    def test_a_place_that_is_taken(self):
        import bitstream_soc

        pins = self.pins()
        pins.take("jtag_master", 4, 4, "esp32")
        with self.assertRaisesRegex(bitstream_soc.Refused, "no 4 pins are left for spi on esp32"):
            pins.take("spi", 4, 4, "esp32")

    def test_connectors_of_the_platform(self):
        self.assertEqual(
            self.pins({"pmoda": ["A1", "-", "A2", "A3", "A4"]}).take("spi", 4, 4, "pmoda"),
            ["A1", "A2", "A3", "A4"],
        )

    def test_no_wire_is_in_two_places(self):
        for name, board in bitstream_boards.BOARDS.items():
            free = [pin for place in board.free for pin in board.places.get(place, "").split()]
            self.assertEqual(len(free), len(set(free)), name)


class Reports(unittest.TestCase):
    def test_too_small(self):
        said = report.too_small(FULL, "LFE5U-25F-6BG381C", ECP5)
        self.assertEqual(
            said,
            "the LFE5U-25F-6BG381C is too small: the SoC wants 70 block RAMs of 56; take a larger device or"
            " fewer cores",
        )

    def test_no_place_left(self):
        log = "ERROR: Unable to find a placement location for cell '$nextpnr_io'\n"
        self.assertIn("is too small", report.too_small(log, "LFE5U-12F", ECP5))

    def test_another_failure_is_not_the_size(self):
        log = FULL.replace("70/   56   125%", "30/   56    53%").partition("ERROR")[0]
        self.assertIsNone(
            report.too_small(log + "ERROR: pin 'X99' does not exist\n", "LFE5U-12F", ECP5)
        )

    def test_slow_clocks(self):
        placed = {
            "fmax": {
                "$glbnet$VexRiscv.clk": {"achieved": 43.21, "constraint": 50.0},
                "$glbnet$clk25$TRELLIS_IO_IN": {"achieved": 300.0, "constraint": 25.0},
            }
        }
        slow = report.slow_clocks(placed, 50.0)
        self.assertEqual(slow, {"sys_clk": (43.21, 50.0)})
        said = report.describe_slow(slow)
        self.assertIn("sys_clk reaches 43.2 of 50.0 MHz", said)
        self.assertIn("ALLOW_SLOW=1", said)

    def test_last_words(self):
        log = "INFO:SoC: x\nTraceback ...\nAssertionError: revision\nmake: *** Error 1\n"
        self.assertEqual(report.last_words(log), "AssertionError: revision")
        self.assertEqual(
            report.last_words("usage: x\nx: error: unrecognized arguments: -y\n"),
            "unrecognized arguments: -y",
        )


class Joined(unittest.TestCase):
    """Bitstream and firmware in one file, and back by the BIOS's rules."""

    BIT = bytes(range(256)) * 16
    FIRMWARE = bytes(1000)

    def test_header(self):
        image = flash_image.flash_boot_image(self.FIRMWARE)
        self.assertEqual(image[:4], (1000).to_bytes(4, "little"))
        self.assertEqual(image[4:8], zlib.crc32(self.FIRMWARE).to_bytes(4, "little"))

    def test_there_and_back(self):
        image = flash_image.join(self.BIT, self.FIRMWARE, 0x2000, 0x10000)
        self.assertEqual(image[: len(self.BIT)], self.BIT)
        self.assertEqual(set(image[len(self.BIT) : 0x2000]), {0xFF})
        self.assertEqual(flash_image.read_firmware(image, 0x2000), self.FIRMWARE)

    def refuse(self, words, function, *arguments):
        with self.assertRaisesRegex(flash_image.ImageError, words):
            function(*arguments)

    def test_no_room(self):
        self.refuse(
            "reaches into the firmware", flash_image.join, self.BIT, self.FIRMWARE, 0x800, 0x10000
        )
        self.refuse("the flash has 9000", flash_image.join, self.BIT, self.FIRMWARE, 0x2000, 9000)
        self.refuse("the BIOS boots 32 to", flash_image.join, self.BIT, b"x", 0x2000, 0x10000)

    def test_what_the_bios_would_not_boot(self):
        image = flash_image.join(self.BIT, self.FIRMWARE, 0x2000, 0x10000)
        wrong = image[:-1] + b"\x01"
        self.refuse("CRC-32", flash_image.read_firmware, wrong, 0x2000)
        self.refuse("is cut: 999 of 1000", flash_image.read_firmware, image[:-1], 0x2000)
        self.refuse("no firmware at 0x1f00", flash_image.read_firmware, image, 0x1F00)
        self.refuse("the image ends before", flash_image.read_firmware, image, 0x20000)

    def test_litex_makes_the_same(self):
        with scratch() as folder:
            source, made = Path(folder) / "firmware.bin", Path(folder) / "firmware.fbi"
            source.write_bytes(self.FIRMWARE)
            subprocess.run(
                [
                    sys.executable,
                    "-m",
                    "litex.soc.software.crcfbigen",
                    source,
                    "-o",
                    made,
                    "--fbi",
                    "--little",
                ],
                check=True,
            )
            self.assertEqual(made.read_bytes(), flash_image.flash_boot_image(self.FIRMWARE))


class Steps(unittest.TestCase):
    """A step is done once, again when its input changes, and leaves no bitstream when it stops half-way."""

    def setUp(self):
        folder = scratch()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.programs = self.folder / "programs"
        self.programs.mkdir()
        (self.folder / "top.config").write_text("one")
        self.step = bitstream.Step(
            "ecppack --compress top.config --svf top.svf --bit top.bit", self.folder, "top"
        )

    def tool(self, script):
        path = self.programs / "ecppack"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def run_step(self):
        if not self.step.is_done("tools"):
            self.step.run(self.programs, self.folder / "log", "tools")

    def test_once_and_again_for_new_input(self):
        self.tool('echo run >> runs; cat top.config > "$4"; cat top.config > "$6"')
        for content, runs in (("one", 1), ("one", 1), ("two", 2), ("two", 2)):
            (self.folder / "top.config").write_text(content)
            self.run_step()
            self.assertEqual((self.folder / "top.bit").read_text(), content)
            self.assertEqual((self.folder / "runs").read_text().count("run"), runs)
        self.assertFalse(self.step.is_done("other tools"))

    def test_a_missing_output_is_made_again(self):
        self.tool('echo run >> runs; echo > "$4"; echo > "$6"')
        self.run_step()
        (self.folder / "top.bit").unlink()
        self.run_step()
        self.assertEqual((self.folder / "runs").read_text().count("run"), 2)

    def test_a_failure_leaves_no_bitstream(self):
        self.tool('echo half > "$6"; echo ERROR: no >&2; exit 1')
        with self.assertRaisesRegex(bitstream.BuildError, "ecppack failed"):
            self.run_step()
        self.assertFalse((self.folder / "top.bit").exists())
        self.assertFalse(self.step.is_done("tools"))

    def test_a_kill_leaves_no_bitstream(self):
        self.tool('echo half > "$6"; kill -9 $PPID')
        child = os.fork()
        if child == 0:
            self.step.run(self.programs, self.folder / "log", "tools")
            os._exit(0)
        _, status = os.waitpid(child, 0)
        self.assertTrue(os.WIFSIGNALED(status))
        self.assertFalse((self.folder / "top.bit").exists())
        self.assertFalse(self.step.is_done("tools"))

    def test_publish_is_whole_or_absent(self):
        path = self.folder / "out" / "x.bin"
        bitstream.publish(path, b"one")
        bitstream.publish(path, b"two")
        self.assertEqual(path.read_bytes(), b"two")
        self.assertEqual(list(path.parent.iterdir()), [path])


SCRIPT = """\
yosys -l top.rpt top.ys
nextpnr-ecp5 --json top.json --lpf top.lpf --textcfg top.config --seed 1
ecppack --compress top.config --svf top.svf --bit top.bit
"""
REPORT = """{"utilization": {}, "fmax": {"clk": {"achieved": %s, "constraint": 60.0}}}"""


class Implement(unittest.TestCase):
    """Synthesis to bitstream with tools that end as real ones do: what is said, and that no bitstream is left."""

    def setUp(self):
        folder = scratch()
        self.addCleanup(folder.cleanup)
        self.output = Path(folder.name)
        self.gateware = self.output / "soc" / "gateware"
        self.programs = self.output / "programs"
        for made in (self.gateware, self.programs, self.output / "logs"):
            made.mkdir(parents=True)
        chosen = {"family": "ecp5", "device": "LFE5U-25F-6BG381C", "clock": 60_000_000}
        (self.output / "soc" / "chosen.json").write_text(json.dumps(chosen))
        (self.gateware / "build_top.sh").write_text(SCRIPT)
        (self.gateware / "top.ys").write_text("write_json top.json")
        self.tool("yosys", "echo yosys >> runs; echo {} > top.json")
        self.tool("nextpnr-ecp5", self.place(61.0))
        self.tool("ecppack", "echo ecppack >> runs; echo > top.svf; echo bits > top.bit.part")
        environment = mock.patch.object(open_tools, "environment", return_value=self.programs)
        environment.start()
        self.addCleanup(environment.stop)
        self.build = bitstream.Build("colorlight_i5", [], [], self.output)

    def tool(self, name, script):
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def place(self, reached_mhz):
        """A place and route whose clock reaches so much of 60 MHz."""
        report = REPORT % reached_mhz
        return f"echo nextpnr >> runs; echo > top.config; echo '{report}' > top.report"

    def implement(self, allow_slow=False):
        with mock.patch("sys.stderr"):
            self.build.implement(allow_slow)

    def refuse(self, words):
        with self.assertRaisesRegex(bitstream.BuildError, words):
            self.implement()
        self.assertFalse((self.gateware / "top.bit").exists())

    def runs(self):
        """The tools that ran, in order."""
        return (self.gateware / "runs").read_text().split()

    def test_whole(self):
        self.implement()
        self.assertEqual(self.build.bitstream().read_text(), "bits\n")
        self.implement()
        self.assertEqual(self.runs(), ["yosys", "nextpnr", "ecppack"])

    def test_a_clock_that_does_not_close(self):
        self.tool("nextpnr-ecp5", self.place(43.21))
        self.refuse("colorlight_i5: timing is not met: sys_clk reaches 43.2 of 60.0 MHz; lower")
        self.refuse("ALLOW_SLOW=1")
        self.assertEqual(self.runs(), ["yosys", "nextpnr"])
        self.implement(allow_slow=True)
        self.assertEqual(self.runs(), ["yosys", "nextpnr", "ecppack"])

    def test_a_device_that_is_too_small(self):
        self.tool("nextpnr-ecp5", f"cat << END\n{FULL}END\nexit 255")
        self.refuse("the LFE5U-25F-6BG381C is too small: the SoC wants 70 block RAMs of 56; take")

    def test_it_goes_on_where_it_was_interrupted(self):
        """Place and route is killed half-way: the next run starts with it, synthesis stays."""
        whole = self.place(61.0)
        self.tool("nextpnr-ecp5", "echo nextpnr >> runs; echo half > top.config; kill -9 $PPID")
        child = os.fork()
        if child == 0:
            self.implement()
            os._exit(0)
        self.assertTrue(os.WIFSIGNALED(os.waitpid(child, 0)[1]))
        self.assertFalse((self.gateware / "top.bit").exists())
        self.tool("nextpnr-ecp5", whole)
        self.implement()
        self.assertEqual(self.runs(), ["yosys", "nextpnr", "nextpnr", "ecppack"])

    def test_ctrl_c(self):
        """Ctrl-C says that the same command goes on, and what an earlier build left is gone."""
        stale = self.output / "colorlight_i5.bit"
        stale.write_text("old")
        interrupted = mock.patch.object(bitstream.Build, "generate", side_effect=KeyboardInterrupt)
        words = ["bitstream.py", "colorlight_i5", "--output", str(self.output)]
        with interrupted, mock.patch("sys.argv", words), mock.patch("sys.stderr") as said:
            self.assertEqual(bitstream.main(), 130)
        text = "".join(call.args[0] for call in said.write.call_args_list)
        self.assertIn("interrupted; the same command goes on from here", text)
        self.assertFalse(stale.exists())


class Boards(unittest.TestCase):
    def test_each_row_is_a_target(self):
        known = bitstream.targets()
        for name, board in bitstream_boards.BOARDS.items():
            self.assertIn(board.target, known, name)

    def test_offsets(self):
        """No bitstream of a device, uncompressed, reaches into the firmware (sizes of ecppack)."""
        for device, size in (
            ("LFE5U-12F", 582369),
            ("LFE5U-25F", 582369),
            ("LFE5UM5G-85F", 1927725),
        ):
            self.assertGreater(bitstream_boards.firmware_offset(device), size)
        self.assertIsNone(bitstream_boards.firmware_offset("xc7a35t"))

    def test_folder_names(self):
        name = bitstream.folder_name(
            "radiona_ulx3s", ["--device", "LFE5U-85F"], ["jtag_master:esp32"]
        )
        self.assertEqual(name, "radiona_ulx3s-device-LFE5U-85F-jtag_master-esp32")

    def test_summary_is_json(self):
        json.dumps(report.load_commands("-b ulx3s", {"bitstream": "a.bit"}, Path("/x")))


if __name__ == "__main__":
    unittest.main()
