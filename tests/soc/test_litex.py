# SPDX-License-Identifier: MIT
"""The generator on what LiteX wrote."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.soc.case import TOP, GenerateTest, run

BUILD = os.environ.get("BUILD") or os.path.join(TOP, "build")
CACHE = os.path.join(BUILD, "tests", "soc", "generated")
# A Python with another LiteX, as of `make test LITEX=...`.
LITEX = os.path.abspath(os.environ.get("LITEX") or sys.executable)

REFERENCE_SOCS = ("mini", "base", "bench", "phy", "sdram", "full")
# Each generates in about a second without vendor tools: name to the options beyond the default.
BOARDS = {
    "digilent_arty": "--with-ethernet --with-sdcard --with-spi-flash --timer-uptime --with-xadc --with-dna",
    "digilent_nexys_video": "--with-ethernet --with-spi-sdcard --with-video-framebuffer",
    "digilent_nexys4ddr": "",
    "fpgawars_alhambra2": "",
    "icebreaker": "",
    "lattice_crosslink_nx_evn": "",
    "muselab_icesugar": "",
    "radiona_ulx3s": "",
    "sipeed_tang_primer_20k": "",
    "terasic_de10nano": "",
}


def gateware_digest():
    """What the SoCs of this folder are made from."""
    digest = hashlib.sha256()
    for path in sorted(Path(TOP).glob("gateware/**/*.py")) + [
        Path(TOP, "tests/soc/many_cores.py")
    ]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def once(name, command):
    """Generate a SoC's folder, unless an earlier run has. Runs at the same time do not disturb each other.

    Args:
        name (str): of the folder.
        command (list): after the Python interpreter, with {} for the folder.
    """
    folder = os.path.join(CACHE, name)
    marker = os.path.join(folder, "command")
    made_by = " ".join([LITEX, *command, gateware_digest()])
    if os.path.exists(marker):
        with open(marker) as file:
            if file.read() == made_by:
                return folder
    os.makedirs(CACHE, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=CACHE) as temporary:
        made = os.path.join(temporary, "made")
        os.makedirs(made)
        # Some targets leave files where they run, so let that be the folder, too.
        done = subprocess.run(
            [LITEX, *(part.format(made) for part in command)],
            cwd=made,
            env={**os.environ, "PYTHONPATH": TOP},
            capture_output=True,
            text=True,
            timeout=300,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        with open(os.path.join(made, "command"), "w") as file:
            file.write(made_by)
        if os.path.exists(folder):
            os.rename(folder, os.path.join(temporary, "old"))
        os.rename(made, folder)
    return folder


class LitexTest(GenerateTest):
    """On what LiteX itself wrote."""

    def check(self, folder):
        """Generate, compile for the CPU, and return what the tables say.

        Args:
            folder (str): LiteX's build folder.
        """
        status, text = run(folder, "--output", self.output)
        self.assertEqual(status, 0, text)
        with open(os.path.join(folder, "csr.json")) as file:
            data = json.load(file)
        found = self.probe()
        self.assertEqual(len(found["register"]), len(data["csr_registers"]))
        names = [line.split()[0] for line in found["register"]]
        self.assertEqual(names, sorted(data["csr_registers"], key=str.encode))
        self.assertEqual(
            found["identifier"][0].lower(), data["constants"].get("config_identifier", "").lower()
        )
        return found, text

    def test_reference_socs(self):
        """All five: the hash is the gateware's, and all kinds are known."""
        for name in REFERENCE_SOCS:
            with self.subTest(name):
                folder = os.path.join(BUILD, "soc", name)
                if not os.path.exists(os.path.join(folder, "csr.json")):
                    command = ["-m", "gateware.build", name, "--output-dir", "{}"]
                    folder = once(f"soc_{name}", command)
                found, text = self.check(folder)
                self.assertEqual(text, "")
                with open(os.path.join(folder, "csr.svd")) as file:
                    svd = file.read()
                reset = re.search(r"<name>HASH</name>.*?<resetValue>(0x\w+)<", svd, re.S)
                self.assertEqual(found["hash"], [f"{int(reset[1], 16)} 1"])
                unknown = [line for line in found["core"] if line.split()[1] == "-"]
                self.assertEqual(unknown, [])
                # With csr.svd there, every width is known.
                self.assertEqual(
                    [line for line in found["register"] if line.split()[4] == "0"], []
                )

    def test_many_cores(self):
        """One of each core, in each shape of the bus; the ordering is found in the Verilog."""
        for width in (8, 32):
            for ordering in ("big", "little"):
                with self.subTest(width=width, ordering=ordering):
                    command = ["-m", "tests.soc.many_cores", str(width), ordering, "{}"]
                    self.setUp()
                    shutil.copytree(once(f"many_{width}_{ordering}", command), self.folder)
                    folder = self.folder
                    _, text = run(folder, "--output", self.output)
                    # LiteX 2024.12 writes the same csr.h for both, so the user has to say it.
                    with open(os.path.join(folder, "csr.json")) as file:
                        says_it = "config_csr_ordering_little" in json.load(file)["constants"]
                    refused = ordering == "little" and not says_it
                    self.assertEqual("but the gateware has little" in text, refused)
                    if refused:
                        self.assert_fails(
                            "csr.h reads wide registers in big order but the gateware has little; put the "
                            'line csr_ordering = "little" into .*litex.toml'
                        )
                        self.toml('csr_ordering = "little"')
                    found, text = self.check(folder)
                    self.assertEqual(found["csr"][0].split()[2], str(int(ordering == "big")))
                    self.assertEqual(found["identifier"], ["Many Cores: LETTER case kept"])
                    kinds_found = {line.split()[0]: line.split()[1] for line in found["core"]}
                    self.assertEqual(
                        kinds_found,
                        {
                            "buttons": "gpio_in",
                            "ctrl": "ctrl",
                            "dma_reader0": "dma_reader",
                            "dma_writer0": "dma_writer",
                            "gpio": "gpio_tristate",
                            "i2c0": "i2c",
                            "identifier_mem": "identifier",
                            "io": "gpio_inout",
                            "leds": "leds",
                            "odd": "-",
                            "outs": "gpio_out",
                            "pwm0": "pwm",
                            "pwms": "pwm_multi",
                            "spi_mm": "spi_mmap",
                            "spi_pmod": "spi",
                            "spisdcard": "spi_sdcard",
                            "timer0": "timer",
                            "timer1": "timer",
                            "uart": "uart",
                            "watchdog0": "watchdog",
                            "ws2812": "ws2812",
                        },
                    )
                    self.assertEqual(found["leds"][0].split()[1], "4")
                    self.assertEqual(
                        found["gpio"],
                        ["gpio 12 1111", "buttons 3 1001", "io 6 1100", "outs 32 0100"],
                    )
                    self.assertEqual(found["timer"], ["timer0 1 1", "timer1 4 0"])
                    self.assertEqual(found["loopback"], ["dma_reader0 dma_writer0"])
                    at = {line.split()[0]: line.split()[1] for line in found["register"]}
                    alone = [at[f"pwm0_{name}"] for name in ("enable", "width", "period")]
                    shared = [
                        at[f"pwms_channel0_{name}"] for name in ("period", "enable", "width")
                    ]
                    self.assertEqual(
                        found["pwm"],
                        [" ".join(["pwm0", *alone, "0 0"])]
                        + [
                            " ".join(
                                [f"pwms[{n}]"]
                                + [at[f"pwms_channel{n}_{name}"] for name in ("enable", "width")]
                                + shared
                            )
                            for n in range(3)
                        ],
                    )
                    self.assertEqual(found["watchdog"], ["watchdog0 32"])
                    self.assertEqual(found["ws2812"], [f"ws2812 {0x20000000} 16"])
                    widths = {line.split()[0]: line.split()[4] for line in found["register"]}
                    self.assertEqual(widths["odd_wide"], "100")
                    self.assertEqual(widths["odd_x1"], "3")
                    self.assertEqual(widths["spi_pmod_mosi"], "24")
                    self.assertEqual(widths["outs_out"], "40")
                    self.assertEqual(widths["timer0_uptime_cycles"], "64")
                    # What the kinds' table says of widths is what LiteX built.
                    os.remove(os.path.join(self.folder, "csr.svd"))
                    without, _ = self.check(self.folder)
                    for line in without["register"]:
                        name, bits = line.split()[0], line.split()[4]
                        self.assertIn(bits, ("0", widths[name]), name)

    def test_boards(self):
        """A sample of litex-boards, two with many options: all cores are known."""
        for board, options in BOARDS.items():
            with self.subTest(board):
                command = ["-m", f"litex_boards.targets.{board}"]
                command += ["--no-compile-software", "--no-compile-gateware", "--build"]
                command += ["--output-dir", "{}", *options.split()]
                found, _ = self.check(once(f"board_{board}", command))
                unknown = [core for core in found["core"] if core.split()[1] == "-"]
                self.assertEqual(unknown, [])
                names = [core.split()[0] for core in found["core"]]
                cards = {"sdcard", "sdcard_core"}.intersection(names)
                self.assertEqual(bool(cards), "--with-sdcard" in options)
                if "--with-xadc" in options:
                    names = [line.split()[0] for line in found["adc"]]
                    self.assertEqual(names, ["temperature", "vccint", "vccaux", "vccbram"])
