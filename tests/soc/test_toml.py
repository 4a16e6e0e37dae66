# SPDX-License-Identifier: MIT
"""litex.toml."""

import os

from tests.soc.case import CORES, TIMER, UART, GenerateTest, make_csr_json, make_folder, run


class TomlTest(GenerateTest):
    """litex.toml."""

    def test_overrides(self):
        """Kind, pins, width, roles."""
        cores = {
            **CORES,
            "bargraph": [("out", 8, "rw")],
            "uart1": UART,
            "timer1": TIMER,
            "weird": [("stuff", 9, "rw")],
        }
        self.toml(
            'console = "uart1"\ntick_timer = "timer1"\n'
            '[cores.bargraph]\nkind = "leds"\npins = 6\n'
            '[cores.leds]\nkind = "gpio_out"\n[cores.leds.width]\nout = 3\n'
            "[cores.weird.width]\nstuff = 9\n"
        )
        self.generate(make_csr_json(cores))
        found = self.probe()
        self.assertEqual(found["leds"][0].split()[:2], ["bargraph", "6"])
        self.assertEqual(found["gpio"], ["leds 3 0100"])
        self.assertEqual(found["roles"], ["1 1"])
        self.assertTrue(
            any(
                line.startswith("weird_stuff") and line.endswith(" 9 9")
                for line in found["register"]
            )
        )

    def test_a_core_can_be_hidden(self):
        """With the kind none."""
        self.toml('[cores.leds]\nkind = "none"\n')
        self.generate()
        self.assertEqual(self.config()["SOC_HAS_LEDS"], "0")

    def test_from_elsewhere(self):
        """With an option."""
        make_folder(self.folder, make_csr_json())
        path = os.path.join(self.temporary.name, "my.toml")
        with open(path, "w") as file:
            file.write('[cores.leds]\nkind = "none"\n')
        status, _ = run(self.folder, "--output", self.output, "--litex-toml", path)
        self.assertEqual(status, 0)
        self.assertEqual(self.config()["SOC_HAS_LEDS"], "0")
        self.assert_fails("nothing.toml: is not there", "--litex-toml", "/nothing.toml")

    def test_mistakes(self):
        """Each is named."""
        make_folder(self.folder, make_csr_json())
        for text, phrase in {
            "csr_ordering = 3": "csr_ordering is not big or little",
            'csr_ordering = "middle"': "csr_ordering is not big or little",
            "colour = 1": "unknown key colour",
            "= 3": "litex.toml: .*line 1",
            "console = 3": "console is not a core's name",
            'console = "leds"': "leds is not a uart of this SoC; it has uart",
            'tick_timer = "timer9"': "timer9 is not a timer of this SoC; it has timer0",
            "cores = 3": "cores is not a table",
            "[cores]\nleds = 3": "cores.leds is not a table",
            "[cores.leds]\npin = 3": "unknown key cores.leds.pin",
            "[cores.leds]\npins = 0": "cores.leds.pins is not 1 to 32",
            "[cores.leds]\npins = true": "cores.leds.pins is not 1 to 32",
            '[cores.leds]\nkind = "lamp"': "cores.leds.kind is not one of none, .*uart",
            '[cores.leds]\nkind = "uart"': "cores.leds has no register ev_enable, so it is not a uart",
            "[cores.nothing]\npins = 3": "cores.nothing is not a core of this SoC",
            "[cores.leds]\nwidth = 3": "cores.leds.width is not a table",
            "[cores.leds.width]\nin = 3": "cores.leds has no register in",
            "[cores.leds.width]\nout = 33": "cores.leds.width.out does not fit the 32 bits",
            '[cores.leds.width]\nout = "x"': "cores.leds.width.out is not a number of bits",
            "flash = 3": "flash is not a table",
            "[flash]\nspiflash = 3": "flash.spiflash is not a table",
            "[flash.spiflash]\nfirst = [0, 4096]": "flash.spiflash.first is not one of bitstream, bios",
            "[flash.spiflash]\nbitstream = 4096": "flash.spiflash.bitstream is not .start, length.",
            "[flash.spiflash]\nbitstream = [0]": "flash.spiflash.bitstream is not .start, length.",
            "[flash.spiflash]\nbitstream = [0, true]": "bitstream is not .start, length.",
            "[flash.spiflash]\nbitstream = [0, 100]": "bitstream is not in multiples of 0x1000",
            "[flash.spiflash]\nbitstream = [-4096, 8192]": "bitstream does not lie within 4 GiB",
            "[flash.spiflash]\nfiles = [0x1000, 0x1_0000_0000]": "files does not lie within 4 GiB",
            "[flash.spiflash]\nbitstream = [0, 0x3000]\nbios = [0x2000, 0x1000]": "bitstream and bios overlap",
            "[flash.spiflash]\nfiles = [0x1000, 0x1000]": "flash.spiflash is not a SPI flash of this SoC; it has none",
        }.items():
            with self.subTest(text):
                self.toml(text)
                self.assert_fails(phrase)
